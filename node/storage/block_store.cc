#include "node/storage/block_store.h"

#include <set>

#include "node/storage/fail_stop.h"
#include "node/storage/ledger_format.h"
#include "node/storage/log_hashes.h"
#include "node/storage/state_store.h"

namespace sogoc::storage {
namespace {

void PutLog(const crypto::LogFrontier& before, const ledger::StagedBlock& block,
            WriteBatch& batch) {
  crypto::LogFrontier log = before;
  for (std::size_t i = 0; i < block.leaves.size(); ++i) {
    batch.Put(Space::kLeaves, U64(log.size()), block.leaves[i]);
    log.Append(block.leaf_hashes[i], [&](const crypto::LogNode& node, const Digest& hash) {
      PutLogHash(batch, node, hash);
    });
  }
}

// The first entry that names a file stays the one that is found.
void PutNamedFiles(const KeyValueStore& store, const ledger::StagedBlock& block,
                   WriteBatch& batch) {
  std::set<Digest> known;
  for (const ledger::NamedFile& file : block.files) {
    if (!known.insert(file.hash).second || FindNamedFile(store, file.hash)) continue;
    batch.Put(Space::kNamedFiles, base::ToBytes(file.hash), U64(file.index));
  }
}

// The checks of CheckBlocks for one block; each returns what is wrong.
class BlockCheck {
 public:
  BlockCheck(const KeyValueStore& store, const std::optional<ledger::Header>& previous)
      : store_(store), previous_(previous) {}

  std::optional<std::string> Run(ledger::Height height, const ledger::Header& header,
                                 bool with_state) {
    if (header.height != height ||
        ReadNumber(store_, Space::kHeaders, HeaderByIndexKey(header.index())) != height) {
      return "the header is not where it belongs";
    }
    if (!FollowsPrevious(header)) return "the header does not follow the one before";
    if (auto wrong = CheckLeaves(header)) return wrong;
    LogHashes hashes(store_);
    if (ReadFrontier(hashes, header.index()).Root() != header.log_root) {
      return "the log's hashes do not give the header's log root";
    }
    if (with_state && crypto::StateRoot(StoredNodes(store_), height) != header.state_root) {
      return "the state tree does not have the header's state root";
    }
    return std::nullopt;
  }

 private:
  bool FollowsPrevious(const ledger::Header& header) const {
    if (!previous_) return header.previous == Digest{} && header.first_index == 0;
    return header.previous == ledger::HeaderHash(*previous_) &&
           header.first_index == previous_->index() + 1 && header.time > previous_->time;
  }

  std::optional<std::string> CheckLeaves(const ledger::Header& header) const {
    for (ledger::EntryIndex index = header.first_index; index <= header.index(); ++index) {
      const std::optional<Bytes> leaf = ReadLeaf(store_, index);
      if (!leaf) return "leaf " + std::to_string(index) + " is missing";
      const std::optional<Bytes> hash = store_.Get(Space::kLogHashes, LogHashKey(0, index));
      if (!hash || !base::Equal(*hash, crypto::LogLeafHash(*leaf))) {
        return "leaf " + std::to_string(index) + " does not have its hash";
      }
    }
    return std::nullopt;
  }

