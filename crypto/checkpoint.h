#pragma once

// Checkpoints (c2sp.org/tlog-checkpoint): a log's size and root, signed as a note (crypto/note.h).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/note.h"
#include "node/base/bytes.h"

namespace sogoc::crypto {

struct Checkpoint {
  std::string origin;      // the name of the log
  std::uint64_t size = 0;  // leaves, below 2^63
  base::Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

// The note's text: three lines. Requires: an origin that ParseCheckpoint would accept; size < 2^63.
std::string FormatCheckpoint(const Checkpoint& checkpoint);

// nullopt unless the text is exactly what FormatCheckpoint writes: the origin is a line of UTF-8
// that is not empty and has no control characters; there are no extension lines.
std::optional<Checkpoint> ParseCheckpoint(std::string_view text);

// A checkpoint as a note with the log's own line (type kLog, named by the origin).
// Requires: IsNoteKeyName(checkpoint.origin).
Note SignCheckpoint(const Checkpoint& checkpoint, const Ed25519PrivateKey& log_key);

}  // namespace sogoc::crypto
