#pragma once

// Durable small files and the room that is left for them.

#include <cstdint>
#include <string>

#include "node/storage/file_system.h"

namespace sogoc::storage {

// Replaces the file `path` by `bytes`: writes `path`.tmp, syncs it, renames it, syncs the
// directory. On success the new content survives a power cut; after a power cut during the call the
// file holds the old content or the new, never a mixture. Errors: file_system.h.
Status WriteFileDurably(FileSystem& files, const std::string& path, ByteView bytes);

// The directory part of a path: "a/b" -> "a", "b" -> ".", "/b" -> "/".
std::string DirectoryOf(const std::string& path);

// What must stay free: the largest of the three.
struct SpaceReserve {
  std::uint64_t bytes_min = std::uint64_t{1} << 30;
  unsigned percent_min = 5;               // of the file system
  std::uint64_t largest_write_bytes = 0;  // twice this much must fit
};

struct FreeSpace {
  std::uint64_t free = 0;    // for this user, bytes
  std::uint64_t total = 0;   // of the file system
  std::uint64_t needed = 0;  // that the reserve comes to

  bool enough() const { return free >= needed; }
};
// Of the file system that holds `path`. kUnavailable: it cannot be asked.
Result<FreeSpace> MeasureFreeSpace(const std::string& path, const SpaceReserve& reserve);

// Ok if the file system that holds `path` has at least the reserve free for this user.
// kUnavailable, with free and needed bytes, if not: refuse new entries, keep serving reads. A disk
// that fills up during a commit ends the process, so ask before anything is promised.
Status CheckFreeSpace(const std::string& path, const SpaceReserve& reserve);

}  // namespace sogoc::storage
