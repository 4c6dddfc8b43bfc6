#include "crypto/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "node/base/utf8.h"

namespace sogoc::crypto {
namespace {

bool IsOrigin(std::string_view line) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  return !line.empty() && std::ranges::none_of(line, control) && base::IsUtf8(line);
}

// Decimal without leading zeros, below 2^63.
std::optional<std::uint64_t> ParseSize(std::string_view line) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
  if (error != std::errc() || end != line.data() + line.size() || size < 0) return std::nullopt;
  if (std::to_string(size) != line) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

// Takes the next line, without its LF, off `text`. nullopt if there is none.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         base::ToBase64(checkpoint.root) + "\n";
}

std::optional<Checkpoint> ParseCheckpoint(std::string_view text) {
  const auto origin = TakeLine(text);
  const auto size_line = TakeLine(text);
  const auto root_line = TakeLine(text);
  if (!root_line || !text.empty() || !IsOrigin(*origin)) return std::nullopt;
  const std::optional<std::uint64_t> size = ParseSize(*size_line);
  const std::optional<base::Bytes> root = base::FromBase64(*root_line);
  if (!size || !root) return std::nullopt;
  const std::optional<base::Digest> digest = base::DigestFromBytes(*root);
  if (!digest) return std::nullopt;
  return Checkpoint{std::string(*origin), *size, *digest};
}

Note SignCheckpoint(const Checkpoint& checkpoint, const Ed25519PrivateKey& log_key) {
  std::string text = FormatCheckpoint(checkpoint);
  const NoteSignature signature = SignNote(text, checkpoint.origin, log_key);
  return {std::move(text), {signature}};
}

}  // namespace sogoc::crypto
