#include "node/ledger/rules/governance.h"

#include <algorithm>
#include <set>

#include "crypto/policy.h"
#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/organisations.h"
#include "node/ledger/rules/reference_data.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

constexpr int kPeersMax = static_cast<int>(crypto::kCosignersMax);
constexpr int kEndpointsMax = 8;

// A cosigner's name stands in signed notes: no white space, no plus (C2SP signed-note).
bool IsKeyName(const std::string& name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
}

Bytes ToRecordBytes(const std::string& text) { return base::ToBytes(base::AsBytes(text)); }

// Validators that stay carry the order over to those that come; a ledger whose validators were all
// replaced by some that never run has ended. A lone peer has no other way to get a new key.
bool EnoughStay(const PeersRecord& before,
                const google::protobuf::RepeatedPtrField<v1::Peer>& after) {
  if (before.peers.size() <= 1) return true;
  std::set<Bytes> keys;
  for (const v1::Peer& peer : after) keys.insert(ToRecordBytes(peer.validator_key()));
  const auto stay =
      std::count_if(before.peers.begin(), before.peers.end(),
                    [&](const PeerRecord& peer) { return keys.contains(peer.validator_key); });
  return 3 * static_cast<std::size_t>(stay) >= before.peers.size();
}

std::optional<std::string> CheckPolicy(const v1::Policy& policy, const PeersRecord& peers) {
  if (policy.cosigners_size() == 0) return "a policy needs cosigners";
  std::string previous;
  for (const std::string& name : policy.cosigners()) {
    if (name <= previous) return "cosigners must be ascending and distinct";
    previous = name;
    const bool known = std::any_of(peers.peers.begin(), peers.peers.end(),
                                   [&](const PeerRecord& peer) { return peer.name == name; });
    if (!known) return "cosigner " + name + " is not a peer";
  }
  const auto n = static_cast<std::uint32_t>(policy.cosigners_size());
  if (policy.quorum() < DefaultQuorum(n) || policy.quorum() > n) {
    return "a quorum of " + std::to_string(n) + " cosigners is " +
           std::to_string(DefaultQuorum(n)) + " to " + std::to_string(n);
  }
  return std::nullopt;
}

v1::Change ParseChange(const Bytes& bytes) {
  v1::Change change;
  // The bytes are this code's own, from a message that was parsed before.
  if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
  return change;
}

// True if two changes in one block would be judged without each other's effect: two of one kind,
// or a policy and the peers that it names.
bool Collide(const v1::Change& a, const v1::Change& b) {
  const auto names_peers = [](const v1::Change& change) {
    return change.has_policy() || change.has_peers();
  };
  return a.kind_case() == b.kind_case() || (names_peers(a) && names_peers(b));
}

std::optional<std::string> CheckChange(const v1::Change& change, const OperationContext& ctx) {
  const auto peers = Load<PeersRecord>(ctx.state, PeersKey()).value_or(PeersRecord{});
  switch (change.kind_case()) {
    case v1::Change::kRulesVersion:
      if (change.rules_version() > kRulesVersion) return "this node does not know those rules";
      if (change.rules_version() <= ctx.ledger.rules_version) return "those rules are in force";
      return std::nullopt;
    case v1::Change::kPolicy:
      return CheckPolicy(change.policy(), peers);
    case v1::Change::kPeers:
      return CheckPeers(change.peers().peers(), ctx.state);
    case v1::Change::kParameters:
      return CheckParameters(change.parameters());
    case v1::Change::kRegimes:
      return CheckRegimes(change.regimes());
    case v1::Change::kVocabulary:
      if (ctx.state.Get(VocabularyKey(change.vocabulary().version()))) {
        return "that vocabulary version exists: products rest on it";
      }
      return CheckVocabulary(change.vocabulary());
    case v1::Change::kGovernance:
      return CheckGovernance(change.governance(), ctx.state);
    case v1::Change::kReplaceLostKeys:
      if (!KeysNeedProposal(ctx, change.replace_lost_keys().organisation())) {
        return "the admitting office of " + change.replace_lost_keys().organisation() +
               " replaces its keys";
      }
      return std::nullopt;
    case v1::Change::KIND_NOT_SET:
      break;
  }
  return "a change without content";
}

Outcome CheckApprover(const OperationContext& ctx, const GovernanceRecord& governance) {
  RULE(kI1,
       std::binary_search(governance.approvers.begin(), governance.approvers.end(), ctx.author()),
       kNotApprover, ctx.author());
  return kAccepted;
}

