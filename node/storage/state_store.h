#pragma once

// State values and tree nodes by height: the newest values, the ones they replaced, and what of
// that no kept height needs any more.

#include <mutex>
#include <set>

#include "node/ledger/block.h"
#include "node/ledger/state_view.h"
#include "node/storage/key_value.h"

namespace sogoc::storage {

// Reads the nodes of all kept versions. Thread-safe.
class StoredNodes final : public crypto::StateNodeReader {
 public:
  explicit StoredNodes(const KeyValueStore& store) : store_(store) {}
  std::optional<Bytes> GetStateNode(ByteView node_key) const override {
    return store_.Get(Space::kStateNodes, node_key);
  }

 private:
  const KeyValueStore& store_;
};

// The newest value of `key`. Thread-safe.
std::optional<Bytes> ReadState(const KeyValueStore& store, ByteView key);
// The newest values as the rules read them. Thread-safe.
class StoredState final : public ledger::StateView {
 public:
  explicit StoredState(const KeyValueStore& store) : store_(store) {}
  std::optional<Bytes> Get(ByteView key) const override { return ReadState(store_, key); }

 private:
  const KeyValueStore& store_;
};
// The value of `key` after block `height`, which is kept until the call returns. Thread-safe, also
// beside the commit of later blocks.
std::optional<Bytes> ReadStateAt(const KeyValueStore& store, ByteView key, ledger::Height height);

// Adds a block's values and nodes to `batch`, with the index entries of batches that it registers,
// and keeps what they replace.
void PutState(const KeyValueStore& store, const ledger::StagedBlock& block, WriteBatch& batch);

// Adds to `batch` the removal of values and nodes that serve no height >= `oldest`: of `items_max`,
// or a few hundred more, since they are listed together. Looks from height `from` on: below it
// nothing is left. True if nothing remains to be removed.
bool PutPruning(const KeyValueStore& store, ledger::Height from, ledger::Height oldest,
                std::size_t items_max, WriteBatch& batch);

// Which heights are kept: all from `oldest` on, and none goes while it is pinned. Thread-safe.
class KeptHeights {
 public:
  explicit KeptHeights(ledger::Height oldest) : oldest_(oldest) {}

  // Keeps `height` until Unpin. False if it is gone already.
  bool Pin(ledger::Height height);
  ledger::Height PinOldest();
  void Unpin(ledger::Height height);
  // Gives up the heights below `oldest` that are not pinned; returns the oldest that is kept now.
  ledger::Height GiveUpBelow(ledger::Height oldest);
  ledger::Height oldest() const;

 private:
  mutable std::mutex mutex_;
  ledger::Height oldest_;
  std::multiset<ledger::Height> pinned_;
};

}  // namespace sogoc::storage
