#pragma once

// Which connection may make consensus calls: one engine at a time. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sogoc::cometbft {

class ConsensusTurn {
 public:
  // True: it is `owner`'s, from now on or from before, until Leave. While it is another's, waits
  // for that one to leave, at most `wait`: an engine that was killed and started again may come
  // back before the last call of its former life has ended.
  bool Take(const void* owner, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    left_.wait_for(lock, wait, [&] { return owner_ == nullptr || owner_ == owner; });
    if (owner_ == nullptr) owner_ = owner;
    return owner_ == owner;
  }

  // No effect unless it is `owner`'s.
  void Leave(const void* owner) {
    const std::lock_guard lock(mutex_);
    if (owner_ == owner) owner_ = nullptr;
    left_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  const void* owner_ = nullptr;
};

}  // namespace sogoc::cometbft
