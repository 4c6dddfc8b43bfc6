#include "node/storage/ledger_directory.h"

#include <algorithm>

#include "node/ledger/known_rules.h"
#include "node/storage/fail_stop.h"
#include "node/storage/files.h"
#include "node/storage/ledger_format.h"
#include "node/storage/state_store.h"

namespace sogoc::storage {
namespace {

constexpr ledger::Height kCheckedBlocks = 16;

std::string AnchorPath(const std::string& directory) { return directory + "/anchor"; }
std::string StorePath(const std::string& directory) { return directory + "/store"; }

RocksSettings Settings(const LedgerOptions& options, const std::string& directory,
                       RocksSettings::Mode mode) {
  return {StorePath(directory), mode, options.block_cache_bytes, options.write_buffer_bytes,
          options.rocks_files};
}

std::string BlockName(ledger::Height height) { return "block " + std::to_string(height); }

Status CreateStore(const LedgerOptions& options, const std::string& directory,
                   const ledger::StagedBlock& founding) {
  TRY(const auto store, OpenRocksStore(Settings(options, directory, RocksSettings::Mode::kCreate)));
  TRY_STATUS(store->Write(MakeFoundingBatch(*store, founding)));
  return CheckBlocks(*store, 0, 1, 0);
}

// What the read-only store says, compared with what was promised.
class StoreCheck {
 public:
  StoreCheck(const LedgerOptions& options, const KeyValueStore& store, const Head& promised)
      : options_(options), store_(store), promised_(promised) {}

  // Returns the store's head.
  Result<StoredHead> Run() const {
    TRY_STATUS(CheckIdentity());
    const std::optional<StoredHead> head = ReadHead(store_);
    if (!head) return base::Corrupt("the store in " + options_.directory + " has no blocks");
    TRY_STATUS(CheckHeight(*head));
    const ledger::Height begin =
        head->height < kCheckedBlocks ? 0 : head->height - kCheckedBlocks + 1;
    TRY_STATUS(CheckBlocks(store_, begin, head->height + 1, OldestState()));
    TRY_STATUS(CheckHash(*head));
    TRY_STATUS(ledger::CheckRulesKnown(StoredState(store_)));
    return *head;
  }

 private:
  ledger::Height OldestState() const {
    return ReadNumber(store_, Space::kMeta, MetaKey(kOldestKey)).value_or(0);
  }

  Status CheckIdentity() const {
    const std::optional<Bytes> format = store_.Get(Space::kMeta, MetaKey(kFormatKey));
    if (!format || format->size() != 4) {
      return base::Corrupt("the store in " + options_.directory + " is empty or damaged");
    }
    if (base::ReadU32(*format) != kFormat) {
      return base::FailedPrecondition(options_.directory + " has format " +
                                      std::to_string(base::ReadU32(*format)) +
                                      "; this program knows format " + std::to_string(kFormat));
    }
    const std::optional<Bytes> founding = ReadLeaf(store_, 0);
    if (!founding || LedgerIdOf(*founding) != promised_.ledger_id) {
      return base::Corrupt("the store in " + options_.directory +
                           " and its head anchor are of different ledgers");
    }
    if (options_.ledger_id && *options_.ledger_id != promised_.ledger_id) {
      return base::FailedPrecondition(options_.directory + " holds the ledger " +
                                      base::ToHex(promised_.ledger_id) + ", not " +
                                      base::ToHex(*options_.ledger_id));
    }
    return base::Ok();
  }

  Status CheckHeight(const StoredHead& head) const {
    if (head.height > promised_.height + 1) {
      return base::Corrupt(options_.directory + ": the store ends with " + BlockName(head.height) +
                           ", its head anchor with " + BlockName(promised_.height) +
                           ": the anchor is an old copy");
    }
    if (head.height >= promised_.height || options_.repair_by_replay) return base::Ok();
    return base::Corrupt(options_.directory + ": " + BlockName(promised_.height) +
                         " was acknowledged, but the store ends with " + BlockName(head.height));
  }

  // The head is the one that meta names, and the promised block is the one that was promised.
  Status CheckHash(const StoredHead& head) const {
    if (HashAt(head.height) != head.hash) {
      return base::Corrupt(BlockName(head.height) + ": the header is not the head");
    }
    if (head.height >= promised_.height && HashAt(promised_.height) != promised_.header_hash) {
      return base::Corrupt(options_.directory + ": " + BlockName(promised_.height) +
                           " is not the one that was acknowledged");
    }
    return base::Ok();
  }

