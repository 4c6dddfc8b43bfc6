// Power cuts under a whole ledger, anchor included: every block that was acknowledged is there
// afterwards, none is half there, and the ledger always opens.

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "node/storage/fail_stop.h"
#include "node/storage/ledger_directory.h"
#include "tests/support/random.h"
#include "tests/support/storage/child_process.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/storage/power_cut_disk.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

using support::kPowerCutExitCode;
using support::PowerCutDisk;

constexpr ledger::Height kTop = 60;
constexpr int kDone = 0, kFailed = 43;  // 1 is what a sanitizer ends a process with

constexpr int kCuts = 300;

// How often to cut; SOGOC_TEST_CUTS for a long run.
int CutsWanted() {
  const char* given = std::getenv("SOGOC_TEST_CUTS");
  return given != nullptr ? std::atoi(given) : kCuts;
}

class PowerCut : public testing::Test {
 protected:
  PowerCut() { chain_.GrowTo(kTop); }

  void StartAfresh() {
    for (const char* suffix : {"", ".morgue"}) std::filesystem::remove_all(root_ + suffix);
    std::filesystem::create_directories(root_);
    page_.set_count(0);
  }

  int Live(const PowerCutDisk::Plan& plan, ledger::Height top = kTop) {
    return support::RunInChild([&] {
      PowerCutDisk disk(root_, plan);
      const Status status = LiveOn(disk, top);
      if (!status) page_.set_message(status.error().message);
      return status ? kDone : kFailed;
    });
  }

  support::Random random_;
  support::MadeUpChain chain_{random_.Below(1U << 31)};
  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  std::string root_ = directory_ / "disk";
  support::SharedPage page_;  // counts the blocks that were acknowledged

 private:
  // One life of a node: found the ledger if there is none, else find all that was acknowledged in
  // it; add blocks up to `top`, and prune, until the power goes.
  Status LiveOn(PowerCutDisk& disk, ledger::Height top) {
    // A small buffer, so that flushes and compactions are cut too.
    const LedgerOptions options{.directory = root_ + "/ledger",
                                .block_cache_bytes = 1 << 20,
                                .write_buffer_bytes = 48 << 10,
                                .files = &disk.files(),
                                .rocks_files = disk.rocks_files()};
    if (page_.count() == 0 && !disk.files().Exists(options.directory)) {
      TRY_STATUS(CreateLedger(options, chain_.block(0)));
      page_.set_count(1);
    }
    TRY(const OpenedLedger opened, OpenLedger(options));
    LedgerStore& store = *opened.store;
    TRY_STATUS(CheckAgainstChain(store));
    while (store.Head()->header.height < top) {
      const ledger::Height next = store.Head()->header.height + 1;
      store.Commit(chain_.block(next));
      page_.set_count(next + 1);
      store.Prune(next - std::min<ledger::Height>(next, 5), 40);
    }
    return base::Ok();
  }

  Status CheckAgainstChain(const LedgerStore& store) const {
    const ledger::Height height = store.Head()->header.height;
    if (height + 1 < page_.count()) {
      return base::Corrupt("block " + std::to_string(page_.count() - 1) + " was acknowledged, " +
                           std::to_string(height) + " is the last");
    }
    TRY_STATUS(store.Verify(0, height + 1));
    for (ledger::Height at = 0; at <= height; ++at) {
      TRY(const ledger::Header header, store.HeaderAt(at));
      if (ledger::HeaderHash(header) != chain_.block(at).hash) return base::Corrupt("other block");
    }
    for (const auto& [key, value] : chain_.state(height)) {
      if (store.Get(key) != value) return base::Corrupt("another state");
    }
    return base::Ok();
  }
};

TEST_F(PowerCut, NothingAcknowledgedIsLost) {
  for (int cuts = 0; cuts < CutsWanted();) {
    StartAfresh();
    int end = kPowerCutExitCode;
    while (end == kPowerCutExitCode) {
      end = Live({.cut_at = 1 + random_.Below(300), .seed = random_.Below(1U << 31)});
      ASSERT_TRUE(end == kDone || end == kPowerCutExitCode) << end << ": " << page_.message();
      cuts += end == kDone ? 0 : 1;
    }
  }
}

TEST_F(PowerCut, EveryOperationOfTheFoundingMayBeTheLast) {
  // Every fourth, from a random one on, unless this is a long run.
  const std::uint64_t step = CutsWanted() > kCuts ? 1 : 4;
  for (std::uint64_t operation = 1 + random_.Below(step); page_.count() == 0; operation += step) {
    StartAfresh();
    ASSERT_EQ(Live({.cut_at = operation, .seed = random_.Below(1U << 31)}), kPowerCutExitCode)
        << page_.message();
    const std::uint64_t acknowledged = page_.count();
    ASSERT_EQ(Live({}, 0), kDone) << page_.message();
    page_.set_count(acknowledged);
  }
}

// A write, sync, rename or removal that fails once, wherever, and the power goes soon after: what
// was acknowledged before is there, and nothing is acknowledged on top of what was lost.
TEST_F(PowerCut, FailedOperationStopsTheProcessOrDoesNoHarm) {
  std::map<int, int> ends;
  for (int i = 0; i < CutsWanted() / 3; ++i) {
    StartAfresh();
    const std::uint64_t fail_at = 1 + random_.Below(500);
    const int end = Live({.cut_at = fail_at + 1 + random_.Below(60),
                          .seed = random_.Below(1U << 31),
                          .fail_at = fail_at});
    ASSERT_TRUE(end == kDone || end == kFailed || end == kPowerCutExitCode ||
                end == kFailStopExitCode || end == -SIGABRT)
        << end;
    ++ends[end];
    ASSERT_EQ(Live({}, 0), kDone) << "operation " << fail_at << ": " << page_.message();
  }
  EXPECT_GT(ends[kFailStopExitCode], 0);
}

// The positive control: on a disk that lies about its syncs the same test finds losses.
TEST_F(PowerCut, DiskThatLiesIsCaught) {
  constexpr int kLyingCuts = 30;
  int harmed = 0;
  for (int cuts = 0; cuts < kLyingCuts; ++cuts) {
    StartAfresh();
    const int end = Live({.cut_at = 150 + random_.Below(150),
                          .seed = random_.Below(1U << 31),
                          .lies_about = [](const std::string&) { return true; }});
    ASSERT_EQ(end, kPowerCutExitCode) << page_.message();
    harmed += Live({}, 0) == kDone ? 0 : 1;
  }
  EXPECT_GE(harmed, kLyingCuts / 4);
}

}  // namespace
}  // namespace sogoc::storage
