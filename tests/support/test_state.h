#pragma once

// Small state trees whose keys and values are at hand.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/state_tree.h"
#include "tests/support/state_node_map.h"

namespace sogoc::support {

// A tree of one version that holds keys and values as they are.
class TestState {
 public:
  explicit TestState(std::map<std::string, std::string> items) : items_(std::move(items)) {
    std::vector<crypto::StateChange> changes;
    for (const auto& [key, value] : items_) {
      changes.push_back({crypto::Sha256(base::AsBytes(key)), crypto::Sha256(base::AsBytes(value))});
    }
    const crypto::StateTreeUpdate update =
        crypto::UpdateStateTree(nodes_, std::nullopt, 1, changes);
    root_ = update.root;
    EXPECT_TRUE(nodes_.Add(update));
  }

  crypto::StateProof Prove(std::string_view key) const {
    return crypto::ProveState(nodes_, 1, crypto::Sha256(base::AsBytes(key))).value();
  }
  const std::map<std::string, std::string>& items() const { return items_; }
  const base::Digest& root() const { return root_; }
  const StateNodeMap& nodes() const { return nodes_; }

 private:
  std::map<std::string, std::string> items_;
  StateNodeMap nodes_;
  base::Digest root_{};
};

inline TestState NumberedState(int count) {
  std::map<std::string, std::string> items;
  for (int i = 0; i < count; ++i) items["key-" + std::to_string(i)] = "val-" + std::to_string(i);
  return TestState(std::move(items));
}

// The state of the published vectors.
inline TestState VectorState() {
  return TestState({{"label/0001", "active"},
                    {"label/0002", "revoked"},
                    {"batch/A7", "recalled"},
                    {"cert/ocop/12", "active"},
                    {"label/0003", "active"}});
}

}  // namespace sogoc::support
