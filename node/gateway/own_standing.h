#pragma once

// How this node itself stands, as it shows to others.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "node/base/result.h"

namespace sogoc::gateway {

struct EngineStanding {
  base::Status answers = base::Ok();
  // From its last answer.
  std::string version;
  std::uint64_t height = 0;
  bool catching_up = false;
  std::uint64_t voting_power = 0;
  std::uint32_t peers = 0;
  std::chrono::seconds height_unchanged{0};  // for so long its height is the same
  base::Status votes = base::Ok();  // an error: this node does not let it vote yet, and why
};

// Of the stored ledger, which is read again and again.
struct ScrubStanding {
  base::Status whole = base::Ok();  // an error: what is damaged
  std::uint64_t passes = 0;         // since the start
  std::chrono::seconds age{0};      // since the last pass ended, or since the start
};

struct OwnStanding {
  std::string version;  // of the program
  bool serving = true;  // false: blocks that were promised are still being brought back
  base::Status takes_entries = base::Ok();  // an error: the disk is too full
  base::Status clock = base::Ok();          // against the other peers' clocks
  std::string genesis_sha256;               // of the engine's genesis file; empty without one
  std::optional<EngineStanding> engine;     // where there is one
  std::optional<ScrubStanding> scrub;
  std::uint64_t fork_evidence = 0;  // files
  std::uint64_t validator_evidence = 0;
};

}  // namespace sogoc::gateway
