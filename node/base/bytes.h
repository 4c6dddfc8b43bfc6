#pragma once

// Byte strings, digests and their text forms.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sogoc::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Digest = std::array<std::uint8_t, 32>;  // a SHA-256 value

// The bytes of `text`, which must outlive the view.
inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes ToBytes(ByteView view) { return {view.begin(), view.end()}; }
inline std::string ToText(ByteView view) { return std::string(AsText(view)); }
inline bool Equal(ByteView a, ByteView b) { return AsText(a) == AsText(b); }

// Big-endian integers, the only integers that are hashed or stored.
void AppendU16(Bytes& out, std::uint16_t value);
void AppendU32(Bytes& out, std::uint32_t value);
void AppendU64(Bytes& out, std::uint64_t value);
void Append(Bytes& out, ByteView bytes);
// Requires: bytes.size() >= 2 / 4 / 8.
std::uint16_t ReadU16(ByteView bytes);
std::uint32_t ReadU32(ByteView bytes);
std::uint64_t ReadU64(ByteView bytes);

// Lower-case hexadecimal. FromHex takes either case; nullopt on another character or odd length.
std::string ToHex(ByteView bytes);
std::optional<Bytes> FromHex(std::string_view text);
// nullopt unless exactly 64 hexadecimal digits.
std::optional<Digest> DigestFromHex(std::string_view text);
// nullopt unless exactly 32 bytes.
std::optional<Digest> DigestFromBytes(ByteView bytes);

// RFC 4648 section 4 with padding. FromBase64 is strict: no white space, canonical padding bits.
std::string ToBase64(ByteView bytes);
std::optional<Bytes> FromBase64(std::string_view text);

// RFC 4648 section 6, upper case, without padding. FromBase32 is strict: no lower case, the unused
// bits of the last character are zero, no impossible length.
std::string ToBase32(ByteView bytes);
std::optional<Bytes> FromBase32(std::string_view text);

}  // namespace sogoc::base
