#pragma once

// What became of the entries that were brought to this node, and how long their senders waited.

#include <cstdint>
#include <memory>
#include <vector>

#include "node/base/durations.h"
#include "node/consensus/orderer.h"

namespace sogoc::consensus {

// Running totals since the start, of entries.
struct EntryCounts {
  std::uint64_t committed = 0;
  std::uint64_t repeated = 0;  // stood in the log before
  std::uint64_t refused = 0;   // by the rules
  std::uint64_t malformed = 0;
  std::uint64_t undecided = 0;  // taken, and not decided in time: the client is told to send again
  std::uint64_t turned_away = 0;  // not taken: too much waits, or the disk is full
};

// Another orderer, counted. Thread-safe.
class CountedOrderer final : public Orderer {
 public:
  // `inner` must outlive it, and may answer later than it lives.
  explicit CountedOrderer(Orderer& inner) : inner_(inner) {}

  base::Status Submit(std::vector<base::Bytes> entries, OnAnswered on_answered) override;

  EntryCounts counts() const;
  // From a submission to the answers to all its entries.
  base::Durations::Totals answer_times() const;

 private:
  struct Counters;

  Orderer& inner_;
  const std::shared_ptr<Counters> counters_ = MakeCounters();
  static std::shared_ptr<Counters> MakeCounters();
};

}  // namespace sogoc::consensus
