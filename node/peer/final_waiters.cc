#include "node/peer/final_waiters.h"

namespace sogoc::peer {

std::vector<FinalWaiters::Done> FinalWaiters::TakeUpTo(ledger::Height height) {
  std::vector<Done> taken;
  const auto end = waiting_.upper_bound(height);
  for (auto it = waiting_.begin(); it != end; ++it) taken.push_back(std::move(it->second.done));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

std::vector<FinalWaiters::Done> FinalWaiters::TakeExpired(Time now) {
  std::vector<Done> taken;
  std::erase_if(waiting_, [&](auto& item) {
    if (!item.second.deadline || *item.second.deadline > now) return false;
    taken.push_back(std::move(item.second.done));
    return true;
  });
  return taken;
}

std::optional<FinalWaiters::Time> FinalWaiters::NextDeadline() const {
  std::optional<Time> next;
  for (const auto& [height, waiter] : waiting_) {
    if (waiter.deadline && (!next || *waiter.deadline < *next)) next = waiter.deadline;
  }
  return next;
}

}  // namespace sogoc::peer
