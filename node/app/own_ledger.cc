#include "node/app/own_ledger.h"

#include "node/base/bytes.h"
#include "node/ledger/records.h"

namespace sogoc::app {

storage::LedgerOptions StoreOptions(const NodeDirectory& directory, const Config& config) {
  storage::LedgerOptions options;
  options.directory = directory.ledger().string();
  options.block_cache_bytes = config.cache_megabytes << 20;
  options.repair_by_replay = config.engine.has_value();
  return options;
}

storage::SpaceReserve ReserveOf(const Config& config) {
  return {config.reserve_megabytes << 20, config.reserve_percent};
}

base::Status CheckOwnKeys(const ledger::StateView& state, const std::string& name,
                          const crypto::Ed25519PublicKey& log_key,
                          const crypto::Ed25519PublicKey& cosigner_key) {
  const auto peers = ledger::Load<ledger::PeersRecord>(state, ledger::PeersKey());
  for (const ledger::PeerRecord& peer : peers.value_or(ledger::PeersRecord{}).peers) {
    if (peer.name != name) continue;
    if (base::Equal(peer.log_key, log_key) && base::Equal(peer.cosigner_key, cosigner_key)) {
      return base::Ok();
    }
    return base::FailedPrecondition(
        "the keys in this folder are not those that the ledger names for peer " + name +
        "; use the folder whose peer.json was founded with");
  }
  return base::FailedPrecondition("peer " + name +
                                  " is not on the ledger; see `name` in node.toml");
}

}  // namespace sogoc::app
