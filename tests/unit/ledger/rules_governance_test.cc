// Proposals and approvals: what no organisation changes alone.

#include <gtest/gtest.h>

#include "node/ledger/rules/governance.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::Scenario;
using support::WorldOptions;

const WorldOptions kTwoOfThree{.approvers = {"bo-nnmt", "ubnd-hatinh", "vp-hatinh"},
                               .threshold = 2};

v1::Change Scans(std::uint32_t scan_count_max) {
  v1::Change change;
  v1::Parameters& parameters = *change.mutable_parameters();
  parameters.set_scan_count_max(scan_count_max);
  parameters.set_scan_days_min(10);
  parameters.set_checkpoint_age_max_seconds(600);
  parameters.set_attested_after_days(30);
  return change;
}

v1::Change Approvers(std::initializer_list<const char*> ids, std::uint32_t threshold) {
  v1::Change change;
  for (const char* id : ids) change.mutable_governance()->add_approvers(id);
  change.mutable_governance()->set_threshold(threshold);
  return change;
}

v1::Change Peers(int count) {
  v1::Change change;
  for (int i = 1; i <= count; ++i) {
    *change.mutable_peers()->add_peers() = support::PeerMessage(i);
  }
  return change;
}

v1::Change NewRules() {
  v1::Change change;
  change.set_rules_version(kRulesVersion);
  return change;
}

v1::Change NewGroups() {
  v1::Change change;
  *change.mutable_vocabulary() = support::GroupsOf2023();
  change.mutable_vocabulary()->set_version(3);
  return change;
}

// Proposes in a block of its own; gives the proposal's id.
std::string Put(Scenario& s, const char* author, const v1::Change& change) {
  const Entry entry = s.Sign(author, {Propose{change}});
  EXPECT_TRUE(std::holds_alternative<Accepted>(s.ExecuteBlock(std::vector{entry})[0]));
  return Scenario::ProposalId(entry);
}

std::uint32_t ScanLimit(const Scenario& s) {
  return s.Read<ParametersRecord>(ParametersKey()).scan_count_max;
}

// ---- Thresholds

TEST(GovernanceTest, OneOfOneChangesAtOnce) {
  Scenario s;
  Put(s, "vp-hatinh", Scans(70));
  EXPECT_EQ(ScanLimit(s), 70U);
}

TEST(GovernanceTest, TheOfficeAloneChangesNothing) {
  Scenario s(kTwoOfThree);
  const std::string proposal = Put(s, "vp-hatinh", Scans(70));
  EXPECT_EQ(ScanLimit(s), 50U);
  s.Refuses(RefusalCode::kAlreadyApproved, "vp-hatinh", Approve{proposal});
  Put(s, "vp-hatinh", Scans(70));  // again: another proposal, another one vote
  EXPECT_EQ(ScanLimit(s), 50U);
}

TEST(GovernanceTest, TwoOfThreeChange) {
  Scenario s(kTwoOfThree);
  const std::string proposal = Put(s, "vp-hatinh", Scans(70));
  s.Accepts("bo-nnmt", Approve{proposal});
  EXPECT_EQ(ScanLimit(s), 70U);
  const auto record =
      s.Read<ProposalRecord>(ProposalKey(*base::DigestFromBytes(base::AsBytes(proposal))));
  EXPECT_TRUE(record.applied);
  ASSERT_EQ(record.approvals.size(), 2U);
  EXPECT_EQ(record.approvals[0].organisation, "vp-hatinh");
  EXPECT_EQ(record.approvals[1].organisation, "bo-nnmt");
  s.Refuses(RefusalCode::kProposalApplied, "ubnd-hatinh", Approve{proposal});
}

TEST(RulesTest, I1_OnlyApproversProposeAndApprove) {
  Scenario s(kTwoOfThree);
  s.Refuses(RefusalCode::kNotApprover, "htx-cam", Propose{Scans(70)});
  const std::string proposal = Put(s, "vp-hatinh", Scans(70));
  s.Refuses(RefusalCode::kNotApprover, "vp-tuyenquang", Approve{proposal});
}

