#pragma once

// A clock that a test sets, and that tells when it was read. Thread-safe.

#include <condition_variable>
#include <mutex>

#include "node/base/time.h"

namespace sogoc::support {

class ManualClock final : public base::Clock {
 public:
  explicit ManualClock(base::TimeNs now) : now_(now) {}

  base::TimeNs Now() const override {
    const std::lock_guard lock(mutex_);
    ++reads_;
    changed_.notify_all();
    return now_;
  }

  void Set(base::TimeNs now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }
  // How often the time was asked for.
  int reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }
  void AwaitReads(int count) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reads_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int reads_ = 0;
  base::TimeNs now_;
};

}  // namespace sogoc::support
