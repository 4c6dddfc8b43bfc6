#include "tests/support/p256_cases.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace sogoc::support {
namespace {

using crypto::P256PrivateKey;
using crypto::P256PublicKey;
using crypto::P256Signature;
using crypto::SignatureKind;

constexpr std::string_view kMessage = "one kilogram of bưởi Phúc Trạch";

using BignumPtr = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

BignumPtr FromHex(const char* hex) {
  BIGNUM* number = nullptr;
  if (BN_hex2bn(&number, hex) == 0) std::abort();
  return {number, BN_free};
}

// Arithmetic modulo the order n of the curve.
class Field {
 public:
  Field() : context_(BN_CTX_new()), order_(FromHex(kOrderHex)) {}
  ~Field() { BN_CTX_free(context_); }
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;

  const BIGNUM* order() const { return order_.get(); }
  BignumPtr Times(const BIGNUM* a, const BIGNUM* b) const {
    BignumPtr product(BN_new(), BN_free);
    if (BN_mod_mul(product.get(), a, b, order(), context_) != 1) std::abort();
    return product;
  }
  BignumPtr Over(const BIGNUM* a, const BIGNUM* b) const {
    const BignumPtr inverse(BN_mod_inverse(nullptr, b, order(), context_), BN_free);
    return Times(a, inverse.get());
  }
  BignumPtr Minus(const BIGNUM* a) const {
    BignumPtr result(BN_new(), BN_free);
    if (BN_sub(result.get(), order(), a) != 1) std::abort();
    return result;
  }

  static constexpr const char* kOrderHex =
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

 private:
  BN_CTX* context_;
  BignumPtr order_;
};

std::array<std::uint8_t, 32> ToScalar(const BIGNUM* number) {
  std::array<std::uint8_t, 32> bytes;
  if (BN_bn2binpad(number, bytes.data(), 32) != 32) std::abort();
  return bytes;
}

P256Signature Join(const BIGNUM* r, const BIGNUM* s) {
  P256Signature signature;
  const auto r_bytes = ToScalar(r);
  const auto s_bytes = ToScalar(s);
  std::copy(s_bytes.begin(), s_bytes.end(),
            std::copy(r_bytes.begin(), r_bytes.end(), signature.begin()));
  return signature;
}

// (r, s) with the smaller of s and n - s.
P256Signature JoinLow(const Field& field, const BIGNUM* r, const BIGNUM* s) {
  const BignumPtr other = field.Minus(s);
  return Join(r, BN_cmp(s, other.get()) <= 0 ? s : other.get());
}

BignumPtr Part(const P256Signature& signature, std::size_t offset) {
  return {BN_bin2bn(signature.data() + offset, 32, nullptr), BN_free};
}

P256PublicKey PublicKeyOf(const BIGNUM* scalar) {
  const auto key = P256PrivateKey::FromScalar(ToScalar(scalar));
  if (!key) std::abort();
  return key->public_key();
}

class CaseList {
 public:
  explicit CaseList(const base::Digest& digest) : digest_(digest) {}
  void Add(std::string name, const P256PublicKey& key, const P256Signature& signature, bool valid) {
    cases_.push_back({std::move(name), {key, digest_, signature}, valid});
  }
  std::vector<P256Case> Take() { return std::move(cases_); }

