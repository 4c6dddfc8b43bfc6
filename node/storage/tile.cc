#include "node/storage/tile.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace sogoc::storage {
namespace {

constexpr std::string_view kRoot = "tile/";
constexpr std::string_view kEntries = "entries/";
constexpr std::size_t kLeafBytesInBundleMax = std::numeric_limits<std::uint16_t>::max();

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Decimal digits from the front of `text`.
std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// "x001/234": groups of three digits, all but the last with an x before.
std::string IndexPath(std::uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path;
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    const bool last = at + 3 == digits.size();
    if (!last) path += 'x';
    path.append(digits, at, 3);
    if (!last) path += '/';
  }
  return path;
}

std::optional<std::uint64_t> TakeIndexPath(std::string_view& text) {
  std::string digits;
  bool more = true;
  while (more && digits.size() < 20) {
    more = TakePrefix(text, "x");
    if (text.size() < 3) return std::nullopt;
    digits += text.substr(0, 3);
    text.remove_prefix(3);
    if (more && !TakePrefix(text, "/")) return std::nullopt;
  }
  std::string_view rest = digits;
  const std::optional<std::uint64_t> index = TakeNumber(rest);
  return rest.empty() ? index : std::nullopt;
}

base::Result<base::Bytes> ReadBundle(const Tile& tile, const LogSource& log) {
  base::Bytes out;
  const std::uint64_t first = tile.index * kTileWidth;
  for (std::uint64_t index = first; index < first + tile.width; ++index) {
    TRY(const base::Bytes leaf, log.leaf(index));
    if (leaf.size() > kLeafBytesInBundleMax) {
      return base::Corrupt("leaf " + std::to_string(index) + " is longer than 65535 bytes");
    }
    base::AppendU16(out, static_cast<std::uint16_t>(leaf.size()));
    base::Append(out, leaf);
  }
  return out;
}

}  // namespace

std::string TilePath(const Tile& tile) {
  std::string path(kRoot);
  path += tile.level ? std::to_string(*tile.level) + "/" : std::string(kEntries);
  path += IndexPath(tile.index);
  if (tile.width < kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

std::optional<Tile> ParseTilePath(std::string_view path) {
  Tile tile;
  std::string_view rest = path;
  if (!TakePrefix(rest, kRoot)) return std::nullopt;
  if (!TakePrefix(rest, kEntries)) {
    const std::optional<std::uint64_t> level = TakeNumber(rest);
    if (!level || *level > 63 || !TakePrefix(rest, "/")) return std::nullopt;
    tile.level = static_cast<unsigned>(*level);
  }
  const std::optional<std::uint64_t> index = TakeIndexPath(rest);
  if (!index) return std::nullopt;
  tile.index = *index;
  if (TakePrefix(rest, ".p/")) {
    const std::optional<std::uint64_t> width = TakeNumber(rest);
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    tile.width = *width;
  }
  // Whatever is not the one way to write it (leading zeros, something behind it) ends here.
  return TilePath(tile) == path ? std::optional(tile) : std::nullopt;
}

std::uint64_t TileItems(std::optional<unsigned> level, std::uint64_t size) {
  const unsigned shift = 8 * level.value_or(0);
  return shift < 64 ? size >> shift : 0;
}

base::Result<base::Bytes> ReadTile(const Tile& tile, const LogSource& log) {
  const std::uint64_t items = TileItems(tile.level, log.size);
  if (tile.index > items / kTileWidth || tile.index * kTileWidth + tile.width > items) {
    return base::NotFound(TilePath(tile) + ": the log has only " + std::to_string(log.size) +
                          " leaves");
  }
  if (!tile.level) return ReadBundle(tile, log);
  base::Bytes out;
  out.reserve(tile.width * sizeof(base::Digest));
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    base::Append(out, log.node({8 * *tile.level, tile.index * kTileWidth + i}));
  }
  return out;
}

}  // namespace sogoc::storage
