#pragma once

// The durable store: RocksDB 7.8, one column family a space.

#include <cstddef>
#include <memory>
#include <string>

#include "node/storage/key_value.h"

namespace rocksdb {
class FileSystem;
}

namespace sogoc::storage {

struct RocksSettings {
  enum class Mode {
    kCreate,    // the directory holds no store yet
    kReadOnly,  // changes no byte on the disk; Write must not be called
    kReadWrite,
  };

  std::string path;  // a directory of its own
  Mode mode = Mode::kReadWrite;
  std::size_t block_cache_bytes = std::size_t{256} << 20;  // the bulk of the memory it takes
  // What is kept in memory and in the log before it becomes a table.
  std::size_t write_buffer_bytes = std::size_t{64} << 20;
  // Where the files are; null: the operating system's. Tests put faults here.
  std::shared_ptr<rocksdb::FileSystem> file_system = nullptr;
};

// Opens a store. Write is synced: about one fdatasync each. Memory: the block cache, at most 128
// MiB of unflushed writes, and a constant.
//
// RocksDB alone opens cleanly and short, or with a hole, after one flipped bit in its log or
// manifest. So each batch carries a number, and opening fails unless the numbers in the log
// continue those in the tables without a gap. A tail that is missing as a whole cannot be seen from
// inside: whoever promised it compares the head with its own record (head_anchor.h), on a read-only
// store first, since opening for writing may delete what is left of a damaged log.
//
//   kNotFound            there is no such directory
//   kFailedPrecondition  kCreate on a store that exists; a store of a newer program
//   kCorrupt             stored bytes are not what was written
//   kUnavailable         the disk is full or fails
// A failed flush or compaction in the background ends the process (fail_stop.h).
Result<std::unique_ptr<KeyValueStore>> OpenRocksStore(const RocksSettings& settings);

}  // namespace sogoc::storage
