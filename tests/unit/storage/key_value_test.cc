#include "node/storage/key_value.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "node/storage/memory_store.h"
#include "node/storage/read_cache.h"
#include "node/storage/rocks_store.h"
#include "tests/support/random.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

Bytes B(std::string_view text) { return base::ToBytes(base::AsBytes(text)); }

struct MemoryTwin {
  std::unique_ptr<KeyValueStore> Make(const std::string&) { return MakeMemoryStore(); }
};

struct RocksTwin {
  std::unique_ptr<KeyValueStore> Make(const std::string& path) {
    auto store = OpenRocksStore(
        {.path = path, .mode = RocksSettings::Mode::kCreate, .write_buffer_bytes = 64 << 10});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
};

struct Under {
  std::unique_ptr<KeyValueStore> store = MakeMemoryStore();
};

// Holds less than the tests write.
struct CachedTwin {
  struct Cached : Under, ReadCache {
    Cached() : ReadCache(*Under::store, 4 << 10) {}
  };
  std::unique_ptr<KeyValueStore> Make(const std::string&) { return std::make_unique<Cached>(); }
};

template <class Twin>
class KeyValue : public testing::Test {
 protected:
  void Put(Space space, std::string_view key, std::string_view value) {
    WriteBatch batch;
    batch.Put(space, B(key), B(value));
    ASSERT_TRUE(store_->Write(batch));
  }
  std::string Text(Space space, std::string_view key) const {
    const auto value = store_->Get(space, base::AsBytes(key));
    return value ? base::ToText(*value) : "(none)";
  }
  static std::string At(const Cursor& cursor) {
    if (!cursor.valid()) return "(end)";
    return base::ToText(cursor.key()) + "=" + base::ToText(cursor.value());
  }

  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  std::unique_ptr<KeyValueStore> store_ = Twin().Make(directory_ / "store");
};

using Twins = testing::Types<MemoryTwin, RocksTwin, CachedTwin>;
TYPED_TEST_SUITE(KeyValue, Twins);

TYPED_TEST(KeyValue, AbsentKeyIsNoValueAndAnEmptyValueIsOne) {
  EXPECT_EQ(this->store_->Get(Space::kMeta, base::AsBytes("a")), std::nullopt);
  this->Put(Space::kMeta, "a", "");
  EXPECT_EQ(this->store_->Get(Space::kMeta, base::AsBytes("a")), Bytes());
}

TYPED_TEST(KeyValue, SpacesAreSeparate) {
  for (std::size_t i = 0; i < kSpaceCount; ++i) {
    this->Put(static_cast<Space>(i), "key", std::to_string(i));
  }
  for (std::size_t i = 0; i < kSpaceCount; ++i) {
    EXPECT_EQ(this->Text(static_cast<Space>(i), "key"), std::to_string(i));
  }
}

TYPED_TEST(KeyValue, BatchAppliesInOrderAcrossSpaces) {
  this->Put(Space::kState, "old", "1");
  WriteBatch batch;
  batch.Put(Space::kLeaves, B("k"), B("first"));
  batch.Put(Space::kLeaves, B("k"), B("second"));
  batch.Put(Space::kHeaders, B("gone"), B("x"));
  batch.Delete(Space::kHeaders, B("gone"));
  batch.Delete(Space::kState, B("old"));
  batch.Delete(Space::kState, B("never there"));
  EXPECT_EQ(batch.operations().size(), 6U);
  EXPECT_EQ(batch.size_bytes(), 1U + 5 + 1 + 6 + 4 + 1 + 4 + 3 + 11);
  ASSERT_TRUE(this->store_->Write(batch));
  EXPECT_EQ(this->Text(Space::kLeaves, "k"), "second");
  EXPECT_EQ(this->Text(Space::kHeaders, "gone"), "(none)");
  EXPECT_EQ(this->Text(Space::kState, "old"), "(none)");
}

TYPED_TEST(KeyValue, CursorGoesForwardInUnsignedByteOrder) {
  for (const char* key : {"b", "a", "aa", "\xff", "\x7f"}) this->Put(Space::kState, key, "v");
  auto cursor = this->store_->NewCursor(Space::kState);
  std::string order;
  for (cursor->Seek({}); cursor->valid(); cursor->Next())
    order += base::ToText(cursor->key()) + " ";
  EXPECT_EQ(order, "a aa b \x7f \xff ");
}

TYPED_TEST(KeyValue, CursorSeeksAtAfterAndBefore) {
  this->Put(Space::kState, "b", "1");
  this->Put(Space::kState, "d", "2");
  this->Put(Space::kLeaves, "c", "another space");
  auto cursor = this->store_->NewCursor(Space::kState);
  EXPECT_FALSE(cursor->valid());
  const auto seek = [&](std::string_view key) {
    cursor->Seek(base::AsBytes(key));
    return this->At(*cursor);
  };
  const auto before = [&](std::string_view key) {
    cursor->SeekBefore(base::AsBytes(key));
    return this->At(*cursor);
  };
  EXPECT_EQ(seek("b"), "b=1");
  EXPECT_EQ(seek("c"), "d=2");
  EXPECT_EQ(seek("e"), "(end)");
  EXPECT_EQ(before("b"), "(end)");
  EXPECT_EQ(before("c"), "b=1");
  EXPECT_EQ(before("d"), "b=1");
  EXPECT_EQ(before("z"), "d=2");
}

TYPED_TEST(KeyValue, RandomBatchesEqualAMap) {
  support::Random random;
  std::map<Bytes, Bytes> model;
  for (int round = 0; round < 200; ++round) {
    WriteBatch batch;
    for (std::uint64_t i = random.Below(10); i > 0; --i) {
      Bytes key = random.Bytes(1 + random.Below(2));
      key[0] &= 0x1f;
      if (random.Below(3) == 0) {
        model.erase(key);
        batch.Delete(Space::kState, std::move(key));
      } else {
        Bytes value = random.Bytes(random.Below(40));
        model[key] = value;
        batch.Put(Space::kState, std::move(key), std::move(value));
      }
    }
    ASSERT_TRUE(this->store_->Write(batch));
    const Bytes probe = random.Bytes(1);
    const auto there = model.find(probe);
    ASSERT_EQ(this->store_->Get(Space::kState, probe),
              there == model.end() ? std::nullopt : std::optional(there->second));
    auto cursor = this->store_->NewCursor(Space::kState);
    cursor->SeekBefore(probe);
    auto place = model.lower_bound(probe);
    ASSERT_EQ(cursor->valid(), place != model.begin());
    if (!cursor->valid()) continue;
    ASSERT_TRUE(base::Equal(cursor->key(), std::prev(place)->first));
  }
  auto cursor = this->store_->NewCursor(Space::kState);
  cursor->Seek({});
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(cursor->valid());
    ASSERT_TRUE(base::Equal(cursor->key(), key));
    ASSERT_TRUE(base::Equal(cursor->value(), value));
    ASSERT_EQ(this->store_->Get(Space::kState, key), value);
    cursor->Next();
  }
  EXPECT_FALSE(cursor->valid());
}

TYPED_TEST(KeyValue, ReadersNeverSeeHalfABatch) {
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::thread reader([&] {
    while (!done) {
      // Written in this order in one batch, read in the other: the first is never behind.
      const auto second = this->store_->Get(Space::kLeaves, base::AsBytes("n"));
      const auto first = this->store_->Get(Space::kMeta, base::AsBytes("n"));
      if (second && (!first || base::ReadU64(*first) < base::ReadU64(*second))) ++torn;
    }
  });
  for (std::uint64_t i = 1; i <= 200; ++i) {
    WriteBatch batch;
    Bytes value;
    base::AppendU64(value, i);
    batch.Put(Space::kMeta, B("n"), value);
    batch.Put(Space::kLeaves, B("n"), value);
    ASSERT_TRUE(this->store_->Write(batch));
  }
  done = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

TYPED_TEST(KeyValue, WholeFilesVerify) {
  this->Put(Space::kMeta, "a", "1");
  EXPECT_TRUE(this->store_->VerifyFiles([] { return true; }));
}

}  // namespace
}  // namespace sogoc::storage
