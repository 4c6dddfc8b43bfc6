#include "node/storage/log_hashes.h"

#include "node/storage/fail_stop.h"
#include "node/storage/ledger_format.h"

namespace sogoc::storage {

void PutLogHash(WriteBatch& batch, const crypto::LogNode& node, const Digest& hash) {
  if (node.level % kTileHeight != 0) return;
  batch.Put(Space::kLogHashes, LogHashKey(node.level / kTileHeight, node.index),
            base::ToBytes(hash));
}

Digest LogHashes::Read(const crypto::LogNode& node) {
  const unsigned above = node.level % kTileHeight;
  const std::uint64_t begin = node.index << above;
  const std::vector<Digest>& tile = Tile(node.level / kTileHeight, begin / kTileWidth);
  const std::size_t offset = begin % kTileWidth;
  const std::size_t count = std::size_t{1} << above;
  if (tile.size() < offset + count) {
    FailStop("log: the hash of level " + std::to_string(node.level) + ", index " +
             std::to_string(node.index) + " is missing");
  }
  crypto::LogFrontier subtree;
  for (std::size_t i = 0; i < count; ++i) subtree.Append(tile[offset + i]);
  return subtree.Root();
}

const std::vector<Digest>& LogHashes::Tile(unsigned tile_level, std::uint64_t index) {
  const auto [place, fresh] = tiles_.try_emplace({tile_level, index});
  if (!fresh) return place->second;
  std::vector<Digest>& tile = place->second;
  const auto cursor = store_.NewCursor(Space::kLogHashes);
  cursor->Seek(LogHashKey(tile_level, index * kTileWidth));
  // A gap would show as a short tile.
  while (tile.size() < kTileWidth && cursor->valid() &&
         base::Equal(cursor->key(), LogHashKey(tile_level, index * kTileWidth + tile.size()))) {
    const auto hash = base::DigestFromBytes(cursor->value());
    if (!hash) FailStop("log: a stored hash does not have 32 bytes");
    tile.push_back(*hash);
    cursor->Next();
  }
  return tile;
}

crypto::LogFrontier ReadFrontier(LogHashes& hashes, std::uint64_t size) {
  std::vector<Digest> edge;
  std::uint64_t begin = 0;
  for (unsigned level = 64; level-- > 0;) {
    if ((size >> level & 1) == 0) continue;
    edge.push_back(hashes.Read({level, begin >> level}));
    begin += std::uint64_t{1} << level;
  }
  return *crypto::LogFrontier::From(size, std::move(edge));
}

}  // namespace sogoc::storage
