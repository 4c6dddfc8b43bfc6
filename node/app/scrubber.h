#pragma once

// Reads the whole ledger again and again in the background, so that a bit that flips on the disk is
// noticed before somebody needs it (reliability rule R15).

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "node/base/result.h"
#include "node/gateway/own_standing.h"
#include "node/storage/ledger_store.h"

namespace sogoc::app {

struct ScrubberOptions {
  std::chrono::milliseconds between = std::chrono::hours(12);  // the end of a pass and the next
  // It rests for so many times as long as it has worked, until a pass has taken this long.
  unsigned rest = 19;
  std::chrono::milliseconds hurry_after = std::chrono::hours(8);
  // What it found: once, from its thread.
  std::function<void(const base::Error&)> on_damage = [](const base::Error&) {};
};

// A pass checks every file against its checksum, then every block against its hashes. After the
// first damage it rests for good: what is left is evidence.
class Scrubber {
 public:
  // Starts a thread. `store` must outlive it.
  explicit Scrubber(const storage::LedgerStore& store, ScrubberOptions options = {});
  ~Scrubber();

  // Thread-safe.
  gateway::ScrubStanding Standing() const;

 private:
  using Steady = std::chrono::steady_clock;

  void Run();
  base::Status Pass();
  // False: it is to stop.
  bool Rest();
  bool Wait(Steady::duration time);

  const storage::LedgerStore& store_;
  const ScrubberOptions options_;

  // The thread's own.
  Steady::time_point pass_began_;
  Steady::time_point work_began_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable stop_;
  bool stopping_ = false;
  base::Status found_ = base::Ok();
  std::uint64_t passes_ = 0;
  Steady::time_point whole_at_ = Steady::now();

  std::thread thread_;
};

}  // namespace sogoc::app
