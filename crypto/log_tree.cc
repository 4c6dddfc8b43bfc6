#include "crypto/log_tree.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

namespace sogoc::crypto {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix = {0x01};

// Where a tree of `size` > 1 leaves splits: the largest power of two below `size`.
std::uint64_t SplitPoint(std::uint64_t size) { return std::bit_floor(size - 1); }

// The root over leaves [begin, begin + count). Requires: count > 0, and the range is a right or
// left child of some tree, so that `begin` is a multiple of every complete subtree read.
Digest RangeRoot(std::uint64_t begin, std::uint64_t count, const LogNodeReader& read) {
  if (std::has_single_bit(count)) {
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    return read({level, begin >> level});
  }
  const std::uint64_t split = SplitPoint(count);
  const Digest left = RangeRoot(begin, split, read);
  return LogNodeHash(left, RangeRoot(begin + split, count - split, read));
}

// The walk of both verifiers, from a node up to the root: `index` is the node's place in its level,
// `last` the place of that level's last node.
class Climb {
 public:
  Climb(std::uint64_t index, std::uint64_t last) : index_(index), last_(last) {}

  bool AtRoot() const { return last_ == 0; }
  bool IsRightChild() const { return (index_ & 1) != 0; }
  // True if the node's next sibling is on its left: it is a right child, or the last node of its
  // level, which rises unchanged until it is one.
  bool SiblingIsLeft() const { return IsRightChild() || index_ == last_; }
  void Up() {
    index_ >>= 1;
    last_ >>= 1;
  }
  // Past the levels where the last node rises unchanged.
  void UpToRightChild() {
    while (!IsRightChild() && index_ != 0) Up();
  }

 private:
  std::uint64_t index_;
  std::uint64_t last_;
};

}  // namespace

Digest LogLeafHash(ByteView leaf) { return Sha256({kLeafPrefix, leaf}); }

Digest LogNodeHash(const Digest& left, const Digest& right) {
  return Sha256({kNodePrefix, left, right});
}

std::optional<LogFrontier> LogFrontier::From(std::uint64_t size, std::vector<Digest> hashes) {
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
  LogFrontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = std::move(hashes);
  return frontier;
}

void LogFrontier::Append(const Digest& leaf_hash) {
  Append(leaf_hash, [](const LogNode&, const Digest&) {});
}

void LogFrontier::Append(const Digest& leaf_hash,
                         const std::function<void(const LogNode&, const Digest&)>& completed) {
  LogNode node{0, size_};
  Digest hash = leaf_hash;
  completed(node, hash);
  // A right child completes its parent.
  while ((node.index & 1) != 0) {
    hash = LogNodeHash(hashes_.back(), hash);
    hashes_.pop_back();
    node = {node.level + 1, node.index >> 1};
    completed(node, hash);
  }
  hashes_.push_back(hash);
  ++size_;
}

Digest LogFrontier::Root() const {
  if (hashes_.empty()) return Sha256(ByteView());
  Digest root = hashes_.back();
  for (auto left = hashes_.rbegin() + 1; left != hashes_.rend(); ++left) {
    root = LogNodeHash(*left, root);
  }
  return root;
}

Digest LogRoot(std::uint64_t size, const LogNodeReader& read) {
  return size == 0 ? Sha256(ByteView()) : RangeRoot(0, size, read);
}

std::vector<Digest> ProveInclusion(std::uint64_t index, std::uint64_t size,
                                   const LogNodeReader& read) {
  if (index >= size) std::abort();
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t count = size;
  while (count > 1) {
    const std::uint64_t split = SplitPoint(count);
    if (index - begin < split) {
      proof.push_back(RangeRoot(begin + split, count - split, read));
      count = split;
    } else {
      proof.push_back(RangeRoot(begin, split, read));
      begin += split;
      count -= split;
    }
  }
  std::ranges::reverse(proof);
  return proof;
}

std::vector<Digest> ProveConsistency(std::uint64_t old_size, std::uint64_t new_size,
                                     const LogNodeReader& read) {
  if (old_size == 0 || old_size > new_size) std::abort();
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t count = new_size;
  while (old_size - begin != count) {
    const std::uint64_t split = SplitPoint(count);
    if (old_size - begin <= split) {
      proof.push_back(RangeRoot(begin + split, count - split, read));
      count = split;
    } else {
      proof.push_back(RangeRoot(begin, split, read));
      begin += split;
      count -= split;
    }
  }
  // What is left is the old tree itself, whose root the verifier has, unless we ever went right.
  if (begin != 0) proof.push_back(RangeRoot(begin, count, read));
  std::ranges::reverse(proof);
  return proof;
}

bool VerifyInclusion(const Digest& leaf_hash, std::uint64_t index, std::uint64_t size,
                     const std::vector<Digest>& proof, const Digest& root) {
  if (index >= size) return false;
  Climb climb(index, size - 1);
  Digest hash = leaf_hash;
  for (const Digest& sibling : proof) {
    if (climb.AtRoot()) return false;
    if (climb.SiblingIsLeft()) {
      hash = LogNodeHash(sibling, hash);
      climb.UpToRightChild();
    } else {
      hash = LogNodeHash(hash, sibling);
    }
    climb.Up();
  }
  return climb.AtRoot() && hash == root;
}

bool VerifyConsistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size,
                       const Digest& new_root, const std::vector<Digest>& proof) {
  if (old_size > new_size) return false;
  if (old_size == 0) return proof.empty();
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  if (proof.empty()) return false;

  // Start at the largest complete subtree that ends the old tree. When that is the whole old tree,
  // the proof leaves out its hash, which is old_root.
  Climb climb(old_size - 1, new_size - 1);
  while (climb.IsRightChild()) climb.Up();
  auto next = proof.begin();
  Digest old_hash = std::has_single_bit(old_size) ? old_root : *next++;
  Digest new_hash = old_hash;
  for (; next != proof.end(); ++next) {
    if (climb.AtRoot()) return false;
    if (climb.SiblingIsLeft()) {
      old_hash = LogNodeHash(*next, old_hash);
      new_hash = LogNodeHash(*next, new_hash);
      climb.UpToRightChild();
    } else {
      new_hash = LogNodeHash(new_hash, *next);
    }
    climb.Up();
  }
  return climb.AtRoot() && old_hash == old_root && new_hash == new_root;
}

}  // namespace sogoc::crypto
