// The Init/Update/Final functions live on the stack and cannot fail; through EVP, a digest of a
// tree node (65 bytes) takes 0.12 us instead of 0.07, and trees hash millions of them.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/sha256.h"

#include <openssl/sha.h>

namespace sogoc::crypto {

Digest Sha256(ByteView data) { return Sha256({data}); }

Digest Sha256(std::initializer_list<ByteView> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (ByteView part : parts) SHA256_Update(&context, part.data(), part.size());
  Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

}  // namespace sogoc::crypto