TEST(GovernanceTest, VotesOfThoseWhoNoLongerVoteDoNotCount) {
  Scenario s(kTwoOfThree);
  const std::string scans = Put(s, "ubnd-hatinh", Scans(70));
  const std::string without = Put(s, "vp-hatinh", Approvers({"bo-nnmt", "hd-tw", "vp-hatinh"}, 2));
  s.Accepts("bo-nnmt", Approve{without});
  s.Accepts("vp-hatinh", Approve{scans});
  EXPECT_EQ(ScanLimit(s), 50U);
  s.Accepts("hd-tw", Approve{scans});
  EXPECT_EQ(ScanLimit(s), 70U);
}

// ---- From the next height on

TEST(GovernanceTest, AChangeCountsFromTheNextBlockOn) {
  Scenario s;
  const Entry propose = s.Sign("vp-hatinh", {Propose{NewGroups()}});
  const RegisterProduct product{.gtin = "08930101000031", .vocabulary = 3};
  const Entry same_block = s.Sign("htx-cam", {product});
  const auto outcomes = s.ExecuteBlock(std::vector{propose, same_block});
  EXPECT_TRUE(std::holds_alternative<Accepted>(outcomes[0]));
  EXPECT_EQ(std::get<Refusal>(outcomes[1]).code, RefusalCode::kUnknownVocabulary);
  s.Accepts("htx-cam", product);
}

TEST(GovernanceTest, ARefusedEntryApprovesNothing) {
  Scenario s;
  const Entry entry =
      s.Sign("vp-hatinh", {Propose{Scans(70)}, RevokeRole{.organisation = "ai-do"}});
  const Entry other = s.Sign("htx-cam", {RegisterBatch{}});
  const auto outcomes = s.ExecuteBlock(std::vector{entry, other});
  EXPECT_TRUE(std::holds_alternative<Refusal>(outcomes[0]));
  EXPECT_EQ(ScanLimit(s), 50U);
}

TEST(GovernanceTest, LikeChangesDoNotMeetInOneBlock) {
  Scenario s;
  s.Accepts("vp-hatinh", Propose{Peers(2)});
  v1::Change policy;
  policy.mutable_policy()->set_quorum(2);
  policy.mutable_policy()->add_cosigners("peer1.example");
  policy.mutable_policy()->add_cosigners("peer2.example");
  // Alone each is right; together the policy would name a peer that is gone.
  s.Refuses(RefusalCode::kBadChange, "vp-hatinh", Propose{Peers(1)}, Propose{policy});
  s.Refuses(RefusalCode::kBadChange, "vp-hatinh", Propose{Scans(70)}, Propose{Scans(80)});
  s.Accepts("vp-hatinh", Propose{policy}, Propose{Scans(70)}, Propose{NewGroups()});
}

// ---- The kinds of change

TEST(GovernanceTest, QuorumsShareAnHonestPeer) {
  const std::uint32_t quorums[] = {0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7};
  for (std::size_t n = 1; n <= 10; ++n) {
    EXPECT_EQ(rules::DefaultQuorum(n), quorums[n]) << n;
    EXPECT_GT(2 * rules::DefaultQuorum(n), n + (n - 1) / 3) << n;
  }
}

TEST(GovernanceTest, NewRulesHoldFromTheNextBlockOn) {
  support::MemoryLedger memory;
  memory.Add(
      support::UnderRules(0, **ExecuteFounding(support::FoundingEntry(support::FoundMessage({})))));
  const auto propose = [&](const v1::Change& change) {
    const base::TimeNs now = memory.Head()->header.time + 1;
    const Digest id = memory.Read<LedgerRecord>(LedgerKey())->ledger_id;
    const CheckedEntry entry{
        *DecodeEntry(support::SignAt(now, id, "vp-hatinh", {Propose{change}}), kRulesVersion), {}};
    auto executed = ExecuteBlock(memory, std::vector{entry}, now);
    if (executed.block) memory.Add(*executed.block);
    return executed.outcomes.at(0);
  };
  ASSERT_TRUE(std::holds_alternative<Accepted>(propose(NewRules())));
  EXPECT_EQ(memory.headers().back().version, 0U);
  EXPECT_EQ(memory.Read<LedgerRecord>(LedgerKey())->rules_version, kRulesVersion);
  ASSERT_TRUE(std::holds_alternative<Accepted>(propose(Scans(70))));
  EXPECT_EQ(memory.headers().back().version, kRulesVersion);
  EXPECT_EQ(std::get<Refusal>(propose(NewRules())).arguments.at(0), "those rules are in force");
}

