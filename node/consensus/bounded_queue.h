#pragma once

// A queue between two stages of a pipeline: bounded by the weight of what waits in it, closed once
// at the end. Thread-safe for any number of producers and consumers.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace sogoc::consensus {

template <class T>
class BoundedQueue {
 public:
  // `weight_max`: how much may wait. An item heavier than that is let in when the queue is empty.
  explicit BoundedQueue(std::size_t weight_max) : weight_max_(weight_max) {}

  // False if the queue is full or closed; `item` is untouched then.
  bool TryPush(T& item, std::size_t weight) {
    const std::lock_guard lock(mutex_);
    if (closed_ || !HasRoom(weight)) return false;
    Add(std::move(item), weight);
    return true;
  }

  // Waits for room. False if the queue is closed.
  bool Push(T item, std::size_t weight) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || HasRoom(weight); });
    if (closed_) return false;
    Add(std::move(item), weight);
    return true;
  }

  // Waits for an item. nullopt once the queue is closed and empty.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    return Take();
  }

  // Waits for an item, then takes all that wait, in order, up to `weight_max` (but at least one).
  // Empty once the queue is closed and empty.
  std::vector<T> PopAll(std::size_t weight_max) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !items_.empty(); });
    std::vector<T> taken;
    std::size_t weight = 0;
    while (!items_.empty() && (taken.empty() || weight + items_.front().second <= weight_max)) {
      weight += items_.front().second;
      taken.push_back(Take());
    }
    return taken;
  }

  // No more pushes; what waits can still be taken.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  std::size_t weight() const {
    const std::lock_guard lock(mutex_);
    return weight_;
  }

 private:
  bool HasRoom(std::size_t weight) const {
    return items_.empty() || weight_ + weight <= weight_max_;
  }

  void Add(T item, std::size_t weight) {
    items_.emplace_back(std::move(item), weight);
    weight_ += weight;
    changed_.notify_all();
  }

  T Take() {
    auto [item, weight] = std::move(items_.front());
    items_.pop_front();
    weight_ -= weight;
    changed_.notify_all();
    return std::move(item);
  }

  const std::size_t weight_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t weight_ = 0;
  bool closed_ = false;
};

}  // namespace sogoc::consensus
