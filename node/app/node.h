#pragma once

// A running node: store, links to the other peers, the order (an engine, or a sequencer of its
// own), cosigner and gateway.

#include <functional>
#include <memory>
#include <string>

#include "node/app/config.h"
#include "node/app/node_directory.h"
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

}  // namespace sogoc::app
