// EC_GROUP_precompute_mult and the projective coordinates of a point are deprecated since OpenSSL
// 3.0 without a successor. Where they are gone, MakePlainP256Verifier stays.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/p256_tables.h"

#include <openssl/err.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/openssl_handles.h"

namespace sogoc::crypto {
namespace {

using BnCtxPtr = std::unique_ptr<BN_CTX, OpenSslDeleter<BN_CTX_free>>;
using BnMontCtxPtr = std::unique_ptr<BN_MONT_CTX, OpenSslDeleter<BN_MONT_CTX_free>>;
// The curve with a key's point in the generator's place, and the table of its multiples.
using KeyTable = std::shared_ptr<const EC_GROUP>;

constexpr std::size_t kCountedKeysMax = 10'000;

// What does not change: the curve, its field and its order.
class Curve {
 public:
  static const Curve& Get() {
    static const Curve curve;
    return curve;
  }

  const EC_GROUP* group() const { return group_.get(); }
  const BIGNUM* order() const { return EC_GROUP_get0_order(group()); }
  const BIGNUM* prime() const { return EC_GROUP_get0_field(group()); }
  BN_MONT_CTX* modulo_order() const { return modulo_order_.get(); }

  // nullptr if `key` is no point.
  KeyTable MakeTable(const P256PublicKey& key) const {
    EcGroupPtr table(EC_GROUP_dup(group()));
    const EcPointPtr point(EC_POINT_new(group()));
    Must(table && point, "copying the group P-256");
    if (EC_POINT_oct2point(group(), point.get(), key.data(), key.size(), nullptr) != 1) {
      ERR_clear_error();
      return nullptr;
    }
    Must(EC_GROUP_set_generator(table.get(), point.get(), order(), BN_value_one()) == 1 &&
             EC_GROUP_precompute_mult(table.get(), nullptr) == 1,
         "making a table of multiples");
    return KeyTable(std::move(table));
  }

 private:
  Curve()
      : group_(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)), modulo_order_(BN_MONT_CTX_new()) {
    const BnCtxPtr context(BN_CTX_new());
    Must(group_ && modulo_order_ && context &&
             BN_MONT_CTX_set(modulo_order_.get(), order(), context.get()) == 1,
         "the group P-256");
  }

  EcGroupPtr group_;
  BnMontCtxPtr modulo_order_;
};

// The tables of the keys that sign much, and how much the others sign.
class KeyTables {
 public:
  explicit KeyTables(const P256TableOptions& options) : options_(options) {}

  // The key's table. nullptr if it has none (yet).
  KeyTable Of(const P256PublicKey& key) {
    if (options_.tables_max == 0) return nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = tables_.find(key); known != tables_.end()) {
        known->second.last_used = ++now_;
        return known->second.table;
      }
      if (counts_.size() >= kCountedKeysMax) counts_.clear();
      if (++counts_[key] != options_.signatures_before) return nullptr;  // one thread makes it
    }
    KeyTable table = Curve::Get().MakeTable(key);
    const std::lock_guard lock(mutex_);
    counts_.erase(key);
    if (!table) return nullptr;
    if (tables_.size() >= options_.tables_max) {
      tables_.erase(std::min_element(tables_.begin(), tables_.end(), [](auto& a, auto& b) {
        return a.second.last_used < b.second.last_used;
      }));
    }
    tables_[key] = {table, ++now_};
    return table;
  }

 private:
  struct Used {
    KeyTable table;
    std::uint64_t last_used = 0;
  };

  const P256TableOptions options_;
  std::mutex mutex_;  // guards all below
  std::uint64_t now_ = 0;
  std::map<P256PublicKey, Used> tables_;
  std::map<P256PublicKey, std::uint32_t> counts_;
};

// Verifies signatures (FIPS 186-5, 6.4.2) by keys with tables. One inversion serves all of them,
// and the last step compares x without dividing by Z. Used by one thread.
class TableBatch {
 public:
  TableBatch() : context_(BN_CTX_new()), sum_(NewPoint()), part_(NewPoint()) {
    Must(context_ != nullptr, "a context for numbers");
    BN_CTX_start(context_.get());
  }
  ~TableBatch() { BN_CTX_end(context_.get()); }
  TableBatch(const TableBatch&) = delete;
  TableBatch& operator=(const TableBatch&) = delete;

  // Adds a signature, whose result Verify writes. One with r or s out of range is wrong and is not
  // added: `result` stays as it is.
  void Add(const P256Job& job, KeyTable table, bool* result) {
    Item item{std::move(table),
              result,
              Number(job.digest),
              Number(ByteView(job.signature).first(32)),
              Number(ByteView(job.signature).subspan(32)),
              New()};
    if (!InRange(item.r) || !InRange(item.s)) return;
    Must(BN_nnmod(item.e, item.e, curve_.order(), context_.get()) == 1 &&
             BN_to_montgomery(item.s, item.s, curve_.modulo_order(), context_.get()) == 1,
         "reducing a number");
    items_.push_back(std::move(item));
  }

  void Verify() {
    if (items_.empty()) return;
    InvertAll();
    for (const Item& item : items_) *item.result = Verify(item);
  }

