// The same proofs as other implementations write them (ICS-23, in protobuf).

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/state_tree.h"
#include "tests/support/json_file.h"
#include "tests/support/test_state.h"

namespace sogoc::crypto {
namespace {

using base::ToHex;

bool Bit(const Digest& digest, std::size_t index) {
  return (digest[index / 8] >> (7 - index % 8) & 1) != 0;
}

// A protobuf message as its length-delimited fields, in order; numbers are skipped.
std::vector<std::pair<unsigned, Bytes>> Fields(ByteView message) {
  std::vector<std::pair<unsigned, Bytes>> fields;
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t byte = message[at++];
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const std::uint64_t tag = varint();
    const std::uint64_t value = varint();
    if ((tag & 7) != 2) continue;
    fields.emplace_back(tag >> 3, base::ToBytes(message.subspan(at, value)));
    at += value;
  }
  return fields;
}

std::optional<Bytes> Field(ByteView message, unsigned number) {
  for (const auto& [field, bytes] : Fields(message)) {
    if (field == number) return bytes;
  }
  return std::nullopt;
}

struct Ics23Existence {
  Bytes key;
  Bytes value;
  Digest root;       // as an ICS-23 verifier computes it
  StateProof proof;  // the same path in our form
};

// Reads an ExistenceProof and checks that its steps turn as the key's bits say.
Ics23Existence ReadExistence(ByteView message) {
  Ics23Existence existence{Field(message, 1).value(), Field(message, 2).value(), {}, {}};
  const Digest key_hash = Sha256(existence.key);
  const Digest value_hash = Sha256(existence.value);
  existence.proof.leaf = StateProof::Leaf{key_hash, value_hash};
  existence.root = Sha256({*Field(*Field(message, 3), 5), key_hash, value_hash});
  constexpr std::size_t kPrefixSize = 16;  // "JMT::IntrnalNode"
  std::vector<bool> sibling_is_left;
  for (const auto& [number, step] : Fields(message)) {
    if (number != 4) continue;
    const Bytes prefix = Field(step, 2).value();
    const Bytes suffix = Field(step, 3).value_or(Bytes());
    existence.root = Sha256({prefix, existence.root, suffix});
    sibling_is_left.push_back(suffix.empty());
    const ByteView sibling = suffix.empty() ? ByteView(prefix).subspan(kPrefixSize) : suffix;
    existence.proof.siblings.push_back(base::DigestFromBytes(sibling).value());
  }
  for (std::size_t i = 0; i < sibling_is_left.size(); ++i) {
    EXPECT_EQ(sibling_is_left[i], Bit(key_hash, sibling_is_left.size() - 1 - i));
  }
  return existence;
}

Bytes HexField(const boost::json::value& item, std::string_view name) {
  return base::FromHex(item.at(name).as_string()).value();
}

TEST(StateProofIcs23, AgreesOnExistence) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/ics23.json");
  const support::TestState state = support::VectorState();
  ASSERT_EQ(ToHex(state.root()), vectors.at("root").as_string());
  ASSERT_EQ(vectors.at("exist").as_array().size(), state.items().size());
  for (const auto& item : vectors.at("exist").as_array()) {
    const Ics23Existence ics23 = ReadExistence(Field(HexField(item, "p"), 1).value());
    EXPECT_EQ(ics23.key, HexField(item, "k"));
    EXPECT_EQ(ics23.value, HexField(item, "v"));
    EXPECT_EQ(ics23.root, state.root());
    EXPECT_EQ(ics23.proof, state.Prove(base::AsText(ics23.key)));
    EXPECT_TRUE(VerifyStateMembership(state.root(), ics23.key, ics23.value, ics23.proof));
  }
}

TEST(StateProofIcs23, AgreesOnNonExistence) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/ics23.json");
  const support::TestState state = support::VectorState();
  ASSERT_EQ(vectors.at("non").as_array().size(), 56U);
  for (const auto& item : vectors.at("non").as_array()) {
    const Bytes message = Field(HexField(item, "p"), 2).value();
    const Bytes key = Field(message, 1).value();
    EXPECT_EQ(key, HexField(item, "k"));
    EXPECT_TRUE(VerifyStateAbsence(state.root(), key, state.Prove(base::AsText(key))));

    std::size_t neighbours = 0;
    for (const auto& [number, neighbour] : Fields(message)) {
      if (number != 2 && number != 3) continue;
      const Ics23Existence ics23 = ReadExistence(neighbour);
      EXPECT_EQ(ics23.root, state.root());
      EXPECT_TRUE(VerifyStateMembership(state.root(), ics23.key, ics23.value, ics23.proof));
      EXPECT_EQ(Sha256(ics23.key) < Sha256(key), number == 2);
      ++neighbours;
    }
    EXPECT_GE(neighbours, 1U);
  }
}

}  // namespace
}  // namespace sogoc::crypto
