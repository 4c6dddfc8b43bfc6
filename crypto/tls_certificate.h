#pragma once

// The certificate that a peer shows to other peers: self-signed and made anew at every start. What
// counts in it is the key, which the ledger pins by its hash (crypto/spki.h).

#include <string>

#include "crypto/p256.h"
#include "crypto/secret.h"

namespace sogoc::crypto {

// PEM texts.
struct TlsCertificate {
  std::string certificate;
  SecretString private_key;  // not encrypted: never leaves the process
};

// Valid for ever (RFC 5280, 4.1.2.5): nobody looks at its dates or names.
TlsCertificate MakeTlsCertificate(const P256PrivateKey& key);

}  // namespace sogoc::crypto
