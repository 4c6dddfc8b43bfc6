#pragma once

// What is known of the other peers' clocks, and whether this peer's own is fit to sign by (rule R9
// of the design: a peer more than 10 s off the peers' median does not sign).

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "node/base/result.h"

namespace sogoc::peer {

// Thread-safe.
class PeerClocks {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kOffMax{10};
  static constexpr std::chrono::seconds kAgeMax{30};  // what was heard longer ago does not count
  static constexpr std::size_t kJudgesMin = 2;        // other peers

  // The peer's clock minus this one's, as measured at `heard`.
  void Report(const std::string& peer, std::chrono::nanoseconds offset, Steady heard);
  void Forget(const std::string& peer);

  // kFailedPrecondition, saying by how much, if at least two other clocks are known and the median
  // of all, this one included, is more than 10 s away. Of an even number both middle ones must be:
  // half of the clocks say nothing against the other half.
  base::Status Check(Steady now) const;

 private:
  struct Heard {
    std::chrono::nanoseconds offset;
    Steady at;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Heard> heard_;
};

}  // namespace sogoc::peer
