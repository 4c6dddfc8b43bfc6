#pragma once

// The few file operations whose durability we answer for, behind an interface, so that a test can
// cut the power between any two of them. Reads and writes of the database go through RocksDB's own
// interface of the same kind.
//
// Errors everywhere: kNotFound no such file or directory · kPermissionDenied its mode · kCorrupt a
// read fails · kUnavailable anything else, a full disk included. The message names operation, path
// and cause. After a failed write, sync, rename or removal the state on the disk is unknown: a
// caller that has promised anything stops (fail_stop.h) and never retries.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::storage {

using base::Bytes;
using base::ByteView;
using base::Digest;
using base::Result;
using base::Status;

// A file open for writing. One thread at a time. The destructor closes and syncs nothing.
class File {
 public:
  virtual ~File() = default;
  // Writes all of `bytes` at `offset`; lengthens the file if needed. Not durable before Sync.
  virtual Status WriteAt(std::uint64_t offset, ByteView bytes) = 0;
  // On success everything written so far survives a power cut (the file's name may not: see
  // SyncDirectory).
  virtual Status Sync() = 0;
};

// Thread-safe, but operations on one path need the caller's order.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  enum class Mode {
    kExisting,  // kNotFound if there is no such file
    kReplace,   // creates the file, mode 0600, or empties it
  };
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, Mode mode) = 0;
  // The whole file. A file longer than `bytes_max` is kCorrupt.
  virtual Result<Bytes> Read(const std::string& path, std::size_t bytes_max) const = 0;
  virtual bool Exists(const std::string& path) const = 0;
  // Creates one directory, mode 0700; one that is there already is success.
  virtual Status CreateDirectory(const std::string& path) = 0;
  // Atomic: afterwards `to` is the file (or directory) that `from` was. `to` may exist if a file.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // Removes a file, or a directory with all that is in it; nothing there is success.
  virtual Status RemoveAll(const std::string& path) = 0;
  // On success creations, renames and removals in the directory `path` survive a power cut.
  virtual Status SyncDirectory(const std::string& path) = 0;
};

// The operating system's files. Lives as long as the process.
FileSystem& SystemFiles();

}  // namespace sogoc::storage