TEST(GovernanceTest, NewPeersHaveTheDefaultPolicyFromTheNextHeight) {
  Scenario s;
  Put(s, "vp-hatinh", Peers(4));
  EXPECT_EQ(s.Read<PeersRecord>(PeersKey()).peers.size(), 4U);
  const auto policy = s.Read<PolicyRecord>(PolicyKey());
  EXPECT_EQ(policy.version, 2U);
  EXPECT_EQ(policy.quorum, 3U);
  EXPECT_EQ(policy.cosigners.size(), 4U);
  EXPECT_EQ(policy.effective, s.memory().Head()->header.height + 1);
}

TEST(GovernanceTest, APolicyNamesCosignersAndQuorum) {
  Scenario s;
  Put(s, "vp-hatinh", Peers(4));
  v1::Change change;
  change.mutable_policy()->set_quorum(4);
  for (int i = 1; i <= 4; ++i) {
    change.mutable_policy()->add_cosigners("peer" + std::to_string(i) + ".example");
  }
  Put(s, "vp-hatinh", change);
  EXPECT_EQ(s.Read<PolicyRecord>(PolicyKey()).version, 3U);
  EXPECT_EQ(s.Read<PolicyRecord>(PolicyKey()).quorum, 4U);
}

TEST(GovernanceTest, NewApproversVoteFromTheNextBlockOn) {
  Scenario s;
  Put(s, "vp-hatinh", Approvers({"bo-nnmt", "vp-hatinh"}, 2));
  Put(s, "vp-hatinh", Scans(70));
  EXPECT_EQ(ScanLimit(s), 50U);
}

TEST(GovernanceTest, RegimesAreReplacedAsAWhole) {
  Scenario s;
  v1::Change change;
  *change.mutable_regimes() = support::Regimes();
  change.mutable_regimes()->mutable_regimes()->RemoveLast();
  Put(s, "vp-hatinh", change);
  EXPECT_EQ(s.Read<RegimesRecord>(RegimesKey()).regimes.size(), 2U);
}

TEST(GovernanceTest, AFoundersLostKeysAreReplacedByProposal) {
  Scenario s(kTwoOfThree);
  v1::Change change;
  *change.mutable_replace_lost_keys() =
      ReplaceLostKeys{"ubnd-hatinh", s.NewKey("ubnd-hatinh", "moi", true), s.now_seconds()}
          .Message();
  const std::string proposal = Put(s, "bo-nnmt", change);
  s.Accepts("vp-hatinh", Approve{proposal});
  s.Refuses(RefusalCode::kKeyNotActive, "ubnd-hatinh", RecordDecision{});
  s.Accepts(support::Signer("ubnd-hatinh").With("moi"), RecordDecision{});
}

// ---- What is no change

TEST(GovernanceTest, FormIsChecked) {
  Scenario s(kTwoOfThree);
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", Propose{Scans(70), ""});
  s.Refuses(RefusalCode::kBadDigest, "vp-hatinh", Approve{"short"});
  s.Refuses(RefusalCode::kUnknownProposal, "vp-hatinh", Approve{support::Hash("x")});
}

// What a proposal of `change` is refused for.
std::string WhyBad(const v1::Change& change) {
  Scenario s;
  return s.Refuses(RefusalCode::kBadChange, "vp-hatinh", Propose{change}).arguments.at(0);
}

TEST(GovernanceTest, EmptyAndUnknownChangesAreNone) {
  EXPECT_EQ(WhyBad({}), "a change without content");
  v1::Change change;
  EXPECT_EQ(WhyBad(NewRules()), "those rules are in force");
  change.set_rules_version(kRulesVersion + 1);
  EXPECT_EQ(WhyBad(change), "this node does not know those rules");
}

TEST(GovernanceTest, BadApproversAreNamed) {
  EXPECT_EQ(WhyBad(Approvers({}, 1)), "there must be an approver");
  EXPECT_EQ(WhyBad(Approvers({"vp-hatinh", "bo-nnmt"}, 2)),
            "approvers must be ascending and distinct");
  EXPECT_EQ(WhyBad(Approvers({"ai-do"}, 1)), "approver ai-do is unknown");
  EXPECT_EQ(WhyBad(Approvers({"bo-nnmt", "vp-hatinh"}, 1)),
            "the threshold must be more than half of the approvers");
  EXPECT_EQ(WhyBad(Approvers({"bo-nnmt", "vp-hatinh"}, 3)),
            "the threshold must be more than half of the approvers");
}

