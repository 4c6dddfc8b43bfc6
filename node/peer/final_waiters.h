#pragma once

// Who waits for a block to become final, and until when.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "node/ledger/header.h"

namespace sogoc::peer {

// Not thread-safe.
class FinalWaiters {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Done = std::function<void(bool is_final)>;

  void Add(ledger::Height height, std::optional<Time> deadline, Done done) {
    waiting_.emplace(height, Waiter{deadline, std::move(done)});
  }
  // Those that wait for `height` or less.
  std::vector<Done> TakeUpTo(ledger::Height height);
  std::vector<Done> TakeExpired(Time now);
  std::optional<Time> NextDeadline() const;

 private:
  struct Waiter {
    std::optional<Time> deadline;
    Done done;
  };
  std::multimap<ledger::Height, Waiter> waiting_;
};

}  // namespace sogoc::peer
