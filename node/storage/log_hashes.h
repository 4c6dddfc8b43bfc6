#pragma once

// The log's hashes as they are stored: only the levels that C2SP tiles have, 0, 8, 16, …; any hash
// in between is made from at most 128 stored ones.

#include <map>
#include <vector>

#include "crypto/log_tree.h"
#include "node/storage/key_value.h"

namespace sogoc::storage {

// Adds to `batch` the stored hashes among those that appending a leaf completed.
void PutLogHash(WriteBatch& batch, const crypto::LogNode& node, const Digest& hash);

// Reads the hashes of one proof or root; keeps the tiles that it has read. One thread at a time.
class LogHashes {
 public:
  explicit LogHashes(const KeyValueStore& store) : store_(store) {}

  // The hash of a complete subtree. One that the log does not have ends the process.
  Digest Read(const crypto::LogNode& node);
  crypto::LogNodeReader Reader() {
    return [this](const crypto::LogNode& node) { return Read(node); };
  }

  // The hashes [256 * index, 256 * (index + 1)) of a tile level, as far as there are.
  const std::vector<Digest>& Tile(unsigned tile_level, std::uint64_t index);

 private:
  const KeyValueStore& store_;
  std::map<std::pair<unsigned, std::uint64_t>, std::vector<Digest>> tiles_;
};

// The right edge of the log's first `size` leaves.
crypto::LogFrontier ReadFrontier(LogHashes& hashes, std::uint64_t size);

}  // namespace sogoc::storage
