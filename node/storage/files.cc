#include "node/storage/files.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace sogoc::storage {

Status WriteFileDurably(FileSystem& files, const std::string& path, ByteView bytes) {
  const std::string temporary = path + ".tmp";
  {
    TRY(const std::unique_ptr<File> file, files.Open(temporary, FileSystem::Mode::kReplace));
    TRY_STATUS(file->WriteAt(0, bytes));
    TRY_STATUS(file->Sync());
  }
  TRY_STATUS(files.Rename(temporary, path));
  return files.SyncDirectory(DirectoryOf(path));
}

std::string DirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status CheckFreeSpace(const std::string& path, const SpaceReserve& reserve) {
  struct statvfs stat;
  if (::statvfs(path.c_str(), &stat) != 0) {
    return base::Unavailable("free space of " + path + ": " +
                             std::generic_category().message(errno));
  }
  const std::uint64_t free = stat.f_bavail * stat.f_frsize;
  const std::uint64_t total = stat.f_blocks * stat.f_frsize;
  const std::uint64_t needed = std::max(
      {reserve.bytes_min, total / 100 * reserve.percent_min, 2 * reserve.largest_write_bytes});
  if (free < needed) {
    return base::Unavailable(path + " has " + std::to_string(free) + " bytes free, needs " +
                             std::to_string(needed));
  }
  return base::Ok();
}

}  // namespace sogoc::storage
