// Power cuts under the application of an engine: at any operation of the disk, again and again,
// until all blocks are there. The chain ends as one that was never interrupted.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/engine/application_node.h"
#include "tests/support/engine/restarting_engine.h"
#include "tests/support/random.h"
#include "tests/support/storage/child_process.h"
#include "tests/support/storage/power_cut_disk.h"
#include "tests/support/temp_directory.h"

namespace sogoc::support {
namespace {

namespace fs = std::filesystem;
using base::Status;

constexpr int kDone = 0, kFailed = 1;

// The engine's own disk never fails here: it survives in `page_`, as twice the number of blocks
// whose state it has saved, and one more if it has saved the next block.
class EnginePowerCut : public testing::Test {
 protected:
  EnginePowerCut() {
    EngineWorld world;
    EXPECT_TRUE(world.application().InitChain(world.Genesis()));
    std::vector<abci::ResponseFinalizeBlock> answers;
    for (const auto& block : blocks_) {
      answers.push_back(world.application().FinalizeBlock(block).value());
      EXPECT_TRUE(world.application().Commit());
    }
    whole_ = std::make_unique<EngineDisk>(EngineWorld().Genesis(), blocks_, answers);
  }

  storage::LedgerOptions Options(PowerCutDisk& disk, bool repair) const {
    return {.directory = root_ + "/ledger",
            .repair_by_replay = repair,
            .block_cache_bytes = 1 << 20,
            .write_buffer_bytes = 64 << 10,
            .files = &disk.files(),
            .rocks_files = disk.rocks_files()};
  }
  int InChild(const PowerCutDisk::Plan& plan, const std::function<Status(PowerCutDisk&)>& body) {
    return RunInChild([&] {
      PowerCutDisk disk(root_, plan);
      const Status status = body(disk);
      if (!status) page_.set_message(status.error().message);
      return status ? kDone : kFailed;
    });
  }

  // A new ledger, and an engine that has nothing.
  void Found() {
    for (const std::string& path : {root_, root_ + ".morgue"}) fs::remove_all(path);
    fs::create_directories(root_);
    page_.set_count(0);
    ASSERT_EQ(InChild({},
                      [this](PowerCutDisk& disk) {
                        return storage::CreateLedger(Options(disk, false), FoundingBlockOf(3));
                      }),
              kDone)
        << page_.message();
  }

  // Handshake, then all blocks that are not there yet.
  Status Live(PowerCutDisk& disk, bool repair) {
    TRY(const auto node, ApplicationNode::Start(Options(disk, repair), address_));
    page_.set_message(node->store().Serving() ? "" : kShort);
    TRY(EngineSimulator engine, EngineSimulator::Connect(address_));
    EngineDisk engine_disk = whole_->After(page_.count() / 2, page_.count() % 2 == 1);
    TRY_STATUS(engine_disk.Start(engine));
    std::size_t decided = (page_.count() + 1) / 2;
    page_.set_count(2 * decided);
    for (; decided < blocks_.size(); ++decided) {
      page_.set_count(2 * decided + 1);
      TRY_STATUS(engine_disk.Decide(engine, blocks_[decided]));
      page_.set_count(2 * decided + 2);
    }
    return ExpectTheWholeChain(*node, engine_disk);
  }
  Status ExpectTheWholeChain(ApplicationNode& node, const EngineDisk& engine_disk) const {
    const auto head = node.store().Head();
    if (engine_disk.app_hash() != whole_->app_hash() ||
        base::ToText(head->hash) != whole_->app_hash()) {
      return base::Corrupt("another app hash");
    }
    if (node.store().EngineHeight() != blocks_.size()) return base::Corrupt("another height");
    if (!node.store().Serving()) return base::Corrupt("does not serve");
    return node.store().Verify(0, head->header.height + 1);
  }

  // The last one is what RocksDB itself says of tables that are newer than the log's first loss.
  static bool HasAGap(const std::string& refusal) {
    return refusal.find(" follows batch ") != std::string::npos ||
           refusal.find(", the log begins with batch ") != std::string::npos ||
           refusal.find("SST file is ahead of WALs") != std::string::npos;
  }
  // Lives with a cut in each, until one ends with the whole chain, or one does not begin since of
  // two logs that a lying disk had not synced the older one lost more.
  void LiveUntilDone(const std::function<bool(const std::string& path)>& lies, bool repair) {
    for (int life = 0;; ++life) {
      ASSERT_LT(life, 100);
      const int end = InChild({.cut_at = 1 + random_.Below(kOperations),
                               .seed = random_.Below(1U << 31),
                               .lies_about = lies},
                              [&](PowerCutDisk& disk) { return Live(disk, repair); });
      short_ += page_.message() == kShort;
      if (end == kDone) return ExpectARestLikeAnyOther();
      if (lies && end == kFailed && HasAGap(page_.message())) {
        ++refused_;
        return;
      }
      ASSERT_EQ(end, kPowerCutExitCode) << "life " << life << ": " << page_.message();
      ++cuts_;
    }
  }
  void ExpectARestLikeAnyOther() {
    ASSERT_EQ(InChild({}, [this](PowerCutDisk& disk) { return Live(disk, false); }), kDone)
        << page_.message();
  }

  static constexpr std::uint64_t kOperations = 160;
  static constexpr const char* kShort = "short";

  TempDirectory directory_{TempDirectory::Place::kMemory};
  const std::string root_ = directory_ / "disk";
  const std::string address_ = "unix://" + directory_ / "abci.sock";
  const std::vector<abci::RequestFinalizeBlock> blocks_ = AllKindsOfBlocks(1);
  std::unique_ptr<EngineDisk> whole_;
  SharedPage page_;
  Random random_;
  int cuts_ = 0;
  int short_ = 0;    // lives that began with a store short of its anchor
  int refused_ = 0;  // stores that have a gap
};

TEST_F(EnginePowerCut, EndsAsAChainThatWasNeverCut) {
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Found();
    LiveUntilDone(nullptr, /*repair=*/false);
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(cuts_, 20);
  EXPECT_EQ(short_, 0);
}

// A disk that says it has synced the write-ahead log and has not: the store falls behind its
// anchor, and the engine's blocks bring it back. Where it lost something in the middle, nothing can
// be built on the store, and it is refused.
TEST_F(EnginePowerCut, AStoreThatLostSyncedBlocksIsRepaired) {
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Found();
    LiveUntilDone([](const std::string& path) { return path.ends_with(".log"); }, /*repair=*/true);
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(cuts_, 20);
  EXPECT_GE(short_, 5);
  EXPECT_LE(refused_, 2);  // such a loss is rare
}

}  // namespace
}  // namespace sogoc::support
