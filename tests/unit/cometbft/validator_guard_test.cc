#include "node/consensus/cometbft/validator_guard.h"

#include <gtest/gtest.h>

namespace sogoc::cometbft {
namespace {

using Role = ValidatorGuard::Role;

const base::Bytes kOwn(20, 1);
const base::Bytes kOther(20, 2);

OthersProgress Heard(std::size_t count, std::uint64_t engine_height_max) {
  return {count, count, engine_height_max};
}

TEST(ValidatorGuardTest, APeerAloneVotesAtOnce) {
  EXPECT_EQ(ValidatorGuard(1, 0, 0, kOwn).role(), Role::kValidator);
}

TEST(ValidatorGuardTest, WaitsForAsManyAsABlockNeeds) {
  // Of 2, 3, 4, 7, 10 validators, this many others have to agree with one.
  for (const auto& [validators, others] : {std::pair{2, 1}, {3, 2}, {4, 2}, {7, 4}, {10, 6}}) {
    ValidatorGuard guard(static_cast<std::size_t>(validators), 5, 5, kOwn);
    guard.OnOthers(Heard(static_cast<std::size_t>(others - 1), 5));
    EXPECT_EQ(guard.role(), Role::kUndecided) << validators;
    EXPECT_NE(guard.Why(), "");
    guard.OnOthers(Heard(static_cast<std::size_t>(others), 5));
    EXPECT_EQ(guard.role(), Role::kValidator) << validators;
    EXPECT_EQ(guard.Why(), "");
  }
}

TEST(ValidatorGuardTest, AnOrdinaryRestartVotesAtOnce) {
  ValidatorGuard same(4, 100, 100, kOwn);
  same.OnOthers(Heard(3, 100));
  EXPECT_EQ(same.role(), Role::kValidator);
  ValidatorGuard one_behind(4, 100, 101, kOwn);
  one_behind.OnOthers(Heard(3, 101));
  EXPECT_EQ(one_behind.role(), Role::kValidator);
}

TEST(ValidatorGuardTest, APeerThatWasAwayCatchesUpFirst) {
  ValidatorGuard guard(4, 100, 101, kOwn);
  guard.OnOthers(Heard(2, 150));
  EXPECT_EQ(guard.role(), Role::kFollower);
  guard.OnBlock(101, {kOwn, kOther});
  guard.OnBlock(102, {kOwn, kOther});  // its own last vote, for 101, which it remembers
  for (std::uint64_t height = 103; height < 150; ++height) guard.OnBlock(height, {kOther});
  EXPECT_EQ(guard.role(), Role::kFollower);
  guard.OnBlock(150, {kOther});
  EXPECT_EQ(guard.role(), Role::kValidator);
  EXPECT_FALSE(guard.is_old_copy());
}

TEST(ValidatorGuardTest, AnOldCopyNeverVotesAgain) {
  ValidatorGuard guard(4, 100, 101, kOwn);
  guard.OnOthers(Heard(3, 150));
  guard.OnBlock(102, {kOwn});
  guard.OnBlock(103, {kOther, kOwn});  // a vote for 102, which this folder knows nothing of
  for (std::uint64_t height = 104; height <= 200; ++height) guard.OnBlock(height, {kOther});
  EXPECT_EQ(guard.role(), Role::kFollower);
  EXPECT_TRUE(guard.is_old_copy());
  EXPECT_NE(guard.Why().find("old copy"), std::string::npos);
}

TEST(ValidatorGuardTest, BlocksThatComeBeforeTheOthersAreHeardCountToo) {
  ValidatorGuard guard(4, 100, 101, kOwn);
  guard.OnBlock(110, {kOwn});
  guard.OnOthers(Heard(3, 110));
  guard.OnBlock(111, {kOther});
  EXPECT_NE(guard.role(), Role::kValidator);
  EXPECT_TRUE(guard.is_old_copy());
}

}  // namespace
}  // namespace sogoc::cometbft
