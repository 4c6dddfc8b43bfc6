#include "node/app/managed_engine.h"

#include <spdlog/spdlog.h>

#include <chrono>

namespace sogoc::app {
namespace {

using Role = cometbft::ValidatorGuard::Role;

constexpr std::chrono::milliseconds kTick{200};
constexpr int kFirstTicks = 50;  // ten seconds: others that start at the same time are up by then

}  // namespace

base::Status ManagedEngine::Start() {
  Role role = Ask();
  for (int i = 0; i < kFirstTicks && role == Role::kUndecided; ++i) {
    std::this_thread::sleep_for(kTick);
    role = Ask();
  }
  TRY_STATUS(StartAs(role));
  if (role != Role::kValidator) thread_ = std::thread([this] { Run(); });
  return base::Ok();
}

ManagedEngine::~ManagedEngine() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  process_.reset();
}

void ManagedEngine::OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters) {
  const std::lock_guard lock(mutex_);
  const bool old_copy_before = options_.guard.is_old_copy();
  options_.guard.OnBlock(height, voters);
  if (options_.guard.is_old_copy() && !old_copy_before) spdlog::error("{}", options_.guard.Why());
}

base::Status ManagedEngine::Voting() const {
  const std::lock_guard lock(mutex_);
  const std::string why = options_.guard.Why();
  return why.empty() ? base::Ok() : base::Status(base::Unavailable(why));
}

Role ManagedEngine::Ask() {
  const cometbft::OthersProgress others = options_.others();
  const std::lock_guard lock(mutex_);
  options_.guard.OnOthers(others);
  return options_.guard.role();
}

base::Status ManagedEngine::StartAs(Role role) {
  if (role != Role::kValidator) spdlog::warn("{}", Voting().error().message);
  TRY_STATUS(options_.write_files(/*follower=*/role != Role::kValidator));
  TRY(process_, cometbft::EngineProcess::Start(options_.process));
  return base::Ok();
}

// Until the engine may vote; then it is started again with the key that does.
void ManagedEngine::Run() {
  while (Ask() != Role::kValidator) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kTick, [&] { return stopping_; })) return;
  }
  spdlog::info("this peer has caught up; its engine starts again and votes");
  process_.reset();
  const base::Status started = StartAs(Role::kValidator);
  if (!started) options_.on_failure(started.error().message);
}

}  // namespace sogoc::app
