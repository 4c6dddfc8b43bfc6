#include "crypto/p256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/support/openssl_verify.h"
#include "tests/support/random.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;

template <std::size_t size>
std::array<std::uint8_t, size> Hex(std::string_view text) {
  const Bytes bytes = base::FromHex(text).value();
  std::array<std::uint8_t, size> out{};
  EXPECT_EQ(bytes.size(), size);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

// RFC 6979 A.2.5.
constexpr std::string_view kRfc6979Scalar =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kRfc6979Key =
    "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr std::string_view kSampleR =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr std::string_view kSampleS =  // a high one
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
constexpr std::string_view kSampleLowS =
    "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
constexpr std::string_view kTestRS =
    "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
    "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";

bool Verify(const P256Job& job) { return VerifyP256Digest(job.key, job.digest, job.signature); }

TEST(P256, Rfc6979SignaturesVerifyIfSIsLow) {
  const auto key = Hex<33>(kRfc6979Key);
  const Digest sample = Sha256(AsBytes("sample"));
  const std::string r(kSampleR);
  EXPECT_FALSE(VerifyP256Digest(key, sample, Hex<64>(r + std::string(kSampleS))));
  EXPECT_TRUE(VerifyP256Digest(key, sample, Hex<64>(r + std::string(kSampleLowS))));
  EXPECT_TRUE(VerifyP256Digest(key, Sha256(AsBytes("test")), Hex<64>(kTestRS)));
  EXPECT_FALSE(VerifyP256Digest(key, sample, Hex<64>(kTestRS)));
}

TEST(P256, ScalarGivesItsPublishedPoint) {
  const auto key = P256PrivateKey::FromScalar(Hex<32>(kRfc6979Scalar));
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->public_key(), Hex<33>(kRfc6979Key));
  EXPECT_EQ(KeyId(key->public_key()), Sha256(Hex<33>(kRfc6979Key)));
}

TEST(P256, ScalarOutsideTheGroupIsRefused) {
  EXPECT_FALSE(P256PrivateKey::FromScalar({}));
  const auto order = Hex<32>("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  EXPECT_FALSE(P256PrivateKey::FromScalar(order));
  auto last = order;
  --last[31];
  EXPECT_TRUE(P256PrivateKey::FromScalar(last));
}

TEST(P256, SignaturesAreLowAndVerify) {
  support::Random random;
  const P256PrivateKey key = P256PrivateKey::Generate();
  for (std::size_t size = 0; size < 60; ++size) {
    const Bytes message = random.Bytes(size);
    const P256Signature signature = key.Sign(SignatureKind::kStamp, message);
    EXPECT_TRUE(VerifyP256(key.public_key(), SignatureKind::kStamp, message, signature));
    EXPECT_LT(signature[32], 0x80);
    Bytes signed_bytes = base::ToBytes(DomainPrefix(SignatureKind::kStamp));
    base::Append(signed_bytes, message);
    EXPECT_TRUE(support::OpenSslVerifies(key.public_key(), signed_bytes, signature));
  }
}

TEST(P256, SignatureOfOneKindCountsForNoOther) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  const ByteView message = AsBytes("message");
  const P256Signature signature = key.Sign(SignatureKind::kEntry, message);
  EXPECT_FALSE(VerifyP256(key.public_key(), SignatureKind::kStamp, message, signature));
  EXPECT_FALSE(VerifyP256(key.public_key(), SignatureKind::kPossession, message, signature));
}

TEST(P256, EveryFlippedBitFails) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  const Bytes message = base::ToBytes(AsBytes("9500 stamps"));
  const P256Job good{key.public_key(), SignedDigest(SignatureKind::kEntry, message),
                     key.Sign(SignatureKind::kEntry, message)};
  ASSERT_TRUE(Verify(good));
  for (std::size_t bit = 0; bit < good.signature.size() * 8; ++bit) {
    P256Job bad = good;
    bad.signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(Verify(bad)) << "signature bit " << bit;
  }
  for (std::size_t bit = 0; bit < good.key.size() * 8; ++bit) {
    P256Job bad = good;
    bad.key[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(Verify(bad)) << "key bit " << bit;
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    Bytes changed = message;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    P256Job bad = good;
    bad.digest = SignedDigest(SignatureKind::kEntry, changed);
    EXPECT_FALSE(Verify(bad)) << "message bit " << bit;
  }
}

// More keys than a thread remembers, and a key that is no point among them.
TEST(P256, ManyKeysInTurnAreToldApart) {
  std::vector<P256Job> jobs;
  for (int i = 0; i < 1'100; ++i) {
    const P256PrivateKey key = P256PrivateKey::Generate();
    const P256Signature signature = key.Sign(SignatureKind::kEntry, AsBytes("m"));
    jobs.push_back(
        {key.public_key(), SignedDigest(SignatureKind::kEntry, AsBytes("m")), signature});
  }
  jobs[17].key[0] = 0x07;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      EXPECT_EQ(Verify(jobs[i]), i != 17) << i;
      P256Job mixed = jobs[i];
      mixed.signature = jobs[(i + 1) % jobs.size()].signature;
      EXPECT_FALSE(Verify(mixed)) << i;
    }
  }
}

TEST(P256, ThreadsShareAKey) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  std::array<int, 4> verified{};
  std::vector<std::thread> threads;
  for (int& count : verified) {
    threads.emplace_back([&key, &count] {
      for (int i = 0; i < 50; ++i) {
        const P256Signature signature = key.Sign(SignatureKind::kStamp, AsBytes("m"));
        count += VerifyP256(key.public_key(), SignatureKind::kStamp, AsBytes("m"), signature);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(verified, testing::Each(50));
}

TEST(P256, PublicKeyIsACompressedPointOnTheCurve) {
  const P256PublicKey key = Hex<33>(kRfc6979Key);
  EXPECT_TRUE(IsP256PublicKey(key));
  EXPECT_FALSE(IsP256PublicKey({}));
  EXPECT_FALSE(IsP256PublicKey(Bytes{0x00}));  // the point at infinity
  EXPECT_FALSE(IsP256PublicKey(ByteView(key).first(32)));
  P256PublicKey other = key;
  other[0] = 0x04;
  EXPECT_FALSE(IsP256PublicKey(other));
  // The same x plus p, where there is room for it: x = 5 is on the curve.
  EXPECT_TRUE(IsP256PublicKey(
      Hex<33>("020000000000000000000000000000000000000000000000000000000000000005")));
  EXPECT_FALSE(IsP256PublicKey(
      Hex<33>("02ffffffff00000001000000000000000000000001000000000000000000000004")));
}

}  // namespace
}  // namespace sogoc::crypto