 private:
  const base::Digest digest_;
  std::vector<P256Case> cases_;
};

void AddRanges(CaseList& list, const Field& field, const P256PublicKey& key,
               const P256Signature& good) {
  const BignumPtr r = Part(good, 0);
  const BignumPtr s = Part(good, 32);
  const BignumPtr zero = FromHex("0");
  const BignumPtr one = FromHex("1");
  const BignumPtr above = FromHex(Field::kOrderHex);
  BN_add_word(above.get(), 1);
  const BignumPtr ones =
      FromHex("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
  list.Add("r = 0", key, Join(zero.get(), s.get()), false);
  list.Add("s = 0", key, Join(r.get(), zero.get()), false);
  list.Add("r = s = 0", key, Join(zero.get(), zero.get()), false);
  list.Add("r = n", key, Join(field.order(), s.get()), false);
  list.Add("s = n", key, Join(r.get(), field.order()), false);
  list.Add("r = n + 1", key, Join(above.get(), s.get()), false);
  list.Add("s = n + 1", key, Join(r.get(), above.get()), false);
  list.Add("r of all ones", key, Join(ones.get(), s.get()), false);
  list.Add("s of all ones", key, Join(r.get(), ones.get()), false);
  list.Add("high s", key, Join(r.get(), field.Minus(s.get()).get()), false);
  list.Add("r negated", key, Join(field.Minus(r.get()).get(), s.get()), false);
  list.Add("r and s swapped", key, JoinLow(field, s.get(), r.get()), false);
  list.Add("r = s = 1", key, Join(one.get(), one.get()), false);
}

void AddKeys(CaseList& list, const P256PublicKey& key, const P256Signature& good) {
  P256PublicKey other = key;
  other[0] ^= 1;
  list.Add("the negated point", other, good, false);
  for (const int prefix : {0x00, 0x01, 0x04, 0x05, 0x06, 0x07, 0x82}) {
    other[0] = static_cast<std::uint8_t>(prefix);
    list.Add("key prefix " + std::to_string(prefix), other, good, false);
  }
  list.Add("a key of zeros", P256PublicKey{}, good, false);
  P256PublicKey ones;
  ones.fill(0xff);
  ones[0] = 0x02;
  list.Add("x not below p", ones, good, false);
  other = key;
  do {
    ++other[32];
  } while (crypto::IsP256PublicKey(other));
  list.Add("x of no point", other, good, false);
}

// Keys chosen so that e*G/s + r*Q/s meets the exceptional cases of point addition.
void AddExceptionalSums(CaseList& list, const Field& field, const BIGNUM* e) {
  const BignumPtr one = FromHex("1");
  const BignumPtr two = FromHex("2");
  const P256PublicKey generator = PublicKeyOf(one.get());
  const BignumPtr generator_x(BN_bin2bn(generator.data() + 1, 32, nullptr), BN_free);

  list.Add("the sum is the point at infinity", PublicKeyOf(field.Minus(e).get()),
           Join(one.get(), one.get()), false);

  // R = G: s = 2e, and r*d = e makes both summands equal.
  list.Add("both summands are equal", PublicKeyOf(field.Over(e, generator_x.get()).get()),
           JoinLow(field, generator_x.get(), field.Times(e, two.get()).get()), true);

  // Q = G and Q = -G: the key meets the generator's own multiples.
  for (const bool negated : {false, true}) {
    BignumPtr d = FromHex("1");
    if (negated) d = field.Minus(d.get());
    const BignumPtr rd = field.Times(generator_x.get(), d.get());
    BignumPtr s(BN_new(), BN_free);
    BN_add(s.get(), e, rd.get());
    s = field.Times(s.get(), one.get());
    list.Add(negated ? "the key is -G" : "the key is G", PublicKeyOf(d.get()),
             JoinLow(field, generator_x.get(), s.get()), true);
  }
}

// R with an x of n or more, so that r = x - n: verifiers must compare modulo n.
void AddWrappedR(CaseList& list, const Field& field, const BIGNUM* e) {
  EC_GROUP* group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_POINT* point = EC_POINT_new(group);
  BignumPtr r = FromHex("0");
  std::array<std::uint8_t, 33> encoded{0x02};
  do {
    BN_add_word(r.get(), 1);
    BignumPtr x(BN_dup(r.get()), BN_free);
    BN_add(x.get(), x.get(), field.order());
    const auto bytes = ToScalar(x.get());
    std::copy(bytes.begin(), bytes.end(), encoded.begin() + 1);
  } while (EC_POINT_oct2point(group, point, encoded.data(), encoded.size(), nullptr) != 1);

  // With s = 1: Q = (R - e*G) / r.
  const BignumPtr one = FromHex("1");
  const BignumPtr g_scalar = field.Over(field.Minus(e).get(), r.get());
  const BignumPtr r_scalar = field.Over(one.get(), r.get());
  P256PublicKey key;
  if (EC_POINT_mul(group, point, g_scalar.get(), point, r_scalar.get(), nullptr) != 1 ||
      EC_POINT_point2oct(group, point, POINT_CONVERSION_COMPRESSED, key.data(), key.size(),
                         nullptr) != key.size()) {
    std::abort();
  }
  EC_POINT_free(point);
  EC_GROUP_free(group);
  list.Add("x of R is r + n", key, Join(r.get(), one.get()), true);
  BN_add(r.get(), r.get(), field.order());
  list.Add("r is the x of R, above n", key, Join(r.get(), one.get()), false);
}

}  // namespace

std::vector<P256Case> P256Cases() {
  const Field field;
  const base::Digest digest = crypto::SignedDigest(SignatureKind::kEntry, base::AsBytes(kMessage));
  CaseList list(digest);
  const P256PrivateKey key = P256PrivateKey::Generate();
  const P256Signature good = key.Sign(SignatureKind::kEntry, base::AsBytes(kMessage));
  list.Add("good", key.public_key(), good, true);
  AddRanges(list, field, key.public_key(), good);
  AddKeys(list, key.public_key(), good);
  const BignumPtr hash(BN_bin2bn(digest.data(), 32, nullptr), BN_free);
  const BignumPtr e = field.Times(hash.get(), FromHex("1").get());
  AddExceptionalSums(list, field, e.get());
  AddWrappedR(list, field, e.get());
  return list.Take();
}

}  // namespace sogoc::support
