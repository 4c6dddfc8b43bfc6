// The program sogoc-verify against gateways of four peers, some of which lie: what a quorum did not
// sign lately is never believed, and whoever hides or rewrites something is caught by asking
// others.

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <ctime>

#include "crypto/checkpoint.h"
#include "crypto/log_tree.h"
#include "node/gateway/api_common.h"
#include "node/gateway/http_server.h"
#include "node/gateway/views.h"
#include "node/ledger/policy.h"
#include "node/ledger/verdict.h"
#include "tests/e2e/verify_program.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/ledger_ops.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_ledger.h"

namespace sogoc {
namespace {

namespace op = support::op;
using support::kCam;
using support::Outcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::uint64_t Now() { return static_cast<std::uint64_t>(std::time(nullptr)); }

// Which peer signs, and how long ago.
struct Signature {
  int peer = 0;
  std::int64_t seconds_ago = 0;
};
using Signatures = std::vector<Signature>;

// One peer's copy of the ledger. Copies of it are independent.
class LedgerCopy {
 public:
  // Lot L1 has 100 active labels, under a certificate.
  LedgerCopy() : people_(support::WorldOptions{.peers = 4}), memory_(people_.memory()) {
    Add("hd-hatinh", {op::ScoreProduct{}});
    Add("ubnd-hatinh", {op::RecordDecision{}, op::IssueCertificate{}});
    Add("htx-cam", {op::RegisterBatch{.expiry_date = 0}});
    Add("vp-hatinh", {op::AuthoriseLabels{}});
    Add("htx-cam", {op::SetRunKeys{}});
    Add("in-hatinh", {op::ConfirmPrint{}});
    Add("htx-cam", {op::ActivateLabels{}});
  }

  // A block of one entry.
  void Add(const std::string& author, const std::vector<v1::Operation>& operations,
           ledger::RuleSet rules = {}) {
    const std::vector<ledger::CheckedEntry> entries = {
        {people_.Sign(author, operations), std::nullopt}};
    const auto executed = ledger::ExecuteBlock(
        memory_, entries, std::max(people_.now(), memory_.headers().back().time + 1), rules);
    ASSERT_TRUE(executed.block) << "refused";
    memory_.Add(*executed.block);
  }
  LedgerCopy And(const std::string& author, const std::vector<v1::Operation>& operations,
                 ledger::RuleSet rules = {}) const {
    LedgerCopy copy = *this;
    copy.Add(author, operations, rules);
    return copy;
  }

  crypto::Policy policy() const { return ledger::PolicyOf(memory_).value(); }
  std::string origin() const { return policy().logs.front().name; }
  crypto::Checkpoint checkpoint() const {
    return {origin(), memory_.leaves().size(), memory_.Head()->log.Root()};
  }

  // The log's line by the first of the signers.
  std::string Note(const Signatures& signatures) const {
    return NoteOver(crypto::FormatCheckpoint(checkpoint()), origin(), signatures);
  }
  static std::string NoteOver(const std::string& text, const std::string& origin,
                              const Signatures& signatures) {
    const auto peer = [](int number) { return "peer" + std::to_string(number); };
    crypto::Note note{text, {}};
    note.signatures.push_back(
        crypto::SignNote(text, origin, support::Ed25519Of(peer(signatures.front().peer) + "/log")));
    for (const auto& [number, seconds_ago] : signatures) {
      note.signatures.push_back(crypto::CosignNote(
          text, peer(number) + ".example", support::Ed25519Of(peer(number) + "/cosigner"),
          Now() - static_cast<std::uint64_t>(seconds_ago)));
    }
    return crypto::FormatNote(note);
  }

  std::string Stamp(std::uint64_t serial, const std::string& key = "stamp") const {
    return people_.StampUri(kCam, "L1", serial, key);
  }

