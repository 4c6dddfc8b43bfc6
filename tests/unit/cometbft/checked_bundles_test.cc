#include "node/consensus/cometbft/checked_bundles.h"

#include <gtest/gtest.h>

namespace sogoc::cometbft {
namespace {

base::Digest Hash(std::uint8_t number) { return {number}; }

// Results told apart by their number.
std::vector<consensus::CheckResult> Results(std::size_t count) {
  return {count, consensus::CheckResult(base::InvalidArgument("no entry"))};
}

TEST(CheckedBundles, WhatIsKeptIsTakenOnce) {
  CheckedBundles bundles;
  bundles.Keep(Hash(1), 100, Results(1));
  bundles.Keep(Hash(2), 100, Results(2));
  EXPECT_FALSE(bundles.Take(Hash(3)));
  EXPECT_EQ(bundles.Take(Hash(2)).value().size(), 2U);
  EXPECT_FALSE(bundles.Take(Hash(2)));
  EXPECT_EQ(bundles.Take(Hash(1)).value().size(), 1U);
}

TEST(CheckedBundles, TheOldestGoForNewOnes) {
  CheckedBundles bundles(1'000);
  for (std::uint8_t i = 1; i <= 20; ++i) bundles.Keep(Hash(i), 100, Results(i));
  EXPECT_FALSE(bundles.Take(Hash(10)));
  for (std::uint8_t i = 16; i <= 20; ++i) EXPECT_EQ(bundles.Take(Hash(i)).value().size(), i);
}

TEST(CheckedBundles, ABundleLargerThanAllIsKeptAlone) {
  CheckedBundles bundles(1'000);
  bundles.Keep(Hash(1), 5'000, Results(1));
  EXPECT_TRUE(bundles.Take(Hash(1)));
}

}  // namespace
}  // namespace sogoc::cometbft
