#include "node/consensus/cometbft/bundle_outbox.h"

#include <algorithm>
#include <iterator>

#include "crypto/sha256.h"

namespace sogoc::cometbft {

void PendingSubmission::Answer(std::size_t position, consensus::SubmittedAnswer answer) {
  answers_[position] = std::move(answer);
  if (--open_ == 0) on_answered_(std::move(answers_));
}

std::vector<OutboxEntry> BundleOutbox::Add(std::vector<OutboxEntry> entries) {
  std::size_t bytes = 0;
  for (const OutboxEntry& entry : entries) bytes += BytesOf(entry);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return closed_ || waiting_.empty() || waiting_bytes_ + bytes <= limits_.waiting_bytes_max;
  });
  if (closed_) return entries;
  const Clock::time_point now = Clock::now();
  for (OutboxEntry& entry : entries) entry.since = now;
  std::move(entries.begin(), entries.end(), std::back_inserter(waiting_));
  waiting_bytes_ += bytes;
  changed_.notify_all();
  return {};
}

std::vector<OutboxEntry> BundleOutbox::PutBack(std::vector<OutboxEntry> entries) {
  const std::lock_guard lock(mutex_);
  if (closed_) return entries;
  for (const OutboxEntry& entry : entries) waiting_bytes_ += BytesOf(entry);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(entries.begin()),
                  std::make_move_iterator(entries.end()));
  changed_.notify_all();
  return {};
}

std::optional<BundleOutbox::Sealed> BundleOutbox::Next(std::chrono::milliseconds wait) {
  const Clock::time_point deadline = Clock::now() + wait;
  std::unique_lock lock(mutex_);
  while (!closed_ && !ShouldLeave()) {
    if (Clock::now() >= deadline) return std::nullopt;
    const bool filling = !waiting_.empty() && travelling_bytes_ < limits_.travelling_bytes_max;
    changed_.wait_until(
        lock, filling ? std::min(deadline, waiting_.front().since + limits_.fill) : deadline);
  }
  if (closed_) return std::nullopt;
  return Seal();
}

bool BundleOutbox::ShouldLeave() const {
  if (waiting_.empty() || travelling_bytes_ >= limits_.travelling_bytes_max) return false;
  return travelling_.size() < limits_.bundles_at_once ||
         kBundleHeadBytes + waiting_bytes_ >= kBundleBytesMax ||
         Clock::now() >= waiting_.front().since + limits_.fill;
}

OutboxEntry BundleOutbox::TakeWaiting() {
  OutboxEntry entry = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= BytesOf(entry);
  return entry;
}

BundleOutbox::Sealed BundleOutbox::Seal() {
  Bundle bundle{gateway_, ++counter_, {}};
  Travelling travelling{{}, kBundleHeadBytes};
  while (!waiting_.empty() && travelling.bytes + BytesOf(waiting_.front()) <= kBundleBytesMax) {
    OutboxEntry entry = TakeWaiting();
    travelling.bytes += BytesOf(entry);
    bundle.entries.push_back(std::move(entry.bytes));
    travelling.entries.push_back(std::move(entry));
  }
  Sealed sealed{{}, EncodeBundle(bundle), travelling.entries.front().since};
  sealed.hash = crypto::Sha256(sealed.tx);
  travelling_bytes_ += travelling.bytes;
  travelling_.emplace(sealed.hash, std::move(travelling));
  changed_.notify_all();
  return sealed;
}

void BundleOutbox::Release(TravellingMap::iterator it, std::vector<OutboxEntry>& entries) {
  travelling_bytes_ -= it->second.bytes;
  std::move(it->second.entries.begin(), it->second.entries.end(), std::back_inserter(entries));
  travelling_.erase(it);
  changed_.notify_all();
}

std::vector<OutboxEntry> BundleOutbox::Take(const base::Digest& hash) {
  const std::lock_guard lock(mutex_);
  std::vector<OutboxEntry> entries;
  if (const auto it = travelling_.find(hash); it != travelling_.end()) Release(it, entries);
  return entries;
}

std::vector<OutboxEntry> BundleOutbox::TakeOlder(Clock::time_point limit) {
  const std::lock_guard lock(mutex_);
  std::vector<OutboxEntry> entries;
  for (auto it = travelling_.begin(); it != travelling_.end();) {
    const auto next = std::next(it);
    if (it->second.entries.front().since < limit) Release(it, entries);
    it = next;
  }
  while (!waiting_.empty() && waiting_.front().since < limit) entries.push_back(TakeWaiting());
  changed_.notify_all();
  return entries;
}

std::vector<OutboxEntry> BundleOutbox::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  std::vector<OutboxEntry> entries(std::make_move_iterator(waiting_.begin()),
                                   std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  waiting_bytes_ = 0;
  while (!travelling_.empty()) Release(travelling_.begin(), entries);
  changed_.notify_all();
  return entries;
}

std::size_t BundleOutbox::waiting_bytes() const {
  const std::lock_guard lock(mutex_);
  return waiting_bytes_;
}

std::size_t BundleOutbox::travelling_bundles() const {
  const std::lock_guard lock(mutex_);
  return travelling_.size();
}

}  // namespace sogoc::cometbft