  // What a gateway says that claims the best of its checkpoint.
  v1::VerdictAnswer Judge(const std::string& uri, const std::string& note) const {
    const ledger::ChainHead head = *memory_.Head();
    const ledger::Verdict verdict = ledger::JudgeStamp(
        {uri, std::nullopt}, memory_, {head.header.time, true, head.header.time}, std::nullopt);
    v1::VerdictAnswer answer = gateway::View(verdict);
    v1::LedgerStatus& status = *answer.mutable_ledger();
    status.set_ledger_id(base::ToHex(people_.ledger_id()));
    status.set_origin(origin());
    status.set_height(head.header.height);
    status.set_header_hash(base::ToHex(head.hash));
    status.set_log_size(head.log.size());
    status.set_state_root(base::ToHex(head.header.state_root));
    status.mutable_checkpoint()->set_size(head.log.size());
    status.mutable_checkpoint()->set_height(head.header.height);
    status.mutable_checkpoint()->set_quorum(true);
    status.mutable_proof()->set_note(note);
    status.mutable_proof()->set_header(base::ToHex(ledger::EncodeHeaderLeaf(head.header)));
    for (const base::Digest& hash :
         crypto::ProveInclusion(head.header.index(), head.log.size(), Reader())) {
      status.mutable_proof()->add_header_proof(base::ToHex(hash));
    }
    return answer;
  }

  std::optional<v1::ConsistencyProof> Prove(std::uint64_t from, std::uint64_t to) const {
    if (from == 0 || from > to || to > memory_.leaves().size()) return std::nullopt;
    v1::ConsistencyProof proof;
    proof.set_from(from);
    proof.set_from_root(base::ToHex(crypto::LogRoot(from, Reader())));
    proof.set_to(to);
    proof.set_to_root(base::ToHex(crypto::LogRoot(to, Reader())));
    for (const base::Digest& hash : crypto::ProveConsistency(from, to, Reader())) {
      proof.add_hashes(base::ToHex(hash));
    }
    return proof;
  }

 private:
  crypto::LogNodeReader Reader() const {
    return [this](const crypto::LogNode& node) { return NodeHash(node); };
  }
  base::Digest NodeHash(const crypto::LogNode& node) const {
    if (node.level == 0) return crypto::LogLeafHash(memory_.leaves()[node.index]);
    return crypto::LogNodeHash(NodeHash({node.level - 1, 2 * node.index}),
                               NodeHash({node.level - 1, 2 * node.index + 1}));
  }

  support::TestLedger people_;
  support::MemoryLedger memory_;
};

// What a gateway serves. It does not look at what it says.
struct Script {
  LedgerCopy copy;
  std::string note;
  std::function<void(v1::VerdictAnswer&)> alter = [](v1::VerdictAnswer&) {};
  std::optional<std::string> policy = {};  // instead of the ledger's
  bool proves = true;                      // that one of its sizes extends another
};

class Gateway {
 public:
  explicit Gateway(Script script) : script_(std::move(script)) {
    gateway::Router router;
    router.Get("/v1/verify", [this](const gateway::Request& request) {
      v1::VerdictAnswer answer =
          script_.copy.Judge(std::string(request.Query("uri").value_or("")), script_.note);
      script_.alter(answer);
      return gateway::Response{200, "application/json", gateway::ToJson(answer), {}};
    });
    router.Get("/policy", [this](const gateway::Request&) {
      return gateway::Response{200,
                               "text/plain",
                               script_.policy.value_or(crypto::FormatPolicy(script_.copy.policy())),
                               {}};
    });
    router.Get("/checkpoint", [this](const gateway::Request&) {
      return gateway::Response{200, "text/plain", script_.note, {}};
    });
    router.Get("/v1/consistency", [this](const gateway::Request& request) {
      const auto proof = script_.copy.Prove(std::stoull(std::string(*request.Query("from"))),
                                            std::stoull(std::string(*request.Query("to"))));
      if (!proof || !script_.proves) return gateway::Problem(404, "no");
      return gateway::Response{200, "application/json", gateway::ToJson(*proof), {}};
    });
    gateway::HttpServerConfig config;
    config.threads = 1;
    server_ = gateway::HttpServer::Start(std::move(config), std::move(router)).value();
  }
  std::string url() const { return support::LocalUrl(server_->port()); }

