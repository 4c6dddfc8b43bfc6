#pragma once

// A directory belongs to one process at a time.

#include <string>

#include "node/base/result.h"

namespace sogoc::storage {

// Holds an exclusive flock on DIR/LOCK for as long as it lives; the kernel lets go when the process
// ends, however it ends. The file holds the owner's process id as text, for the message only.
class DirectoryLock {
 public:
  // kFailedPrecondition: another process holds it; the message names its id.
  // kPermissionDenied, kNotFound: DIR cannot be used.
  static base::Result<DirectoryLock> Acquire(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace sogoc::storage
