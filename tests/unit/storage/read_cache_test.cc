#include "node/storage/read_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "node/storage/memory_store.h"

namespace sogoc::storage {
namespace {

// Counts reads, and lets a test do something between a read and its return.
class WatchedStore final : public KeyValueStore {
 public:
  std::optional<Bytes> Get(Space space, ByteView key) const override {
    ++reads;
    std::optional<Bytes> value = store_->Get(space, key);
    if (const auto after = std::exchange(after_read, nullptr)) after();
    return value;
  }
  std::unique_ptr<Cursor> NewCursor(Space space) const override { return store_->NewCursor(space); }
  Status Write(const WriteBatch& batch) override { return store_->Write(batch); }
  Status VerifyFiles(const std::function<bool()>& go_on) const override {
    return store_->VerifyFiles(go_on);
  }

  mutable std::atomic<int> reads = 0;
  mutable std::function<void()> after_read;

 private:
  const std::unique_ptr<KeyValueStore> store_ = MakeMemoryStore();
};

class ReadCacheTest : public testing::Test {
 protected:
  void Put(Space space, std::uint8_t key, std::optional<std::uint64_t> value) {
    WriteBatch batch;
    if (value) {
      Bytes bytes;
      base::AppendU64(bytes, *value);
      batch.Put(space, Bytes{key}, std::move(bytes));
    } else {
      batch.Delete(space, Bytes{key});
    }
    ASSERT_TRUE(cache_.Write(batch));
  }
  std::optional<std::uint64_t> Get(Space space, std::uint8_t key) const {
    const auto value = cache_.Get(space, Bytes{key});
    return value ? std::optional(base::ReadU64(*value)) : std::nullopt;
  }

  WatchedStore under_;
  ReadCache cache_{under_, 64 << 10};
};

TEST_F(ReadCacheTest, WhatWasReadOrWrittenIsNotReadAgain) {
  EXPECT_EQ(Get(Space::kState, 1), std::nullopt);
  EXPECT_EQ(Get(Space::kState, 1), std::nullopt);
  EXPECT_EQ(under_.reads, 1);
  Put(Space::kState, 1, 5);
  Put(Space::kStateNodes, 1, 6);
  EXPECT_EQ(Get(Space::kState, 1), 5U);
  EXPECT_EQ(Get(Space::kStateNodes, 1), 6U);
  EXPECT_EQ(under_.reads, 1);
  Put(Space::kState, 1, std::nullopt);
  EXPECT_EQ(Get(Space::kState, 1), std::nullopt);
}

TEST_F(ReadCacheTest, WhatIsForgottenIsReadAgain) {
  Put(Space::kStateNodes, 1, 5);
  Put(Space::kStateNodes, 2, 6);
  cache_.Forget(Space::kStateNodes, Bytes{1});
  EXPECT_EQ(Get(Space::kStateNodes, 2), 6U);
  EXPECT_EQ(under_.reads, 0);
  EXPECT_EQ(Get(Space::kStateNodes, 1), 5U);
  EXPECT_EQ(under_.reads, 1);
}

TEST_F(ReadCacheTest, OtherSpacesAreReadFromTheStore) {
  Put(Space::kLeaves, 1, 5);
  EXPECT_EQ(Get(Space::kLeaves, 1), 5U);
  EXPECT_EQ(Get(Space::kLeaves, 1), 5U);
  EXPECT_EQ(under_.reads, 2);
}

TEST_F(ReadCacheTest, WhatWasReadBeforeAWriteIsNotRememberedAfterIt) {
  under_.after_read = [&] { Put(Space::kState, 1, 5); };
  EXPECT_EQ(Get(Space::kState, 1), std::nullopt);  // it was so when it was read
  EXPECT_EQ(Get(Space::kState, 1), 5U);
}

TEST_F(ReadCacheTest, HoldsNoMoreThanItMay) {
  std::uint64_t written = 0;
  for (; written < 4'000; ++written) {
    WriteBatch batch;
    Bytes key;
    base::AppendU64(key, written);
    batch.Put(Space::kState, std::move(key), Bytes(100));
    ASSERT_TRUE(cache_.Write(batch));
  }
  for (std::uint64_t i = 0; i < written; ++i) {
    Bytes key;
    base::AppendU64(key, i);
    ASSERT_EQ(cache_.Get(Space::kState, key), Bytes(100));
  }
  EXPECT_GT(under_.reads, 3'000);
}

TEST_F(ReadCacheTest, ReadersSeeEveryFinishedWrite) {
  std::atomic<std::uint64_t> finished = 0;
  std::atomic<int> stale = 0;
  std::thread reader([&] {
    while (finished < 2'000) {
      const std::uint64_t least = finished;
      if (Get(Space::kState, 1).value_or(0) < least) ++stale;
    }
  });
  for (std::uint64_t i = 1; i <= 2'000; ++i) {
    Put(Space::kState, 1, i);
    finished = i;
    if (i % 3 == 0) Put(Space::kState, 2, i);
  }
  reader.join();
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace sogoc::storage
