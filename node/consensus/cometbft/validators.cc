#include "node/consensus/cometbft/validators.h"

#include <map>
#include <set>

#include "crypto/sha256.h"

namespace sogoc::cometbft {
namespace {

std::set<base::Bytes> KeysOf(const ledger::PeersRecord& peers) {
  std::set<base::Bytes> keys;
  for (const ledger::PeerRecord& peer : peers.peers) keys.insert(peer.validator_key);
  return keys;
}

abci::ValidatorUpdate Update(const base::Bytes& key, std::int64_t power) {
  abci::ValidatorUpdate update;
  update.mutable_pub_key()->set_ed25519(base::ToText(key));
  update.set_power(power);
  return update;
}

}  // namespace

base::Bytes ValidatorAddress(base::ByteView validator_key) {
  const base::Digest digest = crypto::Sha256(validator_key);
  return base::ToBytes(base::ByteView(digest).first(20));
}

std::optional<std::string> CompareValidators(
    const google::protobuf::RepeatedPtrField<abci::ValidatorUpdate>& given,
    const ledger::PeersRecord& peers) {
  std::set<base::Bytes> missing = KeysOf(peers);
  for (const abci::ValidatorUpdate& validator : given) {
    const base::Bytes key = base::ToBytes(base::AsBytes(validator.pub_key().ed25519()));
    if (missing.erase(key) == 0) {
      return "it names a validator that is no peer of the ledger: " +
             base::ToHex(ValidatorAddress(key));
    }
    if (validator.power() != kValidatorPower) {
      return "every validator must have a power of " + std::to_string(kValidatorPower);
    }
  }
  if (missing.empty()) return std::nullopt;
  return "peer " + PeerOfValidator(ValidatorAddress(*missing.begin()), peers) +
         " is missing among its validators";
}

std::vector<abci::ValidatorUpdate> ValidatorUpdates(const ledger::PeersRecord& before,
                                                    const ledger::PeersRecord& after) {
  const std::set<base::Bytes> old_keys = KeysOf(before);
  const std::set<base::Bytes> new_keys = KeysOf(after);
  std::map<base::Bytes, std::int64_t> changes;
  for (const base::Bytes& key : old_keys) {
    if (new_keys.count(key) == 0) changes[key] = 0;
  }
  for (const base::Bytes& key : new_keys) {
    if (old_keys.count(key) == 0) changes[key] = kValidatorPower;
  }
  std::vector<abci::ValidatorUpdate> updates;
  for (const auto& [key, power] : changes) updates.push_back(Update(key, power));
  return updates;
}

std::string PeerOfValidator(base::ByteView address, const ledger::PeersRecord& peers) {
  for (const ledger::PeerRecord& peer : peers.peers) {
    if (base::Equal(ValidatorAddress(peer.validator_key), address)) return peer.name;
  }
  return base::ToHex(address);
}

}  // namespace sogoc::cometbft
