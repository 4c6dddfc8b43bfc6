#include "node/app/engine_watch.h"

namespace sogoc::app {

EngineWatch::EngineWatch(cometbft::EngineRpc& engine, std::chrono::milliseconds interval)
    : engine_(engine), interval_(interval) {
  last_.answers = base::Unavailable("it has not been asked yet");
  thread_ = std::thread([this] { Run(); });
}

EngineWatch::~EngineWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

gateway::EngineStanding EngineWatch::Standing() const {
  const std::lock_guard lock(mutex_);
  gateway::EngineStanding standing = last_;
  standing.height_unchanged = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now() - height_since_);
  return standing;
}

void EngineWatch::Run() {
  while (true) {
    Look();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, interval_, [this] { return stopping_; })) return;
  }
}

void EngineWatch::Look() {
  const auto status = engine_.Status();
  const std::lock_guard lock(mutex_);
  if (!status) {
    last_.answers = status.error();
    return;
  }
  last_.answers = base::Ok();
  if (status->height != last_.height) height_since_ = std::chrono::steady_clock::now();
  last_.version = status->version;
  last_.height = status->height;
  last_.catching_up = status->catching_up;
  last_.voting_power = status->voting_power;
  last_.peers = status->peers;
}

}  // namespace sogoc::app
