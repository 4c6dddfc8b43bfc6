#include "crypto/p256.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include <algorithm>
#include <bit>
#include <map>
#include <string_view>
#include <utility>

#include "crypto/openssl_handles.h"

namespace sogoc::crypto {
namespace {

using Scalar = std::array<std::uint8_t, 32>;  // big-endian

constexpr Scalar kOrder = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                           0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
// (n - 1) / 2, the largest low s.
constexpr Scalar kHalfOrder = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                               0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};
constexpr std::size_t kDerSizeMax = 72;
constexpr std::size_t kRememberedKeysMax = 1'000;

using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, OpenSslDeleter<ECDSA_SIG_free>>;

const EC_GROUP* Group() {
  static const EC_GROUP* const group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  Must(group != nullptr, "the group P-256");
  return group;
}

P256PublicKey Compress(const EC_POINT* point) {
  P256PublicKey key;
  Must(EC_POINT_point2oct(Group(), point, POINT_CONVERSION_COMPRESSED, key.data(), key.size(),
                          nullptr) == key.size(),
       "compressing a point");
  return key;
}

PkeyPtr PkeyFromParams(int selection, OSSL_PARAM* params) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* pkey = nullptr;
  Must(context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
           EVP_PKEY_fromdata(context.get(), &pkey, selection, params) == 1,
       "making a P-256 key");
  return PkeyPtr(pkey);
}

char kGroupName[] = SN_X9_62_prime256v1;
OSSL_PARAM GroupParam() {
  return OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, kGroupName, 0);
}

// A key that has a group and no point yet.
EVP_PKEY* Template() {
  static EVP_PKEY* const pkey = [] {
    OSSL_PARAM params[] = {GroupParam(), OSSL_PARAM_construct_end()};
    return PkeyFromParams(EVP_PKEY_KEY_PARAMETERS, params).release();
  }();
  return pkey;
}

bool IsP256KeyPair(EVP_PKEY* pkey) {
  char group[32] = {};
  if (pkey == nullptr || EVP_PKEY_get_group_name(pkey, group, sizeof group, nullptr) != 1 ||
      std::string_view(group) != kGroupName) {
    return false;
  }
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  return context && EVP_PKEY_check(context.get()) == 1;
}

P256PublicKey ReadPublicKey(EVP_PKEY* pkey) {
  BIGNUM* x = nullptr;
  BIGNUM* y = nullptr;
  Must(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
           EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1,
       "reading a point");
  const BignumPtr own_x(x);
  const BignumPtr own_y(y);
  P256PublicKey key;
  key[0] = BN_is_odd(y) ? 0x03 : 0x02;
  Must(BN_bn2binpad(x, key.data() + 1, 32) == 32, "writing a coordinate");
  return key;
}

Scalar Negate(const Scalar& s) {
  Scalar result;
  int borrow = 0;
  for (std::size_t i = result.size(); i-- > 0;) {
    const int difference = kOrder[i] - s[i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    result[i] = static_cast<std::uint8_t>(difference);
  }
  return result;
}

// The DER INTEGER of an unsigned number; returns where the next one goes.
std::uint8_t* PutInteger(std::span<const std::uint8_t, 32> number, std::uint8_t* out) {
  const auto first =
      std::find_if(number.begin(), number.end() - 1, [](std::uint8_t byte) { return byte != 0; });
  const std::uint8_t padding = *first >> 7;  // a set top bit would read as a negative number
  *out++ = 0x02;
  *out++ = static_cast<std::uint8_t>(number.end() - first + padding);
  if (padding != 0) *out++ = 0;
  return std::copy(first, number.end(), out);
}

struct DerSignature {
  std::array<std::uint8_t, kDerSizeMax> bytes;
  std::size_t size;
};

DerSignature ToDer(const P256Signature& signature) {
  DerSignature der;
  const std::span<const std::uint8_t, 64> raw(signature);
  std::uint8_t* end = PutInteger(raw.first<32>(), der.bytes.data() + 2);
  end = PutInteger(raw.last<32>(), end);
  der.size = static_cast<std::size_t>(end - der.bytes.data());
  der.bytes[0] = 0x30;
  der.bytes[1] = static_cast<std::uint8_t>(der.size - 2);
  return der;
}

P256Signature FromDer(const DerSignature& der) {
  const std::uint8_t* begin = der.bytes.data();
  const EcdsaSigPtr parsed(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size)));
  Scalar r;
  Scalar s;
  Must(parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), r.data(), 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), s.data(), 32) == 32,
       "reading a signature just made");
  if (s > kHalfOrder) s = Negate(s);
  P256Signature signature;
  std::copy(s.begin(), s.end(), std::copy(r.begin(), r.end(), signature.begin()));
  return signature;
}

// A decoded key, ready to verify with. nullptr if `key` is no point.
PkeyCtxPtr MakeVerifyingContext(const P256PublicKey& key) {
  const PkeyPtr pkey(EVP_PKEY_dup(Template()));
  Must(pkey != nullptr, "copying a key");
  if (EVP_PKEY_set1_encoded_public_key(pkey.get(), key.data(), key.size()) != 1) return nullptr;
  PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey.get(), nullptr));
  Must(context && EVP_PKEY_verify_init(context.get()) == 1, "preparing a verification");
  return context;
}

