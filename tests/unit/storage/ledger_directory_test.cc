#include "node/storage/ledger_directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "node/storage/fail_stop.h"
#include "node/storage/files.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_ledger.h"

namespace sogoc::storage {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using support::MadeUpChain;

std::map<std::string, std::string> ContentOf(const std::string& directory) {
  std::map<std::string, std::string> content;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().filename() == "LOCK") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    content[entry.path()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return content;
}

// A ledger of 6 blocks on disk, not open, and copies of its directory at every height.
class Directory : public testing::Test {
 protected:
  static constexpr ledger::Height kTop = 5;

  void SetUp() override {
    chain_.GrowTo(kTop + 3);
    ASSERT_TRUE(CreateLedger(options_, chain_.block(0)));
    for (ledger::Height height = 1; height <= kTop; ++height) {
      CopyTo("at " + std::to_string(height - 1));
      const auto opened = Open();
      ASSERT_TRUE(opened) << opened.error().message;
      opened->store->Commit(chain_.block(height));
    }
  }

  LedgerOptions OptionsFor(const std::string& name) const {
    return {.directory = directory_ / name, .write_buffer_bytes = 64 << 10};
  }
  Result<OpenedLedger> Open() const { return OpenLedger(options_); }
  void CopyTo(const std::string& name) const {
    fs::copy(options_.directory, directory_ / name, fs::copy_options::recursive);
  }
  // Puts back one part ("anchor", "store", "anchor/anchor.1" …) of an older copy.
  void Restore(const std::string& name, const std::string& part) const {
    fs::remove_all(options_.directory + "/" + part);
    fs::copy(directory_ / name + "/" + part, options_.directory + "/" + part,
             fs::copy_options::recursive);
  }
  // Opening fails, says why, and touches nothing.
  void ExpectRefused(ErrorCode code, const std::vector<std::string>& words) const {
    const auto before = ContentOf(options_.directory);
    const auto opened = Open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, code) << opened.error().message;
    for (const std::string& word : words) {
      EXPECT_NE(opened.error().message.find(word), std::string::npos) << opened.error().message;
    }
    EXPECT_EQ(ContentOf(options_.directory), before);
  }
  void ExpectOpensAt(ledger::Height height, std::size_t notices) const {
    const auto opened = Open();
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->store->Head()->hash, chain_.block(height).hash);
    EXPECT_EQ(opened->notices.size(), notices);
    EXPECT_TRUE(opened->store->Serving());
  }

  MadeUpChain chain_{3};
  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  LedgerOptions options_ = OptionsFor("ledger");
};

TEST_F(Directory, ReopensWhereItStopped) {
  ExpectOpensAt(kTop, 0);
  {
    const auto opened = Open();
    ASSERT_TRUE(opened);
    opened->store->Commit(chain_.block(kTop + 1));
    opened->store->Commit(chain_.block(kTop + 2));
  }
  ExpectOpensAt(kTop + 2, 0);
}

TEST_F(Directory, PruningAndEngineHeightSurviveReopening) {
  {
    const auto opened = Open();
    ASSERT_TRUE(opened);
    opened->store->CommitEngineHeight(99);
    EXPECT_TRUE(opened->store->Prune(3, 100'000));
  }
  const auto opened = Open();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->store->EngineHeight(), 99U);
  EXPECT_FALSE(opened->store->StateAfter(2));
  EXPECT_TRUE(opened->store->StateAfter(3));
}

TEST_F(Directory, BelongsToOneProcess) {
  const auto opened = Open();
  ASSERT_TRUE(opened);
  const auto second = Open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos);
}

TEST_F(Directory, BelongsToOneLedger) {
  options_.ledger_id = crypto::Sha256(chain_.leaf(0));
  ExpectOpensAt(kTop, 0);
  (*options_.ledger_id)[0] ^= 1;
  ExpectRefused(ErrorCode::kFailedPrecondition,
                {base::ToHex(*options_.ledger_id), base::ToHex(crypto::Sha256(chain_.leaf(0)))});
}

TEST_F(Directory, OfRulesThatThisProgramDoesNotKnowIsRefused) {
  const auto under = [&](std::uint32_t rules_version) {
    fs::remove_all(options_.directory);
    ASSERT_TRUE(CreateLedger(options_, support::UnderRules(rules_version, chain_.block(0))));
  };
  under(ledger::kRulesVersion);
  ExpectOpensAt(0, 0);
  under(ledger::kRulesVersion + 1);
  ExpectRefused(ErrorCode::kFailedPrecondition,
                {"rules version 2 is in force", "knows only 1", "install the program"});
}

