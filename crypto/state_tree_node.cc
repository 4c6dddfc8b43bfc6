#include "crypto/state_tree_node.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>

namespace sogoc::crypto {
namespace {

constexpr unsigned kQuarter = 4;  // children of a quarter

unsigned Mask(NibbleRange range) { return ((1U << range.width) - 1) << range.begin; }

Digest ChildHash(const StateChild& child) {
  if (const auto* leaf = std::get_if<StateLeaf>(&child)) {
    return StateLeafHash(leaf->key_hash, leaf->value_hash);
  }
  if (const auto* node = std::get_if<StateNodeRef>(&child)) return node->hash;
  return EmptyStateRoot();
}

// Takes bytes from the front; stays at the end and remembers when there are too few.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t Number(std::size_t size) {
    std::uint64_t number = 0;
    for (std::uint8_t byte : Take(size)) number = number << 8 | byte;
    return number;
  }
  Digest Hash() {
    Digest digest{};
    std::ranges::copy(Take(digest.size()), digest.begin());
    return digest;
  }
  bool Done() const { return complete_ && bytes_.empty(); }

 private:
  ByteView Take(std::size_t size) {
    complete_ = complete_ && size <= bytes_.size();
    if (!complete_) return {};
    const ByteView taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  ByteView bytes_;
  bool complete_ = true;
};

}  // namespace

unsigned StateNibble(const Digest& key_hash, unsigned index) {
  const unsigned byte = key_hash[index / 2];
  return index % 2 == 0 ? byte >> 4 : byte & 0xf;
}

Bytes StateNodeKey(std::uint64_t version, const Digest& key_hash, unsigned nibbles) {
  Bytes key;
  key.reserve(8 + 1 + (nibbles + 1) / 2);
  base::AppendU64(key, version);
  key.push_back(static_cast<std::uint8_t>(nibbles));
  base::Append(key, ByteView(key_hash).first((nibbles + 1) / 2));
  if (nibbles % 2 != 0) key.back() &= 0xf0;
  return key;
}

std::optional<StateTreeNode> StateTreeNode::Decode(ByteView bytes) {
  Reader reader(bytes);
  StateTreeNode node;
  node.nodes_ = static_cast<unsigned>(reader.Number(2));
  node.leaves_ = static_cast<unsigned>(reader.Number(2));
  if ((node.nodes_ & node.leaves_) != 0) return std::nullopt;
  for (unsigned nibble = 0; nibble < node.children_.size(); ++nibble) {
    if ((node.nodes_ >> nibble & 1) != 0) {
      const std::uint64_t version = reader.Number(8);
      node.children_[nibble] = StateNodeRef{version, reader.Hash()};
    } else if ((node.leaves_ >> nibble & 1) != 0) {
      const Digest key_hash = reader.Hash();
      node.children_[nibble] = StateLeaf{key_hash, reader.Hash()};
    }
  }
  for (unsigned quarter = 0; quarter < node.quarters_.size(); ++quarter) {
    const unsigned mask = Mask({quarter * kQuarter, kQuarter});
    if (((node.nodes_ | node.leaves_) & mask) == 0) continue;
    node.quarters_[quarter] = reader.Hash();
    node.hashed_quarters_ |= 1U << quarter;
  }
  if (!reader.Done()) return std::nullopt;
  return node;
}

void StateTreeNode::Set(unsigned nibble, const StateChild& child) {
  children_[nibble] = child;
  const unsigned bit = 1U << nibble;
  nodes_ = std::holds_alternative<StateNodeRef>(child) ? nodes_ | bit : nodes_ & ~bit;
  leaves_ = std::holds_alternative<StateLeaf>(child) ? leaves_ | bit : leaves_ & ~bit;
  hashed_quarters_ &= ~(1U << nibble / kQuarter);
}

std::optional<StateChild> StateTreeNode::Collapsed(NibbleRange range) const {
  const unsigned mask = Mask(range);
  if ((nodes_ & mask) != 0) return std::nullopt;
  const unsigned leaves = leaves_ & mask;
  if (leaves == 0) return StateChild();
  if (!std::has_single_bit(leaves)) return std::nullopt;
  return children_[static_cast<unsigned>(std::countr_zero(leaves))];
}

Digest StateTreeNode::Hash(NibbleRange range) const {
  const unsigned quarter = range.begin / kQuarter;
  if (range.width == kQuarter && (hashed_quarters_ >> quarter & 1) != 0) return quarters_[quarter];
  if (range.width == 1) return ChildHash(children_[range.begin]);
  // A range with at most one key has the hash of that key's leaf or of nothing.
  if (const auto only = Collapsed(range)) return ChildHash(*only);
  return StateNodeHash(Hash(range.Left()), Hash(range.Right()));
}

StateChild StateTreeNode::Descend(const Digest& key_hash, unsigned depth,
                                  std::vector<Digest>& siblings) const {
  const unsigned nibble = StateNibble(key_hash, depth);
  NibbleRange range;
  while (range.width > 1) {
    if (const auto only = Collapsed(range)) return *only;
    const bool right = nibble >= range.Right().begin;
    siblings.push_back(Hash(right ? range.Left() : range.Right()));
    range = right ? range.Right() : range.Left();
  }
  return children_[nibble];
}

void StateTreeNode::HashQuarters() {
  for (unsigned quarter = 0; quarter < quarters_.size(); ++quarter) {
    if ((hashed_quarters_ >> quarter & 1) != 0) continue;
    quarters_[quarter] = Hash({quarter * kQuarter, kQuarter});
    hashed_quarters_ |= 1U << quarter;
  }
}

Bytes StateTreeNode::Encode() const {
  Bytes bytes;
  bytes.reserve(4 + children_.size() * sizeof(StateLeaf) + sizeof(quarters_));
  base::AppendU16(bytes, static_cast<std::uint16_t>(nodes_));
  base::AppendU16(bytes, static_cast<std::uint16_t>(leaves_));
  for (const StateChild& child : children_) {
    if (const auto* node = std::get_if<StateNodeRef>(&child)) {
      base::AppendU64(bytes, node->version);
      base::Append(bytes, node->hash);
    } else if (const auto* leaf = std::get_if<StateLeaf>(&child)) {
      base::Append(bytes, leaf->key_hash);
      base::Append(bytes, leaf->value_hash);
    }
  }
  for (unsigned quarter = 0; quarter < quarters_.size(); ++quarter) {
    const unsigned mask = Mask({quarter * kQuarter, kQuarter});
    if (((nodes_ | leaves_) & mask) != 0) base::Append(bytes, quarters_[quarter]);
  }
  return bytes;
}

std::optional<StateTreeNode> ReadStateTreeNode(const StateNodeReader& reader, ByteView node_key) {
  const std::optional<Bytes> bytes = reader.GetStateNode(node_key);
  if (!bytes) return std::nullopt;
  std::optional<StateTreeNode> node = StateTreeNode::Decode(*bytes);
  if (!node) StateTreeBroken("malformed node");
  return node;
}

void StateTreeBroken(const char* what) {
  std::fprintf(stderr, "state tree: %s\n", what);
  std::abort();
}

}  // namespace sogoc::crypto
