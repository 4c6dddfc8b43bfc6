#pragma once

// What a run saw, and how it is said.

#include <cstdint>
#include <string>
#include <vector>

namespace sogoc::load {

// A request that was decided, or given up.
struct Sample {
  double answered_s = 0;  // since the run began
  double latency_ms = 0;  // from when it was meant to leave
  unsigned committed = 0;
};

// Entries by their answer, requests by what happened on the way.
struct Counts {
  std::uint64_t committed = 0;
  std::uint64_t repeated = 0;  // of these: stood in the log before, since an answer was lost
  std::uint64_t final = 0;     // of these: with a quorum behind them when they were answered
  std::uint64_t refused = 0;
  std::uint64_t undecided = 0;  // given up, or never sent
  std::uint64_t retries = 0;    // answers that said "not now"
  std::uint32_t refusal = 0;    // number of one of the refusals, and what it said
  std::string refusal_text;
  std::uint64_t lost = 0;  // connections that broke, or were refused
  Counts& operator+=(const Counts& other);
};

struct Measurement {
  Counts counts;
  std::vector<Sample> samples;
  double seconds = 0;  // the window that the rate is about; answers after it have a latency only
  unsigned operations = 1;
  std::uint64_t signed_late = 0;
  double openssl_rate = 0;  // verified signatures a second, one core; 0: not measured
  unsigned cores = 1;
};

struct Summary {
  double entries_per_second = 0;
  double p50_ms = 0;
  double p90_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  double longest_gap_s = 0;                // without a committed entry, within the window
  std::vector<std::uint64_t> each_second;  // committed entries, whole seconds of the window
};

Summary Summarise(const Measurement& measurement);
std::string ToJson(const Measurement& measurement, const Summary& summary);
std::string ToText(const Measurement& measurement, const Summary& summary);

}  // namespace sogoc::load
