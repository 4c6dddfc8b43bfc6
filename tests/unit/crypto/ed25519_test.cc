#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/random.h"

namespace sogoc::crypto {
namespace {

using base::Bytes;

template <std::size_t size>
std::array<std::uint8_t, size> Hex(std::string_view text) {
  const Bytes bytes = base::FromHex(text).value();
  std::array<std::uint8_t, size> out{};
  EXPECT_EQ(bytes.size(), size);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

struct Vector {
  std::string_view seed, key, message, signature;
};

// RFC 8032 section 7.1: tests 1, 2, 3 and SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "b"
     "bd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
     "0"
     "303dca179c138ac17ad9bef1177331a704"},
};

TEST(Ed25519, SignsAndVerifiesLikeRfc8032) {
  for (const Vector& vector : kVectors) {
    const auto key = Ed25519PrivateKey::FromSeed(Hex<32>(vector.seed));
    const Bytes message = base::FromHex(vector.message).value();
    EXPECT_EQ(base::ToHex(key.public_key()), vector.key);
    EXPECT_EQ(base::ToHex(base::AsBytes(key.Seed().view())), vector.seed);
    EXPECT_EQ(base::ToHex(key.Sign(message)), vector.signature);
    EXPECT_TRUE(VerifyEd25519(Hex<32>(vector.key), message, Hex<64>(vector.signature)));
  }
}

TEST(Ed25519, EveryFlippedBitFails) {
  const auto key = Ed25519PrivateKey::Generate();
  Bytes message = base::ToBytes(base::AsBytes("checkpoint"));
  const Ed25519Signature good = key.Sign(message);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Ed25519Signature bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(VerifyEd25519(key.public_key(), message, bad)) << "signature bit " << bit;
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(VerifyEd25519(key.public_key(), message, good)) << "message bit " << bit;
    message[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  EXPECT_TRUE(VerifyEd25519(key.public_key(), message, good));
}

// s and s + L sign the same in a lax verifier (RFC 8032 section 5.1.7 forbids it).
TEST(Ed25519, SignatureHasOneForm) {
  constexpr std::string_view kOrderLittleEndian =
      "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
  const auto order = Hex<32>(kOrderLittleEndian);
  auto signature = Hex<64>(kVectors[0].signature);
  int carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(VerifyEd25519(Hex<32>(kVectors[0].key), {}, signature));
}

TEST(Ed25519, KeyThatIsNoPointVerifiesNothing) {
  Ed25519PublicKey key;
  key.fill(0xff);
  EXPECT_FALSE(VerifyEd25519(key, {}, Hex<64>(kVectors[0].signature)));
  EXPECT_FALSE(VerifyEd25519(key, {}, {}));
}

TEST(Random, BytesDiffer) {
  EXPECT_EQ(RandomBytes(0).size(), 0U);
  EXPECT_EQ(RandomBytes(33).size(), 33U);
  EXPECT_NE(RandomBytes(32), RandomBytes(32));
  EXPECT_NE(Ed25519PrivateKey::Generate().public_key(), Ed25519PrivateKey::Generate().public_key());
}

}  // namespace
}  // namespace sogoc::crypto
