#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "crypto/state_tree.h"
#include "tests/support/json_file.h"
#include "tests/support/test_state.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;
using base::ToHex;
using support::NumberedState;
using support::TestState;
using support::VectorState;

bool Membership(const TestState& state, std::string_view key, std::string_view value,
                const StateProof& proof) {
  return VerifyStateMembership(state.root(), AsBytes(key), AsBytes(value), proof);
}
bool Absence(const TestState& state, std::string_view key, const StateProof& proof) {
  return VerifyStateAbsence(state.root(), AsBytes(key), proof);
}

// Calls check after changing each bit of `bytes` in turn; leaves them as they were.
void ForEachBitChange(std::span<std::uint8_t> bytes, const std::function<void()>& check) {
  for (std::uint8_t& byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const auto mask = static_cast<std::uint8_t>(1U << bit);
      byte ^= mask;
      check();
      byte ^= mask;
    }
  }
}

void ForEachBitChange(StateProof proof, const std::function<void(const StateProof&)>& check) {
  const auto changed = [&] { check(proof); };
  for (Digest& sibling : proof.siblings) ForEachBitChange(sibling, changed);
  if (!proof.leaf) return;
  ForEachBitChange(proof.leaf->key_hash, changed);
  ForEachBitChange(proof.leaf->value_hash, changed);
}

// One sibling less, one more, without the leaf or with another one.
void ForEachReshaping(const StateProof& proof,
                      const std::function<void(const StateProof&)>& check) {
  for (std::size_t i = 0; i < proof.siblings.size(); ++i) {
    StateProof shorter = proof;
    shorter.siblings.erase(shorter.siblings.begin() + static_cast<std::ptrdiff_t>(i));
    check(shorter);
  }
  for (std::size_t i = 0; i <= proof.siblings.size(); ++i) {
    for (const Digest& added : {Digest{}, EmptyStateRoot()}) {
      StateProof longer = proof;
      longer.siblings.insert(longer.siblings.begin() + static_cast<std::ptrdiff_t>(i), added);
      check(longer);
    }
  }
  StateProof other_leaf = proof;
  other_leaf.leaf.reset();
  if (!proof.leaf) other_leaf.leaf.emplace();
  check(other_leaf);
}

TEST(StateProof, MatchesThePublishedVectors) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/state_tree.json");
  const TestState state = VectorState();
  for (const auto& vector : vectors.at("proofs").as_array()) {
    const std::string key(vector.at("key").as_string());
    const StateProof proof = state.Prove(key);
    EXPECT_EQ(ToHex(EncodeStateProof(proof)), vector.at("wire").as_string()) << key;
    const auto* value = vector.at("value").if_string();
    EXPECT_TRUE(value != nullptr ? Membership(state, key, std::string(*value), proof)
                                 : Absence(state, key, proof))
        << key;
  }
}

// docs/format/state-tree.md goes through these.
TEST(StateProof, StepsMatchTheWorkedExample) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/state_tree.json");
  const boost::json::value& steps = vectors.at("steps");
  const StateProof proof = VectorState().Prove("label/0001");
  EXPECT_EQ(ToHex(proof.leaf->key_hash), steps.at("key_hash").as_string());
  EXPECT_EQ(ToHex(proof.leaf->value_hash), steps.at("value_hash").as_string());
  Digest hash = StateLeafHash(proof.leaf->key_hash, proof.leaf->value_hash);
  EXPECT_EQ(ToHex(hash), steps.at("leaf_hash").as_string());
  ASSERT_EQ(proof.siblings.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {  // both bits of the key hash are 0
    EXPECT_EQ(ToHex(proof.siblings[i]), steps.at("siblings").at(i).as_string());
    hash = StateNodeHash(hash, proof.siblings[i]);
    EXPECT_EQ(ToHex(hash), steps.at("node_hashes").at(i).as_string());
  }
}

TEST(StateProof, EveryKeyOfABigMapIsProvedAndNoOther) {
  const TestState state = NumberedState(1000);
  std::size_t depth_max = 0;
  for (const auto& [key, value] : state.items()) {
    const StateProof proof = state.Prove(key);
    EXPECT_TRUE(Membership(state, key, value, proof)) << key;
    EXPECT_FALSE(Membership(state, key, value + "x", proof)) << key;
    EXPECT_FALSE(Absence(state, key, proof)) << key;
    depth_max = std::max(depth_max, proof.siblings.size());
  }
  EXPECT_EQ(depth_max, 23U);
  for (int i = 1000; i < 2000; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const StateProof proof = state.Prove(key);
    EXPECT_TRUE(Absence(state, key, proof)) << key;
    EXPECT_FALSE(Membership(state, key, "val-" + std::to_string(i), proof)) << key;
  }
}

TEST(StateProof, AnEmptyTreeHoldsNothing) {
  const TestState state(std::map<std::string, std::string>{});
  EXPECT_EQ(state.root(), EmptyStateRoot());
  EXPECT_EQ(state.Prove("a"), StateProof());
  EXPECT_TRUE(Absence(state, "a", StateProof()));
  EXPECT_FALSE(Membership(state, "a", "", StateProof()));
}

TEST(StateProof, UnknownVersionsHaveNoRootAndNoProof) {
  const TestState state = NumberedState(3);
  EXPECT_EQ(StateRoot(state.nodes(), 1), state.root());
  EXPECT_EQ(StateRoot(state.nodes(), 2), std::nullopt);
  EXPECT_EQ(ProveState(state.nodes(), 2, Digest{}), std::nullopt);
}

