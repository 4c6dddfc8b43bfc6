#include "tools/verify/log_watch.h"

namespace sogoc::tools {
namespace {

constexpr std::size_t kKnownMax = 10'000;

}  // namespace

LogWatch::Tie LogWatch::Found(const ServedCheckpoint& first, const ServedCheckpoint& second,
                              std::string proof) {
  fork_ = Fork{first, second, std::move(proof)};
  if (fork_->between_quorums() && !broken_) broken_ = fork_;
  return Tie::kForked;
}

LogWatch::Tie LogWatch::Add(const ServedCheckpoint& served) {
  const crypto::CheckpointVerdict& verdict = served.checkpoint.verdict;
  const Point point{verdict.checkpoint.size, verdict.checkpoint.root};
  if (!newest_) {
    if (!verdict.has_quorum) return Tie::kUnproven;
    newest_ = served;
    known_[point] = std::nullopt;
    return Tie::kOneLog;
  }
  if (const auto known = known_.find(point); known != known_.end()) {
    if (!known->second) return Tie::kOneLog;
    fork_ = known->second;
    // What had no quorum when it was found to be a fork may have one now.
    if (!verdict.has_quorum || fork_->between_quorums()) return Tie::kForked;
  }
  const Tie tie = Compare(served);
  if (known_.size() >= kKnownMax) known_.clear();
  if (tie == Tie::kOneLog) known_[point] = std::nullopt;
  if (tie == Tie::kForked) known_[point] = fork_;
  if (tie == Tie::kOneLog && verdict.has_quorum &&
      verdict.checkpoint.size > newest_->checkpoint.verdict.checkpoint.size) {
    newest_ = served;
  }
  return tie;
}

LogWatch::Tie LogWatch::Compare(const ServedCheckpoint& served) {
  const crypto::Checkpoint& mine = newest_->checkpoint.verdict.checkpoint;
  const crypto::Checkpoint& other = served.checkpoint.verdict.checkpoint;
  if (mine.size == other.size) {
    return mine.root == other.root ? Tie::kOneLog : Found(*newest_, served, "");
  }
  const bool ahead = other.size > mine.size;
  // Only what a quorum signed is a log that something can be proved of.
  if (ahead && !served.checkpoint.verdict.has_quorum) return Tie::kUnproven;
  const ServedCheckpoint& first = ahead ? *newest_ : served;
  const ServedCheckpoint& second = ahead ? served : *newest_;
  const crypto::Checkpoint& older = first.checkpoint.verdict.checkpoint;
  if (older.size == 0) return Tie::kUnproven;
  const auto proved = prove_(older.size, second.checkpoint.verdict.checkpoint, second.url);
  if (!proved) return Tie::kUnproven;
  return proved->root == older.root ? Tie::kOneLog : Found(first, second, proved->proof);
}

}  // namespace sogoc::tools
