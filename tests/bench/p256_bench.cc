// Our signing and verifying beside OpenSSL's own, which the targets are fractions of.

#include <benchmark/benchmark.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>
#include <vector>

#include "crypto/p256_tables.h"

namespace sogoc::crypto {
namespace {

constexpr std::string_view kMessage =
    "a message of about the size of a stamp's: ledger, GTIN, lot, …";

struct Signed {
  P256PrivateKey key = P256PrivateKey::Generate();
  P256Signature signature = key.Sign(SignatureKind::kStamp, base::AsBytes(kMessage));
};

void Sign(benchmark::State& state) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  for (auto _ : state) {
    benchmark::DoNotOptimize(key.Sign(SignatureKind::kStamp, base::AsBytes(kMessage)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Sign);

// The argument is the number of keys that sign in turn.
void Verify(benchmark::State& state) {
  const std::vector<Signed> items(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    const Signed& item = items[i++ % items.size()];
    if (!VerifyP256(item.key.public_key(), SignatureKind::kStamp, base::AsBytes(kMessage),
                    item.signature)) {
      state.SkipWithError("a good signature was refused");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Verify)->Arg(1)->Arg(1000);

// With tables for all keys. The arguments are the number of keys and the size of a batch.
void VerifyWithTables(benchmark::State& state) {
  const std::vector<Signed> items(static_cast<std::size_t>(state.range(0)));
  std::vector<P256Job> jobs;
  for (std::int64_t i = 0; i < state.range(1); ++i) {
    const Signed& item = items[static_cast<std::size_t>(i) % items.size()];
    jobs.push_back({item.key.public_key(),
                    SignedDigest(SignatureKind::kStamp, base::AsBytes(kMessage)), item.signature});
  }
  const auto verifier = MakeTableP256Verifier({.signatures_before = 1});
  const auto results = std::make_unique<bool[]>(jobs.size());
  verifier->Verify(jobs, {results.get(), jobs.size()});  // makes the tables
  for (auto _ : state) {
    verifier->Verify(jobs, {results.get(), jobs.size()});
    if (!results[0]) {
      state.SkipWithError("a good signature was refused");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(VerifyWithTables)
    ->ArgNames({"keys", "batch"})
    ->Args({1, 1})
    ->Args({1, 64})
    ->Args({4, 64})
    ->Args({64, 64});

// A table costs this much: some 300 verifications.
void MakeTable(benchmark::State& state) {
  const Signed item;
  const P256Job job{item.key.public_key(),
                    SignedDigest(SignatureKind::kStamp, base::AsBytes(kMessage)), item.signature};
  for (auto _ : state) {
    const auto verifier = MakeTableP256Verifier({.signatures_before = 1});
    bool result = false;
    verifier->Verify({&job, 1}, {&result, 1});
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(MakeTable);

// What `openssl speed ecdsap256` measures: a digest at hand, everything prepared.
class OpenSsl {
 public:
  OpenSsl() : pkey_(EVP_EC_gen("P-256")), context_(EVP_PKEY_CTX_new(pkey_, nullptr)) {
    EVP_PKEY_sign_init(context_);
    EVP_PKEY_sign(context_, signature_, &size_, digest_.data(), digest_.size());
  }
  OpenSsl(const OpenSsl&) = delete;
  OpenSsl& operator=(const OpenSsl&) = delete;
  ~OpenSsl() {
    EVP_PKEY_CTX_free(context_);
    EVP_PKEY_free(pkey_);
  }
  bool Sign() {
    unsigned char out[80];
    std::size_t size = sizeof out;
    return EVP_PKEY_sign(context_, out, &size, digest_.data(), digest_.size()) == 1;
  }
  void PrepareVerify() { EVP_PKEY_verify_init(context_); }
  bool Verify() {
    return EVP_PKEY_verify(context_, signature_, size_, digest_.data(), digest_.size()) == 1;
  }

 private:
  Digest digest_ = Sha256(base::AsBytes(kMessage));
  unsigned char signature_[80] = {};
  std::size_t size_ = sizeof signature_;
  EVP_PKEY* pkey_;
  EVP_PKEY_CTX* context_;
};

void OpenSslSign(benchmark::State& state) {
  OpenSsl openssl;
  for (auto _ : state) benchmark::DoNotOptimize(openssl.Sign());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OpenSslSign);

void OpenSslVerify(benchmark::State& state) {
  OpenSsl openssl;
  openssl.PrepareVerify();
  for (auto _ : state) benchmark::DoNotOptimize(openssl.Verify());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OpenSslVerify);

void HashOfATreeNode(benchmark::State& state) {
  const std::uint8_t prefix[] = {1};
  Digest digest{};
  for (auto _ : state) benchmark::DoNotOptimize(digest = Sha256({prefix, digest, digest}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(HashOfATreeNode);

}  // namespace
}  // namespace sogoc::crypto