// Counts only the approvals of organisations that are approvers now. New keys count at once, like
// every operation on keys; all other changes from the next height on.
Outcome ApplyIfApproved(ProposalRecord& proposal, const GovernanceRecord& governance,
                        OperationContext& ctx) {
  const auto count = std::count_if(
      proposal.approvals.begin(), proposal.approvals.end(), [&](const Fact& approval) {
        return std::binary_search(governance.approvers.begin(), governance.approvers.end(),
                                  approval.organisation);
      });
  if (static_cast<std::uint32_t>(count) < governance.threshold) return kAccepted;
  const v1::Change change = ParseChange(proposal.change);
  for (const Bytes& approved : ctx.approved_changes) {
    REFUSE_UNLESS(!Collide(ParseChange(approved), change), kBadChange,
                  "a like change takes effect with this block; send this one again");
  }
  proposal.applied = true;
  if (change.has_replace_lost_keys()) return ReplaceKeys(change.replace_lost_keys(), ctx);
  ctx.approved_changes.push_back(proposal.change);
  return kAccepted;
}

}  // namespace

std::optional<std::string> CheckPeers(const google::protobuf::RepeatedPtrField<v1::Peer>& peers,
                                      const StateView& state) {
  if (peers.empty() || peers.size() > kPeersMax) return "1 to 15 peers";
  std::set<std::string> keys;
  std::string previous;
  for (const v1::Peer& peer : peers) {
    if (!IsKeyName(peer.name())) return "a peer's name is printable ASCII without blanks and '+'";
    if (peer.name() <= previous) return "peers must be ascending by name and distinct";
    previous = peer.name();
    if (!state.Get(OrganisationKey(peer.organisation()))) {
      return "peer " + peer.name() + " belongs to no organisation of the ledger";
    }
    for (const std::string* key :
         {&peer.log_key(), &peer.cosigner_key(), &peer.tls_key_hash(), &peer.validator_key()}) {
      if (key->size() != 32) return "peer " + peer.name() + ": every key has 32 bytes";
      // cosignature/v1 does not name its signer, so no key may serve twice.
      if (!keys.insert(*key).second) return "peer " + peer.name() + ": a key is used twice";
    }
    if (peer.endpoints_size() > kEndpointsMax) return "at most 8 endpoints";
    for (const std::string& endpoint : peer.endpoints()) {
      if (endpoint.empty() || endpoint.size() > kNameBytesMax) return "an endpoint has 1-200 bytes";
    }
  }
  if (!EnoughStay(Load<PeersRecord>(state, PeersKey()).value_or(PeersRecord{}), peers)) {
    return "at least a third of the validator keys stay: change one peer after the other";
  }
  return std::nullopt;
}

std::optional<std::string> CheckGovernance(const v1::Governance& governance,
                                           const StateView& state) {
  if (governance.approvers_size() == 0) return "there must be an approver";
  std::string previous;
  for (const std::string& approver : governance.approvers()) {
    if (approver <= previous) return "approvers must be ascending and distinct";
    previous = approver;
    if (!state.Get(OrganisationKey(approver))) return "approver " + approver + " is unknown";
  }
  const auto n = static_cast<std::uint32_t>(governance.approvers_size());
  if (governance.threshold() <= n / 2 || governance.threshold() > n) {
    return "the threshold must be more than half of the approvers";
  }
  return std::nullopt;
}

bool KeysNeedProposal(const OperationContext& ctx, const std::string& organisation) {
  const auto& founders = ctx.ledger.founders;
  const auto governance = Load<GovernanceRecord>(ctx.state, GovernanceKey());
  return std::find(founders.begin(), founders.end(), organisation) != founders.end() ||
         std::binary_search(governance->approvers.begin(), governance->approvers.end(),
                            organisation);
}

PeersRecord MakePeers(const google::protobuf::RepeatedPtrField<v1::Peer>& peers) {
  PeersRecord record;
  for (const v1::Peer& peer : peers) {
    record.peers.push_back({peer.name(),
                            peer.organisation(),
                            ToRecordBytes(peer.log_key()),
                            ToRecordBytes(peer.cosigner_key()),
                            ToRecordBytes(peer.tls_key_hash()),
                            ToRecordBytes(peer.validator_key()),
                            {peer.endpoints().begin(), peer.endpoints().end()}});
  }
  return record;
}

GovernanceRecord MakeRecord(const v1::Governance& governance) {
  return {{governance.approvers().begin(), governance.approvers().end()}, governance.threshold()};
}