  const KeyValueStore& store_;
  const std::optional<ledger::Header>& previous_;
};

}  // namespace

std::optional<std::uint64_t> ReadNumber(const KeyValueStore& store, Space space, ByteView key) {
  const std::optional<Bytes> value = store.Get(space, key);
  if (!value) return std::nullopt;
  if (value->size() != 8) FailStop("store: the number at " + base::ToHex(key) + " is malformed");
  return base::ReadU64(*value);
}

WriteBatch MakeBlockBatch(const KeyValueStore& store, const crypto::LogFrontier& before,
                          const ledger::StagedBlock& block) {
  const ledger::Header& header = block.header;
  WriteBatch batch;
  PutLog(before, block, batch);
  batch.Put(Space::kHeaders, HeaderByHeightKey(header.height), U64(header.index()));
  batch.Put(Space::kHeaders, HeaderByIndexKey(header.index()), U64(header.height));
  ledger::EntryIndex index = header.first_index;
  for (const Digest& id : block.entry_ids) {
    batch.Put(Space::kEntryIds, base::ToBytes(id), U64(index++));
  }
  PutNamedFiles(store, block, batch);
  PutState(store, block, batch);
  Bytes head = U64(header.height);
  base::Append(head, block.hash);
  batch.Put(Space::kMeta, MetaKey(kHeadKey), std::move(head));
  return batch;
}

WriteBatch MakeFoundingBatch(const KeyValueStore& store, const ledger::StagedBlock& founding) {
  WriteBatch batch = MakeBlockBatch(store, crypto::LogFrontier(), founding);
  Bytes format;
  base::AppendU32(format, kFormat);
  batch.Put(Space::kMeta, MetaKey(kFormatKey), std::move(format));
  batch.Put(Space::kMeta, MetaKey(kLedgerKey), base::ToBytes(LedgerIdOf(founding.leaves[0])));
  batch.Put(Space::kMeta, MetaKey(kOldestKey), U64(0));
  return batch;
}

Digest LedgerIdOf(ByteView founding_leaf) { return crypto::Sha256(founding_leaf); }

std::optional<StoredHead> ReadHead(const KeyValueStore& store) {
  const std::optional<Bytes> value = store.Get(Space::kMeta, MetaKey(kHeadKey));
  if (!value) return std::nullopt;
  if (value->size() != 40) FailStop("store: the head is malformed");
  return StoredHead{base::ReadU64(*value), *base::DigestFromBytes(ByteView(*value).subspan(8))};
}

std::optional<Bytes> ReadLeaf(const KeyValueStore& store, ledger::EntryIndex index) {
  return store.Get(Space::kLeaves, U64(index));
}

std::optional<ledger::Header> ReadHeader(const KeyValueStore& store, ledger::Height height) {
  const auto index = ReadNumber(store, Space::kHeaders, HeaderByHeightKey(height));
  if (!index) return std::nullopt;
  const std::optional<Bytes> leaf = ReadLeaf(store, *index);
  return leaf ? ledger::DecodeHeaderLeaf(*leaf) : std::nullopt;
}

std::optional<ledger::Header> ReadHeaderOver(const KeyValueStore& store, ledger::EntryIndex index) {
  const auto cursor = store.NewCursor(Space::kHeaders);
  cursor->Seek(HeaderByIndexKey(index));
  if (!cursor->valid()) return std::nullopt;
  return ReadHeader(store, base::ReadU64(cursor->value()));
}

std::optional<ledger::EntryIndex> FindEntry(const KeyValueStore& store, const Digest& id) {
  return ReadNumber(store, Space::kEntryIds, id);
}

std::optional<ledger::EntryIndex> FindNamedFile(const KeyValueStore& store, const Digest& hash) {
  return ReadNumber(store, Space::kNamedFiles, hash);
}

std::vector<Digest> NamedFilesAfter(const KeyValueStore& store, const std::optional<Digest>& after,
                                    std::size_t count_max) {
  Bytes from;
  if (after) {
    from = base::ToBytes(*after);
    from.push_back(0);  // the least key above it
  }
  std::vector<Digest> files;
  const auto cursor = store.NewCursor(Space::kNamedFiles);
  for (cursor->Seek(from); cursor->valid() && files.size() < count_max; cursor->Next()) {
    const auto hash = base::DigestFromBytes(cursor->key());
    if (!hash) FailStop("store: a file's hash is malformed");
    files.push_back(*hash);
  }
  return files;
}

Status CheckBlocks(const KeyValueStore& store, ledger::Height begin, ledger::Height end,
                   ledger::Height state_from) {
  std::optional<ledger::Header> previous;
  if (begin > 0) previous = ReadHeader(store, begin - 1);
  for (ledger::Height height = begin; height < end; ++height) {
    const std::optional<ledger::Header> header = ReadHeader(store, height);
    const std::optional<std::string> wrong =
        header && (height == 0 || previous)
            ? BlockCheck(store, previous).Run(height, *header, height >= state_from)
            : "its header or the one before is missing";
    if (wrong) return base::Corrupt("block " + std::to_string(height) + ": " + *wrong);
    previous = header;
  }
  return base::Ok();
}

}  // namespace sogoc::storage
