#pragma once

// What our verifiers are compared with: OpenSSL with its own encoders and no shortcut of ours.

#include "crypto/p256.h"

namespace sogoc::support {

// EVP_DigestVerify with SHA-256, over a key and a signature encoded by OpenSSL. Takes a high s too.
bool OpenSslVerifies(const crypto::P256PublicKey& key, base::ByteView message,
                     const crypto::P256Signature& signature);
// The same for a digest at hand.
bool OpenSslVerifies(const crypto::P256Job& job);

}  // namespace sogoc::support
