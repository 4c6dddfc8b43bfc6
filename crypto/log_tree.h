#pragma once

// The log's Merkle tree (RFC 6962 section 2.1 = RFC 9162 section 2.1) over SHA-256. Byte layout and
// worked examples: docs/format/log.md. All functions are pure and thread-safe.
//
// A root does not commit to the size of its tree. Some proofs are good for several pairs of index
// and size: the proof of leaf 4 of 5 also leads from "leaf 1 of 2" to the same root. So index and
// size mean something only when the size was authenticated together with the root, as a checkpoint
// does.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "crypto/sha256.h"

namespace sogoc::crypto {

// SHA-256(0x00 || leaf) and SHA-256(0x01 || left || right).
Digest LogLeafHash(ByteView leaf);
Digest LogNodeHash(const Digest& left, const Digest& right);

// Names the complete subtree of 2^level leaves that starts at leaf index * 2^level. Once it is
// complete, its hash never changes.
struct LogNode {
  unsigned level = 0;
  std::uint64_t index = 0;
  bool operator==(const LogNode&) const = default;
};

// The right edge of a tree: all that is needed to append leaves and to know the root.
class LogFrontier {
 public:
  LogFrontier() = default;
  // `hashes` are those of the complete subtrees of a tree of `size`, the largest first.
  // nullopt unless there are popcount(size) of them.
  static std::optional<LogFrontier> From(std::uint64_t size, std::vector<Digest> hashes);

  void Append(const Digest& leaf_hash);
  // The same; calls `completed` with every subtree that this leaf completes, the leaf first.
  void Append(const Digest& leaf_hash,
              const std::function<void(const LogNode&, const Digest&)>& completed);

  std::uint64_t size() const { return size_; }
  const std::vector<Digest>& hashes() const { return hashes_; }
  Digest Root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

// Reads the hash of a complete subtree. Must know every one that lies within the tree asked about.
using LogNodeReader = std::function<Digest(const LogNode&)>;

// The root of the tree of `size` leaves; SHA-256 of nothing when there are none. At most 64 reads,
// as for each of the two proofs.
Digest LogRoot(std::uint64_t size, const LogNodeReader& read);
// Leaf's sibling first. Requires: index < size (aborts otherwise).
std::vector<Digest> ProveInclusion(std::uint64_t index, std::uint64_t size,
                                   const LogNodeReader& read);
// Requires: 0 < old_size <= new_size (aborts otherwise). Empty when they are equal.
std::vector<Digest> ProveConsistency(std::uint64_t old_size, std::uint64_t new_size,
                                     const LogNodeReader& read);

// RFC 9162 section 2.1.3.2. True if `proof` has exactly the length for (index, size) and leads from
// the leaf to `root`. Any values may be passed; index >= size is false.
bool VerifyInclusion(const Digest& leaf_hash, std::uint64_t index, std::uint64_t size,
                     const std::vector<Digest>& proof, const Digest& root);
// RFC 9162 section 2.1.4.2: true if the tree behind `old_root` is the beginning of the one behind
// `new_root`. With the edge rules of C2SP: old size 0 needs an empty proof (and says nothing about
// old_root); equal sizes need an empty proof and equal roots; old_size > new_size is false.
bool VerifyConsistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size,
                       const Digest& new_root, const std::vector<Digest>& proof);

}  // namespace sogoc::crypto
