#pragma once

// Looks at the engine every two seconds, so that whoever asks how it is gets an answer at once.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "node/consensus/cometbft/engine_rpc.h"
#include "node/gateway/own_standing.h"

namespace sogoc::app {

class EngineWatch {
 public:
  // Starts a thread. `engine` must outlive it.
  explicit EngineWatch(cometbft::EngineRpc& engine,
                       std::chrono::milliseconds interval = std::chrono::seconds(2));
  ~EngineWatch();

  // What it last said; `votes` is not its to say. Thread-safe.
  gateway::EngineStanding Standing() const;

 private:
  void Run();
  void Look();

  cometbft::EngineRpc& engine_;
  const std::chrono::milliseconds interval_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  gateway::EngineStanding last_;
  std::chrono::steady_clock::time_point height_since_ = std::chrono::steady_clock::now();
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sogoc::app
