#pragma once

// Signed notes (c2sp.org/signed-note): a text and lines of signatures over it. Parsing is strict:
// what parses is what FormatNote writes, byte for byte.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/note_key.h"
#include "node/base/result.h"

namespace sogoc::crypto {

inline constexpr std::size_t kNoteSizeMax = 65'536;    // bytes
inline constexpr std::size_t kNoteSignaturesMax = 16;  // where other verifiers stop too

// One signature line: "— <name> <base64 of id and signature>".
struct NoteSignature {
  std::string name;
  NoteKeyId key_id{};
  base::Bytes signature;  // without the key id; what is in it depends on the key's type
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends in LF; is signed with it
  std::vector<NoteSignature> signatures;
  bool operator==(const Note&) const = default;
};

// A line ends in LF. nullopt unless it is one signature line.
std::string FormatNoteSignature(const NoteSignature& signature);
std::optional<NoteSignature> ParseNoteSignature(std::string_view line);

// Requires: the text ends in LF.
std::string FormatNote(const Note& note);
//   kInvalidArgument  not a note: larger than kNoteSizeMax, not UTF-8, a control byte other than
//   LF,
//                     no text, no or more than kNoteSignaturesMax signature lines, or a line that
//                     is none
base::Result<Note> ParseNote(std::string_view bytes);

// Signs a text that ends in LF as `name`, with type kLog. Requires: IsNoteKeyName(name).
NoteSignature SignNote(std::string_view text, const std::string& name,
                       const Ed25519PrivateKey& key);
// The same with type kCosigner: "at `time_s` (POSIX seconds) this was the newest checkpoint that I
// knew". The signed message does not hold the name, so one key must never serve two names or roles.
// Requires: time_s < 2^63.
NoteSignature CosignNote(std::string_view text, const std::string& name,
                         const Ed25519PrivateKey& key, std::uint64_t time_s);

// A signature that a known key made.
struct VerifiedSignature {
  NoteKey key;
  std::uint64_t time_s = 0;  // POSIX seconds; 0 for type kLog
  bool operator==(const VerifiedSignature&) const = default;
};

// Which of `keys` signed the note, in the order of its lines. Lines whose (name, id) belongs to no
// key are ignored; at most kNoteSignaturesMax signatures are tried.
//   kInvalidArgument  a line with the name and id of a known key does not verify, or there are two
//                     such lines; or no known key signed
base::Result<std::vector<VerifiedSignature>> VerifyNote(const Note& note,
                                                        std::span<const NoteKey> keys);

}  // namespace sogoc::crypto
