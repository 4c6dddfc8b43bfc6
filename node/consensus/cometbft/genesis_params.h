#pragma once

// What an engine's genesis says beside its peers and its time: the same on every peer of every
// ledger. Pure.

#include <cstdint>

#include "proto/abci.pb.h"

namespace sogoc::cometbft {

// Of the ABCI connection; rules have a version of their own, on the ledger.
inline constexpr std::uint64_t kAppVersion = 1;

// The raw JSON of `app_state`: the ledger was founded before its engine.
inline constexpr const char* kGenesisAppState = "{}";

abci::ConsensusParams GenesisParams();

}  // namespace sogoc::cometbft
