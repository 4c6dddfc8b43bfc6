#include "node/consensus/cometbft/validator_guard.h"

#include <gtest/gtest.h>

namespace sogoc::cometbft {
namespace {

using Role = ValidatorGuard::Role;

const base::Bytes kOwn(20, 1);
const base::Bytes kOther(20, 2);

OthersProgress Heard(std::vector<std::uint64_t> engine_height,
                     std::vector<std::uint64_t> remembered = {}) {
  const std::size_t heard = engine_height.size();
  remembered.resize(heard);
  return {heard, std::move(engine_height), std::move(remembered)};
}

ValidatorGuard OfFour(std::uint64_t height, std::uint64_t signed_height) {
  return {4, {height, signed_height, kOwn}};
}

TEST(ValidatorGuardTest, APeerAloneVotesAtOnce) {
  EXPECT_EQ(ValidatorGuard(1, {0, 0, kOwn}).role(), Role::kValidator);
}

TEST(ValidatorGuardTest, WaitsForAsManyAsABlockNeeds) {
  // Of 2, 3, 4, 7, 10 validators, this many others have to agree with one.
  for (const auto& [validators, others] : {std::pair{2, 1}, {3, 2}, {4, 2}, {7, 4}, {10, 6}}) {
    ValidatorGuard guard(static_cast<std::size_t>(validators), {5, 5, kOwn});
    guard.OnOthers(Heard(std::vector<std::uint64_t>(static_cast<std::size_t>(others - 1), 5)));
    EXPECT_EQ(guard.role(), Role::kUndecided) << validators;
    EXPECT_NE(guard.Why(), "");
    guard.OnOthers(Heard(std::vector<std::uint64_t>(static_cast<std::size_t>(others), 5)));
    EXPECT_EQ(guard.role(), Role::kValidator) << validators;
    EXPECT_EQ(guard.Why(), "");
  }
}

TEST(ValidatorGuardTest, AnOrdinaryRestartVotesAtOnce) {
  ValidatorGuard same = OfFour(100, 100);
  same.OnOthers(Heard({100, 100, 100}));
  EXPECT_EQ(same.role(), Role::kValidator);
  ValidatorGuard one_behind = OfFour(100, 101);
  one_behind.OnOthers(Heard({101, 101, 101}));
  EXPECT_EQ(one_behind.role(), Role::kValidator);
}

TEST(ValidatorGuardTest, APeerThatWasAwayCatchesUpFirst) {
  ValidatorGuard guard = OfFour(100, 101);
  guard.OnOthers(Heard({150, 150}));
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
  ValidatorGuard guard = OfFour(100, 101);
  guard.OnOthers(Heard({150, 150, 150}));
  guard.OnBlock(102, {kOwn});
  guard.OnBlock(103, {kOther, kOwn});  // a vote for 102, which this folder knows nothing of
  for (std::uint64_t height = 104; height <= 200; ++height) guard.OnBlock(height, {kOther});
  EXPECT_EQ(guard.role(), Role::kFollower);
  EXPECT_TRUE(guard.is_old_copy());
  EXPECT_NE(guard.Why().find("old copy"), std::string::npos);
}

TEST(ValidatorGuardTest, BlocksThatComeBeforeTheOthersAreHeardCountToo) {
  ValidatorGuard guard = OfFour(100, 101);
  guard.OnBlock(110, {kOwn});
  guard.OnOthers(Heard({110, 110, 110}));
  guard.OnBlock(111, {kOther});
  EXPECT_NE(guard.role(), Role::kValidator);
  EXPECT_TRUE(guard.is_old_copy());
}

TEST(ValidatorGuardTest, OneLiarAmongFourMovesNothing) {
  ValidatorGuard far = OfFour(100, 101);
  far.OnOthers(Heard({~std::uint64_t{0}, 100, 101}, {~std::uint64_t{0}, 100, 100}));
  EXPECT_EQ(far.role(), Role::kValidator);
  ValidatorGuard near = OfFour(100, 101);
  near.OnOthers(Heard({0, 150, 151}));
  EXPECT_EQ(near.role(), Role::kFollower);
}

TEST(ValidatorGuardTest, WhatTheOthersRememberGivesAnOldCopyAway) {
  ValidatorGuard guard = OfFour(100, 101);
  guard.OnOthers(Heard({150, 150, 150}, {140, 139, 0}));
  EXPECT_TRUE(guard.is_old_copy());
  for (std::uint64_t height = 101; height <= 200; ++height) guard.OnBlock(height, {kOther});
  EXPECT_EQ(guard.role(), Role::kFollower);
}

TEST(ValidatorGuardTest, WhileTooFewAreHeardTheWorstKeepsItFromVoting) {
  // One of the two lies, or has just started and is behind.
  ValidatorGuard behind = OfFour(100, 101);
  behind.OnOthers(Heard({0, 150}));
  EXPECT_EQ(behind.role(), Role::kFollower);
  ValidatorGuard forgotten = OfFour(104, 105);
  forgotten.OnOthers(Heard({104, 104}, {0, 110}));
  EXPECT_EQ(forgotten.role(), Role::kFollower);
  EXPECT_FALSE(forgotten.is_old_copy());
  EXPECT_NE(forgotten.Why().find("more peers"), std::string::npos);
  // The third one decides who was right.
  ValidatorGuard old_copy = forgotten;
  old_copy.OnOthers(Heard({104, 104, 110}, {0, 110, 110}));
  EXPECT_TRUE(old_copy.is_old_copy());
  forgotten.OnOthers(Heard({104, 104, 104}, {0, 110, 104}));
  EXPECT_EQ(forgotten.role(), Role::kValidator);
  behind.OnOthers(Heard({0, ~std::uint64_t{0}}));
  behind.OnOthers(Heard({0, ~std::uint64_t{0}, 100}));
  EXPECT_EQ(behind.role(), Role::kValidator);
}

TEST(ValidatorGuardTest, OfSevenTwoMayHaveForgotten) {
  ValidatorGuard guard(7, {100, 101, kOwn});
  guard.OnOthers(Heard({100, 100, 100, 100}, {0, 0, 140, 101}));
  EXPECT_EQ(guard.role(), Role::kFollower);
  guard.OnOthers(Heard({100, 100, 100, 100, 100, 100}, {0, 0, 140, 101, 101, 101}));
  EXPECT_EQ(guard.role(), Role::kValidator);
}

TEST(ValidatorGuardTest, WhatIsRememberedCountsAlsoForOneThatHasFollowedSince) {
  ValidatorGuard guard = OfFour(100, 101);
  guard.OnOthers(Heard({150, 150, 150}));
  guard.OnBlock(149, {});
  guard.OnOthers(Heard({150, 150, 150}, {140, 140, 0}));
  guard.OnBlock(150, {});
  EXPECT_TRUE(guard.is_old_copy());
  EXPECT_EQ(guard.role(), Role::kFollower);
}

TEST(ValidatorGuardTest, WhatTheFolderItselfRemembersIsNoOldCopy) {
  // The store has lost its end, and the engine brings it back.
  ValidatorGuard guard = OfFour(100, 141);
  guard.OnOthers(Heard({140, 140, 140}, {140, 140, 140}));
  EXPECT_FALSE(guard.is_old_copy());
  guard.OnBlock(150, {});
  guard.OnOthers(Heard({150, 150, 150}, {140, 140, 140}));
  EXPECT_FALSE(guard.is_old_copy());
  EXPECT_EQ(guard.role(), Role::kValidator);
}

TEST(ValidatorGuardTest, AFollowerGoesWhereTheOthersAreNow) {
  ValidatorGuard guard = OfFour(100, 101);
  guard.OnOthers(Heard({150, 150}));
  guard.OnOthers(Heard({170, 171, 172}));
  guard.OnBlock(150, {});
  EXPECT_EQ(guard.role(), Role::kFollower);
  guard.OnBlock(171, {});
  EXPECT_EQ(guard.role(), Role::kValidator);
}

TEST(ValidatorGuardTest, AnOldCopyIsOneAtItsNextStartToo) {
  ValidatorGuard guard(4, {200, 200, kOwn, true});
  guard.OnOthers(Heard({200, 200, 200}));
  EXPECT_EQ(guard.role(), Role::kFollower);
}

}  // namespace
}  // namespace sogoc::cometbft
