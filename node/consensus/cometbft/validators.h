#pragma once

// The ledger's peers as the engine's validators. Pure.

#include <optional>
#include <string>
#include <vector>

#include "node/ledger/records.h"
#include "proto/abci.pb.h"

namespace sogoc::cometbft {

// Every validator has the same power.
inline constexpr std::int64_t kValidatorPower = 10;

// The engine's name of a validator: the first 20 bytes of the SHA-256 of its Ed25519 key.
base::Bytes ValidatorAddress(base::ByteView validator_key);

// nullopt if `given` are exactly the peers' keys with kValidatorPower, else what differs.
std::optional<std::string> CompareValidators(
    const google::protobuf::RepeatedPtrField<abci::ValidatorUpdate>& given,
    const ledger::PeersRecord& peers);

// What turns the validators of `before` into those of `after`, ascending by key.
std::vector<abci::ValidatorUpdate> ValidatorUpdates(const ledger::PeersRecord& before,
                                                    const ledger::PeersRecord& after);

// The peer with that address; the address in hexadecimal if there is none.
std::string PeerOfValidator(base::ByteView address, const ledger::PeersRecord& peers);

}  // namespace sogoc::cometbft
