#pragma once

// Whether this node is well, as GET /v1/health says it: what it names is wrong now, and nobody
// should rely on this gateway until it is right again. Pure.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "node/gateway/own_standing.h"

namespace sogoc::gateway {

struct HealthFacts {
  bool quorum = false;  // stands behind the served checkpoint
  std::size_t cosigned = 0;
  std::size_t quorum_needed = 0;
  std::int64_t checkpoint_age_s = 0;  // since a quorum last stood behind it
  // What the ledger allows to a stamp's answer.
  std::int64_t checkpoint_age_max_s = 600;
  OwnStanding own;
};

// An unchanged head is signed anew every 10 s, and the engine makes an empty block every 5 s: what
// stands still for a minute is wrong, also in a network where nothing happens.
inline constexpr std::chrono::seconds kHealthyAgeMax{60};
// The whole ledger is read again within 24 h.
inline constexpr std::chrono::hours kScrubAgeMax{48};

// Sentences; none: it is well.
std::vector<std::string> HealthProblems(const HealthFacts& facts);

}  // namespace sogoc::gateway
