#pragma once

// What every P-256 signature of the project covers: "sogoc/<kind>/v1" 0x00 message, so that a
// signature made for one purpose never counts for another.

#include <string_view>

#include "node/base/bytes.h"

namespace sogoc::crypto {

enum class SignatureKind {
  kEntry,       // an entry's body
  kPossession,  // "this key is mine": organisation id, compressed point (crypto/p256.h)
  kStamp,       // a stamp's ledger id, GTIN, lot, serial
};

// "sogoc/<kind>/v1" and a zero byte.
base::ByteView DomainPrefix(SignatureKind kind);

}  // namespace sogoc::crypto
