#include "node/storage/tile_export.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "crypto/checkpoint.h"
#include "node/storage/files.h"

namespace sogoc::storage {
namespace {

Status CheckCheckpoint(std::string_view note_bytes, const LogSource& log) {
  TRY(const crypto::Note note, crypto::ParseNote(note_bytes));
  const std::optional<crypto::Checkpoint> checkpoint = crypto::ParseCheckpoint(note.text);
  if (!checkpoint || checkpoint->size != log.size ||
      checkpoint->root != crypto::LogRoot(log.size, log.node)) {
    return base::InvalidArgument("the checkpoint is not that of this log");
  }
  return base::Ok();
}

class Exporter {
 public:
  Exporter(FileSystem& files, std::string folder, const LogSource& log)
      : files_(files), folder_(std::move(folder)), log_(log) {}

  Status WriteLevel(std::optional<unsigned> level) {
    const std::uint64_t items = TileItems(level, log_.size);
    for (std::uint64_t first = 0; first < items; first += kTileWidth) {
      const Tile tile{level, first / kTileWidth, std::min(kTileWidth, items - first)};
      TRY(const Bytes content, ReadTile(tile, log_));
      TRY_STATUS(Write(TilePath(tile), content));
    }
    return base::Ok();
  }

  Status Write(const std::string& path, ByteView content) {
    const std::string full = folder_ + "/" + path;
    TRY_STATUS(CreateDirectories(DirectoryOf(full)));
    return WriteFileDurably(files_, full, content);
  }

 private:
  // Creates what is missing of `path`, from the folder of the export on.
  Status CreateDirectories(const std::string& path) {
    if (!created_.insert(path).second) return base::Ok();
    if (path != folder_) TRY_STATUS(CreateDirectories(DirectoryOf(path)));
    TRY_STATUS(files_.CreateDirectory(path));
    return files_.SyncDirectory(DirectoryOf(path));
  }

  FileSystem& files_;
  const std::string folder_;
  const LogSource& log_;
  std::set<std::string> created_;
};

}  // namespace

Status ExportTiles(FileSystem& files, const std::string& folder, const LogSource& log,
                   std::string_view checkpoint) {
  TRY_STATUS(CheckCheckpoint(checkpoint, log));
  // Without a last "/", which DirectoryOf would take for a name.
  const std::filesystem::path path = std::filesystem::path(folder) / "";
  Exporter exporter(files, path.parent_path().string(), log);
  TRY_STATUS(exporter.WriteLevel(std::nullopt));
  for (unsigned level = 0; TileItems(level, log.size) > 0; ++level) {
    TRY_STATUS(exporter.WriteLevel(level));
  }
  return exporter.Write("checkpoint", base::AsBytes(checkpoint));
}

}  // namespace sogoc::storage
