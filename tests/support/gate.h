#pragma once

// Holds threads of the code under test where a test wants them. Thread-safe.

#include <condition_variable>
#include <mutex>

namespace sogoc::support {

class Gate {
 public:
  // Called by the code under test: waits while the gate is closed.
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrivals_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }

  void Close() { Set(false); }
  void Open() { Set(true); }
  // Waits until Pass was called `count` times in all.
  void AwaitArrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrivals_ >= count; });
  }
  int arrivals() {
    const std::lock_guard lock(mutex_);
    return arrivals_;
  }

 private:
  void Set(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int arrivals_ = 0;
  bool open_ = true;
};

}  // namespace sogoc::support
