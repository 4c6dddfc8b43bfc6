#pragma once

// What was lately read or written of the newest state, in memory in front of a store. Executing a
// block reads the same few records for every entry, replaces values that it has just read, and
// walks down nodes of the state tree that the block before wrote.

#include <atomic>
#include <memory>
#include <mutex>

#include "node/storage/key_value.h"

namespace rocksdb {
class Cache;
}

namespace sogoc::storage {

// Passes everything on to `store`, which must outlive it, and remembers Space::kState and
// Space::kStateNodes, absence too: about `bytes_max` bytes, the least recently used go first.
// Every write to these spaces must go through it. A store like any other, but that until Write
// returns these two may show what was there before when other spaces show the batch.
class ReadCache : public KeyValueStore {
 public:
  ReadCache(KeyValueStore& store, std::size_t bytes_max);
  ~ReadCache() override;

  std::optional<Bytes> Get(Space space, ByteView key) const override;
  std::unique_ptr<Cursor> NewCursor(Space space) const override { return store_.NewCursor(space); }
  Status Write(const WriteBatch& batch) override;
  // Makes room: this is not asked for again soon.
  void Forget(Space space, ByteView key);
  Status VerifyFiles(const std::function<bool()>& go_on) const override {
    return store_.VerifyFiles(go_on);
  }

 private:
  void Keep(ByteView cache_key, const std::optional<Bytes>& value) const;

  KeyValueStore& store_;
  const std::shared_ptr<rocksdb::Cache> cache_;
  // A value that was read before a write must not be remembered after it.
  mutable std::mutex writing_;
  std::atomic<std::uint64_t> writes_ = 0;
};

}  // namespace sogoc::storage
