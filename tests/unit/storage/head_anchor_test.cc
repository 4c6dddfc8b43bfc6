#include "node/storage/head_anchor.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "crypto/sha256.h"
#include "node/storage/fail_stop.h"
#include "node/storage/files.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

using base::ErrorCode;

constexpr std::size_t kFileBytes = 8192;
constexpr std::size_t kSlotBytes = 128;

Head HeadAt(std::uint64_t height) {
  Bytes text;
  base::AppendU64(text, height);
  return {crypto::Sha256(base::AsBytes("ledger")), height, crypto::Sha256(text), 1000 + height};
}

class Anchor : public testing::Test {
 protected:
  void SetUp() override {
    auto anchor = HeadAnchor::Create(files_, directory_.path(), HeadAt(0));
    ASSERT_TRUE(anchor);
    for (std::uint64_t height = 1; height <= kTop; ++height) {
      ASSERT_TRUE(anchor->Write(HeadAt(height)));
    }
  }

  Result<HeadAnchor::Reading> Read() const { return HeadAnchor::Read(files_, directory_.path()); }
  std::string PathOf(int copy) const { return directory_ / ("anchor." + std::to_string(copy)); }
  Bytes Load(int copy) const { return *files_.Read(PathOf(copy), kFileBytes); }
  void Store(int copy, const Bytes& bytes) {
    ASSERT_TRUE(WriteFileDurably(files_, PathOf(copy), bytes));
  }
  void ExpectTop(std::size_t damaged) const {
    const auto reading = Read();
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_EQ(reading->head, HeadAt(kTop));
    EXPECT_EQ(reading->damaged.size(), damaged);
  }

  static constexpr std::uint64_t kTop = 5;
  static constexpr std::size_t kTopOffset = kFileBytes / 2;  // an odd height: the second slot
  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  FileSystem& files_ = SystemFiles();
};

TEST_F(Anchor, NewestHeadIsReadAndWritingGoesOnAfterReopening) {
  ExpectTop(0);
  auto anchor = HeadAnchor::Open(files_, directory_.path());
  ASSERT_TRUE(anchor);
  ASSERT_TRUE(anchor->Write(HeadAt(kTop + 1)));
  EXPECT_EQ(Read()->head, HeadAt(kTop + 1));
}

TEST_F(Anchor, SlotHasTheDocumentedBytes) {
  const Head head = HeadAt(kTop);
  Bytes expected = base::ToBytes(base::AsBytes("SOGOCHD1"));
  base::Append(expected, head.ledger_id);
  base::AppendU64(expected, head.height);
  base::Append(expected, head.header_hash);
  base::AppendU64(expected, head.time);
  base::AppendU64(expected, 0);
  ASSERT_EQ(expected.size(), 96U);
  base::Append(expected, crypto::Sha256(expected));
  for (int copy : {0, 1}) {
    const Bytes bytes = Load(copy);
    ASSERT_EQ(bytes.size(), kFileBytes);
    EXPECT_EQ(Bytes(bytes.begin() + kTopOffset, bytes.begin() + kTopOffset + kSlotBytes), expected);
  }
}

TEST_F(Anchor, NoAnchorIsNotFoundAndCreationNeverReplacesOne) {
  const support::TempDirectory empty;
  EXPECT_EQ(HeadAnchor::Read(files_, empty.path()).error().code, ErrorCode::kNotFound);
  std::filesystem::remove(PathOf(0));
  EXPECT_EQ(HeadAnchor::Create(files_, directory_.path(), HeadAt(0)).error().code,
            ErrorCode::kFailedPrecondition);
}

TEST_F(Anchor, EveryFlippedBitInOneCopyIsReportedAndTheOtherServes) {
  for (int copy : {0, 1}) {
    const Bytes good = Load(copy);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      // Every bit of the slots, every 61st of the zeros between them.
      if (bit / 8 % (kFileBytes / 2) >= kSlotBytes && bit % 61 != 0) continue;
      Bytes bad = good;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      auto file = files_.Open(PathOf(copy), FileSystem::Mode::kExisting);
      ASSERT_TRUE(file && (*file)->WriteAt(bit / 8, {&bad[bit / 8], 1}));
      const auto reading = Read();
      ASSERT_TRUE(reading) << "bit " << bit;
      ASSERT_EQ(reading->head, HeadAt(kTop)) << "bit " << bit;
      ASSERT_EQ(reading->damaged.size(), 1U) << "bit " << bit;
      ASSERT_NE(reading->damaged[0].find(PathOf(copy)), std::string::npos);
      ASSERT_TRUE((*file)->WriteAt(bit / 8, {&good[bit / 8], 1}));
    }
  }
  ExpectTop(0);
}

TEST_F(Anchor, MissingTruncatedOrLengthenedCopyIsReportedAndTheOtherServes) {
  for (int copy : {0, 1}) {
    const Bytes good = Load(copy);
    for (std::size_t size :
         {std::size_t{0}, std::size_t{1}, kSlotBytes, kFileBytes - 1, kFileBytes + 1}) {
      Bytes bad = good;
      bad.resize(size);
      Store(copy, bad);
      ExpectTop(1);
    }
    std::filesystem::remove(PathOf(copy));
    ExpectTop(1);
    Store(copy, good);
  }
}

