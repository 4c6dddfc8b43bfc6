#include "crypto/spki.h"

#include <openssl/obj_mac.h>

#include "crypto/openssl_handles.h"

namespace sogoc::crypto {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of 65 bytes }
constexpr std::uint8_t kPrefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

}  // namespace

Digest SpkiHash(const P256PublicKey& key) {
  const EcGroupPtr group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  Must(group != nullptr, "EC_GROUP_new_by_curve_name");
  const EcPointPtr point(EC_POINT_new(group.get()));
  Must(EC_POINT_oct2point(group.get(), point.get(), key.data(), key.size(), nullptr) == 1,
       "EC_POINT_oct2point");
  std::array<std::uint8_t, 65> uncompressed{};
  Must(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                          uncompressed.data(), uncompressed.size(), nullptr) == uncompressed.size(),
       "EC_POINT_point2oct");
  return Sha256({kPrefix, uncompressed});
}

}  // namespace sogoc::crypto
