#pragma once

// Public keys that sign notes, and their text form, the vkey (c2sp.org/signed-note).

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ed25519.h"

namespace sogoc::crypto {

enum class NoteKeyType : std::uint8_t {
  kLog = 0x01,       // Ed25519 over the text: a log's own signature
  kCosigner = 0x04,  // timestamped Ed25519 cosignature (c2sp.org/tlog-cosignature)
};

// Four bytes of a hash over name, type and key: a hint which key to try, not an identity.
using NoteKeyId = std::array<std::uint8_t, 4>;

struct NoteKey {
  std::string name;
  NoteKeyType type = NoteKeyType::kLog;
  Ed25519PublicKey key{};
  bool operator==(const NoteKey&) const = default;
};

// True for UTF-8 that is not empty and has no white space (Unicode's White_Space), no byte below
// 0x20, no DEL and no '+'. Should be a URL without scheme.
bool IsNoteKeyName(std::string_view name);

NoteKeyId IdOf(const NoteKey& key);

// "<name>+<8 hexadecimal digits of the id>+<base64 of type and key>".
std::string FormatNoteKey(const NoteKey& key);
// nullopt on anything that FormatNoteKey does not write, other types than the two above included.
std::optional<NoteKey> ParseNoteKey(std::string_view vkey);

}  // namespace sogoc::crypto
