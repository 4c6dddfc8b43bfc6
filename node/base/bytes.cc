#include "node/base/bytes.h"

namespace sogoc::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 4648: groups of `bits` per character, the last one filled up with zero bits.
std::string EncodeBits(ByteView bytes, unsigned bits, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() * 8 + bits - 1) / bits + 4);
  std::uint32_t buffer = 0;
  unsigned filled = 0;
  for (std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    filled += 8;
    while (filled >= bits) {
      filled -= bits;
      out.push_back(alphabet[(buffer >> filled) & ((1U << bits) - 1)]);
    }
  }
  if (filled > 0) out.push_back(alphabet[(buffer << (bits - filled)) & ((1U << bits) - 1)]);
  return out;
}

// The inverse; refuses foreign characters, impossible lengths and non-zero filling bits.
std::optional<Bytes> DecodeBits(std::string_view text, unsigned bits, std::string_view alphabet) {
  Bytes out;
  out.reserve(text.size() * bits / 8);
  std::uint32_t buffer = 0;
  unsigned filled = 0;
  for (char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    buffer = (buffer << bits) | static_cast<std::uint32_t>(value);
    filled += bits;
    if (filled >= 8) {
      filled -= 8;
      out.push_back(static_cast<std::uint8_t>(buffer >> filled));
    }
  }
  if (filled >= bits) return std::nullopt;
  if ((buffer & ((1U << filled) - 1)) != 0) return std::nullopt;
  return out;
}

// At once: most of these begin a key, and a byte at a time would be an allocation for most of them.
template <class Integer>
void AppendBigEndian(Bytes& out, Integer value) {
  std::array<std::uint8_t, sizeof value> bytes;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, value >>= 8) {
    *byte = static_cast<std::uint8_t>(value);
  }
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

void AppendU16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void AppendU32(Bytes& out, std::uint32_t value) { AppendBigEndian(out, value); }
void AppendU64(Bytes& out, std::uint64_t value) { AppendBigEndian(out, value); }

void Append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

std::uint16_t ReadU16(ByteView bytes) {
  return static_cast<std::uint16_t>((bytes[0] << 8) | bytes[1]);
}

std::uint32_t ReadU32(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | bytes[i];
  return value;
}

std::uint64_t ReadU64(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = (value << 8) | bytes[i];
  return value;
}

std::string ToHex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

std::optional<Bytes> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::optional<Digest> DigestFromHex(std::string_view text) {
  const std::optional<Bytes> bytes = FromHex(text);
  return bytes ? DigestFromBytes(*bytes) : std::nullopt;
}

std::optional<Digest> DigestFromBytes(ByteView bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

std::string ToBase64(ByteView bytes) {
  std::string out = EncodeBits(bytes, 6, kBase64);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

std::optional<Bytes> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
    if (text.size() % 4 != 2) return std::nullopt;
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return DecodeBits(text, 6, kBase64);
}

std::string ToBase32(ByteView bytes) { return EncodeBits(bytes, 5, kBase32); }

std::optional<Bytes> FromBase32(std::string_view text) { return DecodeBits(text, 5, kBase32); }

}  // namespace sogoc::base
