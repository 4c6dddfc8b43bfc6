#include "node/storage/state_store.h"

#include <algorithm>

#include "node/storage/children.h"
#include "node/storage/fail_stop.h"
#include "node/storage/ledger_format.h"

namespace sogoc::storage {
namespace {

struct Written {
  ledger::Height height = 0;
  Bytes value;
};

std::optional<Written> ReadNewest(const KeyValueStore& store, ByteView key) {
  std::optional<Bytes> stored = store.Get(Space::kState, key);
  if (!stored) return std::nullopt;
  if (stored->size() < 8) FailStop("state: the value of " + base::ToHex(key) + " is too short");
  Written written{base::ReadU64(*stored), {}};
  stored->erase(stored->begin(), stored->begin() + 8);
  written.value = std::move(*stored);
  return written;
}

// Lists what a block makes stale, some hundred keys a pair.
class StaleLists {
 public:
  StaleLists(ledger::Height since, WriteBatch& batch) : since_(since), batch_(batch) {}

  void Add(StaleKind kind, ByteView key) {
    list_.push_back(static_cast<std::uint8_t>(kind));
    base::AppendU16(list_, static_cast<std::uint16_t>(key.size()));
    base::Append(list_, key);
    if (++listed_ == kStaleListMax) Put();
  }
  void Put() {
    if (listed_ == 0) return;
    batch_.Put(Space::kStale, StaleKey(since_, part_++), std::move(list_));
    list_.clear();
    listed_ = 0;
  }

 private:
  static constexpr std::size_t kStaleListMax = 256;

  const ledger::Height since_;
  WriteBatch& batch_;
  Bytes list_;
  std::size_t listed_ = 0;
  std::uint32_t part_ = 0;
};

// Adds the removal of everything in `list`; returns how much that is.
std::size_t DeleteListed(ByteView list, WriteBatch& batch) {
  std::size_t count = 0;
  while (!list.empty()) {
    const std::size_t size = list.size() < 3 ? list.size() : base::ReadU16(list.subspan(1));
    if (list.size() < 3 + size) FailStop("state: a list of stale keys is malformed");
    const bool is_node = list[0] == static_cast<std::uint8_t>(StaleKind::kNode);
    batch.Delete(is_node ? Space::kStateNodes : Space::kStateHistory,
                 base::ToBytes(list.subspan(3, size)));
    list = list.subspan(3 + size);
    ++count;
  }
  return count;
}

}  // namespace

std::optional<Bytes> ReadState(const KeyValueStore& store, ByteView key) {
  std::optional<Written> newest = ReadNewest(store, key);
  if (!newest) return std::nullopt;
  return std::move(newest->value);
}

std::optional<Bytes> ReadStateAt(const KeyValueStore& store, ByteView key, ledger::Height height) {
  // A block that is committed in between moves the value to the history in the same batch.
  std::optional<Written> newest = ReadNewest(store, key);
  if (!newest) return std::nullopt;
  if (newest->height <= height) return std::move(newest->value);
  const auto cursor = store.NewCursor(Space::kStateHistory);
  cursor->SeekBefore(HistoryKey(key, height + 1));
  if (!cursor->valid() || cursor->key().size() != key.size() + 8 ||
      !base::Equal(cursor->key().first(key.size()), key)) {
    return std::nullopt;
  }
  return base::ToBytes(cursor->value());
}

void PutState(const KeyValueStore& store, const ledger::StagedBlock& block, WriteBatch& batch) {
  const ledger::Height height = block.header.height;
  StaleLists stale(height, batch);
  for (const auto& [key, value] : block.state) {
    if (std::optional<Written> replaced = ReadNewest(store, key)) {
      Bytes history = HistoryKey(key, replaced->height);
      stale.Add(StaleKind::kValue, history);
      batch.Put(Space::kStateHistory, std::move(history), std::move(replaced->value));
    } else {
      PutChildren(key, value, batch);  // of batches that are registered; inputs never change
    }
    Bytes stored = U64(height);
    base::Append(stored, value);
    batch.Put(Space::kState, key, std::move(stored));
  }
  for (const auto& [key, node] : block.tree.new_nodes) batch.Put(Space::kStateNodes, key, node);
  for (const Bytes& key : block.tree.stale_nodes) stale.Add(StaleKind::kNode, key);
  stale.Put();
}

bool PutPruning(const KeyValueStore& store, ledger::Height from, ledger::Height oldest,
                std::size_t items_max, WriteBatch& batch) {
  std::size_t items = 0;
  const auto cursor = store.NewCursor(Space::kStale);
  for (cursor->Seek(U64(from)); cursor->valid(); cursor->Next()) {
    const ByteView key = cursor->key();
    if (base::ReadU64(key) > oldest) return true;
    if (items >= items_max) return false;
    items += DeleteListed(cursor->value(), batch);
    batch.Delete(Space::kStale, base::ToBytes(key));
  }
  return true;
}

bool KeptHeights::Pin(ledger::Height height) {
  const std::lock_guard lock(mutex_);
  if (height < oldest_) return false;
  pinned_.insert(height);
  return true;
}

ledger::Height KeptHeights::PinOldest() {
  const std::lock_guard lock(mutex_);
  pinned_.insert(oldest_);
  return oldest_;
}

void KeptHeights::Unpin(ledger::Height height) {
  const std::lock_guard lock(mutex_);
  pinned_.erase(pinned_.find(height));
}

ledger::Height KeptHeights::GiveUpBelow(ledger::Height oldest) {
  const std::lock_guard lock(mutex_);
  if (!pinned_.empty()) oldest = std::min(oldest, *pinned_.begin());
  oldest_ = std::max(oldest_, oldest);
  return oldest_;
}

ledger::Height KeptHeights::oldest() const {
  const std::lock_guard lock(mutex_);
  return oldest_;
}

}  // namespace sogoc::storage
