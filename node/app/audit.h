#pragma once

// Re-verifies a ledger from its log alone, as if it were somebody else's.

#include <cstdint>
#include <functional>

#include "node/app/node_directory.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::app {

struct AuditResult {
  std::uint64_t height = 0;
  std::uint64_t blocks = 0;
  std::uint64_t entries = 0;
  std::uint64_t signatures = 0;
  base::Digest state_root{};
};

// Executes every block again from the founding entry, with every signature, and compares every
// header, leaf and state root with what is stored; then every stored value and index with what came
// out. Memory does not grow with the ledger: the second state lives in a folder beside the first
// and is removed at the end.
//   kCorrupt             something differs; the message names the height
//   kFailedPrecondition  the folder is in use, or shorter than its anchor
base::Result<AuditResult> Audit(const NodeDirectory& directory,
                                const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace sogoc::app