std::uint32_t DefaultQuorum(std::size_t peers) {
  const std::size_t faulty = (peers - 1) / 3;
  return static_cast<std::uint32_t>((peers + faulty) / 2 + 1);
}

PolicyRecord DefaultPolicy(const PeersRecord& peers, std::uint32_t version, Height effective) {
  PolicyRecord policy;
  policy.version = version;
  policy.quorum = DefaultQuorum(peers.peers.size());
  for (const PeerRecord& peer : peers.peers) policy.cosigners.push_back(peer.name);
  policy.effective = effective;
  return policy;
}

void ApplyChange(const Bytes& bytes, Height height, StateOverlay& state) {
  const v1::Change change = ParseChange(bytes);
  const auto policy = Load<PolicyRecord>(state, PolicyKey()).value_or(PolicyRecord{});
  switch (change.kind_case()) {
    case v1::Change::kRulesVersion: {
      LedgerRecord ledger = *Load<LedgerRecord>(state, LedgerKey());
      ledger.rules_version = change.rules_version();
      state.Put(LedgerKey(), ledger);
      return;
    }
    case v1::Change::kPolicy:
      state.Put(PolicyKey(), PolicyRecord{policy.version + 1,
                                          change.policy().quorum(),
                                          {change.policy().cosigners().begin(),
                                           change.policy().cosigners().end()},
                                          height + 1});
      return;
    case v1::Change::kPeers: {
      const PeersRecord peers = MakePeers(change.peers().peers());
      state.Put(PeersKey(), peers);
      state.Put(PolicyKey(), DefaultPolicy(peers, policy.version + 1, height + 1));
      return;
    }
    case v1::Change::kParameters:
      state.Put(ParametersKey(), MakeRecord(change.parameters()));
      return;
    case v1::Change::kRegimes:
      state.Put(RegimesKey(), MakeRecord(change.regimes()));
      return;
    case v1::Change::kVocabulary:
      state.Put(VocabularyKey(change.vocabulary().version()), MakeRecord(change.vocabulary()));
      return;
    case v1::Change::kGovernance:
      state.Put(GovernanceKey(), MakeRecord(change.governance()));
      return;
    case v1::Change::kReplaceLostKeys:
    case v1::Change::KIND_NOT_SET:
      return;
  }
}

Outcome Apply(const v1::Propose& op, OperationContext& ctx) {
  const auto governance = Load<GovernanceRecord>(ctx.state, GovernanceKey());
  TRY_RULE(CheckApprover(ctx, *governance));
  TRY_RULE(CheckText(op.title(), "title", kNameBytesMax));
  const auto problem = CheckChange(op.change(), ctx);
  REFUSE_UNLESS(!problem, kBadChange, problem.value_or(""));
  Bytes position;
  base::AppendU32(position, ctx.position);
  const Digest id = crypto::Sha256({ctx.entry.id, position});
  ProposalRecord proposal;
  proposal.change = ToRecordBytes(op.change().SerializeAsString());
  proposal.title = op.title();
  proposal.approvals.push_back(ctx.Says());
  TRY_RULE(ApplyIfApproved(proposal, *governance, ctx));
  ctx.state.Put(ProposalKey(id), proposal);
  return kAccepted;
}

Outcome Apply(const v1::Approve& op, OperationContext& ctx) {
  const auto governance = Load<GovernanceRecord>(ctx.state, GovernanceKey());
  TRY_RULE(CheckApprover(ctx, *governance));
  const auto id = base::DigestFromBytes(base::AsBytes(op.proposal()));
  REFUSE_UNLESS(id, kBadDigest, "proposal");
  auto proposal = Load<ProposalRecord>(ctx.state, ProposalKey(*id));
  REFUSE_UNLESS(proposal, kUnknownProposal, base::ToHex(*id));
  REFUSE_UNLESS(!proposal->applied, kProposalApplied);
  const bool again =
      std::any_of(proposal->approvals.begin(), proposal->approvals.end(),
                  [&](const Fact& approval) { return approval.organisation == ctx.author(); });
  REFUSE_UNLESS(!again, kAlreadyApproved, ctx.author());
  const auto problem = CheckChange(ParseChange(proposal->change), ctx);
  REFUSE_UNLESS(!problem, kBadChange, problem.value_or(""));
  proposal->approvals.push_back(ctx.Says());
  TRY_RULE(ApplyIfApproved(*proposal, *governance, ctx));
  ctx.state.Put(ProposalKey(*id), *proposal);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
