#pragma once

// Writes down by which policy a ledger's checkpoints are judged, for somebody to pin.

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "node/base/time.h"
#include "tools/verify/peer_gateway.h"

namespace sogoc::tools {

// The policy file that `peers` agree on, dated today by `clock`. The first peer's checkpoint must
// carry its quorum and be fresh. Peers that give none are named on `err`.
//   kUnavailable         no peer gives one
//   kFailedPrecondition  they give different ones, or another than `pinned`; or that checkpoint
//                        is not good
base::Result<std::string> ExportPolicy(std::vector<PeerGateway>& peers,
                                       const std::optional<DatedPolicy>& pinned,
                                       const base::Clock& clock, std::ostream& err);

}  // namespace sogoc::tools
