#include "node/storage/read_cache.h"

#include <rocksdb/cache.h>

#include "node/storage/fail_stop.h"

namespace sogoc::storage {
namespace {

using Remembered = std::optional<Bytes>;

constexpr std::size_t kEntryOverheadBytes = 160;  // of a cache's entry, without key and value

bool IsCached(Space space) { return space == Space::kState || space == Space::kStateNodes; }

Bytes CacheKey(Space space, ByteView key) {
  Bytes out;
  out.reserve(1 + key.size());
  out.push_back(static_cast<std::uint8_t>(space));
  base::Append(out, key);
  return out;
}

rocksdb::Slice ToSlice(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void DeleteRemembered(const rocksdb::Slice&, void* value) {
  delete static_cast<Remembered*>(value);
}

}  // namespace

ReadCache::ReadCache(KeyValueStore& store, std::size_t bytes_max)
    : store_(store), cache_(rocksdb::NewLRUCache(bytes_max)) {}

ReadCache::~ReadCache() = default;

std::optional<Bytes> ReadCache::Get(Space space, ByteView key) const {
  if (!IsCached(space)) return store_.Get(space, key);
  const Bytes cache_key = CacheKey(space, key);
  if (rocksdb::Cache::Handle* handle = cache_->Lookup(ToSlice(cache_key))) {
    Remembered value = *static_cast<const Remembered*>(cache_->Value(handle));
    cache_->Release(handle);
    return value;
  }
  const std::uint64_t writes = writes_;
  std::optional<Bytes> value = store_.Get(space, key);
  const std::lock_guard lock(writing_);
  if (writes_ == writes) Keep(cache_key, value);
  return value;
}

Status ReadCache::Write(const WriteBatch& batch) {
  TRY_STATUS(store_.Write(batch));
  const std::lock_guard lock(writing_);
  ++writes_;
  for (const WriteBatch::Operation& operation : batch.operations()) {
    if (!IsCached(operation.space)) continue;
    const Bytes cache_key = CacheKey(operation.space, operation.key);
    cache_->Erase(ToSlice(cache_key));  // what is too large for the cache is not put there
    if (operation.value) Keep(cache_key, operation.value);
  }
  return base::Ok();
}

void ReadCache::Forget(Space space, ByteView key) {
  const Bytes cache_key = CacheKey(space, key);
  cache_->Erase(ToSlice(cache_key));
}

void ReadCache::Keep(ByteView cache_key, const std::optional<Bytes>& value) const {
  auto remembered = std::make_unique<Remembered>(value);
  const std::size_t bytes = kEntryOverheadBytes + cache_key.size() + (value ? value->size() : 0);
  const rocksdb::Status status =
      cache_->Insert(ToSlice(cache_key), remembered.get(), bytes, DeleteRemembered);
  if (!status.ok()) FailStop("read cache: " + status.ToString());
  static_cast<void>(remembered.release());
}

}  // namespace sogoc::storage
