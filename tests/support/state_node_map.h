#pragma once

// The nodes of a state tree in memory.

#include <string>
#include <unordered_map>

#include "crypto/state_tree.h"

namespace sogoc::support {

class StateNodeMap final : public crypto::StateNodeReader {
 public:
  std::optional<base::Bytes> GetStateNode(base::ByteView node_key) const override {
    ++reads_;
    const auto node = nodes_.find(base::ToText(node_key));
    if (node == nodes_.end()) return std::nullopt;
    return node->second;
  }

  // Adds the new nodes and leaves the stale ones. False if a node key was there already.
  bool Add(const crypto::StateTreeUpdate& update) {
    bool fresh = true;
    for (const auto& [key, node] : update.new_nodes) {
      fresh = nodes_.emplace(base::ToText(key), node).second && fresh;
    }
    return fresh;
  }
  // Deletes nodes. False if one was not there.
  bool Remove(const std::vector<base::Bytes>& keys) {
    bool present = true;
    for (const base::Bytes& key : keys) present = nodes_.erase(base::ToText(key)) == 1 && present;
    return present;
  }

  std::size_t size() const { return nodes_.size(); }
  std::size_t reads() const { return reads_; }

 private:
  std::unordered_map<std::string, base::Bytes> nodes_;
  mutable std::size_t reads_ = 0;
};

}  // namespace sogoc::support
