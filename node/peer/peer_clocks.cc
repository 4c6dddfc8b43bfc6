#include "node/peer/peer_clocks.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace sogoc::peer {

void PeerClocks::Report(const std::string& peer, std::chrono::nanoseconds offset, Steady heard) {
  const std::lock_guard lock(mutex_);
  heard_[peer] = {offset, heard};
}

void PeerClocks::Forget(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  heard_.erase(peer);
}

base::Status PeerClocks::Check(Steady now) const {
  std::vector<std::chrono::nanoseconds> offsets = {std::chrono::nanoseconds(0)};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [peer, heard] : heard_) {
      if (now - heard.at <= kAgeMax) offsets.push_back(heard.offset);
    }
  }
  if (offsets.size() < kJudgesMin + 1) return base::Ok();
  std::ranges::sort(offsets);
  const auto lower = offsets[(offsets.size() - 1) / 2];
  const auto upper = offsets[offsets.size() / 2];
  // Zero is one of the offsets, so the two do not lie on different sides of it.
  const auto off = lower >= std::chrono::nanoseconds(0) ? lower : upper;
  if (off <= kOffMax && off >= -kOffMax) return base::Ok();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(off).count();
  return base::FailedPrecondition(
      "the clock of this machine is " + std::to_string(std::abs(seconds)) + " s " +
      (seconds > 0 ? "behind" : "ahead of") + " the median of the peers' clocks; set it right");
}

}  // namespace sogoc::peer
