#pragma once

// The numbers that tie a store's log to its tables. Private to this folder.

#include <rocksdb/db.h>

#include <cstdint>

#include "node/base/result.h"
#include "node/storage/rocks_options.h"

namespace sogoc::storage {

// Adds the batch's number to it: one key of the default family, replaced by every batch.
rocksdb::Status PutBatchNumber(rocksdb::WriteBatch& batch, std::uint64_t number);

// The number of the newest batch that `db` shows; 0 in a new store. kCorrupt if it is malformed.
base::Result<std::uint64_t> ReadBatchNumber(rocksdb::DB& db);

// Opens the store at `path` read-only as it would be without its log, and compares the batches that
// the log holds. Success: the first of them is at most one above the newest in the tables, and each
// of the others one above its predecessor. Returns the newest number of all.
//   kCorrupt  a batch in the middle is missing; the message names it
base::Result<std::uint64_t> CheckBatchNumbers(const RocksOptions& options, const std::string& path);

}  // namespace sogoc::storage
