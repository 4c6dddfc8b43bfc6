#pragma once

// What CheckTx found out about bundles, until their block comes: nobody decodes and looks up the
// same entries twice.

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "node/consensus/entry_checker.h"

namespace sogoc::cometbft {

// Thread-safe. It is a shortcut that decides nothing: what is not found here (any more) is checked
// again, to the same results.
class CheckedBundles {
 public:
  // `bytes_max`: of the bundles remembered; decoded, their entries take several times as much.
  explicit CheckedBundles(std::size_t bytes_max = 8 << 20) : half_(bytes_max / 2) {}

  // Remembers the results of a bundle of `bytes` under the SHA-256 of its transaction, at least
  // until half of `bytes_max` came after it.
  void Keep(const base::Digest& hash, std::size_t bytes,
            std::vector<consensus::CheckResult> results);
  // Takes them out.
  std::optional<std::vector<consensus::CheckResult>> Take(const base::Digest& hash);

 private:
  using Results = std::map<base::Digest, std::vector<consensus::CheckResult>>;

  const std::size_t half_;
  std::mutex mutex_;  // guards all below
  Results newer_;
  Results older_;
  std::size_t newer_bytes_ = 0;
};

}  // namespace sogoc::cometbft
