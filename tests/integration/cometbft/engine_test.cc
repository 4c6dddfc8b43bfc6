// The engine itself, on files that we made. There is no skipping: scripts/setup installs it.

#include <signal.h>

#include <atomic>
#include <future>

#include "tests/integration/cometbft/engine_home.h"
#include "tests/integration/cometbft/shell.h"

namespace sogoc::cometbft {
namespace {

using base::ErrorCode;
using support::EngineHomes;
using support::Eventually;

// At least `height` blocks.
bool Reaches(EngineRpc& rpc, std::uint64_t height) {
  return Eventually([&] {
    const auto status = rpc.Status();
    return status && status->height >= height;
  });
}

class OneEngine : public testing::Test {
 protected:
  OneEngine() {
    auto started = homes_.Start(0);
    EXPECT_TRUE(started) << started.error().message;
    if (started) engine_ = std::move(*started);
    EXPECT_TRUE(Reaches(*rpc_, 1)) << support::ReadText(homes_.log(0));
  }

  EngineHomes homes_;
  std::unique_ptr<EngineRpc> rpc_ = homes_.Rpc(0);
  std::unique_ptr<EngineProcess> engine_;
};

TEST_F(OneEngine, TakesOurFilesAndTellsItsStatus) {
  const auto status = rpc_->Status();
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->version, kEngineVersion);
  EXPECT_FALSE(status->catching_up);
  EXPECT_EQ(status->voting_power, static_cast<std::uint64_t>(kValidatorPower));
  EXPECT_EQ(status->peers, 0U);
}

TEST_F(OneEngine, TakesTransactionsOnceAndAgain) {
  const std::uint64_t before = rpc_->Status()->height;
  for (int i = 0; i < 3; ++i) {
    const base::Status taken = rpc_->Broadcast(base::AsBytes("key=value"));
    EXPECT_TRUE(taken) << taken.error().message;
  }
  EXPECT_TRUE(Reaches(*rpc_, before + 1));
  EXPECT_TRUE(rpc_->Broadcast(base::AsBytes("key=value")));
}

TEST_F(OneEngine, TellsWhatItRefuses) {
  const base::Status refused = rpc_->Broadcast(base::AsBytes("not a pair"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument) << refused.error().message;
  const base::Status large = rpc_->Broadcast(base::AsBytes("key=" + std::string(200'000, 'x')));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kInvalidArgument) << large.error().message;
}

TEST_F(OneEngine, HasTheIdThatWeCompute) {
  const std::string id = support::Shell("'" + FindEngine("cometbft").value() +
                                        "' show-node-id --home '" + homes_.home(0) + "'");
  EXPECT_EQ(id, NodeIdOf(homes_.node_key(0).public_key()) + "\n");
}

TEST_F(OneEngine, StopsAndGoesOnFromWhereItWas) {
  ASSERT_TRUE(rpc_->Broadcast(base::AsBytes("a=1")));
  const std::uint64_t height = rpc_->Status()->height;
  engine_->Stop();
  const std::string state = support::ReadText(homes_.home(0) + "/data/priv_validator_state.json");
  EXPECT_EQ(state.find("\"height\": \"0\""), std::string::npos) << state;
  EXPECT_EQ(rpc_->Status().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(rpc_->Broadcast(base::AsBytes("b=1")).error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(homes_.Write(0));
  EXPECT_EQ(support::ReadText(homes_.home(0) + "/data/priv_validator_state.json"), state);
  auto again = homes_.Start(0);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(Reaches(*rpc_, height)) << support::ReadText(homes_.log(0));
  EXPECT_TRUE(rpc_->Broadcast(base::AsBytes("b=1")));
  EXPECT_TRUE(Reaches(*rpc_, height + 1)) << support::ReadText(homes_.log(0));
}

TEST(Engine, IsMissedWhenItIsKilled) {
  const EngineHomes homes;
  std::promise<std::string> ended;
  auto engine = homes.Start(0, [&](const std::string& message) { ended.set_value(message); });
  ASSERT_TRUE(engine) << engine.error().message;
  ASSERT_TRUE(Reaches(*homes.Rpc(0), 1));
  ::kill((*engine)->pid(), SIGKILL);
  auto message = ended.get_future();
  ASSERT_EQ(message.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_TRUE(message.get().starts_with("the engine ended by signal 9"));
}

TEST(Engine, SaysWhyItDoesNotStart) {
  const EngineHomes homes;
  ASSERT_TRUE(homes.Write(0));
  support::WriteText(homes.home(0) + "/data/priv_validator_state.json", "damaged");
  std::promise<std::string> ended;
  auto engine = homes.Start(0, [&](const std::string& message) { ended.set_value(message); });
  ASSERT_TRUE(engine) << engine.error().message;
  auto message = ended.get_future();
  ASSERT_EQ(message.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  const std::string text = message.get();
  EXPECT_TRUE(text.starts_with("the engine ended with status 1. It last wrote to ")) << text;
  EXPECT_NE(text.find("priv_validator_state.json"), std::string::npos) << text;
}

TEST(Engine, FindsTheOthersOfItsNetwork) {
  const EngineHomes homes(2);
  std::vector<std::unique_ptr<EngineProcess>> engines;
  for (std::size_t i = 0; i < 2; ++i) {
    auto engine = homes.Start(i);
    ASSERT_TRUE(engine) << engine.error().message;
    engines.push_back(std::move(*engine));
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const auto rpc = homes.Rpc(i);
    EXPECT_TRUE(Reaches(*rpc, 2)) << support::ReadText(homes.log(i));
    EXPECT_EQ(rpc->Status()->peers, 1U);
  }
}

}  // namespace
}  // namespace sogoc::cometbft
