#include <algorithm>
#include <utility>

#include "crypto/state_tree.h"
#include "crypto/state_tree_node.h"

namespace sogoc::crypto {
namespace {

constexpr std::size_t kSiblingsMax = 256;  // one for each bit of a key hash

bool Bit(const Digest& digest, std::size_t index) {
  return (digest[index / 8] >> (7 - index % 8) & 1) != 0;
}

bool SharePrefix(const Digest& a, const Digest& b, std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    if (Bit(a, i) != Bit(b, i)) return false;
  }
  return true;
}

// The root that follows from `hash` at the end of the path of `key_hash`.
Digest Fold(Digest hash, const Digest& key_hash, const std::vector<Digest>& siblings) {
  std::size_t depth = siblings.size();
  for (const Digest& sibling : siblings) {
    --depth;
    hash = Bit(key_hash, depth) ? StateNodeHash(sibling, hash) : StateNodeHash(hash, sibling);
  }
  return hash;
}

}  // namespace

std::optional<StateProof> ProveState(const StateNodeReader& reader, std::uint64_t version,
                                     const Digest& key_hash) {
  StateProof proof;
  StateChild reached = StateNodeRef{version, {}};
  for (unsigned depth = 0; const auto* ref = std::get_if<StateNodeRef>(&reached); ++depth) {
    const auto node = ReadStateTreeNode(reader, StateNodeKey(ref->version, key_hash, depth));
    if (!node) return std::nullopt;
    reached = node->Descend(key_hash, depth, proof.siblings);
  }
  if (const auto* leaf = std::get_if<StateLeaf>(&reached)) proof.leaf = *leaf;
  std::ranges::reverse(proof.siblings);
  return proof;
}

bool VerifyStateMembership(const Digest& root, ByteView key, ByteView value,
                           const StateProof& proof) {
  if (proof.siblings.size() > kSiblingsMax || !proof.leaf) return false;
  const StateProof::Leaf expected{Sha256(key), Sha256(value)};
  if (*proof.leaf != expected) return false;
  const Digest leaf_hash = StateLeafHash(expected.key_hash, expected.value_hash);
  return Fold(leaf_hash, expected.key_hash, proof.siblings) == root;
}

bool VerifyStateAbsence(const Digest& root, ByteView key, const StateProof& proof) {
  if (proof.siblings.size() > kSiblingsMax) return false;
  const Digest key_hash = Sha256(key);
  Digest end = EmptyStateRoot();
  if (proof.leaf) {
    // Another key's leaf shows absence only if it stands where this key would have to be.
    if (proof.leaf->key_hash == key_hash) return false;
    if (!SharePrefix(proof.leaf->key_hash, key_hash, proof.siblings.size())) return false;
    end = StateLeafHash(proof.leaf->key_hash, proof.leaf->value_hash);
  }
  return Fold(end, key_hash, proof.siblings) == root;
}

Bytes EncodeStateProof(const StateProof& proof) {
  Bytes bytes;
  bytes.push_back(proof.leaf ? 1 : 0);
  if (proof.leaf) {
    base::Append(bytes, proof.leaf->key_hash);
    base::Append(bytes, proof.leaf->value_hash);
  }
  base::AppendU16(bytes, static_cast<std::uint16_t>(proof.siblings.size()));
  for (const Digest& sibling : proof.siblings) base::Append(bytes, sibling);
  return bytes;
}

std::optional<StateProof> DecodeStateProof(ByteView bytes) {
  constexpr std::size_t kDigestSize = sizeof(Digest);
  const auto digest_at = [&](std::size_t at) {
    return *base::DigestFromBytes(bytes.subspan(at, kDigestSize));
  };
  if (bytes.empty() || bytes[0] > 1) return std::nullopt;
  const std::size_t count_at = bytes[0] == 1 ? 1 + 2 * kDigestSize : 1;
  if (bytes.size() < count_at + 2) return std::nullopt;
  const std::size_t count = static_cast<std::size_t>(bytes[count_at]) << 8 | bytes[count_at + 1];
  const std::size_t siblings_at = count_at + 2;
  if (count > kSiblingsMax || bytes.size() != siblings_at + count * kDigestSize) {
    return std::nullopt;
  }
  StateProof proof;
  if (bytes[0] == 1) proof.leaf = StateProof::Leaf{digest_at(1), digest_at(1 + kDigestSize)};
  proof.siblings.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    proof.siblings.push_back(digest_at(siblings_at + i * kDigestSize));
  }
  return proof;
}

}  // namespace sogoc::crypto
