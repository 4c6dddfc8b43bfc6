#include "crypto/state_tree.h"

#include <algorithm>
#include <utility>

#include "crypto/state_tree_node.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;

// Applies the changes to the nodes they touch, from the root down, and writes those that differ.
class Updater {
 public:
  Updater(const StateNodeReader& reader, std::uint64_t version, StateTreeUpdate& update)
      : reader_(reader), version_(version), update_(update) {}

  // `changes` are sorted and belong to `child`, which is reached by `depth` nibbles of their keys.
  // Returns what takes its place: the same child if nothing changed.
  StateChild Apply(const StateChild& child, unsigned depth, std::span<const StateChange> changes) {
    const StateChange& first = changes.front();
    if (const auto* ref = std::get_if<StateNodeRef>(&child)) {
      Bytes key = StateNodeKey(ref->version, first.key_hash, depth);
      std::optional<StateTreeNode> node = ReadStateTreeNode(reader_, key);
      if (!node) StateTreeBroken("missing node");
      if (!ApplyToChildren(*node, depth, changes)) return child;
      update_.stale_nodes.push_back(std::move(key));
      return Settle(*node, depth, first.key_hash);
    }
    const auto* leaf = std::get_if<StateLeaf>(&child);
    if (changes.size() == 1 && (leaf == nullptr || leaf->key_hash == first.key_hash)) {
      if (!first.value_hash) return StateChild();
      return StateLeaf{first.key_hash, *first.value_hash};
    }
    StateTreeNode node;
    if (leaf != nullptr) node.Set(StateNibble(leaf->key_hash, depth), *leaf);
    ApplyToChildren(node, depth, changes);
    return Settle(node, depth, first.key_hash);
  }

  // True if a child changed.
  bool ApplyToChildren(StateTreeNode& node, unsigned depth, std::span<const StateChange> changes) {
    bool changed = false;
    while (!changes.empty()) {
      const unsigned nibble = StateNibble(changes.front().key_hash, depth);
      const auto end = std::ranges::upper_bound(
          changes, nibble, {},
          [&](const StateChange& change) { return StateNibble(change.key_hash, depth); });
      const auto count = static_cast<std::size_t>(end - changes.begin());
      const StateChild& before = node.child(nibble);
      const StateChild after = Apply(before, depth + 1, changes.first(count));
      if (after != before) {
        node.Set(nibble, after);
        changed = true;
      }
      changes = changes.subspan(count);
    }
    return changed;
  }

  // Writes `node`; returns its hash.
  Digest Write(StateTreeNode& node, unsigned depth, const Digest& key_hash) {
    node.HashQuarters();
    update_.new_nodes.emplace_back(StateNodeKey(version_, key_hash, depth), node.Encode());
    return node.Hash();
  }

 private:
  // A node that is left with one key gives it to its parent and is not written.
  StateChild Settle(StateTreeNode& node, unsigned depth, const Digest& key_hash) {
    if (const auto only = node.Collapsed({})) return *only;
    return StateNodeRef{version_, Write(node, depth, key_hash)};
  }

  const StateNodeReader& reader_;
  const std::uint64_t version_;
  StateTreeUpdate& update_;
};

Bytes RootKey(std::uint64_t version) { return StateNodeKey(version, Digest{}, 0); }

}  // namespace

Digest EmptyStateRoot() {
  Digest root;
  std::ranges::copy(AsBytes(kStateTreePlaceholder), root.begin());
  return root;
}

Digest StateLeafHash(const Digest& key_hash, const Digest& value_hash) {
  return Sha256({AsBytes("JMT::LeafNode"), key_hash, value_hash});
}

Digest StateNodeHash(const Digest& left, const Digest& right) {
  return Sha256({AsBytes("JMT::IntrnalNode"), left, right});
}

StateTreeUpdate UpdateStateTree(const StateNodeReader& reader, std::optional<std::uint64_t> base,
                                std::uint64_t version, std::span<const StateChange> changes) {
  std::vector<StateChange> sorted(changes.begin(), changes.end());
  std::ranges::sort(sorted, {}, &StateChange::key_hash);
  if (std::ranges::adjacent_find(sorted, {}, &StateChange::key_hash) != sorted.end()) {
    StateTreeBroken("a key is changed twice");
  }
  if (base && *base >= version) StateTreeBroken("versions must grow");

  StateTreeUpdate update;
  StateTreeNode root;
  if (base) {
    std::optional<StateTreeNode> old_root = ReadStateTreeNode(reader, RootKey(*base));
    if (!old_root) StateTreeBroken("unknown base version");
    root = *old_root;
    update.stale_nodes.push_back(RootKey(*base));
  }
  // The root is written even if nothing changes: it is what makes the version readable.
  Updater updater(reader, version, update);
  updater.ApplyToChildren(root, 0, sorted);
  update.root = updater.Write(root, 0, Digest{});
  std::ranges::sort(update.new_nodes, {}, &std::pair<Bytes, Bytes>::first);
  return update;
}

std::optional<Digest> StateRoot(const StateNodeReader& reader, std::uint64_t version) {
  const std::optional<StateTreeNode> root = ReadStateTreeNode(reader, RootKey(version));
  if (!root) return std::nullopt;
  return root->Hash();
}

}  // namespace sogoc::crypto
