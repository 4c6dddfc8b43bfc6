#include "node/app/managed_engine.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace sogoc::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::seconds kPeersTick{5};  // how often a validator's peers are counted
constexpr std::chrono::seconds kFollowTick{1};
constexpr int kFirstTicks = 50;  // ten seconds: others that start at the same time are up by then

}  // namespace

base::Status ManagedEngine::Start() {
  Role role = Ask();
  for (int i = 0; i < kFirstTicks && role == Role::kUndecided; ++i) {
    std::this_thread::sleep_for(kTick);
    role = Ask();
  }
  TRY_STATUS(StartAs(role));
  thread_ = std::thread([this] { Run(); });
  return base::Ok();
}

void ManagedEngine::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  process_.reset();
}

void ManagedEngine::OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters) {
  Tell([&](cometbft::ValidatorGuard& guard) { guard.OnBlock(height, voters); });
}

void ManagedEngine::Tell(const std::function<void(cometbft::ValidatorGuard&)>& what) {
  const std::lock_guard lock(mutex_);
  const bool old_copy_before = options_.guard.is_old_copy();
  what(options_.guard);
  if (!options_.guard.is_old_copy() || old_copy_before) return;
  spdlog::error("{}", options_.guard.Why());
  const base::Status kept = options_.keep_old_copy(options_.guard.Why());
  if (!kept) options_.on_failure(kept.error().message);
}

base::Status ManagedEngine::Voting() const {
  const std::lock_guard lock(mutex_);
  const std::string why = options_.guard.Why();
  return why.empty() ? base::Ok() : base::Status(base::Unavailable(why));
}

ManagedEngine::Role ManagedEngine::Ask() {
  const cometbft::OthersProgress others = options_.others();
  Tell([&](cometbft::ValidatorGuard& guard) { guard.OnOthers(others); });
  const std::lock_guard lock(mutex_);
  return options_.guard.role();
}

base::Status ManagedEngine::StartAs(Role role) {
  if (role != Role::kValidator) spdlog::warn("{}", Voting().error().message);
  TRY_STATUS(options_.write_files(/*follower=*/role != Role::kValidator));
  options_.on_voting(role == Role::kValidator);
  TRY(process_, cometbft::EngineProcess::Start(options_.process));
  role_ = role;
  return base::Ok();
}

bool ManagedEngine::Wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [&] { return stopping_; });
}

bool ManagedEngine::IsCutOff() {
  const auto peers = options_.engine_peers();
  const std::size_t enough = std::min(options_.others().present, needed_);
  if (!peers || *peers >= enough) {
    cut_off_since_.reset();
    if (peers && *peers > 0) patience_ = kPatience;
    return false;
  }
  if (!cut_off_since_) cut_off_since_ = Clock::now();
  if (Clock::now() < *cut_off_since_ + patience_) return false;
  cut_off_since_.reset();
  patience_ = std::min(2 * patience_, kPatienceMax);
  return true;
}

void ManagedEngine::Run() {
  while (Wait(role_ == Role::kValidator ? kPeersTick : kFollowTick)) {
    const Role role = Ask();
    const bool may_vote = role == Role::kValidator && role_ != Role::kValidator;
    if (!may_vote && !IsCutOff()) continue;
    spdlog::info(may_vote
                     ? "this peer has caught up; its engine starts again and votes"
                     : "the engine has lost peers that this node still hears: it starts again");
    process_.reset();
    const base::Status started = StartAs(role);
    if (!started) return options_.on_failure(started.error().message);
  }
}

}  // namespace sogoc::app
