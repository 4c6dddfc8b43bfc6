#include "node/app/evidence.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/temp_directory.h"

namespace sogoc::app {
namespace {

class EvidenceFolderTest : public testing::Test {
 protected:
  std::string Text(const std::string& name) const {
    std::ifstream file(directory_ / ("evidence/" + name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  support::TempDirectory directory_;
  EvidenceFolder evidence_{directory_ / "evidence"};
};

TEST_F(EvidenceFolderTest, IsEmptyWithoutAFolder) {
  EXPECT_EQ(evidence_.Count().forks, 0U);
  EXPECT_EQ(evidence_.Count().validators, 0U);
}

TEST_F(EvidenceFolderTest, ACaseIsAFileThatNamesTheCulprit) {
  const peer::ForkEvidence fork{"cục/../a", 12, "theirs\n", "other\n", {"p1", "p2"}};
  evidence_.Record(fork);
  evidence_.Record(fork);
  EXPECT_EQ(evidence_.Count().forks, 1U);
  const std::string text = Text("fork-12-c___c_.._a.txt");
  for (const char* part : {"cục/../a", "theirs\n", "other\n", "p1\n", "p2\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

TEST_F(EvidenceFolderTest, WhoDoesItAtEveryHeightFillsNoDisk) {
  for (std::uint64_t height = 1; height <= 200; ++height) {
    evidence_.Record(cometbft::ValidatorMisbehavior{"p1", "DUPLICATE_VOTE", height});
  }
  EXPECT_EQ(evidence_.Count().validators, 64U);
  evidence_.Record(cometbft::ValidatorMisbehavior{"p2", "DUPLICATE_VOTE", 200});
  EXPECT_EQ(evidence_.Count().validators, 65U);
  EXPECT_NE(Text("validator-200-p2.txt").find("DUPLICATE_VOTE"), std::string::npos);
}

}  // namespace
}  // namespace sogoc::app