TEST_F(Directory, CreationNeverTouchesALedger) {
  const auto before = ContentOf(options_.directory);
  EXPECT_EQ(CreateLedger(options_, chain_.block(0)).error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(ContentOf(options_.directory), before);
}

TEST_F(Directory, LeftoversOfAnUnfinishedCreationAreCleared) {
  fs::rename(options_.directory, options_.directory + ".new");
  EXPECT_EQ(Open().error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(CreateLedger(options_, chain_.block(0)));
  ExpectOpensAt(0, 0);
  EXPECT_FALSE(fs::exists(options_.directory + ".new"));
}

// A crash between batch and anchor.
TEST_F(Directory, StoreOneBlockAheadTakesItsAnchorWithIt) {
  Restore("at 4", "anchor");
  ExpectOpensAt(kTop, 1);
  ExpectOpensAt(kTop, 0);
}

TEST_F(Directory, AnchorThatIsTwoBlocksOldIsRefused) {
  Restore("at 3", "anchor");
  ExpectRefused(ErrorCode::kCorrupt, {"block 5", "block 3", "old copy"});
}

TEST_F(Directory, StoreThatIsShortIsRefusedWithBothHeightsAndWhatToDo) {
  for (const char* copy : {"at 0", "at 3", "at 4"}) {
    Restore(copy, "store");
    ExpectRefused(ErrorCode::kCorrupt,
                  {"block 5 was acknowledged", std::string("ends with block ") + copy[3], "restore",
                   "from a peer"});
  }
}

TEST_F(Directory, ShortStoreIsRepairedByReplayButServesOnlyAtThePromisedBlock) {
  Restore("at 2", "store");
  options_.repair_by_replay = true;
  {
    const auto opened = Open();
    ASSERT_TRUE(opened) << opened.error().message;
    LedgerStore& store = *opened->store;
    EXPECT_FALSE(store.Serving());
    store.Commit(chain_.block(3));
    store.Commit(chain_.block(4));
    EXPECT_FALSE(store.Serving());
  }
  options_.repair_by_replay = false;
  ExpectRefused(ErrorCode::kCorrupt, {"ends with block 4"});  // the promise stands
  options_.repair_by_replay = true;
  {
    const auto opened = Open();
    ASSERT_TRUE(opened);
    opened->store->Commit(chain_.block(5));
    EXPECT_TRUE(opened->store->Serving());
    opened->store->Commit(chain_.block(6));
  }
  options_.repair_by_replay = false;
  ExpectOpensAt(6, 0);
}

using DirectoryDeathTest = Directory;

TEST_F(DirectoryDeathTest, ReplayThatLeadsElsewhereStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Restore("at 4", "store");
  options_.repair_by_replay = true;
  const auto opened = Open();
  ASSERT_TRUE(opened);
  MadeUpChain other(3);
  other.GrowTo(4);
  other.Grow({{Bytes{200, 99}, Bytes{1}}});
  EXPECT_EXIT(opened->store->Commit(other.block(5)), testing::ExitedWithCode(kFailStopExitCode),
              "block 5 is not the one that was acknowledged");
}

TEST_F(Directory, StoreWithAnotherPromisedBlockIsRefused) {
  Restore("at 4", "store");
  Restore("at 4", "anchor");
  MadeUpChain other(3);
  other.GrowTo(4);
  other.Grow({{Bytes{200, 99}, Bytes{1}}});
  {
    const auto opened = Open();
    ASSERT_TRUE(opened);
    opened->store->Commit(other.block(5));
  }
  fs::rename(options_.directory + "/anchor", directory_ / "other");
  ASSERT_TRUE(CreateLedger(OptionsFor("again"), chain_.block(0)));
  {
    const auto again = OpenLedger(OptionsFor("again"));
    ASSERT_TRUE(again);
    for (ledger::Height height = 1; height <= 5; ++height) {
      again->store->Commit(chain_.block(height));
    }
  }
  fs::rename(directory_ / "again/anchor", options_.directory + "/anchor");
  ExpectRefused(ErrorCode::kCorrupt, {"block 5 is not the one that was acknowledged"});
}

TEST_F(Directory, StoreOfAnotherLedgerIsRefused) {
  MadeUpChain other(4);
  ASSERT_TRUE(CreateLedger(OptionsFor("other"), other.block(0)));
  fs::remove_all(options_.directory + "/store");
  fs::rename(directory_ / "other/store", options_.directory + "/store");
  ExpectRefused(ErrorCode::kCorrupt, {"different ledgers"});
}

TEST_F(Directory, DamagedAnchorCopyIsReportedAndMended) {
  for (const char* copy : {"anchor.0", "anchor.1"}) {
    const std::string path = options_.directory + "/anchor/" + copy;
    fs::remove(path);
    ExpectOpensAt(kTop, 1);
    ExpectOpensAt(kTop, 0);
    fs::resize_file(path, 100);
    ExpectOpensAt(kTop, 1);
    ExpectOpensAt(kTop, 0);
  }
}

TEST_F(Directory, AnchorThatIsGoneOrDamagedTwiceIsRefused) {
  const std::string anchor = options_.directory + "/anchor/anchor.";
  fs::resize_file(anchor + "0", 100);
  fs::resize_file(anchor + "1", 100);
  ExpectRefused(ErrorCode::kCorrupt, {anchor + "0", anchor + "1"});
  fs::remove_all(options_.directory + "/anchor");
  ExpectRefused(ErrorCode::kCorrupt, {"no head anchor"});
}

TEST_F(Directory, MissingStoreIsRefused) {
  fs::remove_all(options_.directory + "/store");
  ExpectRefused(ErrorCode::kNotFound, {"/store"});
}

TEST_F(Directory, MissingLedgerIsNotFound) {
  const auto opened = OpenLedger(OptionsFor("none"));
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(directory_ / "none"));
}

}  // namespace
}  // namespace sogoc::storage
