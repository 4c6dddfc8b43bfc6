#pragma once

// A log in memory.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/log_tree.h"

namespace sogoc::support {

// A log with every complete subtree at hand, and its frontier after each leaf.
class TestLog {
 public:
  void Append(base::ByteView leaf) {
    leaves_.push_back(crypto::LogLeafHash(leaf));
    frontier_.Append(leaves_.back(), [this](const crypto::LogNode& node, const base::Digest& hash) {
      EXPECT_TRUE(nodes_.emplace(std::pair(node.level, node.index), hash).second);
    });
    roots_.push_back(frontier_.Root());
  }

  // Fails the test on a node that is not within the first `size` leaves.
  crypto::LogNodeReader Reader(std::uint64_t size) const {
    return [this, size](const crypto::LogNode& node) {
      EXPECT_LE((node.index + 1) << node.level, size);
      return nodes_.at({node.level, node.index});
    };
  }
  std::vector<base::Digest> Inclusion(std::uint64_t index, std::uint64_t size) const {
    return crypto::ProveInclusion(index, size, Reader(size));
  }
  std::vector<base::Digest> Consistency(std::uint64_t old_size, std::uint64_t new_size) const {
    return crypto::ProveConsistency(old_size, new_size, Reader(new_size));
  }

  const crypto::LogFrontier& frontier() const { return frontier_; }
  const base::Digest& leaf(std::uint64_t index) const { return leaves_[index]; }
  std::span<const base::Digest> leaves(std::uint64_t size) const {
    return std::span(leaves_).first(size);
  }
  const base::Digest& root(std::uint64_t size) const { return roots_[size]; }
  std::size_t node_count() const { return nodes_.size(); }

 private:
  std::vector<base::Digest> leaves_;
  std::vector<base::Digest> roots_ = {crypto::LogFrontier().Root()};
  crypto::LogFrontier frontier_;
  std::map<std::pair<unsigned, std::uint64_t>, base::Digest> nodes_;
};

// Leaf i is the decimal number i.
inline TestLog DecimalLog(std::uint64_t size) {
  TestLog log;
  for (std::uint64_t i = 0; i < size; ++i) log.Append(base::AsBytes(std::to_string(i)));
  return log;
}

}  // namespace sogoc::support
