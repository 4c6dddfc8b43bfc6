#pragma once

// Changes that need the approval of several organisations.

#include <string>

#include "node/ledger/rules/operation_context.h"

namespace sogoc::ledger::rules {

// nullopt if `peers` / `governance` / `policy` are well formed against the state, else what is
// wrong.
std::optional<std::string> CheckPeers(const google::protobuf::RepeatedPtrField<v1::Peer>& peers,
                                      const StateView& state);
std::optional<std::string> CheckGovernance(const v1::Governance& governance,
                                           const StateView& state);

// True for founders and approvers: their keys are replaced by an approved proposal only.
bool KeysNeedProposal(const OperationContext& ctx, const std::string& organisation);

PeersRecord MakePeers(const google::protobuf::RepeatedPtrField<v1::Peer>& peers);
GovernanceRecord MakeRecord(const v1::Governance& governance);

// k = floor((n + f) / 2) + 1 with f = floor((n - 1) / 3): two quorums share an honest peer
// (decision 4).
std::uint32_t DefaultQuorum(std::size_t peers);
// The policy in which every peer cosigns and the default quorum is needed.
PolicyRecord DefaultPolicy(const PeersRecord& peers, std::uint32_t version, Height effective);

// Writes an approved change: the last thing that the block of `height` does, so that it counts from
// the next one.
void ApplyChange(const Bytes& change, Height height, StateOverlay& state);

}  // namespace sogoc::ledger::rules
