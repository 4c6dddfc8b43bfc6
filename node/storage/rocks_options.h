#pragma once

// How RocksDB is set up. Private to this folder: it drags in RocksDB's headers.

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/storage/rocks_store.h"

namespace sogoc::storage {

// The options of every way to open a store, and the objects that they point to.
struct RocksOptions {
  explicit RocksOptions(const RocksSettings& settings);

  std::unique_ptr<rocksdb::Env> env;  // null: the default one
  rocksdb::DBOptions db;
  rocksdb::ColumnFamilyOptions family;
};

// The column family of each space, after RocksDB's own "default".
std::vector<rocksdb::ColumnFamilyDescriptor> Families(const rocksdb::ColumnFamilyOptions& family);

// `what` says what was being done. Requires: !status.ok().
base::Error RocksError(const std::string& what, const rocksdb::Status& status);
// Of opening a store that is there.
base::Error OpenError(const std::string& path, const rocksdb::Status& status);

}  // namespace sogoc::storage
