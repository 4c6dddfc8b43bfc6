#pragma once

// SubjectPublicKeyInfo (RFC 5480): how a TLS certificate carries a key, and what pins it.

#include "crypto/p256.h"

namespace sogoc::crypto {

// SHA-256 of the DER encoding with the uncompressed point. Requires: IsP256PublicKey(key).
Digest SpkiHash(const P256PublicKey& key);

}  // namespace sogoc::crypto
