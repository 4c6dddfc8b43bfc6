#include "node/consensus/verified_signatures.h"

#include <gtest/gtest.h>

namespace sogoc::consensus {
namespace {

base::Digest Numbered(std::uint8_t low, std::uint8_t high = 0) {
  base::Digest digest{};
  digest[0] = low;
  digest[1] = high;
  return digest;
}

TEST(VerifiedSignaturesTest, RemembersWhatWasAdded) {
  VerifiedSignatures verified;
  EXPECT_FALSE(verified.Contains(Numbered(1)));
  verified.Add(Numbered(1));
  EXPECT_TRUE(verified.Contains(Numbered(1)));
  EXPECT_FALSE(verified.Contains(Numbered(2)));
}

TEST(VerifiedSignaturesTest, ForgetsTheOldestAndKeepsTheNewestHalf) {
  VerifiedSignatures verified(100);
  for (std::uint8_t i = 0; i < 200; ++i) {
    verified.Add(Numbered(i));
    for (int back = 0; back < 50 && back <= i; ++back) {
      EXPECT_TRUE(verified.Contains(Numbered(static_cast<std::uint8_t>(i - back)))) << i << back;
    }
  }
  EXPECT_FALSE(verified.Contains(Numbered(0)));
  EXPECT_FALSE(verified.Contains(Numbered(99)));
}

TEST(VerifiedSignaturesTest, AnotherEntryKeyOrSignatureHasAnotherName) {
  const base::Digest id = Numbered(1);
  crypto::P256PublicKey key{2};
  crypto::P256Signature signature{3};
  const base::Digest name = VerifiedSignatures::NameOf(id, key, signature);
  EXPECT_NE(VerifiedSignatures::NameOf(Numbered(9), key, signature), name);
  key[32] = 1;
  EXPECT_NE(VerifiedSignatures::NameOf(id, key, signature), name);
  key[32] = 0;
  signature[63] = 1;
  EXPECT_NE(VerifiedSignatures::NameOf(id, key, signature), name);
}

}  // namespace
}  // namespace sogoc::consensus