 private:
  const Script script_;
  std::unique_ptr<gateway::HttpServer> server_;
};

const Signatures kThree = {{1}, {2}, {3}};

class VerifyQuorumTest : public testing::Test {
 protected:
  Outcome Run(std::vector<std::string> arguments) const {
    return support::RunVerify(std::move(arguments), temp_.path());
  }
  // The verdict about serial 1, by the ledger's own policy, of one gateway and of others besides.
  Outcome Ask(const Gateway& first, const std::vector<const Gateway*>& also = {},
              const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"--policy", PolicyFile(), "--node", first.url()};
    for (const Gateway* gateway : also)
      arguments.insert(arguments.end(), {"--also", gateway->url()});
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"stamp", base_.Stamp(1)});
    return Run(arguments);
  }
  Outcome AskOne(
      const std::string& note,
      std::function<void(v1::VerdictAnswer&)> alter = [](v1::VerdictAnswer&) {}) const {
    return Ask(Gateway({base_, note, std::move(alter)}));
  }
  static v1::CheckedStamp Read(const Outcome& outcome) {
    v1::CheckedStamp checked;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &checked).ok())
        << outcome.out << outcome.err;
    return checked;
  }

  std::string WriteFile(const std::string& name, const std::string& content) const {
    std::ofstream(temp_ / name, std::ios::binary) << content;
    return temp_ / name;
  }
  std::string PolicyFile(const std::string& date =
                             base::FormatDateIso(base::DateAt(Now() * base::kNsPerSecond))) const {
    return WriteFile("policy", "# date: " + date + "\n" + crypto::FormatPolicy(base_.policy()));
  }
  // Of the evidence, all in one.
  std::string Evidence() const {
    std::string all;
    for (const auto& file : std::filesystem::directory_iterator(temp_ / "evidence")) {
      all += file.path().filename().string() + "\n" + support::ReadWholeFile(file.path());
    }
    return all;
  }

  support::TempDirectory temp_;
  const LedgerCopy base_;
  const LedgerCopy recalled_ = base_.And("htx-cam", {op::OpenRecall{}});
  // As long as recalled_, but something else happened.
  const LedgerCopy rewritten_ = base_.And("htx-cam", {op::RegisterBatch{.lot = "L9"}});
};

MATCHER_P(Refuses, words, "") {
  return testing::ExplainMatchResult(
      AllOf(testing::Field(&Outcome::exit_code, 2),
            testing::Field(&Outcome::out, AllOf(HasSubstr("CANNOT_VERIFY"), HasSubstr(words),
                                                Not(HasSubstr("có thật trong sổ cái"))))),
      arg, result_listener);
}

// ---- The checkpoint of one answer

TEST_F(VerifyQuorumTest, WhatAQuorumSignedLatelyIsBelieved) {
  const Outcome outcome = AskOne(base_.Note(kThree));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("xác nhận / cosigned 3/4, chung cuộc / final"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("The policy came from the node itself")));
}

TEST_F(VerifyQuorumTest, WithoutAQuorumNothingIsBelievedWhateverTheNodeSays) {
  EXPECT_THAT(AskOne(base_.Note({{1}, {2}})), Refuses("2/4"));
  EXPECT_THAT(AskOne(""), Refuses("of no use"));
}

