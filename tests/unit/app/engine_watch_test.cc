#include "node/app/engine_watch.h"

#include <gtest/gtest.h>

#include <atomic>

namespace sogoc::app {
namespace {

class FakeEngine final : public cometbft::EngineRpc {
 public:
  base::Status Broadcast(base::ByteView) override { return base::Ok(); }
  base::Result<cometbft::EngineStatus> Status() override {
    ++asked;
    if (down) return base::Unavailable("connection refused");
    return cometbft::EngineStatus{"0.38.25", height, true, 10, 3};
  }
  std::atomic<bool> down = false;
  std::atomic<std::uint64_t> height = 7;
  std::atomic<int> asked = 0;

  // Until it has been asked twice more: the last answer but one is known then.
  void AwaitTwo() const {
    const int before = asked;
    while (asked < before + 2) std::this_thread::yield();
  }
};

TEST(EngineWatch, KnowsTheLastAnswerAndSaysWhenThereIsNone) {
  FakeEngine engine;
  const EngineWatch watch(engine, std::chrono::milliseconds(1));
  engine.AwaitTwo();
  gateway::EngineStanding standing = watch.Standing();
  EXPECT_TRUE(standing.answers);
  EXPECT_EQ(standing.version, "0.38.25");
  EXPECT_EQ(standing.height, 7U);
  EXPECT_TRUE(standing.catching_up);
  EXPECT_EQ(standing.voting_power, 10U);
  EXPECT_EQ(standing.peers, 3U);

  engine.down = true;
  engine.AwaitTwo();
  standing = watch.Standing();
  EXPECT_EQ(standing.answers.error().message, "connection refused");
  EXPECT_EQ(standing.height, 7U);

  engine.down = false;
  engine.height = 9;
  engine.AwaitTwo();
  EXPECT_TRUE(watch.Standing().answers);
  EXPECT_EQ(watch.Standing().height, 9U);
}

TEST(EngineWatch, SaysHowLongTheHeightIsTheSameAlsoWhileThereIsNoAnswer) {
  FakeEngine engine;
  const auto begin = std::chrono::steady_clock::now();
  const EngineWatch watch(engine, std::chrono::milliseconds(1));
  engine.AwaitTwo();
  engine.down = true;
  while (watch.Standing().height_unchanged < std::chrono::seconds(1)) {
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto grown = std::chrono::steady_clock::now();
  engine.height = 8;
  engine.down = false;
  engine.AwaitTwo();
  const gateway::EngineStanding standing = watch.Standing();
  EXPECT_LE(standing.height_unchanged, std::chrono::steady_clock::now() - grown);
  EXPECT_EQ(standing.height, 8U);
}

TEST(EngineWatch, EndsAtOnceAlsoWhenItWaitsLong) {
  FakeEngine engine;
  const auto begin = std::chrono::steady_clock::now();
  {
    const EngineWatch watch(engine, std::chrono::hours(1));
    while (engine.asked == 0) std::this_thread::yield();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace sogoc::app