TEST(GovernanceTest, BadPoliciesAreNamed) {
  v1::Change change;
  change.mutable_policy();
  EXPECT_EQ(WhyBad(change), "a policy needs cosigners");
  change.mutable_policy()->add_cosigners("peer9.example");
  EXPECT_EQ(WhyBad(change), "cosigner peer9.example is not a peer");
  change.mutable_policy()->set_cosigners(0, "peer1.example");
  EXPECT_EQ(WhyBad(change), "a quorum of 1 cosigners is 1 to 1");
  change.mutable_policy()->set_quorum(2);
  EXPECT_EQ(WhyBad(change), "a quorum of 1 cosigners is 1 to 1");
  change.mutable_policy()->add_cosigners("peer1.example");
  EXPECT_EQ(WhyBad(change), "cosigners must be ascending and distinct");
}

TEST(GovernanceTest, BadPeersAreNamed) {
  EXPECT_EQ(WhyBad(Peers(16)), "1 to 15 peers");
  const auto with = [](auto mend) {
    v1::Change change = Peers(2);
    mend(*change.mutable_peers()->mutable_peers(1));
    return WhyBad(change);
  };
  EXPECT_EQ(with([](v1::Peer& p) { p.set_name("peer 2"); }),
            "a peer's name is printable ASCII without blanks and '+'");
  EXPECT_EQ(with([](v1::Peer& p) { p.set_name("a+b"); }),
            "a peer's name is printable ASCII without blanks and '+'");
  EXPECT_EQ(with([](v1::Peer& p) { p.set_name("peer1.example"); }),
            "peers must be ascending by name and distinct");
  EXPECT_EQ(with([](v1::Peer& p) { p.set_organisation("ai-do"); }),
            "peer peer2.example belongs to no organisation of the ledger");
  EXPECT_EQ(with([](v1::Peer& p) { p.set_log_key("short"); }),
            "peer peer2.example: every key has 32 bytes");
  EXPECT_EQ(with([](v1::Peer& p) { p.set_log_key(p.cosigner_key()); }),
            "peer peer2.example: a key is used twice");
  EXPECT_EQ(with([](v1::Peer& p) { p.add_endpoints(""); }), "an endpoint has 1-200 bytes");
  EXPECT_EQ(with([](v1::Peer& p) {
              for (int i = 0; i < 8; ++i) p.add_endpoints("https://x.example");
            }),
            "at most 8 endpoints");
}

// Of the peers 1 to n the first `stay`; then one after the last.
v1::Change FirstPeersAndOne(int stay, int n) {
  v1::Change change = Peers(stay);
  *change.mutable_peers()->add_peers() = support::PeerMessage(n + 1);
  return change;
}

TEST(GovernanceTest, AThirdOfTheValidatorsStays) {
  const struct {
    int peers;
    int stay;  // the fewest that may
  } cases[] = {{1, 0}, {2, 1}, {3, 1}, {4, 2}, {6, 2}, {7, 3}};
  for (const auto& [peers, stay] : cases) {
    Scenario s({.peers = peers});
    if (stay > 0) {
      const Refusal refusal = s.Refuses(RefusalCode::kBadChange, "vp-hatinh",
                                        Propose{FirstPeersAndOne(stay - 1, peers)});
      EXPECT_EQ(refusal.arguments.at(0),
                "at least a third of the validator keys stay: change one peer after the other");
    }
    s.Accepts("vp-hatinh", Propose{FirstPeersAndOne(stay, peers)});
  }
}

TEST(GovernanceTest, AValidatorIsItsKeyWhateverItsNameIs) {
  Scenario s({.peers = 2});
  v1::Change change = Peers(2);
  for (v1::Peer& peer : *change.mutable_peers()->mutable_peers()) {
    peer.set_validator_key(support::Hash(peer.name()));
  }
  s.Refuses(RefusalCode::kBadChange, "vp-hatinh", Propose{change});
  change = Peers(2);
  for (v1::Peer& peer : *change.mutable_peers()->mutable_peers()) peer.set_name("z" + peer.name());
  s.Accepts("vp-hatinh", Propose{change});
}

