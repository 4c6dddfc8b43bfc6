#pragma once

// A running node: store, links to the other peers, the order (an engine, or a sequencer of its
// own), cosigner and gateway.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/app/config.h"
#include "node/app/node_directory.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::app {

class Node {
 public:
  // Opens the ledger of the folder and serves it. Every error names what to do. A store that an
  // engine must repair first makes this wait; kUnavailable if `stop_asked` says so meanwhile.
  static base::Result<std::unique_ptr<Node>> Start(
      const NodeDirectory& directory, const Config& config,
      const std::function<bool()>& stop_asked = [] { return false; });
  // Writes the whole log of a stopped node, with a freshly signed checkpoint, as static files in
  // the layout of C2SP tlog-tiles (docs/format/tiles.md) into `folder`, whose parent must exist.
  static base::Status Export(const NodeDirectory& directory, const Config& config,
                             const std::filesystem::path& folder);
  // Answers what was taken, then stops.
  ~Node();

  std::uint16_t port() const;
  const std::string& origin() const;

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// What the founders compare.
struct FoundedLedger {
  base::Digest ledger_id{};
  std::string origin;
  std::optional<base::Digest> genesis_sha256;  // of the engine's genesis file, where there is one
};
// Writes block 0 from a founding entry into a folder that `init` made. The entry must list this
// node as a peer, with its keys; but a node with an engine may join later.
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
