#pragma once

// The log as files that any web server can serve: c2sp.org/tlog-tiles (docs/format/tiles.md). Which
// files there are, and what is in them. Pure but for the readers that are given; thread-safe if
// they are.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/log_tree.h"
#include "node/base/result.h"
#include "node/ledger/header.h"

namespace sogoc::storage {

inline constexpr std::uint64_t kTileWidth = 256;

// The names of a log's files. A tile of level L and index N holds the hashes of the complete
// subtrees of 256^L leaves from number 256 N on; a bundle of index N holds the leaves from 256 N
// on.
struct Tile {
  std::optional<unsigned> level;  // 0 to 63; nullopt: a bundle of leaves
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;  // 1 to 256 hashes or leaves; less than 256: a partial file

  bool operator==(const Tile&) const = default;
};

// "tile/0/x001/234", "tile/entries/000.p/5".
std::string TilePath(const Tile& tile);
// nullopt unless TilePath writes exactly this path.
std::optional<Tile> ParseTilePath(std::string_view path);

// How many items the files of a level (nullopt: the bundles) have in a log of `size` leaves.
std::uint64_t TileItems(std::optional<unsigned> level, std::uint64_t size);

// A log to read. The readers know everything below `size`; `leaf` says why when it fails.
struct LogSource {
  std::uint64_t size = 0;
  std::function<base::Result<base::Bytes>(ledger::EntryIndex)> leaf;
  crypto::LogNodeReader node;
};

// The content of a file.
//   kNotFound  the log has no such items yet
//   kCorrupt   a leaf is longer than 65535 bytes
//   others     from log.leaf
base::Result<base::Bytes> ReadTile(const Tile& tile, const LogSource& log);

}  // namespace sogoc::storage
