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

Result<FreeSpace> MeasureFreeSpace(const std::string& path, const SpaceReserve& reserve) {
  struct statvfs stat {};
  if (::statvfs(path.c_str(), &stat) != 0) {
    return base::Unavailable("free space of " + path + ": " +
                             std::generic_category().message(errno));
  }
  FreeSpace space;
  space.free = stat.f_bavail * stat.f_frsize;
  space.total = stat.f_blocks * stat.f_frsize;
  space.needed = std::max({reserve.bytes_min, space.total / 100 * reserve.percent_min,
                           2 * reserve.largest_write_bytes});
  return space;
}

Status CheckFreeSpace(const std::string& path, const SpaceReserve& reserve) {
  TRY(const FreeSpace space, MeasureFreeSpace(path, reserve));
  if (!space.enough()) {
    return base::Unavailable(path + " has " + std::to_string(space.free) + " bytes free, needs " +
                             std::to_string(space.needed));
  }
  return base::Ok();
}

}  // namespace sogoc::storage
