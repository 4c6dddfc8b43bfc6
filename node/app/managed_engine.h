#pragma once

// The engine that this node starts, and the question whether it may vote yet
// (node/consensus/cometbft/validator_guard.h): until it may, it follows with a key that counts for
// nothing.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
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
    // The files cannot be written, or the engine not be started again.
    std::function<void(const std::string&)> on_failure;
  };

  explicit ManagedEngine(Options options) : options_(std::move(options)) {}
  // Stops it.
  ~ManagedEngine();

  // Waits a few seconds for the other peers' word, then starts the engine as what it may be. Once.
  // Errors: those of write_files and EngineProcess::Start.
  base::Status Start();

  // Of the ledger's engine blocks, in order. Thread-safe.
  void OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters);
  // Ok if it votes, else what it waits for. Thread-safe.
  base::Status Voting() const;

 private:
  base::Status StartAs(cometbft::ValidatorGuard::Role role);
  void Run();
  cometbft::ValidatorGuard::Role Ask();

  Options options_;
  std::unique_ptr<cometbft::EngineProcess> process_;  // Start's, then thread_'s

  mutable std::mutex mutex_;  // guards the guard and all below
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sogoc::app