EVP_PKEY_CTX* VerifyingContext(const P256PublicKey& key) {
  thread_local std::map<P256PublicKey, PkeyCtxPtr> contexts;
  if (const auto known = contexts.find(key); known != contexts.end()) return known->second.get();
  PkeyCtxPtr made = MakeVerifyingContext(key);
  if (!made) return nullptr;
  if (contexts.size() >= kRememberedKeysMax) contexts.clear();
  return (contexts[key] = std::move(made)).get();
}

class PlainP256Verifier final : public P256BatchVerifier {
 public:
  void Verify(std::span<const P256Job> jobs, std::span<bool> results) const override {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      results[i] = VerifyP256Digest(jobs[i].key, jobs[i].digest, jobs[i].signature);
    }
  }
};

}  // namespace

Digest KeyId(const P256PublicKey& key) { return Sha256(key); }

bool IsP256PublicKey(ByteView bytes) {
  if (bytes.size() != P256PublicKey().size()) return false;
  const EcPointPtr point(EC_POINT_new(Group()));
  Must(point != nullptr, "a new point");
  const bool on_curve =
      EC_POINT_oct2point(Group(), point.get(), bytes.data(), bytes.size(), nullptr) == 1;
  if (!on_curve) ERR_clear_error();
  return on_curve;
}

P256PrivateKey::P256PrivateKey(std::unique_ptr<Handle> handle, const P256PublicKey& public_key)
    : handle_(std::move(handle)), public_key_(public_key) {}
P256PrivateKey::P256PrivateKey(P256PrivateKey&&) noexcept = default;
P256PrivateKey& P256PrivateKey::operator=(P256PrivateKey&&) noexcept = default;
P256PrivateKey::~P256PrivateKey() = default;

P256PrivateKey P256PrivateKey::Generate() {
  auto handle = std::make_unique<Handle>(PkeyPtr(EVP_EC_gen(kGroupName)));
  std::optional<P256PrivateKey> key = FromHandle(std::move(handle));
  Must(key.has_value(), "generating a P-256 key");
  return *std::move(key);
}

std::optional<P256PrivateKey> P256PrivateKey::FromScalar(
    const std::array<std::uint8_t, 32>& scalar) {
  if (scalar == Scalar{} || scalar >= kOrder) return std::nullopt;
  const BignumPtr number(BN_bin2bn(scalar.data(), 32, nullptr));
  const EcPointPtr point(EC_POINT_new(Group()));
  Must(number && point &&
           EC_POINT_mul(Group(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1,
       "multiplying the generator");
  P256PublicKey public_key = Compress(point.get());
  Scalar native = scalar;  // OSSL_PARAM integers are in the machine's byte order
  if constexpr (std::endian::native == std::endian::little)
    std::reverse(native.begin(), native.end());
  OSSL_PARAM params[] = {
      GroupParam(),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public_key.data(),
                                        public_key.size()),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native.data(), native.size()),
      OSSL_PARAM_construct_end()};
  PkeyPtr pkey = PkeyFromParams(EVP_PKEY_KEYPAIR, params);
  OPENSSL_cleanse(native.data(), native.size());
  return FromHandle(std::make_unique<Handle>(std::move(pkey)));
}

std::optional<P256PrivateKey> P256PrivateKey::FromHandle(std::unique_ptr<Handle> handle) {
  EVP_PKEY* pkey = handle->pkey.get();
  if (!IsP256KeyPair(pkey)) {
    ERR_clear_error();
    return std::nullopt;
  }
  const P256PublicKey public_key = ReadPublicKey(pkey);
  return P256PrivateKey(std::move(handle), public_key);
}

P256Signature P256PrivateKey::Sign(SignatureKind kind, ByteView message) const {
  const Digest digest = SignedDigest(kind, message);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->pkey.get(), nullptr));
  DerSignature der;
  der.size = der.bytes.size();
  Must(context && EVP_PKEY_sign_init(context.get()) == 1 &&
           EVP_PKEY_sign(context.get(), der.bytes.data(), &der.size, digest.data(),
                         digest.size()) == 1,
       "signing");
  return FromDer(der);
}

Digest SignedDigest(SignatureKind kind, ByteView message) {
  return Sha256({DomainPrefix(kind), message});
}

bool HasLowS(const P256Signature& signature) {
  return !std::lexicographical_compare(kHalfOrder.begin(), kHalfOrder.end(), signature.begin() + 32,
                                       signature.end());
}

bool VerifyP256(const P256PublicKey& key, SignatureKind kind, ByteView message,
                const P256Signature& signature) {
  return VerifyP256Digest(key, SignedDigest(kind, message), signature);
}

bool VerifyP256Digest(const P256PublicKey& key, const Digest& digest,
                      const P256Signature& signature) {
  if (!HasLowS(signature)) return false;
  const DerSignature der = ToDer(signature);
  EVP_PKEY_CTX* context = VerifyingContext(key);
  const bool valid = context != nullptr && EVP_PKEY_verify(context, der.bytes.data(), der.size,
                                                           digest.data(), digest.size()) == 1;
  // What OpenSSL leaves in the thread's error queue would confuse its next user, such as TLS.
  if (!valid) ERR_clear_error();
  return valid;
}

std::unique_ptr<P256BatchVerifier> MakePlainP256Verifier() {
  return std::make_unique<PlainP256Verifier>();
}

}  // namespace sogoc::crypto
