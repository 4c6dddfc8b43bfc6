#include "tests/support/state_reference.h"

#include <span>
#include <utility>
#include <vector>

namespace sogoc::support {
namespace {

using base::Digest;
using Items = std::span<const std::pair<Digest, Digest>>;  // sorted by key hash

bool Bit(const Digest& digest, unsigned index) {
  return (digest[index / 8] >> (7 - index % 8) & 1) != 0;
}

std::pair<Items, Items> SplitAtBit(Items items, unsigned depth) {
  std::size_t zeros = 0;
  while (zeros < items.size() && !Bit(items[zeros].first, depth)) ++zeros;
  return {items.first(zeros), items.subspan(zeros)};
}

Digest Build(Items items, unsigned depth) {
  if (items.empty()) return crypto::EmptyStateRoot();
  if (items.size() == 1) return crypto::StateLeafHash(items[0].first, items[0].second);
  const auto [zeros, ones] = SplitAtBit(items, depth);
  return crypto::StateNodeHash(Build(zeros, depth + 1), Build(ones, depth + 1));
}

crypto::StateProof Prove(Items items, const Digest& key_hash, unsigned depth) {
  if (items.empty()) return {};
  if (items.size() == 1) return {crypto::StateProof::Leaf{items[0].first, items[0].second}, {}};
  const auto [zeros, ones] = SplitAtBit(items, depth);
  const bool one = Bit(key_hash, depth);
  crypto::StateProof proof = Prove(one ? ones : zeros, key_hash, depth + 1);
  proof.siblings.push_back(Build(one ? zeros : ones, depth + 1));
  return proof;
}

std::vector<std::pair<Digest, Digest>> ItemsOf(const StateMap& map) {
  return {map.begin(), map.end()};
}

}  // namespace

Digest ReferenceStateRoot(const StateMap& map) { return Build(ItemsOf(map), 0); }

crypto::StateProof ReferenceStateProof(const StateMap& map, const Digest& key_hash) {
  return Prove(ItemsOf(map), key_hash, 0);
}

}  // namespace sogoc::support
