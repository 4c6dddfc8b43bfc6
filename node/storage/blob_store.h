#pragma once

// Files of any content, by their SHA-256, in a folder of their own: 3f/3f0a…, one file each, and
// erased/3f0a… for those that must not come back.

#include <memory>
#include <mutex>
#include <string>

#include "node/storage/file_system.h"

namespace sogoc::storage {

inline constexpr std::size_t kBlobBytesMax = std::size_t{4} << 20;

// Thread-safe, also beside another process that erases. Errors are those of file_system.h; none of
// them is a broken promise: the ledger does not rest on these files.
class BlobStore {
 public:
  // Makes the folder if it is missing. `files` must outlive the store.
  static Result<std::unique_ptr<BlobStore>> Open(FileSystem& files, std::string folder);

  // Whether there is such a file; what is in it shows when it is read.
  bool Holds(const Digest& hash) const;
  bool IsErased(const Digest& hash) const;

  //   kNotFound  there is none
  //   kCorrupt   it was damaged, and has been removed: it can be had anew
  Result<Bytes> Read(const Digest& hash);

  // Durable on return. False if it was there already.
  //   kInvalidArgument     these bytes have another hash, are none, or more than kBlobBytesMax
  //   kFailedPrecondition  it was erased
  Result<bool> Keep(const Digest& hash, ByteView bytes);

  // Removes the file and notes, durably, that it is not to be kept again. Whether there was one
  // does not matter.
  Status Erase(const Digest& hash);

 private:
  BlobStore(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}
  std::string FolderOf(const Digest& hash) const;
  std::string PathOf(const Digest& hash) const;
  std::string NoteOf(const Digest& hash) const;
  Status Remove(const Digest& hash);

  FileSystem& files_;
  const std::string folder_;
  std::mutex changing_;  // files_ wants one thread a path
};

}  // namespace sogoc::storage
