#include "crypto/note.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "node/base/utf8.h"

namespace sogoc::crypto {
namespace {

using base::Bytes;
using base::ByteView;
using base::Result;

constexpr std::string_view kDash = "\u2014 ";
constexpr std::size_t kTimeSize = 8;
constexpr std::uint64_t kTimeMax = std::numeric_limits<std::int64_t>::max();

// What a cosigner signs (c2sp.org/tlog-cosignature, cosignature/v1).
std::string CosignedMessage(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

bool HasOnlyTextBytes(std::string_view bytes) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  return std::ranges::none_of(bytes, control) && base::IsUtf8(bytes);
}

bool VerifyRaw(const NoteKey& key, std::string_view message, ByteView signature) {
  Ed25519Signature raw;
  if (signature.size() != raw.size()) return false;
  std::copy(signature.begin(), signature.end(), raw.begin());
  return VerifyEd25519(key.key, base::AsBytes(message), raw);
}

std::optional<VerifiedSignature> Verify(std::string_view text, const NoteKey& key,
                                        ByteView signature) {
  if (key.type == NoteKeyType::kLog) {
    if (!VerifyRaw(key, text, signature)) return std::nullopt;
    return VerifiedSignature{key};
  }
  if (signature.size() < kTimeSize) return std::nullopt;
  const std::uint64_t time_s = base::ReadU64(signature);
  if (time_s > kTimeMax) return std::nullopt;
  if (!VerifyRaw(key, CosignedMessage(text, time_s), signature.subspan(kTimeSize))) {
    return std::nullopt;
  }
  return VerifiedSignature{key, time_s};
}

}  // namespace

std::string FormatNoteSignature(const NoteSignature& signature) {
  Bytes bytes(signature.key_id.begin(), signature.key_id.end());
  base::Append(bytes, signature.signature);
  return std::string(kDash) + signature.name + " " + base::ToBase64(bytes) + "\n";
}

std::optional<NoteSignature> ParseNoteSignature(std::string_view line) {
  if (!line.starts_with(kDash) || !line.ends_with('\n')) return std::nullopt;
  line.remove_prefix(kDash.size());
  line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !IsNoteKeyName(line.substr(0, space))) return std::nullopt;
  const std::optional<Bytes> bytes = base::FromBase64(line.substr(space + 1));
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!bytes || bytes->size() <= signature.key_id.size()) return std::nullopt;
  const auto split = bytes->begin() + static_cast<std::ptrdiff_t>(signature.key_id.size());
  std::copy(bytes->begin(), split, signature.key_id.begin());
  signature.signature.assign(split, bytes->end());
  return signature;
}

std::string FormatNote(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) out += FormatNoteSignature(signature);
  return out;
}

Result<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kNoteSizeMax) return base::InvalidArgument("the note is too large");
  if (!HasOnlyTextBytes(bytes)) {
    return base::InvalidArgument("the note is not UTF-8 text, or has control characters");
  }
  const std::size_t text_end = bytes.rfind("\n\n");
  if (text_end == std::string_view::npos) {
    return base::InvalidArgument("the note has no empty line after its text");
  }
  Note note{.text = std::string(bytes.substr(0, text_end + 1)), .signatures = {}};
  std::string_view rest = bytes.substr(text_end + 2);
  if (rest.empty()) return base::InvalidArgument("the note has no signature");
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    std::optional<NoteSignature> signature = ParseNoteSignature(line);
    if (!signature) return base::InvalidArgument("the note has a malformed signature line");
    if (note.signatures.size() == kNoteSignaturesMax) {
      return base::InvalidArgument("the note has too many signatures");
    }
    note.signatures.push_back(*std::move(signature));
    rest.remove_prefix(line.size());
  }
  return note;
}

NoteSignature SignNote(std::string_view text, const std::string& name,
                       const Ed25519PrivateKey& key) {
  const Ed25519Signature raw = key.Sign(base::AsBytes(text));
  return {name, IdOf({name, NoteKeyType::kLog, key.public_key()}), Bytes(raw.begin(), raw.end())};
}

NoteSignature CosignNote(std::string_view text, const std::string& name,
                         const Ed25519PrivateKey& key, std::uint64_t time_s) {
  const Ed25519Signature raw = key.Sign(base::AsBytes(CosignedMessage(text, time_s)));
  Bytes signature;
  base::AppendU64(signature, time_s);
  base::Append(signature, raw);
  return {name, IdOf({name, NoteKeyType::kCosigner, key.public_key()}), std::move(signature)};
}

Result<std::vector<VerifiedSignature>> VerifyNote(const Note& note, std::span<const NoteKey> keys) {
  std::vector<VerifiedSignature> verified;
  for (const NoteSignature& line : note.signatures) {
    const auto key = std::ranges::find_if(keys, [&line](const NoteKey& candidate) {
      return candidate.name == line.name && IdOf(candidate) == line.key_id;
    });
    if (key == keys.end()) continue;
    std::optional<VerifiedSignature> signature = Verify(note.text, *key, line.signature);
    if (!signature) return base::InvalidArgument("the signature of " + line.name + " is wrong");
    const auto same = [key](const VerifiedSignature& other) { return other.key == *key; };
    if (std::ranges::any_of(verified, same)) {
      return base::InvalidArgument(line.name + " signed twice");
    }
    verified.push_back(*std::move(signature));
  }
  if (verified.empty()) return base::InvalidArgument("no known key signed the note");
  return verified;
}

}  // namespace sogoc::crypto
