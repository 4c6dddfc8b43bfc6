// Signed entries: decoding, identity, signatures. Bytes and malformed ones: golden_test.

#include "node/ledger/entry.h"

#include <gtest/gtest.h>

#include "node/ledger/limits.h"
#include "tests/support/ledger_ops.h"

namespace sogoc::ledger {
namespace {

using support::KeyOf;
using namespace support::op;

v1::EntryBody Body(std::vector<v1::Operation> operations = {RegisterBatch{}}) {
  v1::EntryBody body;
  body.set_ledger_id(support::Hash("ledger"));
  body.set_author("htx-cam");
  body.set_nonce("12345678");
  body.set_not_after(1'800'000'000);
  for (const v1::Operation& operation : operations) *body.add_operations() = operation;
  return body;
}

Entry Decoded(const v1::EntryBody& body, const char* key = "htx-cam") {
  return DecodeEntry(SignEntry(body, KeyOf(key)), 1).value();
}

TEST(EntryTest, WhatIsSignedIsDecodedAndVerified) {
  const Bytes bytes = SignEntry(Body(), KeyOf("htx-cam"));
  const auto entry = DecodeEntry(bytes, 1);
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_EQ(entry->bytes, bytes);
  EXPECT_EQ(entry->body.SerializeAsString(), Body().SerializeAsString());
  EXPECT_EQ(entry->id, crypto::Sha256(base::AsBytes(Body().SerializeAsString())));
  EXPECT_EQ(entry->key_id, support::KeyIdOf("htx-cam"));
  EXPECT_TRUE(VerifyEntry(*entry, KeyOf("htx-cam").public_key()));
  EXPECT_FALSE(VerifyEntry(*entry, KeyOf("ct-mam").public_key()));
}

TEST(EntryTest, ALeafIsTheTypeAndTheBytes) {
  const Entry entry = Decoded(Body());
  Bytes leaf = {1};
  base::Append(leaf, entry.bytes);
  EXPECT_EQ(entry.Leaf(), leaf);
}

TEST(EntryTest, TheIdDoesNotDependOnTheSignature) {
  const Entry one = Decoded(Body());
  const Entry two = Decoded(Body());
  const Entry other_key = Decoded(Body(), "ct-mam");
  EXPECT_NE(one.bytes, two.bytes);
  EXPECT_EQ(one.id, two.id);
  EXPECT_EQ(one.id, other_key.id);
  v1::EntryBody body = Body();
  body.set_nonce("12345679");
  EXPECT_NE(Decoded(body).id, one.id);
}

TEST(EntryTest, EveryFlippedBitIsNoticed) {
  const Bytes bytes = SignEntry(Body(), KeyOf("htx-cam"));
  const Entry right = DecodeEntry(bytes, 1).value();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto entry = DecodeEntry(flipped, 1);
    if (!entry) continue;
    const bool same_key = entry->key_id == right.key_id;
    EXPECT_FALSE(same_key && VerifyEntry(*entry, KeyOf("htx-cam").public_key())) << bit;
  }
}

TEST(EntryTest, EveryShorterEntryIsRefused) {
  const Bytes bytes = SignEntry(Body(), KeyOf("htx-cam"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeEntry(ByteView(bytes).first(size), 1)) << size;
  }
}

TEST(EntryTest, ALeafHasAtMost60000Bytes) {
  // Notes that fill an entry to the byte.
  const auto of_size = [](std::size_t size) {
    std::vector<v1::Operation> operations;
    for (std::size_t have = SignEntry(Body(), KeyOf("htx-cam")).size(); have < size;) {
      RecordStageEvent event{.note = std::string(900, 'x')};
      operations.push_back(event);
      have = SignEntry(Body(operations), KeyOf("htx-cam")).size();
      if (have <= size) continue;
      event.note.resize(event.note.size() - (have - size));
      operations.back() = event;
      have = SignEntry(Body(operations), KeyOf("htx-cam")).size();
    }
    return SignEntry(Body(operations), KeyOf("htx-cam"));
  };
  const Bytes largest = of_size(kSignedEntryBytesMax);
  ASSERT_EQ(largest.size(), 59'999U);
  EXPECT_EQ(DecodeEntry(largest, 1).value().Leaf().size(), kLeafBytesMax);
  const Bytes larger = of_size(kSignedEntryBytesMax + 1);
  ASSERT_EQ(larger.size(), 60'000U);
  EXPECT_EQ(DecodeEntry(larger, 1).error().message,
            "entry larger than 59999 bytes: split its operations");
}

TEST(EntryTest, PossessionIsBoundToLedgerOrganisationAndKey) {
  const Digest ledger = crypto::Sha256(base::AsBytes("ledger"));
  const Bytes message = PossessionMessage(ledger, "htx-cam", KeyOf("a").public_key());
  EXPECT_EQ(message.size(), 32U + 1 + 7 + 33);
  EXPECT_NE(message, PossessionMessage(Digest{}, "htx-cam", KeyOf("a").public_key()));
  EXPECT_NE(message, PossessionMessage(ledger, "ct-mam", KeyOf("a").public_key()));
  EXPECT_NE(message, PossessionMessage(ledger, "htx-cam", KeyOf("b").public_key()));
  const v1::NewKey key = MakeNewKey(ledger, "htx-cam", KeyOf("a"), true);
  crypto::P256Signature possession{};
  std::copy(key.possession().begin(), key.possession().end(), possession.begin());
  EXPECT_TRUE(crypto::VerifyP256(KeyOf("a").public_key(), crypto::SignatureKind::kPossession,
                                 message, possession));
  EXPECT_TRUE(key.manages_keys());
}

}  // namespace
}  // namespace sogoc::ledger
