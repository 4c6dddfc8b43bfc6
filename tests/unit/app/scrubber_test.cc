#include "node/app/scrubber.h"

#include <gmock/gmock.h>

#include <future>

#include "node/storage/block_store.h"
#include "node/storage/memory_store.h"
#include "tests/support/storage/made_up_chain.h"

namespace sogoc::app {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using Steady = std::chrono::steady_clock;

class ScrubberTest : public testing::Test {
 protected:
  ScrubberTest() {
    auto memory = storage::MakeMemoryStore();
    raw_ = memory.get();
    EXPECT_TRUE(memory->Write(storage::MakeFoundingBatch(*memory, chain_.block(0))));
    store_ = std::make_unique<storage::LedgerStore>(std::move(memory), std::nullopt);
    chain_.GrowTo(40);
    for (ledger::Height height = 1; height <= 40; ++height) store_->Commit(chain_.block(height));
  }
  // Flips a bit of the first entry of that block.
  void SpoilBlock(ledger::Height height) {
    base::Bytes key;
    base::AppendU64(key, chain_.block(height).header.first_index);
    base::Bytes leaf = *raw_->Get(storage::Space::kLeaves, key);
    leaf.back() ^= 1;
    storage::WriteBatch batch;
    batch.Put(storage::Space::kLeaves, key, leaf);
    ASSERT_TRUE(raw_->Write(batch));
  }
  static ScrubberOptions WithoutRest() {
    ScrubberOptions options;
    options.between = milliseconds(1);
    options.rest = 0;
    return options;
  }
  static bool AwaitPasses(const Scrubber& scrubber, std::uint64_t passes) {
    const auto end = Steady::now() + std::chrono::seconds(30);
    while (scrubber.Standing().passes < passes && Steady::now() < end) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return scrubber.Standing().passes >= passes;
  }

  support::MadeUpChain chain_{3};
  storage::KeyValueStore* raw_ = nullptr;
  std::unique_ptr<storage::LedgerStore> store_;
};

TEST_F(ScrubberTest, ReadsAWholeLedgerAgainAndAgain) {
  const auto begin = Steady::now();
  const Scrubber scrubber(*store_, WithoutRest());
  EXPECT_TRUE(AwaitPasses(scrubber, 3));
  const gateway::ScrubStanding standing = scrubber.Standing();
  EXPECT_TRUE(standing.whole);
  EXPECT_LE(standing.age, Steady::now() - begin);
}

TEST_F(ScrubberTest, NamesTheDamagedBlockOnceAndRests) {
  for (const ledger::Height height : {40, 7}) {
    SpoilBlock(height);
    std::promise<std::string> damage;  // a second one would throw
    ScrubberOptions options = WithoutRest();
    options.on_damage = [&](const base::Error& error) { damage.set_value(error.message); };
    const Scrubber scrubber(*store_, options);
    const std::string block = "block " + std::to_string(height) + ":";
    EXPECT_THAT(damage.get_future().get(), HasSubstr(block));
    std::this_thread::sleep_for(milliseconds(20));
    const gateway::ScrubStanding standing = scrubber.Standing();
    ASSERT_FALSE(standing.whole);
    EXPECT_EQ(standing.whole.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(standing.whole.error().message, HasSubstr(block));
    EXPECT_EQ(standing.passes, 0U);
  }
}

TEST_F(ScrubberTest, WorksNoMoreThanItsShareUntilItHasToHurry) {
  ScrubberOptions options = WithoutRest();
  options.rest = 1'000'000;
  {
    const Scrubber slow(*store_, options);
    std::this_thread::sleep_for(milliseconds(200));
    EXPECT_EQ(slow.Standing().passes, 0U);
  }  // ends at once, in the middle of its rest
  options.hurry_after = milliseconds(-1);
  const Scrubber hurried(*store_, options);
  EXPECT_TRUE(AwaitPasses(hurried, 1));
}

}  // namespace
}  // namespace sogoc::app
