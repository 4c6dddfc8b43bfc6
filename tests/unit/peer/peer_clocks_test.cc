#include "node/peer/peer_clocks.h"

#include <gmock/gmock.h>

namespace sogoc::peer {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class PeerClocksTest : public testing::Test {
 protected:
  void Hear(std::initializer_list<int> offsets_s) {
    int number = 2;
    for (const int offset_s : offsets_s) {
      clocks_.Report("peer" + std::to_string(number++), seconds(offset_s), now_);
    }
  }
  bool Fits() const { return clocks_.Check(now_).has_value(); }

  PeerClocks clocks_;
  PeerClocks::Steady now_ = std::chrono::steady_clock::now();
};

TEST_F(PeerClocksTest, NobodyIsJudgedByOneOtherPeer) {
  EXPECT_TRUE(Fits());
  Hear({3'600});
  EXPECT_TRUE(Fits());
}

TEST_F(PeerClocksTest, ItsOwnClockIsWrongIfTheOthersAgree) {
  Hear({3'600, 3'601});
  EXPECT_THAT(clocks_.Check(now_).error().message, HasSubstr("3600 s behind"));
  Hear({-86'400, -86'400, -86'401});
  EXPECT_THAT(clocks_.Check(now_).error().message, HasSubstr("86400 s ahead of"));
}

TEST_F(PeerClocksTest, TenSecondsAreAllowed) {
  Hear({10, 10, 10});
  EXPECT_TRUE(Fits());
  Hear({11, 11, 11});
  EXPECT_FALSE(Fits());
  Hear({-11, -11, -11});
  EXPECT_FALSE(Fits());
}

TEST_F(PeerClocksTest, OneWrongClockOrHalfOfThemSayNothing) {
  Hear({3'600, 0});
  EXPECT_TRUE(Fits());
  Hear({3'600, 3'600, 1});
  EXPECT_TRUE(Fits());
  Hear({3'600, 3'600, 3'600});
  EXPECT_FALSE(Fits());
}

TEST_F(PeerClocksTest, WhatWasHeardLongAgoDoesNotCount) {
  Hear({3'600, 3'600, 3'600});
  now_ += seconds(31);
  EXPECT_TRUE(Fits());
  Hear({3'600, 3'600});
  EXPECT_FALSE(Fits());
  clocks_.Forget("peer2");
  EXPECT_TRUE(Fits());
}

}  // namespace
}  // namespace sogoc::peer