 private:
  struct Item {
    KeyTable table;
    bool* result;
    BIGNUM* e;  // the digest
    BIGNUM* r;
    BIGNUM* s;        // in Montgomery form; InvertAll makes it 1/s
    BIGNUM* product;  // of all s up to this one
  };

  static EcPointPtr NewPoint() {
    EcPointPtr point(EC_POINT_new(Curve::Get().group()));
    Must(point != nullptr, "a new point");
    return point;
  }
  BIGNUM* New() {
    BIGNUM* number = BN_CTX_get(context_.get());
    Must(number != nullptr, "a new number");
    return number;
  }
  BIGNUM* Number(ByteView bytes) {
    BIGNUM* number = New();
    Must(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number) != nullptr,
         "reading a number");
    return number;
  }
  bool InRange(const BIGNUM* number) const {
    return !BN_is_zero(number) && BN_cmp(number, curve_.order()) < 0;
  }
  // out = a * b / 2^256 modulo the order: the product, if one of them is in Montgomery form.
  void Multiply(BIGNUM* out, const BIGNUM* a, const BIGNUM* b) {
    Must(BN_mod_mul_montgomery(out, a, b, curve_.modulo_order(), context_.get()) == 1,
         "multiplying numbers");
  }

  // Montgomery's trick: 1 / s_k is the product of the s before it times the inverse of the product
  // up to it, so that one inversion and three multiplications each do for all.
  void InvertAll() {
    Must(BN_copy(items_[0].product, items_[0].s) != nullptr, "copying a number");
    for (std::size_t i = 1; i < items_.size(); ++i) {
      Multiply(items_[i].product, items_[i - 1].product, items_[i].s);
    }
    BIGNUM* rest = New();  // the inverse of the product up to item i
    Must(BN_from_montgomery(rest, items_.back().product, curve_.modulo_order(), context_.get()) ==
                 1 &&
             BN_mod_inverse(rest, rest, curve_.order(), context_.get()) != nullptr &&
             BN_to_montgomery(rest, rest, curve_.modulo_order(), context_.get()) == 1,
         "inverting a number");
    BIGNUM* inverse = New();
    for (std::size_t i = items_.size(); i-- > 1;) {
      Multiply(inverse, rest, items_[i - 1].product);
      Multiply(rest, rest, items_[i].s);
      BN_swap(items_[i].s, inverse);
    }
    BN_swap(items_[0].s, rest);
  }

  bool Verify(const Item& item) {
    Multiply(item.e, item.e, item.s);
    BIGNUM* const key_factor = item.product;
    Multiply(key_factor, item.r, item.s);
    BN_CTX* const context = context_.get();
    Must(EC_POINT_mul(curve_.group(), sum_.get(), item.e, nullptr, nullptr, context) == 1 &&
             EC_POINT_mul(item.table.get(), part_.get(), key_factor, nullptr, nullptr, context) ==
                 1 &&
             EC_POINT_add(curve_.group(), sum_.get(), sum_.get(), part_.get(), context) == 1,
         "adding points");
    return !EC_POINT_is_at_infinity(curve_.group(), sum_.get()) && HasX(item.r);
  }

  // True if the affine x of `sum_`, modulo the order, is r.
  bool HasX(const BIGNUM* r) {
    BN_CTX* const context = context_.get();
    BN_CTX_start(context);
    BIGNUM* const x = New();
    BIGNUM* const z = New();
    BIGNUM* const candidate = New();
    Must(EC_POINT_get_Jprojective_coordinates_GFp(curve_.group(), sum_.get(), x, nullptr, z,
                                                  context) == 1 &&
             BN_mod_sqr(z, z, curve_.prime(), context) == 1 &&
             BN_mod_mul(candidate, r, z, curve_.prime(), context) == 1,
         "comparing points");
    bool equal = BN_cmp(candidate, x) == 0;
    if (!equal) {
      // The affine x is below the prime, which is larger than the order.
      Must(BN_add(candidate, r, curve_.order()) == 1, "adding numbers");
      if (BN_cmp(candidate, curve_.prime()) < 0) {
        Must(BN_mod_mul(candidate, candidate, z, curve_.prime(), context) == 1, "comparing points");
        equal = BN_cmp(candidate, x) == 0;
      }
    }
    BN_CTX_end(context);
    return equal;
  }

  const Curve& curve_ = Curve::Get();
  BnCtxPtr context_;
  EcPointPtr sum_;
  EcPointPtr part_;
  std::vector<Item> items_;
};

class TableP256Verifier final : public P256BatchVerifier {
 public:
  explicit TableP256Verifier(const P256TableOptions& options) : tables_(options) {}

  void Verify(std::span<const P256Job> jobs, std::span<bool> results) const override {
    TableBatch batch;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      results[i] = false;
      if (!HasLowS(jobs[i].signature)) continue;
      if (KeyTable table = tables_.Of(jobs[i].key)) {
        batch.Add(jobs[i], std::move(table), &results[i]);
      } else {
        results[i] = VerifyP256Digest(jobs[i].key, jobs[i].digest, jobs[i].signature);
      }
    }
    batch.Verify();
  }

 private:
  mutable KeyTables tables_;
};

}  // namespace

std::unique_ptr<P256BatchVerifier> MakeTableP256Verifier(const P256TableOptions& options) {
  return std::make_unique<TableP256Verifier>(options);
}

}  // namespace sogoc::crypto
