#include "node/ledger/stamp.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace sogoc::ledger {
namespace {

using base::InvalidArgument;
using base::Result;

std::optional<std::uint64_t> ParseSerial(std::string_view text) {
  if (!IsDigits(text) || text.front() == '0') return std::nullopt;
  std::uint64_t serial = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, serial);
  if (error != std::errc() || stop != end || serial > kStampSerialMax) return std::nullopt;
  return serial;
}

std::optional<crypto::P256Signature> ParseSignature(std::string_view text) {
  const std::optional<base::Bytes> bytes = base::FromBase32(text);
  crypto::P256Signature signature{};
  if (!bytes || bytes->size() != signature.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), signature.begin());
  return signature;
}

}  // namespace

base::Bytes StampMessage(const base::Digest& ledger_id, std::string_view gtin, std::string_view lot,
                         std::uint64_t serial) {
  base::Bytes message;
  message.reserve(ledger_id.size() + gtin.size() + 1 + lot.size() + sizeof serial);
  base::Append(message, ledger_id);
  base::Append(message, base::AsBytes(gtin));
  message.push_back(static_cast<std::uint8_t>(lot.size()));
  base::Append(message, base::AsBytes(lot));
  base::AppendU64(message, serial);
  return message;
}

bool VerifyStamp(const Stamp& stamp, const base::Digest& ledger_id,
                 const crypto::P256PublicKey& key) {
  return crypto::VerifyP256(key, crypto::SignatureKind::kStamp,
                            StampMessage(ledger_id, stamp.gtin, stamp.lot, stamp.serial),
                            stamp.signature);
}

Result<std::string> FormatStampUri(const Stamp& stamp) {
  if (!IsDigitalLinkHost(stamp.host)) return InvalidArgument("bad host");
  if (!IsGtin14(stamp.gtin)) return InvalidArgument("bad GTIN");
  if (!IsLotOrSerial(stamp.lot)) return InvalidArgument("bad lot");
  if (stamp.serial < 1 || stamp.serial > kStampSerialMax) return InvalidArgument("bad serial");
  DigitalLink link;
  link.host = stamp.host;
  link.gtin = stamp.gtin;
  link.lot = stamp.lot;
  link.serial = std::to_string(stamp.serial);
  link.signature = base::ToBase32(stamp.signature);
  return FormatDigitalLink(link, UriCase::kUpper);
}

Result<ParsedStamp> ParseStampUri(std::string_view uri) {
  TRY(DigitalLink link, ParseDigitalLink(uri));
  if (!link.variant.empty() || !link.third_party.empty()) {
    return InvalidArgument("a stamp has no AI 22 and no AI 235");
  }
  if (link.lot.empty()) return InvalidArgument("no lot");
  const std::optional<std::uint64_t> serial = ParseSerial(link.serial);
  if (!serial) return InvalidArgument("the serial is not a number from 1 without leading zeros");
  const std::optional<crypto::P256Signature> signature = ParseSignature(link.signature);
  if (!signature) return InvalidArgument("the parameter s is not a signature in base32");
  return ParsedStamp{
      {std::move(link.host), std::move(link.gtin), std::move(link.lot), *serial, *signature},
      link.claims};
}

}  // namespace sogoc::ledger
