#include "node/storage/memory_store.h"

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace sogoc::storage {
namespace {

using Map = std::map<Bytes, Bytes>;
using Pair = Map::value_type;

class MemoryStore final : public KeyValueStore {
 public:
  std::optional<Bytes> Get(Space space, ByteView key) const override {
    const std::shared_lock lock(mutex_);
    const Map& map = MapOf(space);
    const auto found = map.find(base::ToBytes(key));
    if (found == map.end()) return std::nullopt;
    return found->second;
  }

  std::unique_ptr<Cursor> NewCursor(Space space) const override;

  Status Write(const WriteBatch& batch) override {
    const std::unique_lock lock(mutex_);
    for (const WriteBatch::Operation& operation : batch.operations()) {
      Map& map = maps_[static_cast<std::size_t>(operation.space)];
      if (operation.value) {
        map[operation.key] = *operation.value;
      } else {
        map.erase(operation.key);
      }
    }
    return base::Ok();
  }

  Status VerifyFiles(const std::function<bool()>&) const override { return base::Ok(); }

  // Copies of the first pair at or after `key`, after it, and of the last one before it.
  std::unique_ptr<Pair> AtOrAfter(Space space, const Bytes& key) const {
    const std::shared_lock lock(mutex_);
    return Copy(MapOf(space), MapOf(space).lower_bound(key));
  }
  std::unique_ptr<Pair> After(Space space, const Bytes& key) const {
    const std::shared_lock lock(mutex_);
    return Copy(MapOf(space), MapOf(space).upper_bound(key));
  }
  std::unique_ptr<Pair> Before(Space space, const Bytes& key) const {
    const std::shared_lock lock(mutex_);
    const auto place = MapOf(space).lower_bound(key);
    if (place == MapOf(space).begin()) return nullptr;
    return Copy(MapOf(space), std::prev(place));
  }

 private:
  const Map& MapOf(Space space) const { return maps_[static_cast<std::size_t>(space)]; }

  static std::unique_ptr<Pair> Copy(const Map& map, Map::const_iterator place) {
    return place == map.end() ? nullptr : std::make_unique<Pair>(*place);
  }

  mutable std::shared_mutex mutex_;
  std::array<Map, kSpaceCount> maps_;
};

// Holds a copy of where it is, so that writes need not wait for it.
class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(const MemoryStore& store, Space space) : store_(store), space_(space) {}

  void Seek(ByteView key) override { place_ = store_.AtOrAfter(space_, base::ToBytes(key)); }
  void SeekBefore(ByteView key) override { place_ = store_.Before(space_, base::ToBytes(key)); }
  void Next() override { place_ = store_.After(space_, place_->first); }
  bool valid() const override { return place_ != nullptr; }
  ByteView key() const override { return place_->first; }
  ByteView value() const override { return place_->second; }

 private:
  const MemoryStore& store_;
  Space space_;
  std::unique_ptr<Pair> place_;
};

std::unique_ptr<Cursor> MemoryStore::NewCursor(Space space) const {
  return std::make_unique<MemoryCursor>(*this, space);
}

}  // namespace

std::unique_ptr<KeyValueStore> MakeMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace sogoc::storage
