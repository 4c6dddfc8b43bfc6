#pragma once

// A stamp: the GS1 Digital Link on one label, signed by the stamp key of its run. The grammar is in
// docs/format/stamp.md. Pure, thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/p256.h"
#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/ledger/digital_link.h"

namespace sogoc::ledger {

inline constexpr std::uint64_t kStampSerialMax = (1ULL << 63) - 1;
inline constexpr std::size_t kStampSignatureCharacters = 103;  // 64 bytes in base32

struct Stamp {
  std::string host;  // lower case, with the port if there is one; not signed
  std::string gtin;  // 14 digits
  std::string lot;   // 1 to 20 characters of set 82 (IsLotOrSerial)
  std::uint64_t serial = 0;
  crypto::P256Signature signature{};

  bool operator==(const Stamp&) const = default;
};

struct ParsedStamp {
  Stamp stamp;
  DateClaims claims;  // not signed
};

// The message of a stamp's signature (crypto::SignatureKind::kStamp): ledger_id, 14 digits, one
// byte with the length of the lot, the lot, the serial as a big-endian u64. Requires: gtin has 14
// characters, lot has at most 255.
base::Bytes StampMessage(const base::Digest& ledger_id, std::string_view gtin, std::string_view lot,
                         std::uint64_t serial);

// True if `key` signed this stamp for this ledger.
bool VerifyStamp(const Stamp& stamp, const base::Digest& ledger_id,
                 const crypto::P256PublicKey& key);

// The text of the QR code: scheme and host in upper case, no stem, no claims. The signature is not
// checked.
//   kInvalidArgument  host, GTIN, lot or serial is malformed
base::Result<std::string> FormatStampUri(const Stamp& stamp);

// Reads what a QR code or a person gives: every Digital Link of AIs 01, 10 and 21 (ParseDigitalLink
// says what else is ignored or refused) with a serial in decimal without leading zeros, 1 to
// kStampSerialMax, and the parameter `s`, kStampSignatureCharacters of base32. The signature is not
// checked. FormatStampUri of the stamp gives a text that is read as the same stamp.
//   kInvalidArgument  not a stamp; the message is short English for logs. The verdict is MALFORMED
base::Result<ParsedStamp> ParseStampUri(std::string_view uri);

}  // namespace sogoc::ledger
