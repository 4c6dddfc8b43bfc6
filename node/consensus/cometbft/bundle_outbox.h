#pragma once

// Entries between a gateway and the engine: what waits to be bundled, and what travels and waits
// for its block. A bundle leaves at once while little travels; under load it leaves when it is
// full, so that its size follows the load.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/consensus/cometbft/bundle.h"
#include "node/consensus/orderer.h"

namespace sogoc::cometbft {

// One request's entries on their way to their answers. Thread-safe, each position answered once.
class PendingSubmission {
 public:
  PendingSubmission(std::size_t entries, consensus::OnAnswered on_answered)
      : answers_(entries), open_(entries), on_answered_(std::move(on_answered)) {}
  // The last one calls on_answered, on the caller's thread.
  void Answer(std::size_t position, consensus::SubmittedAnswer answer);

 private:
  std::vector<consensus::SubmittedAnswer> answers_;
  std::atomic<std::size_t> open_;
  consensus::OnAnswered on_answered_;
};

// An entry, and whom to tell.
struct OutboxEntry {
  base::Digest id{};
  base::Bytes bytes;  // while it travels they are in the bundle
  std::shared_ptr<PendingSubmission> submission;
  std::size_t position = 0;
  std::chrono::steady_clock::time_point since = {};  // set by Add

  void Answer(consensus::EntryAnswer answer) const {
    submission->Answer(position, {id, std::move(answer)});
  }
};

struct OutboxLimits {
  std::size_t waiting_bytes_max = 64 << 20;    // not yet in a bundle
  std::size_t travelling_bytes_max = 8 << 20;  // in bundles without a block
  // While fewer travel, a bundle leaves with whatever waits.
  std::size_t bundles_at_once = 2;
  // Longest wait for a bundle to fill.
  std::chrono::milliseconds fill{50};
};

// Thread-safe: any number of producers, one sender, one thread that reports blocks.
class BundleOutbox {
 public:
  using Clock = std::chrono::steady_clock;
  struct Sealed {
    base::Digest hash{};  // of the transaction
    base::Bytes tx;
    Clock::time_point since;  // of its first entry
  };

  BundleOutbox(const GatewayId& gateway, OutboxLimits limits)
      : gateway_(gateway), limits_(limits) {}

  // Waits for room; the entries stay together and in order. Once closed they are given back.
  std::vector<OutboxEntry> Add(std::vector<OutboxEntry> entries);
  // Entries that were taken out and have their bytes again: they are the next to leave. Waits for
  // nothing. Once closed they are given back.
  std::vector<OutboxEntry> PutBack(std::vector<OutboxEntry> entries);
  // The next bundle, as soon as it should leave; it travels from then on. nullopt once closed, or
  // after `wait` without one.
  std::optional<Sealed> Next(std::chrono::milliseconds wait);
  // The entries of a bundle that travelled and does no longer; empty for one that is not ours.
  std::vector<OutboxEntry> Take(const base::Digest& hash);
  // What was added before `limit`: entries that wait, and those of bundles whose first one was.
  std::vector<OutboxEntry> TakeOlder(Clock::time_point limit);
  // No bundle leaves any more. Gives back all entries, waiting and travelling.
  std::vector<OutboxEntry> Close();

  std::size_t waiting_bytes() const;
  std::size_t travelling_bundles() const;

 private:
  struct Travelling {
    std::vector<OutboxEntry> entries;
    std::size_t bytes = 0;
  };
  using TravellingMap = std::map<base::Digest, Travelling>;

  static std::size_t BytesOf(const OutboxEntry& entry) {
    return kBundleBytesPerEntry + entry.bytes.size();
  }
  bool ShouldLeave() const;
  OutboxEntry TakeWaiting();
  Sealed Seal();
  void Release(TravellingMap::iterator it, std::vector<OutboxEntry>& entries);

  const GatewayId gateway_;
  const OutboxLimits limits_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<OutboxEntry> waiting_;
  std::size_t waiting_bytes_ = 0;
  TravellingMap travelling_;
  std::size_t travelling_bytes_ = 0;
  std::uint64_t counter_ = 0;
  bool closed_ = false;
};

}  // namespace sogoc::cometbft
