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
  for (const auto& [key, value] : block.state) {
    if (std::optional<Written> replaced = ReadNewest(store, key)) {
      Bytes history = HistoryKey(key, replaced->height);
      batch.Put(Space::kStale, StaleKey(height, StaleKind::kValue, history), {});
      batch.Put(Space::kStateHistory, std::move(history), std::move(replaced->value));
    } else {
      PutChildren(key, value, batch);  // of batches that are registered; inputs never change
    }
    Bytes stored = U64(height);
    base::Append(stored, value);
    batch.Put(Space::kState, key, std::move(stored));
  }
  for (const auto& [key, node] : block.tree.new_nodes) batch.Put(Space::kStateNodes, key, node);
  for (const Bytes& key : block.tree.stale_nodes) {
    batch.Put(Space::kStale, StaleKey(height, StaleKind::kNode, key), {});
  }
}

bool PutPruning(const KeyValueStore& store, ledger::Height from, ledger::Height oldest,
                std::size_t items_max, WriteBatch& batch) {
  const auto cursor = store.NewCursor(Space::kStale);
  for (cursor->Seek(U64(from)); cursor->valid(); cursor->Next()) {
    const ByteView key = cursor->key();
    if (base::ReadU64(key) > oldest) return true;
    if (items_max-- == 0) return false;
    const bool is_node = key[8] == static_cast<std::uint8_t>(StaleKind::kNode);
    batch.Delete(is_node ? Space::kStateNodes : Space::kStateHistory,
                 base::ToBytes(key.subspan(9)));
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
