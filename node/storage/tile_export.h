#pragma once

// Writes a whole log as a folder of static files (docs/format/tiles.md): what a CDN serves, what an
// auditor downloads, and a backup that every reader of the format can verify.

#include <string>
#include <string_view>

#include "node/storage/file_system.h"
#include "node/storage/tile.h"

namespace sogoc::storage {

// Writes every tile and bundle of the log and then `checkpoint`, a signed note, into `folder`,
// which is created if it is not there; its parent must exist. Each file appears whole, and the
// checkpoint last, so readers never see one that covers more than is there. On success everything
// survives a power cut. Files of an earlier, smaller export are kept or replaced. Modes are those
// of FileSystem (owner only): whoever serves the folder changes them.
//   kInvalidArgument  the checkpoint is not that of this log at this size; nothing is written
//   others            from log.leaf, ReadTile and FileSystem; what was written before stays
Status ExportTiles(FileSystem& files, const std::string& folder, const LogSource& log,
                   std::string_view checkpoint);

}  // namespace sogoc::storage
