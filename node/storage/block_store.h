#pragma once

// Blocks in a key-value store: one batch each, and reading them back.

#include <optional>
#include <vector>

#include "node/ledger/block.h"
#include "node/storage/key_value.h"

namespace sogoc::storage {

// A u64 value; nullopt if there is none. One that is malformed ends the process.
std::optional<std::uint64_t> ReadNumber(const KeyValueStore& store, Space space, ByteView key);

// Everything that `block` adds to a store whose log has the frontier `before`.
WriteBatch MakeBlockBatch(const KeyValueStore& store, const crypto::LogFrontier& before,
                          const ledger::StagedBlock& block);

// The first batch of a store.
WriteBatch MakeFoundingBatch(const KeyValueStore& store, const ledger::StagedBlock& founding);
// The id of the ledger whose founding leaf this is.
Digest LedgerIdOf(ByteView founding_leaf);

struct StoredHead {
  ledger::Height height = 0;
  Digest hash{};
};
// nullopt: the store holds no ledger.
std::optional<StoredHead> ReadHead(const KeyValueStore& store);

// nullopt if the log is shorter / the chain is lower.
std::optional<Bytes> ReadLeaf(const KeyValueStore& store, ledger::EntryIndex index);
std::optional<ledger::Header> ReadHeader(const KeyValueStore& store, ledger::Height height);
// The header of the block that the leaf belongs to.
std::optional<ledger::Header> ReadHeaderOver(const KeyValueStore& store, ledger::EntryIndex index);
std::optional<ledger::EntryIndex> FindEntry(const KeyValueStore& store, const Digest& id);

// The first entry that names the file.
std::optional<ledger::EntryIndex> FindNamedFile(const KeyValueStore& store, const Digest& hash);
// At most `count_max` files that entries name, ascending by hash, from the one after `after` on.
std::vector<Digest> NamedFilesAfter(const KeyValueStore& store, const std::optional<Digest>& after,
                                    std::size_t count_max);

// Blocks [begin, end) are whole: each header is where the index says, names its predecessor, and
// its roots are those of the stored leaves, hashes and (from height `state_from` on) state tree.
//   kCorrupt  the message names the height and what is wrong
Status CheckBlocks(const KeyValueStore& store, ledger::Height begin, ledger::Height end,
                   ledger::Height state_from);

}  // namespace sogoc::storage
