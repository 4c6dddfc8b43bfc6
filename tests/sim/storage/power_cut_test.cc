// Power cuts under the store: whatever Write acknowledged is there afterwards, without a hole.

#include <gtest/gtest.h>

#include <filesystem>

#include "crypto/sha256.h"
#include "node/storage/rocks_store.h"
#include "tests/support/random.h"
#include "tests/support/storage/child_process.h"
#include "tests/support/storage/power_cut_disk.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

using support::PowerCutDisk;

constexpr std::uint64_t kBatchesMax = 200;
constexpr int kDone = 0, kFailed = 1;

RocksSettings Settings(const std::string& root, PowerCutDisk& disk, RocksSettings::Mode mode) {
  // A small buffer, so that flushes and compactions are cut too.
  return {.path = root + "/store",
          .mode = mode,
          .block_cache_bytes = 1 << 20,
          .write_buffer_bytes = 64 << 10,
          .file_system = disk.rocks_files()};
}

Bytes KeyOf(std::uint64_t number) {
  Bytes key;
  base::AppendU64(key, number);
  return key;
}

// A function of the number, of 0 to 8,160 bytes.
Bytes ValueOf(std::uint64_t number) {
  const Digest digest = crypto::Sha256(KeyOf(number));
  Bytes value;
  for (int i = 0; i < digest[0]; ++i) base::Append(value, digest);
  return value;
}

// The number of batches in the store, if they are 1, 2, 3 … with their right values.
Result<std::uint64_t> CountBatches(const KeyValueStore& store) {
  std::uint64_t count = 0;
  auto cursor = store.NewCursor(Space::kLeaves);
  for (cursor->Seek({}); cursor->valid(); cursor->Next()) {
    ++count;
    if (!base::Equal(cursor->key(), KeyOf(count)))
      return base::Corrupt("a hole at " + std::to_string(count));
    if (!base::Equal(cursor->value(), ValueOf(count))) return base::Corrupt("a wrong value");
  }
  const auto head = store.Get(Space::kMeta, base::AsBytes("head"));
  if ((head ? base::ReadU64(*head) : 0) != count) return base::Corrupt("half a batch");
  return count;
}

Status Append(KeyValueStore& store, std::uint64_t number) {
  WriteBatch batch;
  batch.Put(Space::kLeaves, KeyOf(number), ValueOf(number));
  batch.Put(Space::kMeta, base::ToBytes(base::AsBytes("head")), KeyOf(number));
  return store.Write(batch);
}

// One life of a node: open, find everything that was acknowledged, write on until the power goes.
Status Live(const std::string& root, PowerCutDisk& disk, support::SharedPage& page) {
  TRY(const auto store, OpenRocksStore(Settings(root, disk, RocksSettings::Mode::kReadWrite)));
  TRY(const std::uint64_t count, CountBatches(*store));
  if (count < page.count()) {
    return base::Corrupt(std::to_string(page.count()) + " acknowledged, " + std::to_string(count) +
                         " there");
  }
  for (std::uint64_t number = count + 1; number <= kBatchesMax; ++number) {
    TRY_STATUS(Append(*store, number));
    page.set_count(number);
  }
  return base::Ok();
}

class PowerCut : public testing::Test {
 protected:
  int InChild(const PowerCutDisk::Plan& plan, const std::function<Status(PowerCutDisk&)>& body) {
    return support::RunInChild([&] {
      PowerCutDisk disk(root_, plan);
      const Status status = body(disk);
      if (!status) page_.set_message(status.error().message);
      return status ? kDone : kFailed;
    });
  }

  void CreateStore() {
    std::filesystem::remove_all(root_);
    std::filesystem::remove_all(root_ + ".morgue");
    std::filesystem::create_directories(root_);
    page_.set_count(0);
    ASSERT_EQ(
        InChild({},
                [&](PowerCutDisk& disk) -> Status {
                  TRY_STATUS(OpenRocksStore(Settings(root_, disk, RocksSettings::Mode::kCreate)));
                  return base::Ok();
                }),
        kDone)
        << page_.message();
  }

  int LiveInChild(const PowerCutDisk::Plan& plan) {
    return InChild(plan, [&](PowerCutDisk& disk) { return Live(root_, disk, page_); });
  }

  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  std::string root_ = directory_ / "disk";
  support::SharedPage page_;
  support::Random random_;
};

TEST_F(PowerCut, NothingAcknowledgedIsLost) {
  int cuts = 0;
  while (cuts < 300) {
    CreateStore();
    int end = support::kPowerCutExitCode;
    while (end == support::kPowerCutExitCode) {
      end = LiveInChild({.cut_at = 1 + random_.Below(200), .seed = random_.Below(1U << 31)});
      ASSERT_TRUE(end == kDone || end == support::kPowerCutExitCode) << end << page_.message();
      cuts += end == kDone ? 0 : 1;
    }
  }
}

// The positive control: on a disk that lies about its syncs the same test finds losses.
TEST_F(PowerCut, DiskThatLiesIsCaught) {
  constexpr int kCuts = 40;
  int harmed = 0;
  for (int cuts = 0; cuts < kCuts; ++cuts) {
    CreateStore();
    const int end = LiveInChild(
        {.cut_at = 50 + random_.Below(150), .seed = random_.Below(1U << 31), .syncs_work = false});
    ASSERT_EQ(end, support::kPowerCutExitCode) << page_.message();
    harmed += LiveInChild({}) == kDone ? 0 : 1;
  }
  EXPECT_GE(harmed, kCuts / 4);
}

}  // namespace
}  // namespace sogoc::storage
