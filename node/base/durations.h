#pragma once

// How long something took, counted in classes: what a monitoring system draws percentiles from.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sogoc::base {

// Thread-safe.
class Durations {
 public:
  // Upper bounds of the classes, in seconds; one class above them is for all the rest.
  static constexpr std::array<double, 14> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                     0.25,  0.5,    1,     2,    5,     10,   30};

  // Each number is exact; together they are not one instant.
  struct Totals {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};  // of each class
    double seconds = 0;

    std::uint64_t count() const {
      std::uint64_t sum = 0;
      for (const std::uint64_t of_class : counts) sum += of_class;
      return sum;
    }
  };

  void Add(std::chrono::nanoseconds time) {
    const double seconds = std::chrono::duration<double>(time).count();
    std::size_t i = 0;
    while (i < kBounds.size() && seconds > kBounds[i]) ++i;
    counts_[i].fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(time.count(), std::memory_order_relaxed);
  }

  Totals totals() const {
    Totals totals;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      totals.counts[i] = counts_[i].load(std::memory_order_relaxed);
    }
    totals.seconds = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
    return totals;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::int64_t> nanoseconds_{0};
};

// Adds the time from its making to its end.
class Stopwatch {
 public:
  explicit Stopwatch(Durations& durations) : durations_(durations) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { durations_.Add(std::chrono::steady_clock::now() - begin_); }

 private:
  Durations& durations_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace sogoc::base
