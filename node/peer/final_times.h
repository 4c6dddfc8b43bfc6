#pragma once

// How long a block of this node has no quorum behind it: from being durable here until a quorum
// stands behind a head that covers it.

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>

#include "node/base/durations.h"
#include "node/ledger/header.h"

namespace sogoc::peer {

// Not thread-safe, but for times().
class FinalTimes {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // So many blocks are waited for; of more, the oldest are left out.
  static constexpr std::size_t kWaitingMax = 256;

  // Requires: heights rise.
  void Durable(ledger::Height height, Time now) {
    if (waiting_.size() == kWaitingMax) waiting_.pop_front();
    waiting_.emplace_back(height, now);
  }
  void Final(ledger::Height height, Time now) {
    while (!waiting_.empty() && waiting_.front().first <= height) {
      times_.Add(now - waiting_.front().second);
      waiting_.pop_front();
    }
  }
  const base::Durations& times() const { return times_; }

 private:
  std::deque<std::pair<ledger::Height, Time>> waiting_;
  base::Durations times_;
};

}  // namespace sogoc::peer
