#include "node/consensus/cometbft/checked_bundles.h"

#include <utility>

namespace sogoc::cometbft {

void CheckedBundles::Keep(const base::Digest& hash, std::size_t bytes,
                          std::vector<consensus::CheckResult> results) {
  const std::lock_guard lock(mutex_);
  if (newer_bytes_ + bytes > half_) {
    older_ = std::exchange(newer_, {});
    newer_bytes_ = 0;
  }
  newer_bytes_ += bytes;
  newer_[hash] = std::move(results);
}

std::optional<std::vector<consensus::CheckResult>> CheckedBundles::Take(const base::Digest& hash) {
  const std::lock_guard lock(mutex_);
  for (Results* results : {&newer_, &older_}) {
    if (auto found = results->extract(hash)) return std::move(found.mapped());
  }
  return std::nullopt;
}

}  // namespace sogoc::cometbft
