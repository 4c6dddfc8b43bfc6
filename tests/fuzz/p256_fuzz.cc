// Signatures, keys and digests of any bytes: verifying with tables answers like OpenSSL.
//
// An input is a list of jobs of 130 bytes: what to change in a good job (1 byte), then the values
// to change it with.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "crypto/p256_tables.h"
#include "tests/support/openssl_verify.h"

namespace {

using namespace sogoc;  // NOLINT: a program of one file

constexpr std::size_t kKeySize = 33;
constexpr std::size_t kJobSize = 1 + kKeySize + 32 + 64;
constexpr std::size_t kJobsMax = 8;

crypto::P256Job GoodJob() {
  const auto key = crypto::P256PrivateKey::Generate();
  return {key.public_key(), crypto::SignedDigest(crypto::SignatureKind::kEntry, {}),
          key.Sign(crypto::SignatureKind::kEntry, {})};
}

// Each bit of the first byte takes one value from the input in the good one's place.
crypto::P256Job ReadJob(const crypto::P256Job& good, base::ByteView input) {
  crypto::P256Job job = good;
  const std::uint8_t changes = input[0];
  const base::ByteView values = input.subspan(1);
  if (changes & 1) std::copy_n(values.begin(), kKeySize, job.key.begin());
  if (changes & 2) std::copy_n(values.begin() + kKeySize, 32, job.digest.begin());
  if (changes & 4) std::copy_n(values.begin() + kKeySize + 32, 32, job.signature.begin());
  if (changes & 8) std::copy_n(values.begin() + kKeySize + 64, 32, job.signature.begin() + 32);
  return job;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<crypto::P256Job> good{GoodJob(), GoodJob()};
  // The good keys soon have a table, a strange key of one input hardly ever.
  static const auto tables =
      crypto::MakeTableP256Verifier({.tables_max = 2, .signatures_before = 20});
  std::vector<crypto::P256Job> jobs;
  for (base::ByteView rest(data, size); rest.size() >= kJobSize && jobs.size() < kJobsMax;
       rest = rest.subspan(kJobSize)) {
    jobs.push_back(ReadJob(good[jobs.size() % good.size()], rest));
  }
  bool results[kJobsMax] = {};
  tables->Verify(jobs, {results, jobs.size()});
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (results[i] != (crypto::HasLowS(jobs[i].signature) && support::OpenSslVerifies(jobs[i]))) {
      std::abort();
    }
  }
  return 0;
}
