#include "node/ledger/policy.h"

#include <algorithm>

#include "node/ledger/records.h"

namespace sogoc::ledger {
namespace {

crypto::NoteKey MakeKey(const std::string& name, crypto::NoteKeyType type, const Bytes& bytes) {
  crypto::NoteKey key{name, type, {}};
  std::copy_n(bytes.begin(), std::min(bytes.size(), key.key.size()), key.key.begin());
  return key;
}

}  // namespace

std::optional<crypto::Policy> PolicyOf(const StateView& state) {
  const auto ledger = Load<LedgerRecord>(state, LedgerKey());
  const auto peers = Load<PeersRecord>(state, PeersKey());
  const auto policy = Load<PolicyRecord>(state, PolicyKey());
  if (!ledger || !peers || !policy) return std::nullopt;
  crypto::Policy out;
  out.quorum = policy->quorum;
  for (const PeerRecord& peer : peers->peers) {
    out.logs.push_back(MakeKey(ledger->origin, crypto::NoteKeyType::kLog, peer.log_key));
    if (std::binary_search(policy->cosigners.begin(), policy->cosigners.end(), peer.name)) {
      out.cosigners.push_back(
          MakeKey(peer.name, crypto::NoteKeyType::kCosigner, peer.cosigner_key));
    }
  }
  return out;
}

}  // namespace sogoc::ledger
