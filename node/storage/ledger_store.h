#pragma once

// One ledger: its log, its state at every kept height, and the promise that what was committed
// stays. Opened and created by ledger_directory.h.

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/ledger/block.h"
#include "node/ledger/records.h"
#include "node/storage/block_store.h"
#include "node/storage/directory_lock.h"
#include "node/storage/head_anchor.h"
#include "node/storage/key_value.h"
#include "node/storage/read_cache.h"
#include "node/storage/state_store.h"

namespace sogoc::storage {

// The state as it was after one block, which is kept for as long as the view lives. Thread-safe.
// Must not outlive its store.
class StateAt final : public ledger::StateView {
 public:
  StateAt(const StateAt&) = delete;
  StateAt& operator=(const StateAt&) = delete;
  ~StateAt() override;

  const ledger::Header& header() const { return header_; }
  std::optional<Bytes> Get(ByteView key) const override;
  // That the header's state root maps `key` to Get(key), or holds no such key.
  crypto::StateProof Prove(ByteView key) const;

 private:
  friend class LedgerStore;
  StateAt(const KeyValueStore& store, KeptHeights& kept, const ledger::Header& header)
      : store_(store), kept_(kept), header_(header) {}

  const KeyValueStore& store_;
  KeptHeights& kept_;
  const ledger::Header header_;
};

// Reads: any thread, beside the writer. Members that change something: one thread at a time.
// A read that fails and a change that may not have reached the disk end the process (fail_stop.h).
class LedgerStore final : public ledger::ParentView {
 public:
  // What makes a ledger durable.
  struct Disk {
    DirectoryLock lock;
    HeadAnchor anchor;
  };
  // Takes over a store that holds a checked ledger: for OpenLedger.
  LedgerStore(std::unique_ptr<KeyValueStore> store, std::optional<Disk> disk);
  // A new ledger that lives and dies with the process.
  static std::unique_ptr<LedgerStore> CreateInMemory(const ledger::StagedBlock& founding);

  // ---- The newest block

  const Digest& ledger_id() const { return ledger_id_; }
  // Never null. It is published last: Get and the like may already show the block that is being
  // committed.
  std::optional<ledger::ChainHead> Head() const override;
  std::optional<Bytes> Get(ByteView key) const override;
  std::optional<Bytes> GetStateNode(ByteView node_key) const override;
  // Knows every entry of the log.
  std::optional<ledger::EntryIndex> FindEntry(const Digest& id) const override;
  // The height that the replication engine gave its last block here; nullopt without an engine.
  std::optional<std::uint64_t> EngineHeight() const;
  // False while a store that was found short is being repaired (LedgerOptions::repair_by_replay):
  // until then nothing may be served, signed or acknowledged.
  bool Serving() const;

  // ---- Any block

  // kNotFound: no such height yet, or its state was pruned.
  Result<std::unique_ptr<StateAt>> StateAfter(ledger::Height height) const;
  // kNotFound: no such height.
  Result<ledger::Header> HeaderAt(ledger::Height height) const;
  // The header of the block that holds leaf `index`. Requires: index < size of the log.
  ledger::Header HeaderOver(ledger::EntryIndex index) const;
  // Batches of this ledger made from `input`: at most `count_max`, from the one after `after` on,
  // ascending by GTIN and lot.
  std::vector<ledger::BatchId> ChildrenOf(const ledger::BatchId& input,
                                          const std::optional<ledger::BatchId>& after,
                                          std::size_t count_max) const;
  // The first entry that names a file by its hash (ledger/named_files.h).
  std::optional<ledger::EntryIndex> FindNamedFile(const Digest& hash) const;
  // At most `count_max` of the files that entries name, ascending by hash, from the one after
  // `after` on.
  std::vector<Digest> NamedFilesAfter(const std::optional<Digest>& after,
                                      std::size_t count_max) const;

  // ---- The log. Requires: indexes and sizes within the head's log.

  Bytes Leaf(ledger::EntryIndex index) const;
  // Thread-safe; lives as long as the store.
  crypto::LogNodeReader LogReader() const;
  Digest LogRoot(std::uint64_t size) const;
  std::vector<Digest> ProveInclusion(ledger::EntryIndex index, std::uint64_t size) const;
  // Requires: 0 < old_size <= new_size.
  std::vector<Digest> ProveConsistency(std::uint64_t old_size, std::uint64_t new_size) const;
  // The first `width` hashes of a C2SP tile. Requires: that many exist.
  std::vector<Digest> Tile(unsigned level, std::uint64_t index, std::size_t width) const;

  // ---- Changes

  // Appends the block after the head. Returns once it is durable, was read back from the store and
  // found to have its hashes, and both copies of the head anchor name it: only then may anybody be
  // told. `engine_height` is stored in the same batch.
  // Requires: the block follows the head.
  void Commit(const ledger::StagedBlock& block,
              std::optional<std::uint64_t> engine_height = std::nullopt);
  // An engine's block without accepted entries.
  void CommitEngineHeight(std::uint64_t engine_height);

  // Gives up the states before height `oldest`, or before the oldest one that is being read, and
  // removes about `items_max` values and nodes that served only those (PutPruning). True if there
  // is nothing more to remove. Leaves, headers, hashes and entry ids stay for ever.
  bool Prune(ledger::Height oldest, std::size_t items_max);

  // ---- Scrubbing

  // Checks blocks [begin, end) again: every leaf, header and log hash, and the roots of the states
  // that are kept. kCorrupt names the height. Nothing is pruned meanwhile: keep the range small.
  Status Verify(ledger::Height begin, ledger::Height end) const;
  // Checks every stored file against its checksum (KeyValueStore::VerifyFiles).
  Status VerifyFiles(const std::function<bool()>& go_on) const {
    return store_->VerifyFiles(go_on);
  }

 private:
  void RequireFollows(const ledger::StagedBlock& block) const;
  void WriteOrStop(const WriteBatch& batch);
  void Anchor(const ledger::StagedBlock& block);

  std::optional<Disk> disk_;  // null in memory; the lock is let go last
  const std::unique_ptr<KeyValueStore> store_;
  ReadCache recent_;  // in front of the store, for execution; checks read what is stored
  const Digest ledger_id_;
  const std::optional<storage::Head> promised_;  // what the anchor said at the start
  mutable KeptHeights kept_;
  ledger::Height pruned_ = 0;  // what is stale since then or before has been removed

  mutable std::mutex head_mutex_;
  ledger::ChainHead head_;
};

}  // namespace sogoc::storage