TEST(GovernanceTest, BadParametersAreNamed) {
  EXPECT_EQ(WhyBad(Scans(0)),
            "scan_count_max, scan_days_min and attested_after_days must be at least 1");
  v1::Change change = Scans(50);
  for (const std::uint32_t seconds : {29U, 86'401U}) {
    change.mutable_parameters()->set_checkpoint_age_max_seconds(seconds);
    EXPECT_EQ(WhyBad(change), "checkpoint_age_max_seconds must be 30 to 86400");
  }
  change = Scans(50);
  change.mutable_parameters()->set_attested_after_days(3'651);
  EXPECT_EQ(WhyBad(change), "attested_after_days must be at most 3650");
}

TEST(GovernanceTest, BadRegimesAreNamed) {
  const auto with = [](auto mend) {
    v1::Change change;
    *change.mutable_regimes() = support::Regimes();
    mend(*change.mutable_regimes());
    return WhyBad(change);
  };
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.clear_regimes(); }),
            "a regime table has 1 to 64 regimes");
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.mutable_regimes(1)->clear_name(); }),
            "a regime needs a name");
  for (const std::uint32_t from : {0U, 20230230U, 20190821U}) {
    EXPECT_EQ(with([&](v1::RegimeTable& t) { t.mutable_regimes(1)->set_effective_from(from); }),
              "regimes must be ascending by effective_from");
  }
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.mutable_regimes(1)->clear_stars(); }),
            "a regime has 1 to 5 stars");
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.mutable_regimes(1)->mutable_stars(1)->set_star(3); }),
            "stars must be ascending, 1 to 5");
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.mutable_regimes(1)->mutable_stars(2)->set_star(6); }),
            "stars must be ascending, 1 to 5");
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.mutable_regimes(1)->mutable_stars(1)->clear_level(); }),
            "a star needs its level");
  EXPECT_EQ(with([](v1::RegimeTable& t) {
              t.mutable_regimes(1)->mutable_stars(1)->set_score_min(4'999);
            }),
            "score bands must be ascending");
  EXPECT_EQ(with([](v1::RegimeTable& t) {
              t.mutable_regimes(1)->mutable_stars(2)->set_score_min(10'001);
            }),
            "score bands must be ascending");
  EXPECT_EQ(with([](v1::RegimeTable& t) { t.mutable_regimes(1)->set_part_a_max(4'001); }),
            "the three parts must add up to 100 points");
  EXPECT_EQ(with([](v1::RegimeTable& t) {  // adds up modulo 2^32
              t.mutable_regimes(1)->set_part_a_max(0xffffffff);
              t.mutable_regimes(1)->set_part_b_max(1);
              t.mutable_regimes(1)->set_part_c_max(10'000);
            }),
            "the three parts must add up to 100 points");
  for (const std::uint32_t months : {0U, 601U}) {
    EXPECT_EQ(with([&](v1::RegimeTable& t) { t.mutable_regimes(1)->set_validity_months(months); }),
              "validity_months must be 1 to 600");
  }
}

TEST(GovernanceTest, BadVocabulariesAreNamed) {
  const auto with = [](auto mend) {
    v1::Change change = NewGroups();
    mend(*change.mutable_vocabulary());
    return WhyBad(change);
  };
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.set_version(2); }),
            "that vocabulary version exists: products rest on it");
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.set_version(0); }),
            "a vocabulary needs a version from 1");
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.clear_name(); }), "a vocabulary needs a name");
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.set_effective_from(1); }),
            "effective_from is not a date");
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.clear_groups(); }), "a vocabulary has 1 to 256 groups");
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.mutable_groups(0)->clear_name(); }),
            "groups need distinct codes and names");
  EXPECT_EQ(with([](v1::Vocabulary& v) { v.mutable_groups(0)->set_code("do-uong"); }),
            "groups need distinct codes and names");
}

TEST(GovernanceTest, KeysThatAnOfficeReplacesNeedNoProposal) {
  v1::Change change;
  change.mutable_replace_lost_keys()->set_organisation("htx-cam");
  EXPECT_EQ(WhyBad(change), "the admitting office of htx-cam replaces its keys");
}

TEST(GovernanceTest, AProposalThatWasOvertakenIsJudgedAnew) {
  Scenario s(kTwoOfThree);
  const std::string first = Put(s, "vp-hatinh", NewGroups());
  const std::string second = Put(s, "ubnd-hatinh", NewGroups());
  s.Accepts("bo-nnmt", Approve{first});
  s.Refuses(RefusalCode::kBadChange, "bo-nnmt", Approve{second});
}

}  // namespace
}  // namespace sogoc::ledger
