#include "crypto/random.h"

#include <openssl/rand.h>

#include <climits>

#include "crypto/openssl_handles.h"

namespace sogoc::crypto {

void FillRandom(std::span<std::uint8_t> out) {
  Must(out.size() <= INT_MAX && RAND_bytes(out.data(), static_cast<int>(out.size())) == 1,
       "randomness");
}

base::Bytes RandomBytes(std::size_t size) {
  base::Bytes bytes(size);
  FillRandom(bytes);
  return bytes;
}

}  // namespace sogoc::crypto
