// Numbers, names and sentences of refusals. Run with SOGOC_UPDATE_REFUSALS=1, the test of the
// sentences writes tests/vectors/refusals.txt anew instead of comparing.

#include "node/ledger/refusal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/paths.h"
#include "tests/support/refusal_cases.h"

namespace sogoc::ledger {
namespace {

TEST(RefusalTest, NumbersRiseAndNamesAreUnique) {
  std::set<std::string> names;
  int previous = 0;
  for (const RefusalInfo& info : AllRefusals()) {
    EXPECT_GT(static_cast<int>(info.code), previous);
    previous = static_cast<int>(info.code);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
  }
}

TEST(RefusalTest, SentencesAreWholeInBothLanguages) {
  for (const RefusalInfo& info : AllRefusals()) {
    SCOPED_TRACE(info.name);
    Refusal refusal{info.code, {}};
    while (std::string(info.vi).find("{" + std::to_string(refusal.arguments.size()) + "}") !=
           std::string::npos) {
      refusal.arguments.push_back("x");
    }
    support::ExpectCompleteSentences(refusal);
    EXPECT_EQ(refusal.vi().find_first_of("{}"), std::string::npos);
    EXPECT_EQ(refusal.en().find_first_of("{}"), std::string::npos);
  }
}

TEST(RefusalTest, ThousandsAreGrouped) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1'000), "1.000");
  EXPECT_EQ(Grouped(9'500), "9.500");
  EXPECT_EQ(Grouped(1'234'567), "1.234.567");
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Every refusal, by what provokes it, with the sentences that its author reads.
TEST(RefusalTest, EveryRefusalIsGivenWithTheseSentences) {
  std::ostringstream said;
  auto expected = AllRefusals().begin();
  for (const support::RefusalCase& each : support::RefusalCases()) {
    ASSERT_NE(expected, AllRefusals().end());
    SCOPED_TRACE(expected->name);
    ASSERT_EQ(each.code, expected->code) << "no case, or not in order";
    ++expected;
    support::Scenario s(each.options);
    const EntryOutcome outcome = each.provoke(s);
    const auto* refusal = std::get_if<Refusal>(&outcome);
    ASSERT_NE(refusal, nullptr) << "accepted";
    ASSERT_EQ(refusal->code, each.code) << refusal->en();
    support::ExpectCompleteSentences(*refusal);
    said << static_cast<int>(refusal->code) << " " << refusal->info().name << "\n  "
         << refusal->vi() << "\n  " << refusal->en() << "\n";
  }
  EXPECT_EQ(expected, AllRefusals().end()) << "no case for " << expected->name;

  const auto path = support::SourceDir() / "tests/vectors/refusals.txt";
  if (std::getenv("SOGOC_UPDATE_REFUSALS") != nullptr) std::ofstream(path) << said.str();
  EXPECT_EQ(said.str(), ReadFile(path));
}

}  // namespace
}  // namespace sogoc::ledger
