#pragma once

// The state's Merkle tree: a Jellyfish Merkle tree with SHA-256 in the hashing of penumbra-zone/jmt
// 0.12. It maps key hashes to value hashes; values live elsewhere. Hashing, the proof's wire form
// and worked examples: docs/format/state-tree.md. Every block writes a new version of the tree; old
// versions stay readable until they are pruned. All functions are pure and thread-safe.
//
// Pruning: to give up every version before v, delete the nodes that updates up to and including v
// listed as stale. Every version >= v stays readable and provable.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/sha256.h"

namespace sogoc::crypto {

// The root of a tree without keys: 32 ASCII bytes, not a hash.
inline constexpr std::string_view kStateTreePlaceholder = "SPARSE_MERKLE_PLACEHOLDER_HASH__";
Digest EmptyStateRoot();

// SHA-256("JMT::LeafNode" || key_hash || value_hash) and SHA-256("JMT::IntrnalNode" || left ||
// right); the spelling is jmt's.
Digest StateLeafHash(const Digest& key_hash, const Digest& value_hash);
Digest StateNodeHash(const Digest& left, const Digest& right);

// Where the nodes of all versions are kept. Keys and values are opaque bytes; a key is at most 41
// bytes, begins with its version (8 bytes, big-endian) and is never written twice; a value is at
// most 1,156 bytes.
class StateNodeReader {
 public:
  virtual ~StateNodeReader() = default;
  // nullopt if there is no such node. A read that fails for another reason ends the process.
  virtual std::optional<Bytes> GetStateNode(ByteView node_key) const = 0;
};

struct StateChange {
  Digest key_hash;                   // SHA-256 of the key
  std::optional<Digest> value_hash;  // SHA-256 of the value; nullopt: remove the key
};

struct StateTreeUpdate {
  Digest root;
  std::vector<std::pair<Bytes, Bytes>> new_nodes;  // node key, node; in ascending key order
  std::vector<Bytes> stale_nodes;  // keys of nodes that no version >= this one uses; distinct
};

// Version `version` = version `base` with `changes` applied. `changes` may come in any order;
// removing an absent key changes nothing. base = nullopt: from the empty tree. The root depends
// only on the keys and values, never on versions, order, or how changes are split into batches.
// With no effective change the root equals the base's and the update still holds what makes
// `version` readable. Reads each node on the changed paths once: about log16(keys) for a change,
// fewer where they meet. Ends the process unless: key hashes are distinct; base < version; every
// node of `base` is there.
StateTreeUpdate UpdateStateTree(const StateNodeReader& reader, std::optional<std::uint64_t> base,
                                std::uint64_t version, std::span<const StateChange> changes);

// The root of a version. nullopt if the version is unknown (never written, or pruned).
std::optional<Digest> StateRoot(const StateNodeReader& reader, std::uint64_t version);

// Membership or absence of one key. Siblings come bottom first, at most 256.
struct StateProof {
  struct Leaf {
    Digest key_hash;
    Digest value_hash;
    bool operator==(const Leaf&) const = default;
  };
  std::optional<Leaf> leaf;  // the leaf where the key's path ends, if it ends at one
  std::vector<Digest> siblings;
  bool operator==(const StateProof&) const = default;
};

// Shows membership if the version holds the key, else absence. nullopt if the version is unknown,
// or was pruned meanwhile.
std::optional<StateProof> ProveState(const StateNodeReader& reader, std::uint64_t version,
                                     const Digest& key_hash);

// True if `proof` shows that `root` maps key to value / holds no such key. A proof of absence is
// good for every absent key whose path ends at the same place.
bool VerifyStateMembership(const Digest& root, ByteView key, ByteView value,
                           const StateProof& proof);
bool VerifyStateAbsence(const Digest& root, ByteView key, const StateProof& proof);

// Wire form (docs/format/state-tree.md): u8 1 and the leaf's 64 bytes, or u8 0; u16 count;
// siblings. Requires: at most 256 siblings.
Bytes EncodeStateProof(const StateProof& proof);
// nullopt on anything but exactly one proof of at most 256 siblings.
std::optional<StateProof> DecodeStateProof(ByteView bytes);

}  // namespace sogoc::crypto