  std::optional<Digest> HashAt(ledger::Height height) const {
    const auto header = ReadHeader(store_, height);
    return header ? std::optional(ledger::HeaderHash(*header)) : std::nullopt;
  }

  const LedgerOptions& options_;
  const KeyValueStore& store_;
  const Head& promised_;
};

Result<HeadAnchor::Reading> ReadAnchor(const LedgerOptions& options) {
  Result<HeadAnchor::Reading> reading =
      HeadAnchor::Read(*options.files, AnchorPath(options.directory));
  if (reading || reading.error().code != base::ErrorCode::kNotFound) return reading;
  return base::Corrupt(reading.error().message +
                       ": nothing else tells how far this ledger was promised");
}

// The store may be a block ahead of the anchor, never more.
Status CatchUp(const KeyValueStore& store, HeadAnchor& anchor, std::vector<std::string>& notices) {
  const StoredHead head = ReadHead(store).value_or(StoredHead{});
  const Head& promised = anchor.newest();
  if (head.height <= promised.height) return base::Ok();
  const auto header = ReadHeader(store, head.height);
  if (!header) return base::Corrupt(BlockName(head.height) + " has no header");
  notices.push_back(BlockName(head.height) + " was stored but not yet acknowledged; it counts");
  return anchor.Write({promised.ledger_id, head.height, head.hash, header->time});
}

Result<OpenedLedger> OpenLocked(const LedgerOptions& options, DirectoryLock lock) {
  TRY(HeadAnchor::Reading reading, ReadAnchor(options));
  StoredHead checked;
  {
    TRY(const auto store,
        OpenRocksStore(Settings(options, options.directory, RocksSettings::Mode::kReadOnly)));
    TRY(checked, StoreCheck(options, *store, reading.head).Run());
  }
  TRY(auto store,
      OpenRocksStore(Settings(options, options.directory, RocksSettings::Mode::kReadWrite)));
  const std::optional<StoredHead> head = ReadHead(*store);
  if (!head || head->height != checked.height || head->hash != checked.hash) {
    return base::Corrupt("the store in " + options.directory + " changed while it was opened");
  }
  TRY(HeadAnchor anchor, HeadAnchor::Open(*options.files, AnchorPath(options.directory)));
  TRY_STATUS(CatchUp(*store, anchor, reading.damaged));
  return OpenedLedger{std::make_unique<LedgerStore>(
                          std::move(store), LedgerStore::Disk{std::move(lock), std::move(anchor)}),
                      std::move(reading.damaged)};
}

}  // namespace

Status CreateLedger(const LedgerOptions& options, const ledger::StagedBlock& founding) {
  FileSystem& files = *options.files;
  if (files.Exists(options.directory)) {
    return base::FailedPrecondition(options.directory + " exists already");
  }
  const std::string unfinished = options.directory + ".new";
  TRY_STATUS(files.CreateDirectory(unfinished));
  TRY(const DirectoryLock lock, DirectoryLock::Acquire(unfinished));
  TRY_STATUS(files.RemoveAll(StorePath(unfinished)));
  TRY_STATUS(files.RemoveAll(AnchorPath(unfinished)));
  TRY_STATUS(CreateStore(options, unfinished, founding));
  TRY_STATUS(files.CreateDirectory(AnchorPath(unfinished)));
  const Head head{LedgerIdOf(founding.leaves[0]), 0, founding.hash, founding.header.time};
  TRY_STATUS(HeadAnchor::Create(files, AnchorPath(unfinished), head));
  TRY_STATUS(files.SyncDirectory(unfinished));
  TRY_STATUS(files.Rename(unfinished, options.directory));
  return files.SyncDirectory(DirectoryOf(options.directory));
}

Result<OpenedLedger> OpenLedger(const LedgerOptions& options) {
  if (!options.files->Exists(options.directory)) {
    return base::NotFound("there is no ledger in " + options.directory +
                          ": found one (sogoc-node found), or restore it from a copy");
  }
  TRY(DirectoryLock lock, DirectoryLock::Acquire(options.directory));
  Result<OpenedLedger> opened = OpenLocked(options, std::move(lock));
  if (opened) return opened;
  base::Error error = std::move(opened).error();
  if (error.code == base::ErrorCode::kCorrupt || error.code == base::ErrorCode::kNotFound) {
    error.message += ". Nothing was changed. Keep " + options.directory +
                     " as evidence, and restore it whole from the newest copy or from a peer's";
  }
  return error;
}

}  // namespace sogoc::storage
