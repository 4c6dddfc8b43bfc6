#include "crypto/state_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>

#include "crypto/state_tree_node.h"
#include "tests/support/json_file.h"
#include "tests/support/random.h"
#include "tests/support/state_node_map.h"
#include "tests/support/state_reference.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;
using base::ToHex;
using support::Random;
using support::StateMap;

Digest RandomDigest(Random& random) { return *base::DigestFromBytes(random.Bytes(32)); }

StateChange Put(std::string_view key, std::string_view value) {
  return {Sha256(AsBytes(key)), Sha256(AsBytes(value))};
}
StateChange Remove(std::string_view key) { return {Sha256(AsBytes(key)), std::nullopt}; }

Digest RootOf(const std::vector<StateChange>& changes) {
  return UpdateStateTree(support::StateNodeMap(), std::nullopt, 1, changes).root;
}

// Hashes as an attacker would choose them: many share long prefixes.
std::vector<Digest> ClusteredKeys(Random& random, std::size_t count) {
  std::vector<Digest> keys = {RandomDigest(random)};
  while (keys.size() < count) {
    Digest key = keys[random.Below(keys.size())];
    const std::uint64_t shared_bits = random.Below(4) == 0 ? 0 : random.Below(256);
    const Digest other = RandomDigest(random);
    for (std::uint64_t bit = shared_bits; bit < 256; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
      key[bit / 8] = static_cast<std::uint8_t>((key[bit / 8] & ~mask) | (other[bit / 8] & mask));
    }
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

// A tree with all its versions, beside a plain map of what each should hold.
class History {
 public:
  // Applies a batch as the next version and checks what the update promises.
  StateTreeUpdate Apply(const std::vector<StateChange>& changes) {
    const auto base = version_ == 0 ? std::nullopt : std::optional(version_);
    version_ += 1 + version_ % 3;  // versions need not be consecutive
    const std::size_t reads_before = nodes_.reads();
    const StateTreeUpdate update = UpdateStateTree(nodes_, base, version_, changes);
    StateMap map = maps_.empty() ? StateMap() : maps_.rbegin()->second;
    for (const StateChange& change : changes) {
      if (change.value_hash) {
        map[change.key_hash] = *change.value_hash;
      } else {
        map.erase(change.key_hash);
      }
    }
    EXPECT_GE(nodes_.reads() - reads_before, update.stale_nodes.size());
    EXPECT_EQ(update.root, support::ReferenceStateRoot(map));
    EXPECT_TRUE(
        std::ranges::is_sorted(update.new_nodes, {}, [](const auto& n) { return n.first; }));
    for (const auto& [key, node] : update.new_nodes) {
      EXPECT_EQ(base::ReadU64(key), version_);
      EXPECT_LE(key.size(), 41U);
      EXPECT_LE(node.size(), 1156U);
    }
    EXPECT_TRUE(nodes_.Add(update));
    maps_[version_] = std::move(map);
    stale_[version_] = update.stale_nodes;
    return update;
  }

  // Gives up all versions before `version`.
  void PruneBefore(std::uint64_t version) {
    for (auto stale = stale_.begin(); stale != stale_.end() && stale->first <= version;) {
      EXPECT_TRUE(nodes_.Remove(stale->second));
      stale = stale_.erase(stale);
    }
    for (auto map = maps_.begin(); map->first < version; map = maps_.erase(map)) {
      EXPECT_EQ(StateRoot(nodes_, map->first), std::nullopt);
      EXPECT_EQ(ProveState(nodes_, map->first, Digest{}), std::nullopt);
    }
  }

  // Every version that was not given up must have its root, and its proof for each key.
  void ExpectAllVersionsReadable(const std::vector<Digest>& keys) const {
    for (const auto& [version, map] : maps_) {
      ASSERT_EQ(StateRoot(nodes_, version), support::ReferenceStateRoot(map)) << version;
      for (const Digest& key : keys) {
        ASSERT_EQ(ProveState(nodes_, version, key), support::ReferenceStateProof(map, key))
            << version << " " << ToHex(key);
      }
    }
  }

  const StateMap& head() const { return maps_.rbegin()->second; }
  const std::map<std::uint64_t, StateMap>& maps() const { return maps_; }
  support::StateNodeMap& nodes() { return nodes_; }
  std::uint64_t version() const { return version_; }

 private:
  support::StateNodeMap nodes_;
  std::uint64_t version_ = 0;
  std::map<std::uint64_t, StateMap> maps_;
  std::map<std::uint64_t, std::vector<Bytes>> stale_;
};

std::vector<StateChange> AllOf(const StateMap& map) {
  std::vector<StateChange> changes;
  for (const auto& [key, value] : map) changes.push_back({key, value});
  return changes;
}

std::vector<StateChange> RandomBatch(Random& random, const std::vector<Digest>& keys) {
  std::map<Digest, std::optional<Digest>> batch;
  const std::uint64_t removals = random.Below(5);  // of 4: some batches only add, some only remove
  for (std::uint64_t i = random.Below(keys.size() / 2); i > 0; --i) {
    const Digest& key = keys[random.Below(keys.size())];
    batch[key] = random.Below(4) < removals ? std::nullopt : std::optional(RandomDigest(random));
  }
  std::vector<StateChange> changes;
  for (const auto& [key, value] : batch) {
    changes.insert(changes.begin() + static_cast<std::ptrdiff_t>(random.Below(changes.size() + 1)),
                   {key, value});
  }
  return changes;
}

TEST(StateTree, RootsMatchThePublishedVectors) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/state_tree.json");
  for (const auto& map : vectors.at("maps").as_array()) {
    std::vector<StateChange> changes;
    for (const auto& [key, value] : map.at("items").as_object()) {
      changes.push_back(Put(std::string(key), std::string(value.as_string())));
    }
    EXPECT_EQ(ToHex(RootOf(changes)), map.at("root").as_string());
  }
  std::vector<StateChange> numbered;
  for (int i = 0; i < vectors.at("numbered").at("count").as_int64(); ++i) {
    numbered.push_back(Put("key-" + std::to_string(i), "val-" + std::to_string(i)));
  }
  EXPECT_EQ(ToHex(RootOf(numbered)), vectors.at("numbered").at("root").as_string());
}

TEST(StateTree, RandomHistoriesAgreeWithTheDefinitionAndSurvivePruning) {
  Random random;
  for (int round = 0; round < 12; ++round) {
    const std::vector<Digest> keys = ClusteredKeys(random, 4 + random.Below(40));
    History history;
    for (int block = 0; block < 25; ++block) {
      history.Apply(RandomBatch(random, keys));
      if (random.Below(5) != 0) continue;
      auto keep = history.maps().begin();
      std::advance(keep, static_cast<std::ptrdiff_t>(random.Below(history.maps().size())));
      history.PruneBefore(keep->first);
      ASSERT_NO_FATAL_FAILURE(history.ExpectAllVersionsReadable(keys));
    }
    ASSERT_NO_FATAL_FAILURE(history.ExpectAllVersionsReadable(keys));

    // Pruned to the newest version, nothing is left over.
    history.PruneBefore(history.version());
    ASSERT_NO_FATAL_FAILURE(history.ExpectAllVersionsReadable(keys));
    const StateTreeUpdate fresh =
        UpdateStateTree(history.nodes(), std::nullopt, 1, AllOf(history.head()));
    EXPECT_EQ(history.nodes().size(), fresh.new_nodes.size());
  }
}

TEST(StateTree, RootsDependNeitherOnOrderNorOnBatches) {
  Random random;
  const std::vector<Digest> keys = ClusteredKeys(random, 200);
  std::vector<StateChange> changes;
  for (const Digest& key : keys) changes.push_back({key, RandomDigest(random)});
  const Digest root = RootOf(changes);
  std::ranges::reverse(changes);
  EXPECT_EQ(RootOf(changes), root);
  for (std::size_t batch_size : {1U, 7U, 150U}) {
    support::StateNodeMap nodes;
    StateTreeUpdate update;
    std::optional<std::uint64_t> base;
    for (std::size_t begin = 0; begin < changes.size(); begin += batch_size) {
      const std::size_t size = std::min(batch_size, changes.size() - begin);
      update = UpdateStateTree(nodes, base, begin + 1, std::span(changes).subspan(begin, size));
      ASSERT_TRUE(nodes.Add(update));
      base = begin + 1;
    }
    EXPECT_EQ(update.root, root) << batch_size;
  }
}

TEST(StateTree, RemovalCollapsesALoneLeafUpward) {
  History history;
  Digest low{};
  Digest high{};
  high[31] = 1;  // differs in the last bit only: 256 levels
  history.Apply({{low, low}});
  const StateTreeUpdate deep = history.Apply({{high, high}});
  EXPECT_EQ(deep.new_nodes.size(), 64U);
  EXPECT_EQ(deep.new_nodes.back().first.size(), 41U);
  EXPECT_EQ(ProveState(history.nodes(), history.version(), high)->siblings.size(), 256U);
  EXPECT_EQ(history.Apply({{low, std::nullopt}}).root, StateLeafHash(high, high));
  EXPECT_EQ(history.Apply({{high, std::nullopt}}).root, EmptyStateRoot());
  history.ExpectAllVersionsReadable({low, high});
}

TEST(StateTree, ChangesWithoutEffectKeepTheRootAndMakeTheVersionReadable) {
  History history;
  std::vector<StateChange> many = {Put("hello", "world")};
  for (int i = 0; i < 100; ++i) many.push_back(Put(std::to_string(i), "x"));
  history.Apply(many);
  for (const std::vector<StateChange>& changes : {std::vector<StateChange>(),
                                                  {Put("hello", "world")},
                                                  {Remove("absent"), Remove("none")},
                                                  many}) {
    const std::uint64_t before = history.version();
    const StateTreeUpdate update = history.Apply(changes);
    EXPECT_EQ(update.root, StateRoot(history.nodes(), before));
    EXPECT_EQ(update.new_nodes.size(), 1U);
    EXPECT_EQ(update.stale_nodes, std::vector<Bytes>{StateNodeKey(before, Digest{}, 0)});
  }
}

TEST(StateTree, ABatchReadsAndWritesOnlyTheNodesOnItsPaths) {
  support::StateNodeMap nodes;
  std::vector<StateChange> changes;
  for (int i = 0; i < 65'536; ++i) changes.push_back(Put(std::to_string(i), "x"));
  ASSERT_TRUE(nodes.Add(UpdateStateTree(nodes, std::nullopt, 1, changes)));

  changes.clear();
  for (int i = 0; i < 100; ++i) changes.push_back(Put(std::to_string(i * 655), "y"));
  const std::size_t reads_before = nodes.reads();
  const StateTreeUpdate update = UpdateStateTree(nodes, 1, 2, changes);
  const std::set<Bytes> stale(update.stale_nodes.begin(), update.stale_nodes.end());
  EXPECT_EQ(stale.size(), update.stale_nodes.size());
  EXPECT_EQ(nodes.reads() - reads_before, stale.size());
  EXPECT_EQ(update.new_nodes.size(), stale.size());
  // The root, its 16 children, and for each change at most four more below, seldom a fifth.
  EXPECT_LT(stale.size(), 1 + 16 + 100 * 4U);
}

TEST(StateTreeNode, DecodesOnlyWhatItEncodes) {
  std::vector<StateChange> changes;
  for (int i = 0; i < 40; ++i) changes.push_back(Put(std::to_string(i), "x"));
  const StateTreeUpdate update = UpdateStateTree(support::StateNodeMap(), std::nullopt, 1, changes);
  for (const auto& [key, bytes] : update.new_nodes) {
    const auto node = StateTreeNode::Decode(bytes);
    ASSERT_TRUE(node);
    EXPECT_EQ(node->Encode(), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(StateTreeNode::Decode(ByteView(bytes).first(size))) << size;
    }
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(StateTreeNode::Decode(longer));
  }
}

TEST(StateTreeNode, AChildOfBothKindsIsRefused) {
  Bytes bytes = {0, 1, 0, 0};
  bytes.resize(4 + 8 + 32 + 32);  // one child, a node; one quarter
  EXPECT_TRUE(StateTreeNode::Decode(bytes));
  bytes[3] = 1;
  EXPECT_FALSE(StateTreeNode::Decode(bytes));
}

TEST(StateTreeDeathTest, BrokenPromisesEndTheProcess) {
  support::StateNodeMap nodes;
  const StateTreeUpdate first =
      UpdateStateTree(nodes, std::nullopt, 5, std::vector{Put("a", "1"), Put("b", "2")});
  ASSERT_TRUE(nodes.Add(first));
  const std::vector twice = {Put("a", "1"), Put("b", "1"), Put("a", "2")};
  EXPECT_DEATH(UpdateStateTree(nodes, 5, 6, twice), "a key is changed twice");
  EXPECT_DEATH(UpdateStateTree(nodes, 5, 5, {}), "versions must grow");
  EXPECT_DEATH(UpdateStateTree(nodes, 4, 6, {}), "unknown base version");
  StateTreeUpdate malformed;
  malformed.new_nodes.emplace_back(StateNodeKey(7, Digest{}, 0), Bytes{0, 0, 0});
  ASSERT_TRUE(nodes.Add(malformed));
  EXPECT_DEATH(UpdateStateTree(nodes, 7, 8, {}), "malformed node");
  EXPECT_DEATH(static_cast<void>(StateRoot(nodes, 7)), "malformed node");
}

}  // namespace
}  // namespace sogoc::crypto
