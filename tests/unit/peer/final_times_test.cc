#include "node/peer/final_times.h"

#include <gtest/gtest.h>

namespace sogoc::peer {
namespace {

using std::chrono::seconds;

constexpr FinalTimes::Time kStart{};

TEST(FinalTimes, EachBlockCountsOnceSinceItWasDurable) {
  FinalTimes times;
  times.Durable(7, kStart);
  times.Durable(8, kStart + seconds(1));
  times.Durable(9, kStart + seconds(2));
  times.Final(6, kStart + seconds(3));
  EXPECT_EQ(times.times().totals().count(), 0U);
  times.Final(8, kStart + seconds(4));
  times.Final(8, kStart + seconds(5));
  EXPECT_EQ(times.times().totals().count(), 2U);
  EXPECT_EQ(times.times().totals().seconds, 4 + 3);
  times.Final(20, kStart + seconds(6));
  EXPECT_EQ(times.times().totals().count(), 3U);
  EXPECT_EQ(times.times().totals().seconds, 4 + 3 + 4);
}

TEST(FinalTimes, OfTooManyBlocksTheOldestAreLeftOut) {
  FinalTimes times;
  const ledger::Height count = FinalTimes::kWaitingMax + 10;
  for (ledger::Height height = 1; height <= count; ++height) times.Durable(height, kStart);
  times.Final(10, kStart + seconds(1));
  EXPECT_EQ(times.times().totals().count(), 0U);
  times.Final(count, kStart + seconds(1));
  EXPECT_EQ(times.times().totals().count(), FinalTimes::kWaitingMax);
}

}  // namespace
}  // namespace sogoc::peer
