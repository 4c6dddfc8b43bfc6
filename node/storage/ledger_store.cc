#include "node/storage/ledger_store.h"

#include <algorithm>
#include <utility>

#include "node/storage/children.h"
#include "node/storage/fail_stop.h"
#include "node/storage/ledger_format.h"
#include "node/storage/log_hashes.h"
#include "node/storage/memory_store.h"

namespace sogoc::storage {
namespace {

constexpr std::size_t kRecentBytes = std::size_t{64} << 20;

// For what a checked store must hold.
template <class T>
T Required(std::optional<T> value, const char* what) {
  if (!value) FailStop(std::string("store: ") + what + " is missing");
  return *std::move(value);
}

Digest ReadLedgerId(const KeyValueStore& store) {
  const Bytes id = Required(store.Get(Space::kMeta, MetaKey(kLedgerKey)), "the ledger's id");
  return Required(base::DigestFromBytes(id), "the ledger's whole id");
}

ledger::ChainHead ReadChainHead(const KeyValueStore& store) {
  const StoredHead head = Required(ReadHead(store), "the head");
  const ledger::Header header = Required(ReadHeader(store, head.height), "the newest header");
  LogHashes hashes(store);
  return {header, head.hash, ReadFrontier(hashes, header.index() + 1)};
}

}  // namespace

StateAt::~StateAt() { kept_.Unpin(header_.height); }

std::optional<Bytes> StateAt::Get(ByteView key) const {
  return ReadStateAt(store_, key, header_.height);
}

crypto::StateProof StateAt::Prove(ByteView key) const {
  return Required(crypto::ProveState(StoredNodes(store_), header_.height, crypto::Sha256(key)),
                  "a kept version of the state tree");
}

LedgerStore::LedgerStore(std::unique_ptr<KeyValueStore> store, std::optional<Disk> disk)
    : disk_(std::move(disk)),
      store_(std::move(store)),
      recent_(*store_, kRecentBytes),
      ledger_id_(ReadLedgerId(*store_)),
      promised_(disk_ ? std::optional(disk_->anchor.newest()) : std::nullopt),
      kept_(Required(ReadNumber(*store_, Space::kMeta, MetaKey(kOldestKey)), "the oldest height")),
      head_(ReadChainHead(*store_)) {}

std::unique_ptr<LedgerStore> LedgerStore::CreateInMemory(const ledger::StagedBlock& founding) {
  std::unique_ptr<KeyValueStore> store = MakeMemoryStore();
  const Status status = store->Write(MakeFoundingBatch(*store, founding));
  if (!status) FailStop(status.error().message);
  return std::make_unique<LedgerStore>(std::move(store), std::nullopt);
}

std::optional<ledger::ChainHead> LedgerStore::Head() const {
  const std::lock_guard lock(head_mutex_);
  return head_;
}

std::optional<Bytes> LedgerStore::Get(ByteView key) const { return ReadState(recent_, key); }

std::optional<Bytes> LedgerStore::GetStateNode(ByteView node_key) const {
  return StoredNodes(recent_).GetStateNode(node_key);
}

std::optional<ledger::EntryIndex> LedgerStore::FindEntry(const Digest& id) const {
  return storage::FindEntry(*store_, id);
}

std::optional<std::uint64_t> LedgerStore::EngineHeight() const {
  return ReadNumber(*store_, Space::kMeta, MetaKey(kEngineKey));
}

bool LedgerStore::Serving() const {
  return !promised_ || Head()->header.height >= promised_->height;
}

Result<std::unique_ptr<StateAt>> LedgerStore::StateAfter(ledger::Height height) const {
  TRY(const ledger::Header header, HeaderAt(height));
  if (!kept_.Pin(height)) {
    return base::NotFound("the state after block " + std::to_string(height) +
                          " is no longer kept; the oldest is that after block " +
                          std::to_string(kept_.oldest()));
  }
  return std::unique_ptr<StateAt>(new StateAt(*store_, kept_, header));
}

Result<ledger::Header> LedgerStore::HeaderAt(ledger::Height height) const {
  const ledger::Height newest = Head()->header.height;
  if (height > newest) {
    return base::NotFound("there is no block " + std::to_string(height) + "; the newest is " +
                          std::to_string(newest));
  }
  return Required(ReadHeader(*store_, height), "a header");
}

ledger::Header LedgerStore::HeaderOver(ledger::EntryIndex index) const {
  return Required(ReadHeaderOver(*store_, index), "the header over a leaf");
}

std::vector<ledger::BatchId> LedgerStore::ChildrenOf(const ledger::BatchId& input,
                                                     const std::optional<ledger::BatchId>& after,
                                                     std::size_t count_max) const {
  return ReadChildren(*store_, input, after, count_max);
}

std::optional<ledger::EntryIndex> LedgerStore::FindNamedFile(const Digest& hash) const {
  return storage::FindNamedFile(*store_, hash);
}

std::vector<Digest> LedgerStore::NamedFilesAfter(const std::optional<Digest>& after,
                                                 std::size_t count_max) const {
  return storage::NamedFilesAfter(*store_, after, count_max);
}

Bytes LedgerStore::Leaf(ledger::EntryIndex index) const {
  return Required(ReadLeaf(*store_, index), "a leaf");
}

crypto::LogNodeReader LedgerStore::LogReader() const {
  return [this](const crypto::LogNode& node) { return LogHashes(*store_).Read(node); };
}

Digest LedgerStore::LogRoot(std::uint64_t size) const {
  LogHashes hashes(*store_);
  return crypto::LogRoot(size, hashes.Reader());
}

std::vector<Digest> LedgerStore::ProveInclusion(ledger::EntryIndex index,
                                                std::uint64_t size) const {
  LogHashes hashes(*store_);
  return crypto::ProveInclusion(index, size, hashes.Reader());
}

std::vector<Digest> LedgerStore::ProveConsistency(std::uint64_t old_size,
                                                  std::uint64_t new_size) const {
  LogHashes hashes(*store_);
  return crypto::ProveConsistency(old_size, new_size, hashes.Reader());
}

std::vector<Digest> LedgerStore::Tile(unsigned level, std::uint64_t index,
                                      std::size_t width) const {
  LogHashes hashes(*store_);
  std::vector<Digest> tile = hashes.Tile(level, index);
  if (tile.size() < width) FailStop("store: a tile is too short");
  tile.resize(width);
  return tile;
}

void LedgerStore::Commit(const ledger::StagedBlock& block,
                         std::optional<std::uint64_t> engine_height) {
  RequireFollows(block);
  WriteBatch batch = MakeBlockBatch(recent_, head_.log, block);
  if (engine_height) batch.Put(Space::kMeta, MetaKey(kEngineKey), U64(*engine_height));
  WriteOrStop(batch);
  for (const Bytes& key : block.tree.stale_nodes) recent_.Forget(Space::kStateNodes, key);

  // What is promised from here on is what the store gives back, not what was meant.
  const ledger::Height height = block.header.height;
  const Status whole = CheckBlocks(*store_, height, height + 1, height);
  if (!whole) FailStop("read back: " + whole.error().message);
  ledger::ChainHead head = ReadChainHead(*store_);
  if (head.header != block.header || head.hash != block.hash ||
      ledger::HeaderHash(head.header) != block.hash) {
    FailStop("read back: block " + std::to_string(height) + " is not the one that was written");
  }
  Anchor(block);
  const std::lock_guard lock(head_mutex_);
  head_ = std::move(head);
}

void LedgerStore::RequireFollows(const ledger::StagedBlock& block) const {
  const ledger::Header& header = block.header;
  const std::size_t leaves = std::size_t{header.entry_count} + 1;
  if (header.height != head_.header.height + 1 || header.previous != head_.hash ||
      header.first_index != head_.log.size() || block.leaves.size() != leaves ||
      block.leaf_hashes.size() != leaves || block.entry_ids.size() + 1 != leaves) {
    FailStop("block " + std::to_string(header.height) + " does not follow block " +
             std::to_string(head_.header.height));
  }
}

void LedgerStore::Anchor(const ledger::StagedBlock& block) {
  if (!disk_) return;
  const ledger::Header& header = block.header;
  if (header.height > promised_->height) {
    const Status status = disk_->anchor.Write({ledger_id_, header.height, block.hash, header.time});
    if (!status) FailStop(status.error().message);
  } else if (header.height == promised_->height && block.hash != promised_->header_hash) {
    FailStop("replay: block " + std::to_string(header.height) +
             " is not the one that was acknowledged before");
  }
}

void LedgerStore::CommitEngineHeight(std::uint64_t engine_height) {
  WriteBatch batch;
  batch.Put(Space::kMeta, MetaKey(kEngineKey), U64(engine_height));
  WriteOrStop(batch);
}

bool LedgerStore::Prune(ledger::Height oldest, std::size_t items_max) {
  const ledger::Height before = kept_.oldest();
  oldest = kept_.GiveUpBelow(std::min(oldest, head_.header.height));
  WriteBatch batch;
  if (oldest != before) batch.Put(Space::kMeta, MetaKey(kOldestKey), U64(oldest));
  const bool done = PutPruning(*store_, pruned_, oldest, items_max, batch);
  if (done) pruned_ = oldest;
  if (!batch.operations().empty()) WriteOrStop(batch);
  return done;
}

void LedgerStore::WriteOrStop(const WriteBatch& batch) {
  const Status status = recent_.Write(batch);
  if (!status) FailStop(status.error().message);
}

Status LedgerStore::Verify(ledger::Height begin, ledger::Height end) const {
  const ledger::Height oldest = kept_.PinOldest();
  const Status status =
      CheckBlocks(*store_, begin, std::min(end, Head()->header.height + 1), oldest);
  kept_.Unpin(oldest);
  return status;
}

}  // namespace sogoc::storage
