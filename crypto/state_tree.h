#pragma once

// The state's Merkle tree: a Jellyfish Merkle tree with SHA-256 in the hashing of penumbra-zone/jmt
// (docs/format/state.md). It maps key hashes to value hashes; values live elsewhere. Every block
// writes a new version of it; old versions stay readable until they are pruned.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/sha256.h"

namespace sogoc::crypto {

// The root of a tree without keys: 32 ASCII bytes, not a hash.
inline constexpr std::string_view kStateTreePlaceholder = "SPARSE_MERKLE_PLACEHOLDER_HASH__";
Digest EmptyStateRoot();

Digest StateLeafHash(const Digest& key_hash, const Digest& value_hash);
Digest StateNodeHash(const Digest& left, const Digest& right);

// Where the nodes of all versions are kept. Keys and values are opaque bytes; a key is at most 41
// bytes, begins with its version (8 bytes, big-endian) and is never written twice.
class StateNodeReader {
 public:
  virtual ~StateNodeReader() = default;
  // nullopt if there is no such node. A read that fails for another reason ends the process.
  virtual std::optional<Bytes> GetStateNode(ByteView node_key) const = 0;
};

struct StateChange {
  Digest key_hash;
  std::optional<Digest> value_hash;  // nullopt: remove the key
};

struct StateTreeUpdate {
  Digest root;
  std::vector<std::pair<Bytes, Bytes>> new_nodes;  // node key, node; in ascending key order
  std::vector<Bytes> stale_nodes;  // keys of nodes that no version >= this one uses
};

// Version `version` = version `base` with `changes` applied. `changes` must have distinct key hashes,
// in any order; removing an absent key changes nothing. base = nullopt: from the empty tree.
// Version numbers must grow; the root does not depend on them. With no effective change the root equals
// the base's and the update still holds what makes `version` readable.
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

// nullopt if the version is unknown.
std::optional<StateProof> ProveState(const StateNodeReader& reader, std::uint64_t version,
                                     const Digest& key_hash);

// True if `proof` shows that `root` maps key to value / holds no such key.
bool VerifyStateMembership(const Digest& root, ByteView key, ByteView value,
                           const StateProof& proof);
bool VerifyStateAbsence(const Digest& root, ByteView key, const StateProof& proof);

// Wire form (docs/format/state.md): u8 1 and the leaf's 64 bytes, or u8 0; u16 count; siblings.
Bytes EncodeStateProof(const StateProof& proof);
// nullopt on anything but exactly one proof of at most 256 siblings.
std::optional<StateProof> DecodeStateProof(ByteView bytes);

}  // namespace sogoc::crypto
