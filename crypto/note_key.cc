#include "crypto/note_key.h"

#include <algorithm>
#include <utility>

#include "crypto/sha256.h"
#include "node/base/utf8.h"

namespace sogoc::crypto {
namespace {

// White_Space of the Unicode character database above U+0020, in UTF-8.
constexpr std::string_view kWhiteSpace[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                            "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                            "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                            "\u2029", "\u202f", "\u205f", "\u3000"};

Bytes TypeAndKey(const NoteKey& key) {
  Bytes bytes{static_cast<std::uint8_t>(key.type)};
  base::Append(bytes, key.key);
  return bytes;
}

}  // namespace

bool IsNoteKeyName(std::string_view name) {
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '+';
  };
  const auto contained = [name](std::string_view space) {
    return name.find(space) != std::string_view::npos;
  };
  return !name.empty() && base::IsUtf8(name) && std::ranges::none_of(name, forbidden) &&
         std::ranges::none_of(kWhiteSpace, contained);
}

NoteKeyId IdOf(const NoteKey& key) {
  const Digest digest = Sha256({base::AsBytes(key.name), base::AsBytes("\n"), TypeAndKey(key)});
  NoteKeyId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

std::string FormatNoteKey(const NoteKey& key) {
  return key.name + "+" + base::ToHex(IdOf(key)) + "+" + base::ToBase64(TypeAndKey(key));
}

std::optional<NoteKey> ParseNoteKey(std::string_view vkey) {
  // Base64 has '+' of its own, names have none: the first two separate.
  const std::size_t name_end = vkey.find('+');
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::size_t id_end = vkey.find('+', name_end + 1);
  if (id_end == std::string_view::npos) return std::nullopt;
  const std::optional<Bytes> bytes = base::FromBase64(vkey.substr(id_end + 1));
  NoteKey key;
  key.name = vkey.substr(0, name_end);
  if (!bytes || bytes->size() != 1 + key.key.size() || !IsNoteKeyName(key.name))
    return std::nullopt;
  key.type = static_cast<NoteKeyType>(bytes->front());
  if (key.type != NoteKeyType::kLog && key.type != NoteKeyType::kCosigner) return std::nullopt;
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  if (vkey != FormatNoteKey(key)) return std::nullopt;  // another id, or one in capitals
  return key;
}

}  // namespace sogoc::crypto
