#include "node/app/scrubber.h"

#include <algorithm>

namespace sogoc::app {
namespace {

constexpr ledger::Height kBlocksAtOnce = 16;

}  // namespace

Scrubber::Scrubber(const storage::LedgerStore& store, ScrubberOptions options)
    : store_(store), options_(std::move(options)), thread_([this] { Run(); }) {}

Scrubber::~Scrubber() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

gateway::ScrubStanding Scrubber::Standing() const {
  const std::lock_guard lock(mutex_);
  return {found_, passes_,
          std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - whole_at_)};
}

void Scrubber::Run() {
  do {
    const base::Status whole = Pass();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      found_ = whole;
      if (whole) {
        ++passes_;
        whole_at_ = Steady::now();
      }
    }
    if (!whole) {
      options_.on_damage(whole.error());
      return;
    }
  } while (Wait(options_.between));
}

base::Status Scrubber::Pass() {
  pass_began_ = work_began_ = Steady::now();
  TRY_STATUS(store_.VerifyFiles([this] { return Rest(); }));
  const ledger::Height end = store_.Head()->header.height + 1;
  for (ledger::Height begin = 0; begin < end; begin += kBlocksAtOnce) {
    TRY_STATUS(store_.Verify(begin, std::min(begin + kBlocksAtOnce, end)));
    if (!Rest()) return base::Unavailable("stopped");
  }
  return base::Ok();
}

bool Scrubber::Rest() {
  const Steady::time_point now = Steady::now();
  const bool hurry = now - pass_began_ > options_.hurry_after;
  const bool go_on = Wait(hurry ? Steady::duration::zero() : options_.rest * (now - work_began_));
  work_began_ = Steady::now();
  return go_on;
}

bool Scrubber::Wait(Steady::duration time) {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace sogoc::app