TEST(StateProof, MembershipFailsAfterAnyBitChange) {
  for (int count : {1, 2, 5, 40}) {
    const TestState state = NumberedState(count);
    for (const auto& item : state.items()) {
      const std::string& key = item.first;
      const std::string& value = item.second;
      const StateProof proof = state.Prove(key);
      ASSERT_TRUE(Membership(state, key, value, proof));
      const auto rejects = [&](const StateProof& changed) {
        ASSERT_FALSE(Membership(state, key, value, changed));
      };
      ForEachBitChange(proof, rejects);
      ForEachReshaping(proof, rejects);
      Digest root = state.root();
      ForEachBitChange(root, [&] {
        ASSERT_FALSE(VerifyStateMembership(root, AsBytes(key), AsBytes(value), proof));
      });
      Bytes other = base::ToBytes(AsBytes(key));
      ForEachBitChange(other, [&] {
        ASSERT_FALSE(VerifyStateMembership(state.root(), other, AsBytes(value), proof));
      });
      other = base::ToBytes(AsBytes(value));
      ForEachBitChange(other, [&] {
        ASSERT_FALSE(VerifyStateMembership(state.root(), AsBytes(key), other, proof));
      });
    }
  }
}

// Both kinds: the path ends at nothing, or at another key's leaf.
TEST(StateProof, AbsenceFailsAfterAnyBitChange) {
  bool seen[2] = {false, false};
  for (int count : {0, 1, 2, 5, 40}) {
    const TestState state = NumberedState(count);
    for (int i = 0; i < 40; ++i) {
      const std::string key = "absent-" + std::to_string(i);
      const StateProof proof = state.Prove(key);
      ASSERT_TRUE(Absence(state, key, proof));
      seen[proof.leaf ? 1 : 0] = true;
      const auto rejects = [&](const StateProof& changed) {
        ASSERT_FALSE(Absence(state, key, changed)) << key;
      };
      ForEachBitChange(proof, rejects);
      ForEachReshaping(proof, rejects);
      Digest root = state.root();
      ForEachBitChange(root, [&] { ASSERT_FALSE(VerifyStateAbsence(root, AsBytes(key), proof)); });
      // Another absent key may end at the same place; then, and only then, the proof is its proof.
      Bytes other = base::ToBytes(AsBytes(key));
      ForEachBitChange(other, [&] {
        ASSERT_EQ(VerifyStateAbsence(state.root(), other, proof),
                  state.Prove(base::AsText(other)) == proof);
      });
    }
  }
  EXPECT_TRUE(seen[0] && seen[1]);
}

TEST(StateProof, ALeafElsewhereShowsNoAbsence) {
  const TestState state = NumberedState(40);
  for (const auto& [key, value] : state.items()) {
    const StateProof proof = state.Prove(key);
    for (const auto& [other, other_value] : state.items()) {
      ASSERT_FALSE(Absence(state, other, proof)) << key << " for " << other;
    }
  }
}

// A root made by a forger, in whose tree a leaf stands where its key does not belong.
TEST(StateProof, ALeafOutOfPlaceShowsNoAbsence) {
  const Digest key_hash = Sha256(AsBytes("absent"));
  Digest elsewhere = key_hash;
  elsewhere[0] ^= 0x80;
  const StateProof proof = {StateProof::Leaf{elsewhere, Digest{}}, {Digest{}}};
  const Digest leaf = StateLeafHash(elsewhere, Digest{});
  EXPECT_FALSE(VerifyStateAbsence(StateNodeHash(leaf, Digest{}), AsBytes("absent"), proof));
  EXPECT_FALSE(VerifyStateAbsence(StateNodeHash(Digest{}, leaf), AsBytes("absent"), proof));
}

TEST(StateProof, MoreThan256SiblingsAreRefused) {
  StateProof proof;
  proof.siblings.assign(257, Digest{});
  EXPECT_EQ(DecodeStateProof(EncodeStateProof(proof)), std::nullopt);
  EXPECT_FALSE(VerifyStateAbsence(Digest{}, AsBytes("a"), proof));
  proof.leaf = StateProof::Leaf{Sha256(AsBytes("a")), Sha256(AsBytes("b"))};
  EXPECT_FALSE(VerifyStateMembership(Digest{}, AsBytes("a"), AsBytes("b"), proof));
  proof.siblings.pop_back();
  EXPECT_EQ(DecodeStateProof(EncodeStateProof(proof)), proof);
}

TEST(StateProof, WireFormIsExact) {
  const TestState state = VectorState();
  const StateProof member = state.Prove("label/0001");
  EXPECT_EQ(ToHex(EncodeStateProof(member)),
            "01" + ToHex(Sha256(AsBytes("label/0001"))) + ToHex(Sha256(AsBytes("active"))) +
                "0002" + ToHex(member.siblings[0]) + ToHex(member.siblings[1]));
  EXPECT_EQ(ToHex(EncodeStateProof(StateProof())), "000000");

  StateProof none = member;
  none.leaf.reset();
  for (const StateProof& proof : {member, none, StateProof()}) {
    const Bytes bytes = EncodeStateProof(proof);
    EXPECT_EQ(DecodeStateProof(bytes), proof);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(DecodeStateProof(ByteView(bytes).first(size)), std::nullopt) << size;
    }
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_EQ(DecodeStateProof(longer), std::nullopt);
    Bytes other_tag = bytes;
    other_tag[0] = 2;
    EXPECT_EQ(DecodeStateProof(other_tag), std::nullopt);
  }
}

}  // namespace
}  // namespace sogoc::crypto
