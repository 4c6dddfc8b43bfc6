#include "tools/verify/log_watch.h"

#include <gtest/gtest.h>

#include "crypto/sha256.h"

namespace sogoc::tools {
namespace {

using Tie = LogWatch::Tie;

base::Digest RootOf(const std::string& log, std::uint64_t size) {
  return crypto::Sha256(base::AsBytes(log + std::to_string(size)));
}

// Logs are named by letters; a log's roots have nothing to do with those of another one.
class LogWatchTest : public testing::Test {
 protected:
  static ServedCheckpoint Served(const std::string& log, std::uint64_t size, bool quorum = true) {
    ServedCheckpoint served{"http://" + log, {}};
    served.checkpoint.verdict.checkpoint = {"origin", size, RootOf(log, size)};
    served.checkpoint.verdict.has_quorum = quorum;
    return served;
  }

  std::map<base::Digest, std::string> logs_;  // that are proved, by the newer root
  int proofs_ = 0;
  LogWatch watch_{[this](std::uint64_t size, const crypto::Checkpoint& newer,
                         const std::string&) -> std::optional<LogWatch::ProvedRoot> {
    ++proofs_;
    const auto log = logs_.find(newer.root);
    if (log == logs_.end()) return std::nullopt;
    return LogWatch::ProvedRoot{RootOf(log->second, size), "proof"};
  }};
};

TEST_F(LogWatchTest, TheFirstOneNeedsAQuorum) {
  EXPECT_EQ(watch_.Add(Served("a", 5, false)), Tie::kUnproven);
  EXPECT_EQ(watch_.Add(Served("a", 5)), Tie::kOneLog);
  EXPECT_EQ(watch_.Add(Served("a", 5, false)), Tie::kOneLog);
  EXPECT_EQ(proofs_, 0);
}

TEST_F(LogWatchTest, ANewerOneIsFollowedOnceItIsProved) {
  watch_.Add(Served("a", 5));
  EXPECT_EQ(watch_.Add(Served("a", 7)), Tie::kUnproven);
  logs_[RootOf("a", 7)] = "a";
  EXPECT_EQ(watch_.Add(Served("a", 7)), Tie::kOneLog);
  EXPECT_EQ(watch_.Add(Served("a", 6)), Tie::kOneLog);  // proved by the log of size 7
  const int proofs = proofs_;
  for (const std::uint64_t size : {5, 6, 7}) EXPECT_EQ(watch_.Add(Served("a", size)), Tie::kOneLog);
  EXPECT_EQ(proofs_, proofs);  // known
}

TEST_F(LogWatchTest, AForkIsFoundAtTheSameSizeAndBelow) {
  logs_[RootOf("a", 7)] = "a";
  watch_.Add(Served("a", 7));
  EXPECT_EQ(watch_.Add(Served("b", 7, false)), Tie::kForked);
  EXPECT_EQ(watch_.fork().second.url, "http://b");
  EXPECT_EQ(watch_.Add(Served("b", 3, false)), Tie::kForked);
  EXPECT_EQ(watch_.fork().first.url, "http://b");
  EXPECT_EQ(watch_.fork().proof, "proof");
  EXPECT_FALSE(watch_.broken());  // the quorum's log stands
  EXPECT_EQ(watch_.Add(Served("b", 7, false)), Tie::kForked);
  EXPECT_EQ(watch_.fork().second.checkpoint.verdict.checkpoint.size, 7U);  // as found before
}

TEST_F(LogWatchTest, OneThatIsAheadWithoutAQuorumIsNeitherFollowedNorAsked) {
  watch_.Add(Served("a", 7));
  EXPECT_EQ(watch_.Add(Served("b", 9, false)), Tie::kUnproven);
  EXPECT_EQ(proofs_, 0);
}

TEST_F(LogWatchTest, TwoQuorumsBreakEverything) {
  logs_[RootOf("b", 9)] = "b";
  watch_.Add(Served("a", 7));
  EXPECT_EQ(watch_.Add(Served("b", 9)), Tie::kForked);
  ASSERT_TRUE(watch_.broken());
  EXPECT_EQ(watch_.broken()->first.url, "http://a");
}

TEST_F(LogWatchTest, AForkMayGetItsQuorumLater) {
  watch_.Add(Served("a", 7));
  EXPECT_EQ(watch_.Add(Served("b", 7, false)), Tie::kForked);
  EXPECT_FALSE(watch_.broken());
  EXPECT_EQ(watch_.Add(Served("b", 7)), Tie::kForked);
  EXPECT_TRUE(watch_.broken());
}

}  // namespace
}  // namespace sogoc::tools
