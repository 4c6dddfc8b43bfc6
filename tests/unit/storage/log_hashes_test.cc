#include "node/storage/log_hashes.h"

#include <gtest/gtest.h>

#include "node/storage/fail_stop.h"
#include "node/storage/memory_store.h"
#include "tests/support/random.h"
#include "tests/support/test_log.h"

namespace sogoc::storage {
namespace {

// Keeps a log the way a ledger does.
class StoredLog {
 public:
  void Append(ByteView leaf) {
    WriteBatch batch;
    frontier_.Append(
        crypto::LogLeafHash(leaf),
        [&](const crypto::LogNode& node, const Digest& hash) { PutLogHash(batch, node, hash); });
    ASSERT_TRUE(store_->Write(batch));
  }
  const KeyValueStore& store() const { return *store_; }

 private:
  std::unique_ptr<KeyValueStore> store_ = MakeMemoryStore();
  crypto::LogFrontier frontier_;
};

TEST(LogHashes, EveryProofOfASmallLogIsTheOneFromAllNodes) {
  constexpr std::uint64_t kSize = 40;
  const support::TestLog log = support::DecimalLog(kSize);
  StoredLog stored;
  for (std::uint64_t i = 0; i < kSize; ++i) stored.Append(base::AsBytes(std::to_string(i)));
  for (std::uint64_t size = 1; size <= kSize; ++size) {
    LogHashes hashes(stored.store());
    EXPECT_EQ(ReadFrontier(hashes, size).Root(), log.root(size));
    for (std::uint64_t i = 0; i < size; ++i) {
      LogHashes fresh(stored.store());
      EXPECT_EQ(crypto::ProveInclusion(i, size, fresh.Reader()), log.Inclusion(i, size));
      EXPECT_EQ(crypto::ProveConsistency(i + 1, size, fresh.Reader()),
                log.Consistency(i + 1, size));
    }
  }
}

// The log of 70,000 decimal leaves, whose root and tiles the Go implementation gives too.
TEST(LogHashes, LargeLogHasThePublishedRootAndTiles) {
  constexpr std::uint64_t kSize = 70'000;
  const support::TestLog log = support::DecimalLog(kSize);
  StoredLog stored;
  for (std::uint64_t i = 0; i < kSize; ++i) stored.Append(base::AsBytes(std::to_string(i)));
  LogHashes hashes(stored.store());
  EXPECT_EQ(base::ToHex(ReadFrontier(hashes, kSize).Root()),
            "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e");
  struct Published {
    unsigned level;
    std::uint64_t index;
    std::size_t width;
    const char* sha256;
  };
  for (const Published& tile : {
           Published{0, 0, 256, "b9704a8bfbee2c61185ceb38904a49f3f703c81e194b5b2ccdc254c2bdaaa62b"},
           Published{0, 272, 256,
                     "c2f1c18b351a6cde9fbab7bd56276cb209b7dabaf10512b6fc863db3ef9a76b2"},
           Published{0, 273, 112,
                     "4d21244557c976993a9a89bf928a46b5a876585228df279878239fd84489e5a5"},
           Published{1, 0, 256, "ea7b038bc73489c89c31a27ac355aaca65a4ed73f0dd7484e68deb29d30f10a2"},
           Published{1, 1, 17, "adfaca2731630fe7944a4b98a0f98ef3e98685eafda09e6f81070218fb759ce4"},
           Published{2, 0, 1, "f0113c8bad855b49f9a5dd661d50012cd94f19aae87a45eb8334666835e3caea"},
       }) {
    Bytes file;
    for (const Digest& hash : hashes.Tile(tile.level, tile.index)) base::Append(file, hash);
    EXPECT_EQ(file.size(), tile.width * 32);
    EXPECT_EQ(base::ToHex(crypto::Sha256(file)), tile.sha256);
  }
  EXPECT_TRUE(hashes.Tile(2, 1).empty());

  support::Random random;
  for (int i = 0; i < 50; ++i) {
    const std::uint64_t size = 1 + random.Below(kSize);
    const std::uint64_t index = random.Below(size);
    LogHashes fresh(stored.store());
    ASSERT_EQ(crypto::ProveInclusion(index, size, fresh.Reader()), log.Inclusion(index, size));
    ASSERT_EQ(crypto::ProveConsistency(index + 1, size, fresh.Reader()),
              log.Consistency(index + 1, size));
  }
}

TEST(LogHashes, OnlyTheLevelsOfTilesAreStored) {
  StoredLog stored;
  for (std::uint64_t i = 0; i < 600; ++i) stored.Append(base::AsBytes(std::to_string(i)));
  const auto cursor = stored.store().NewCursor(Space::kLogHashes);
  std::size_t count = 0;
  for (cursor->Seek({}); cursor->valid(); cursor->Next()) ++count;
  EXPECT_EQ(count, 600U + 600 / 256);
}

TEST(LogHashesDeathTest, MissingHashEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  StoredLog stored;
  stored.Append(base::AsBytes("a"));
  LogHashes hashes(stored.store());
  EXPECT_EXIT(hashes.Read({1, 0}), testing::ExitedWithCode(kFailStopExitCode), "is missing");
}

}  // namespace
}  // namespace sogoc::storage
