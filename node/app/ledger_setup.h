#pragma once

// How the ledger of a node's folder begins: founded, or moved to an engine. No node runs from the
// folder meanwhile.

#include <filesystem>
#include <optional>
#include <string>

#include "node/app/config.h"
#include "node/app/node_directory.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::app {

// What the founders compare.
struct FoundedLedger {
  base::Digest ledger_id{};
  std::string origin;
  std::optional<base::Digest> genesis_sha256;  // of the engine's genesis file, where there is one
};

// Writes block 0 from a founding entry into a folder that `init` made. The entry must list this
// node as a peer, with its keys; but a node with an engine may join later.
//   kFailedPrecondition  the folder holds a ledger already, or the entry names other keys
//   others               the entry cannot be read or breaks a rule; the keys cannot be read
base::Result<FoundedLedger> FoundLedger(const NodeDirectory& directory, const Config& config,
                                        const std::filesystem::path& founding_entry);

// Turns a ledger that this node has ordered alone into one that an engine orders: appends
// [engine] and [peer] of `config` to node.toml. The ledger must name all peers that begin with it;
// every one of them needs the same copy of ledger/ (docs/OPERATORS.md). Returns the hash of the
// engine's genesis, which must be the same for all.
//   kFailedPrecondition  there is an engine already, the node runs, or the ledger does not name
//                        this peer with its keys and engine
base::Result<base::Digest> MigrateToEngine(const NodeDirectory& directory, const Config& config);

}  // namespace sogoc::app
