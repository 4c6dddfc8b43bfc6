#pragma once

// The engine that this node starts, and what needs it started again:
//   - whether it may vote yet (node/consensus/cometbft/validator_guard.h): until it may, it follows
//     with a key that counts for nothing;
//   - engines that lost each other for long dial ever less often (after 100 s of 5 s steps, 3^n s),
//     while our links are back within 10 s: one that has fewer peers than the links for a minute is
//     started anew.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/consensus/cometbft/engine_process.h"
#include "node/consensus/cometbft/validator_guard.h"

namespace sogoc::app {

class ManagedEngine {
 public:
  struct Options {
    cometbft::EngineProcessOptions process;
    cometbft::ValidatorGuard guard;
    std::function<cometbft::OthersProgress()> others;
    // Writes the engine's files for a follower or a validator; the engine does not run then.
    std::function<base::Status(bool follower)> write_files;
    // How many other engines it is connected to; nullopt if it does not say.
    std::function<std::optional<std::size_t>()> engine_peers;
    // Before an engine starts: whether this one votes.
    std::function<void(bool)> on_voting;
    // Once, when the guard finds that the folder is an old copy: must remember it durably.
    std::function<base::Status(const std::string& why)> keep_old_copy;
    // The files or the folder's mark cannot be written, or the engine not be started again.
    std::function<void(const std::string&)> on_failure;
  };

  explicit ManagedEngine(Options options)
      : options_(std::move(options)), needed_(options_.guard.others_needed()) {}
  ~ManagedEngine() { Stop(); }

  // Waits a few seconds for the other peers' word, then starts the engine as what it may be. Once.
  // Errors: those of write_files and EngineProcess::Start.
  base::Status Start();

  // Ends the engine for good. OnBlock may still be called.
  void Stop();

  // Of the ledger's engine blocks, in order. Thread-safe.
  void OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters);
  // Ok if it votes, else what it waits for. Thread-safe.
  base::Status Voting() const;

 private:
  using Role = cometbft::ValidatorGuard::Role;
  static constexpr std::chrono::seconds kPatience{60};  // doubled by every start that did not help
  static constexpr std::chrono::seconds kPatienceMax{600};

  base::Status StartAs(Role role);
  void Run();
  bool Wait(std::chrono::milliseconds time);
  // Tells the guard something, under the mutex.
  void Tell(const std::function<void(cometbft::ValidatorGuard&)>& what);
  // True if for long enough it has had too few peers to decide a block, of those that this node
  // hears.
  bool IsCutOff();
  Role Ask();

  Options options_;
  const std::size_t needed_;
  // Start's, then thread_'s.
  std::unique_ptr<cometbft::EngineProcess> process_;
  Role role_ = Role::kUndecided;
  std::optional<std::chrono::steady_clock::time_point> cut_off_since_;
  std::chrono::seconds patience_{kPatience};

  mutable std::mutex mutex_;  // guards the guard and all below
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sogoc::app
