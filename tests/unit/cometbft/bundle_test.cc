#include "node/consensus/cometbft/bundle.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "node/ledger/limits.h"
#include "tests/support/json_file.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace sogoc::cometbft {
namespace {

using base::Bytes;

constexpr GatewayId kGateway{1, 2, 3, 4, 5, 6, 7, 8};

Bundle BundleOf(const boost::json::value& value) {
  Bundle bundle{
      support::HexArray<GatewayId>(value.at("gateway")), support::Number(value.at("counter")), {}};
  for (const auto& entry : value.at("entries").as_array()) {
    bundle.entries.push_back(support::Hex(entry));
  }
  return bundle;
}

TEST(Bundle, IsThatOfTheVectors) {
  const auto file = support::ReadJsonFile("tests/vectors/bundle.json");
  for (const auto& each : file.at("bundles").as_array()) {
    SCOPED_TRACE(support::Text(each.at("about")));
    const Bundle bundle = BundleOf(each);
    EXPECT_EQ(EncodeBundle(bundle), support::Hex(each.at("bytes")));
    EXPECT_EQ(DecodeBundle(support::Hex(each.at("bytes"))).value(), bundle);
  }
}

TEST(Bundle, WhatTheVectorsCallMalformedIsRefused) {
  const auto file = support::ReadJsonFile("tests/vectors/bundle.json");
  for (const auto& each : file.at("malformed").as_array()) {
    SCOPED_TRACE(support::Text(each.at("about")));
    const auto bundle = DecodeBundle(support::Hex(each.at("bytes")));
    ASSERT_FALSE(bundle);
    EXPECT_EQ(bundle.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_EQ(bundle.error().message, "not a bundle: " + support::Text(each.at("error")));
  }
}

TEST(Bundle, WhatWasEncodedIsDecoded) {
  support::Random random;
  for (int round = 0; round < 200; ++round) {
    Bundle bundle{kGateway, random.Below(~std::uint64_t{0}), {}};
    for (std::size_t bytes = kBundleHeadBytes;;) {
      bundle.entries.push_back(random.Bytes(1 + random.Below(round % 2 == 0 ? 20 : 20'000)));
      bytes += kBundleBytesPerEntry + bundle.entries.back().size();
      if (bytes > kBundleBytesMax) bundle.entries.pop_back();
      if (bytes > kBundleBytesMax || random.Below(10) == 0) break;
    }
    const Bytes tx = EncodeBundle(bundle);
    EXPECT_EQ(DecodeBundle(tx).value(), bundle);
    // Cut anywhere, it is a bundle only between two entries, and then another one.
    const auto cut = DecodeBundle(base::ByteView(tx).first(random.Below(tx.size())));
    EXPECT_TRUE(!cut || cut->entries.size() < bundle.entries.size());
  }
}

TEST(Bundle, TheLargestEntryFitsAndALargerOneDoesNot) {
  Bundle bundle{kGateway, 1, {Bytes(ledger::kSignedEntryBytesMax, 7)}};
  EXPECT_EQ(DecodeBundle(EncodeBundle(bundle)).value(), bundle);
  bundle.entries[0].push_back(7);
  EXPECT_FALSE(DecodeBundle(EncodeBundle(bundle)));
}

TEST(Bundle, HasAtMost64Kib) {
  Bundle bundle{kGateway, 1, {Bytes(40'000, 1)}};
  const std::size_t rest = kBundleBytesMax - EncodeBundle(bundle).size() - kBundleBytesPerEntry;
  bundle.entries.push_back(Bytes(rest, 2));
  ASSERT_EQ(EncodeBundle(bundle).size(), kBundleBytesMax);
  EXPECT_EQ(DecodeBundle(EncodeBundle(bundle)).value(), bundle);
  bundle.entries[1].push_back(2);
  EXPECT_FALSE(DecodeBundle(EncodeBundle(bundle)));
}

TEST(Bundle, TheSmallestHasOneEntryOfOneByte) {
  const Bundle bundle{kGateway, 1, {Bytes{9}}};
  const Bytes tx = EncodeBundle(bundle);
  EXPECT_EQ(tx.size(), kBundleHeadBytes + kBundleBytesPerEntry + 1);
  EXPECT_EQ(DecodeBundle(tx).value(), bundle);
  for (std::size_t size = 0; size < tx.size(); ++size) {
    EXPECT_FALSE(DecodeBundle(base::ByteView(tx).first(size))) << size;
  }
}

}  // namespace
}  // namespace sogoc::cometbft
