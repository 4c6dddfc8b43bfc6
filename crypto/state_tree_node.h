#pragma once

// One stored node of the state tree. It stands for four levels of the binary tree: a child for each
// value of the next four bits (nibble) of the key hash. Children with one key are leaves, kept in
// the node itself; the others are nodes of their own.
//
// Stored form, local to a node and never hashed: u16 mask of node children, u16 mask of leaf
// children (bit n = nibble n); the children in nibble order, a node as u64 version and hash, a leaf
// as key hash and value hash; then a hash for each quarter (four children) that is not empty. With
// the quarters a change of one child costs 6 hashes instead of 15. At most 1,156 bytes.

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "crypto/state_tree.h"

namespace sogoc::crypto {

struct StateNodeRef {
  std::uint64_t version;  // that wrote it
  Digest hash;
  bool operator==(const StateNodeRef&) const = default;
};
using StateLeaf = StateProof::Leaf;
using StateChild = std::variant<std::monostate, StateLeaf, StateNodeRef>;

// The value of four bits of `key_hash`. Requires: index < 64.
unsigned StateNibble(const Digest& key_hash, unsigned index);

// Where the node is kept that `version` wrote for all keys with the first `nibbles` nibbles of
// `key_hash`: u64 version, u8 nibbles, the nibbles packed, the last half byte zero if odd.
Bytes StateNodeKey(std::uint64_t version, const Digest& key_hash, unsigned nibbles);

// Children [begin, begin + width) of a node: a subtree of the binary tree.
struct NibbleRange {
  unsigned begin = 0;
  unsigned width = 16;
  NibbleRange Left() const { return {begin, width / 2}; }
  NibbleRange Right() const { return {begin + width / 2, width / 2}; }
};

// The root node may have any number of keys; every other node has at least two.
class StateTreeNode {
 public:
  // nullopt if the bytes are not the stored form of a node.
  static std::optional<StateTreeNode> Decode(ByteView bytes);

  const StateChild& child(unsigned nibble) const { return children_[nibble]; }
  void Set(unsigned nibble, const StateChild& child);

  // What the range collapses to if it holds at most one key, else nullopt.
  std::optional<StateChild> Collapsed(NibbleRange range) const;
  Digest Hash(NibbleRange range = {}) const;

  // Appends the hashes beside the path of `key_hash` in this node at `depth` nibbles, top first.
  // Returns the child, or what a larger range collapses to, where the path leaves the node.
  StateChild Descend(const Digest& key_hash, unsigned depth, std::vector<Digest>& siblings) const;

  // Brings the quarters' hashes up to date; Hash is cheap until the next Set.
  void HashQuarters();
  // Requires: HashQuarters since the last Set.
  Bytes Encode() const;

 private:
  std::array<StateChild, 16> children_;
  unsigned nodes_ = 0;  // masks of nibbles
  unsigned leaves_ = 0;
  std::array<Digest, 4> quarters_;
  unsigned hashed_quarters_ = 0;  // mask of those that are up to date
};

// nullopt if there is no such node. Ends the process if it is malformed.
std::optional<StateTreeNode> ReadStateTreeNode(const StateNodeReader& reader, ByteView node_key);

// Ends the process: the stored tree is not what was written.
[[noreturn]] void StateTreeBroken(const char* what);

}  // namespace sogoc::crypto