TEST_F(Anchor, OpeningRepairsADamagedCopy) {
  for (int copy : {0, 1}) {
    Bytes bad = Load(copy);
    bad[kTopOffset + 50] ^= 1;
    Store(copy, bad);
    ASSERT_TRUE(HeadAnchor::Open(files_, directory_.path()));
    ExpectTop(0);
    EXPECT_EQ(Load(0), Load(1));
  }
}

TEST_F(Anchor, SlotDamagedInBothCopiesIsAnErrorThatNamesTheFiles) {
  for (std::size_t slot : {std::size_t{0}, kTopOffset}) {
    const Bytes good = Load(0);
    for (int copy : {0, 1}) {
      Bytes bad = good;
      bad[slot + static_cast<std::size_t>(copy) * 40] ^= 4;
      Store(copy, bad);
    }
    const auto reading = Read();
    ASSERT_FALSE(reading);
    EXPECT_EQ(reading.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(reading.error().message.find(PathOf(0)), std::string::npos);
    EXPECT_NE(reading.error().message.find(PathOf(1)), std::string::npos);
    EXPECT_EQ(HeadAnchor::Open(files_, directory_.path()).error().code, ErrorCode::kCorrupt);
    Store(0, good);
    Store(1, good);
  }
}

TEST_F(Anchor, DifferentSlotsDamagedInTheTwoCopiesStillTellTheNewest) {
  Bytes first = Load(0), second = Load(1);
  first[kTopOffset] ^= 1;
  second[0] ^= 1;
  Store(0, first);
  Store(1, second);
  ExpectTop(2);
}

TEST_F(Anchor, CutAnywhereInAWriteLeavesTheOldHeadOrTheNewOne) {
  const Bytes before = Load(0);
  auto anchor = HeadAnchor::Open(files_, directory_.path());
  ASSERT_TRUE(anchor && anchor->Write(HeadAt(kTop + 1)));
  const Bytes after = Load(0);
  // `cut` bytes of the new slot arrived, and of the rest of its sector garbage or nothing.
  for (std::size_t cut = 0; cut <= kSlotBytes; ++cut) {
    for (const bool garbage : {false, true}) {
      Bytes torn = before;
      std::copy_n(after.begin(), cut, torn.begin());
      if (garbage) std::fill_n(torn.begin() + static_cast<long>(cut), 512, std::uint8_t{0xa5});
      Store(0, torn);  // copy 0 was being written: copy 1 has the old head
      Store(1, before);
      auto reading = Read();
      ASSERT_TRUE(reading) << cut;
      ASSERT_TRUE(reading->head == HeadAt(kTop) || reading->head == HeadAt(kTop + 1));
      Store(0, after);  // copy 1 was being written: copy 0 has the new head
      Store(1, torn);
      reading = Read();
      ASSERT_TRUE(reading) << cut;
      ASSERT_EQ(reading->head, HeadAt(kTop + 1));
    }
  }
}

TEST_F(Anchor, WholeFileLostDuringItsWriteLeavesTheOther) {
  Store(0, Bytes(kFileBytes, 0xff));
  ExpectTop(1);
}

TEST_F(Anchor, CopyThatIsOneWriteBehindIsOrdinaryAndAnOlderOneIsReported) {
  const Bytes old = Load(1);
  auto anchor = HeadAnchor::Open(files_, directory_.path());
  ASSERT_TRUE(anchor && anchor->Write(HeadAt(kTop + 1)));
  const Bytes next = Load(0);
  Store(1, old);
  EXPECT_EQ(Read()->head, HeadAt(kTop + 1));
  EXPECT_TRUE(Read()->damaged.empty());

  ASSERT_TRUE(HeadAnchor::Open(files_, directory_.path()));
  Store(0, old);  // copy 0 is written first: it is never behind
  EXPECT_EQ(Read()->head, HeadAt(kTop + 1));
  EXPECT_EQ(Read()->damaged.size(), 1U);
}

TEST_F(Anchor, CopiesThatContradictEachOtherAreRefused) {
  Head other = HeadAt(kTop);
  other.header_hash[0] ^= 1;
  const support::TempDirectory forged;
  ASSERT_TRUE(HeadAnchor::Create(files_, forged.path(), other));
  Store(1, *files_.Read(forged / "anchor.0", kFileBytes));
  EXPECT_EQ(Read().error().code, ErrorCode::kCorrupt);
}

TEST_F(Anchor, CopiesThatAreFarApartAreRefused) {
  const Bytes old = Load(1);
  auto anchor = HeadAnchor::Open(files_, directory_.path());
  ASSERT_TRUE(anchor && anchor->Write(HeadAt(kTop + 1)) && anchor->Write(HeadAt(kTop + 2)));
  Bytes newest = Load(0);
  newest[0] ^= 1;  // the slot of kTop + 1, which the old copy answers with kTop - 1
  Store(0, newest);
  Store(1, old);
  EXPECT_EQ(Read().error().code, ErrorCode::kCorrupt);
}

TEST(HeadAnchorDeathTest, HeadThatDoesNotFollowStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const support::TempDirectory directory;
  auto anchor = HeadAnchor::Create(SystemFiles(), directory.path(), HeadAt(7));
  ASSERT_TRUE(anchor);
  EXPECT_EXIT((void)anchor->Write(HeadAt(9)), testing::ExitedWithCode(kFailStopExitCode),
              "block 9 does not follow block 7");
}

}  // namespace
}  // namespace sogoc::storage