TEST_F(VerifyQuorumTest, TheAgeIsThatOfTheThirdNewestSignature) {
  EXPECT_EQ(AskOne(base_.Note({{1, 0}, {2, 10}, {3, 500}, {4, 9'000}})).exit_code, 0);
  EXPECT_THAT(AskOne(base_.Note({{1, 0}, {2, 10}, {3, 700}})), Refuses("stale"));
}

TEST_F(VerifyQuorumTest, SignaturesOfTheFutureDoNotCount) {
  EXPECT_THAT(AskOne(base_.Note({{1}, {2}, {3, -3'600}})), Refuses("clock"));
  EXPECT_EQ(AskOne(base_.Note({{1}, {2}, {3, -3'600}, {4}})).exit_code, 0);
}

TEST_F(VerifyQuorumTest, NobodySignsTwice) {
  EXPECT_THAT(AskOne(base_.Note({{1}, {2}, {2}})), Refuses("of no use"));
  EXPECT_THAT(AskOne(base_.Note({{1}, {2, 5}, {2}, {3}})), Refuses("of no use"));
}

TEST_F(VerifyQuorumTest, TheLogsOwnLineMustBeThere) {
  crypto::Note note = crypto::ParseNote(base_.Note(kThree)).value();
  note.signatures.erase(note.signatures.begin());
  EXPECT_THAT(AskOne(crypto::FormatNote(note)), Refuses("quorum"));
}

TEST_F(VerifyQuorumTest, ACheckpointOfAnotherLogIsOfNoUse) {
  crypto::Checkpoint other = base_.checkpoint();
  other.origin = "hatinh/0123456789abcdef";
  const std::string note =
      LedgerCopy::NoteOver(crypto::FormatCheckpoint(other), other.origin, kThree);
  EXPECT_THAT(AskOne(note), Refuses("another log"));
  EXPECT_THAT(
      AskOne(base_.Note(kThree),
             [&](v1::VerdictAnswer& answer) { answer.mutable_ledger()->set_origin(other.origin); }),
      Refuses(other.origin));
}

TEST_F(VerifyQuorumTest, TheLedgerIdMustBeThatOfTheLog) {
  EXPECT_THAT(AskOne(base_.Note(kThree),
                     [](v1::VerdictAnswer& answer) {
                       answer.mutable_ledger()->set_ledger_id(std::string(64, 'a'));
                     }),
              Refuses("is not that of"));
}

TEST_F(VerifyQuorumTest, AnAnswerFromElsewhereThanItsCheckpointIsNotBelieved) {
  const auto alterations = std::vector<std::function<void(v1::LedgerStatus&)>>{
      [](auto& status) { status.set_height(status.height() + 1); },
      [](auto& status) { status.set_log_size(status.log_size() - 1); },
      [](auto& status) { status.set_state_root(std::string(64, '0')); },
      [](auto& status) { status.set_header_hash(std::string(64, '0')); },
      [](auto& status) { status.mutable_proof()->clear_header(); },
      [](auto& status) { status.mutable_proof()->mutable_header()->at(50) ^= 1; },
      [](auto& status) { status.mutable_proof()->mutable_header_proof()->RemoveLast(); },
      [](auto& status) { status.mutable_proof()->set_header_proof(0, std::string(64, '0')); },
  };
  for (const auto& alter : alterations) {
    EXPECT_THAT(AskOne(base_.Note(kThree),
                       [&](v1::VerdictAnswer& answer) { alter(*answer.mutable_ledger()); }),
                Refuses("at the checkpoint that it names"));
  }
  // The answer of one state under the signatures of another.
  EXPECT_THAT(Ask(Gateway({rewritten_, base_.Note(kThree)})),
              Refuses("at the checkpoint that it names"));
}

// ---- The policy

TEST_F(VerifyQuorumTest, APolicyFromTheNodeItselfIsSaidAloud) {
  const Gateway gateway({base_, base_.Note(kThree)});
  const Outcome outcome = Run({"--node", gateway.url(), "stamp", base_.Stamp(1)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("The policy came from the node itself"));
  const Gateway short_of_one({base_, base_.Note({{1}, {2}})});
  EXPECT_THAT(Run({"--node", short_of_one.url(), "stamp", base_.Stamp(1)}), Refuses("2/4"));
}

TEST_F(VerifyQuorumTest, PeersThatGiveDifferentPoliciesConvinceNobodyWithoutAFile) {
  crypto::Policy lone = base_.policy();
  lone.quorum = 1;
  const Gateway honest({base_, base_.Note(kThree)});
  const Gateway liar(
      {.copy = rewritten_, .note = rewritten_.Note({{4}}), .policy = crypto::FormatPolicy(lone)});
  EXPECT_THAT(Run({"--node", honest.url(), "--also", liar.url(), "stamp", base_.Stamp(1)}),
              Refuses("different policies"));
  // With a file, the liar is caught.
  const Outcome outcome = Ask(honest, {&liar});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(liar.url() + ": CANNOT_VERIFY"));
}

TEST_F(VerifyQuorumTest, APolicyThatChangedIsToldNotFollowed) {
  crypto::Policy other = base_.policy();
  other.cosigners.resize(1);
  other.quorum = 1;
  const std::string old = WriteFile("old", "# date: 2026-01-06\n" + crypto::FormatPolicy(other));
  const Gateway gateway({base_, base_.Note({{2}, {3}, {4}})});
  const auto ask = [&](const std::string& file) {
    return Run({"--policy", file, "--node", gateway.url(), "stamp", base_.Stamp(1)});
  };
  EXPECT_THAT(ask(old), Refuses("the policy has changed"));
  EXPECT_THAT(ask(old).out, HasSubstr("older than 90 days"));
  EXPECT_EQ(ask(WriteFile("bad", "# date: yesterday\n" + crypto::FormatPolicy(other))).exit_code,
            2);
}

TEST_F(VerifyQuorumTest, AnOldPolicyFileIsSaidAloud) {
  const Gateway gateway({base_, base_.Note(kThree)});
  const Outcome outcome =
      Run({"--policy", PolicyFile("2026-01-06"), "--node", gateway.url(), "stamp", base_.Stamp(1)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("The policy file is older than 90 days"));
}

TEST_F(VerifyQuorumTest, ThePolicyThatAllGiveCanBeWrittenDown) {
  const Gateway first({base_, base_.Note(kThree)});
  const Gateway second({base_, base_.Note({{2}, {3}, {4}})});
  const std::string file = temp_ / "written";
  const Outcome written =
      Run({"policy", "--node", first.url(), "--also", second.url(), "--out", file});
  EXPECT_EQ(written.exit_code, 0) << written.err;
  EXPECT_THAT(support::ReadWholeFile(file), HasSubstr(crypto::FormatPolicy(base_.policy())));
  EXPECT_EQ(Run({"--policy", file, "--node", first.url(), "stamp", base_.Stamp(1)}).exit_code, 0);
  const Gateway stale({base_, base_.Note({{1, 900}, {2, 900}, {3, 900}})});
  EXPECT_EQ(Run({"policy", "--node", stale.url()}).exit_code, 2);
  const Gateway other({.copy = base_, .note = base_.Note(kThree), .policy = "quorum none\n"});
  EXPECT_EQ(Run({"policy", "--node", other.url()}).exit_code, 2);
}

// ---- Several peers

TEST_F(VerifyQuorumTest, PeersThatAgreeAreCounted) {
  const Gateway first({base_, base_.Note(kThree)});
  const Gateway second({base_, base_.Note({{2}, {3}, {4}})});
  const Outcome outcome = Ask(first, {&second}, {"--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  const v1::CheckedStamp checked = Read(outcome);
  EXPECT_EQ(checked.policy_source(), "file");
  ASSERT_EQ(checked.peers_size(), 2);
  EXPECT_EQ(checked.peers(1).url(), second.url());
  EXPECT_EQ(checked.peers(1).said(), "CODE_ISSUED");
  EXPECT_EQ(checked.peers(1).cosigners_size(), 3);
  EXPECT_TRUE(checked.peers(0).followed());
  EXPECT_THAT(checked.not_proved_en(1), HasSubstr("the word of the 2 node(s)"));
}

TEST_F(VerifyQuorumTest, APeerThatIsDownIsNamedAndTheOthersDecide) {
  const Gateway up({base_, base_.Note(kThree)});
  auto gone = std::make_unique<Gateway>(Script{base_, base_.Note(kThree)});
  const std::string down = gone->url();
  gone.reset();
  for (const auto& [node, also] : {std::pair{up.url(), down}, {down, up.url()}}) {
    for (const bool pinned : {true, false}) {
      std::vector<std::string> arguments = {"--node", node,    "--also",
                                            also,     "stamp", base_.Stamp(1)};
      if (pinned) arguments.insert(arguments.begin(), {"--policy", PolicyFile()});
      const Outcome outcome = Run(arguments);
      EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
      EXPECT_THAT(outcome.out, HasSubstr(down + ": No usable answer"));
    }
  }
  EXPECT_EQ(Run({"--node", down, "--also", down, "stamp", base_.Stamp(1)}).exit_code, 2);
}

TEST_F(VerifyQuorumTest, ALongerLogMustExtendAShorterOne) {
  const Gateway behind({base_, base_.Note(kThree)});
  const Gateway ahead({rewritten_, rewritten_.Note(kThree)});
  EXPECT_EQ(Ask(behind, {&ahead}).exit_code, 0);
  EXPECT_EQ(Ask(ahead, {&behind}).exit_code, 0);
  // Whoever cannot show it is not believed; the others decide.
  const Gateway mute({.copy = rewritten_, .note = rewritten_.Note(kThree), .proves = false});
  const Outcome outcome = Ask(behind, {&mute});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(mute.url() + ": Nobody proved"));
  // Any peer may show it, also for another one.
  EXPECT_THAT(Ask(behind, {&mute, &ahead}).out, Not(HasSubstr("Nobody proved")));
}

TEST_F(VerifyQuorumTest, AcrossTheStampsOfAListTheLogOnlyGrows) {
  const Gateway behind({base_, base_.Note(kThree)});
  const LedgerCopy longer = rewritten_.And("htx-cam", {op::RegisterBatch{.lot = "L10"}});
  const Gateway fork({recalled_, recalled_.Note(kThree)});
  const Gateway ahead({longer, longer.Note({{2}, {3}, {4}})});
  const std::string list =
      WriteFile("list", base_.Stamp(1) + "\n" + base_.Stamp(2) + "\n" + base_.Stamp(3) + "\n");
  const auto check = [&](const Gateway& first, const Gateway& second) {
    return Run(
        {"--policy", PolicyFile(), "--node", first.url(), "--also", second.url(), "list", list});
  };
  EXPECT_THAT(check(behind, ahead).err, HasSubstr("CODE_ISSUED 3"));
  EXPECT_THAT(check(fork, ahead).err, HasSubstr("CANNOT_VERIFY 3"));
}

TEST_F(VerifyQuorumTest, TwoLogsWithAQuorumEachMeanThatNothingCanBeBelieved) {
  const Gateway first({recalled_, recalled_.Note({{1}, {2}, {3}})});
  const Gateway second({rewritten_, rewritten_.Note({{2}, {3}, {4}})});
  const Outcome outcome = Ask(first, {&second}, {"--evidence", temp_ / "evidence"});
  EXPECT_THAT(outcome, Refuses("signed both: peer2.example, peer3.example"));
  EXPECT_THAT(Evidence(), AllOf(HasSubstr(recalled_.Note({{1}}).substr(0, 60)),
                                HasSubstr("peer4.example"), HasSubstr("Signed both")));
  EXPECT_THAT(Ask(first, {&second}), Refuses("--evidence"));
}

TEST_F(VerifyQuorumTest, OfContradictingAnswersAtOneCheckpointTheWorseIsFollowed) {
  const Gateway honest({recalled_, recalled_.Note(kThree)});
  const Gateway liar({recalled_, recalled_.Note(kThree), [&](v1::VerdictAnswer& answer) {
                        const v1::LedgerStatus ledger = answer.ledger();
                        answer = base_.Judge(base_.Stamp(1), "");
                        *answer.mutable_ledger() = ledger;
                      }});
  for (const auto& [first, second] : {std::pair{&honest, &liar}, {&liar, &honest}}) {
    const Outcome outcome = Ask(*first, {second});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("RECALLED: "), HasSubstr("at the same checkpoint")));
  }
}

// ---- Behaviours 23 to 26 of an authorised peer

// 23: labels beyond the certified quantity.
class OverIssuanceTest : public VerifyQuorumTest {
 protected:
  static constexpr std::uint64_t kBeyond = 15'000;  // the batch has 10,000 units
  LedgerCopy OverIssued() const {
    LedgerCopy copy = base_.And("vp-hatinh", {op::AuthoriseLabels{.first = 101, .count = 20'000}},
                                ledger::RuleSet::WithoutForTest(ledger::Rule::kI10));
    copy.Add("htx-cam", {op::SetRunKeys{.first = 101}});
    copy.Add("in-hatinh", {op::ConfirmPrint{.first = 101, .printed = 20'000}});
    copy.Add("htx-cam", {op::ActivateLabels{.first = 101, .activated = 20'000}},
             ledger::RuleSet::WithoutForTest(ledger::Rule::kI10));
    return copy;
  }
  Outcome AskBeyond(const Gateway& first, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"--policy", PolicyFile(), "--node", first.url()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"stamp", base_.Stamp(kBeyond)});
    return Run(arguments);
  }
};

TEST_F(OverIssuanceTest, ItsOwnCopyIsSignedByNobodyElse) {
  const LedgerCopy copy = OverIssued();
  ASSERT_EQ(copy.Judge(base_.Stamp(kBeyond), "").verdict(), "CODE_ISSUED");
  const Gateway liar({copy, copy.Note({{4}})});
  EXPECT_THAT(AskBeyond(liar), Refuses("1/4"));
  const Gateway honest({base_, base_.Note(kThree)});
  const Outcome outcome = AskBeyond(liar, {"--also", honest.url()});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("NOT_IN_SYSTEM: "));
}

TEST_F(OverIssuanceTest, ItsAnswerUnderTheQuorumsCheckpointIsContradicted) {
  const LedgerCopy copy = OverIssued();
  const Gateway liar({base_, base_.Note(kThree), [&](v1::VerdictAnswer& answer) {
                        const v1::LedgerStatus ledger = answer.ledger();
                        answer = copy.Judge(base_.Stamp(kBeyond), "");
                        *answer.mutable_ledger() = ledger;
                      }});
  const Gateway honest({base_, base_.Note(kThree)});
  const Outcome outcome = AskBeyond(liar, {"--also", honest.url()});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("NOT_IN_SYSTEM: "), HasSubstr("at the same checkpoint")));
  // Asked alone it cannot be caught without proofs of the state; that is said.
  EXPECT_THAT(AskBeyond(liar).out, HasSubstr("is the word of the 1 node(s) asked"));
}

// 24: one serial issued in two places at once.
TEST_F(VerifyQuorumTest, ASerialThatIsIssuedInTwoPlacesIsIssuedInNone) {
  const auto issue = [this](const std::string& key) {
    LedgerCopy copy = base_.And("vp-hatinh", {op::AuthoriseLabels{.first = 101}});
    copy.Add("htx-cam", {op::SetRunKeys{.first = 101, .stamp_key = key}});
    copy.Add("in-hatinh", {op::ConfirmPrint{.first = 101}});
    copy.Add("htx-cam", {op::ActivateLabels{.first = 101}});
    return copy;
  };
  const LedgerCopy here = issue("stamp-here");
  const LedgerCopy there = issue("stamp-there");
  const auto ask = [&](const Gateway& first, const Gateway& second, const std::string& key) {
    return Run({"--policy", PolicyFile(), "--node", first.url(), "--also", second.url(),
                "--evidence", temp_ / "evidence", "stamp", base_.Stamp(150, key)});
  };
  {  // The peers are divided: neither copy is the ledger.
    const Gateway half({here, here.Note({{1}, {2}})});
    const Gateway other_half({there, there.Note({{3}, {4}})});
    EXPECT_THAT(ask(half, other_half, "stamp-here"), Refuses("2/4"));
    EXPECT_THAT(ask(half, other_half, "stamp-there"), Refuses("2/4"));
  }
  // One of them has a quorum: the other is refused, and who signed both is named.
  const Gateway most({here, here.Note(kThree)});
  const Gateway few({there, there.Note({{3}, {4}})});
  EXPECT_EQ(ask(most, few, "stamp-here").exit_code, 0);
  const Outcome outcome = ask(few, most, "stamp-there");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("NOT_IN_SYSTEM: "), HasSubstr("signed both: peer3.example")));
  EXPECT_THAT(Evidence(), HasSubstr("Signed both:\n  peer3.example"));
}

// 25: a rewritten copy, served to its own consumers.
TEST_F(VerifyQuorumTest, ARewrittenCopyOfTheSameSizeIsRefusedAndKept) {
  const Gateway honest({recalled_, recalled_.Note(kThree)});
  const Gateway liar({rewritten_, rewritten_.Note({{4}})});
  EXPECT_THAT(Ask(liar), Refuses("1/4"));
  const Outcome outcome = Ask(liar, {&honest}, {"--evidence", temp_ / "evidence"});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("RECALLED: "), HasSubstr("Two logs contradict")));
  EXPECT_THAT(Evidence(), AllOf(HasSubstr(liar.url()), HasSubstr("log key ")));
}

TEST_F(VerifyQuorumTest, ARewrittenCopyOfAnotherSizeIsCaughtByAConsistencyProof) {
  const LedgerCopy later = recalled_.And("htx-cam", {op::RegisterBatch{.lot = "L10"}});
  const Gateway honest({later, later.Note({{1}, {2}, {4}})});
  const Gateway liar({rewritten_, rewritten_.Note({{4}})});
  const Outcome outcome = Ask(honest, {&liar}, {"--evidence", temp_ / "evidence"});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("signed both: peer4.example"));
  EXPECT_THAT(Evidence(), HasSubstr("consistency proof"));
  // One that is longer is refused all the same.
  const LedgerCopy longer = rewritten_.And("htx-cam", {op::RegisterBatch{.lot = "L10"}});
  const Gateway long_liar({longer, longer.Note({{3}, {4}})});
  const Gateway short_honest({recalled_, recalled_.Note(kThree)});
  EXPECT_EQ(Ask(long_liar, {&short_honest}).exit_code, 1);
  EXPECT_THAT(Ask(long_liar), Refuses("2/4"));
}

// 26: a gateway that stays at an old head.
TEST_F(VerifyQuorumTest, AFrozenGatewayIsNotBelievedAndTheOthersDecide) {
  const Gateway frozen({base_, base_.Note({{1, 700}, {2, 700}, {3, 700}})});
  EXPECT_THAT(Ask(frozen), Refuses("stale"));
  const Gateway honest({recalled_, recalled_.Note(kThree)});
  for (const auto& [first, second] : {std::pair{&frozen, &honest}, {&honest, &frozen}}) {
    const Outcome outcome = Ask(*first, {second});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out,
                AllOf(HasSubstr("RECALLED: "), HasSubstr(frozen.url() + ": The data are stale")));
  }
}

TEST_F(VerifyQuorumTest, AGatewayThatLagsBehindARecallIsTold) {
  const Gateway behind({base_, base_.Note({{1, 300}, {2, 300}, {3, 300}})});
  const Gateway honest({recalled_, recalled_.Note(kThree)});
  const Outcome outcome = Ask(behind, {&honest});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("RECALLED: "), HasSubstr(behind.url() + ": answers "
                                                                      "CODE_ISSUED at an older")));
}

TEST_F(VerifyQuorumTest, WhatWasLiftedSinceIsToldAsSuch) {
  const LedgerCopy lifted = recalled_.And("thanhtra-hatinh", {op::CloseRecall{}});
  const Gateway behind({recalled_, recalled_.Note(kThree)});
  const Gateway ahead({lifted, lifted.Note(kThree)});
  const Outcome outcome = Ask(behind, {&ahead});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("check again"));
}

}  // namespace
}  // namespace sogoc
