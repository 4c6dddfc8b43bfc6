// All ways to verify a P-256 signature give one answer: the plain one, with tables, and OpenSSL's.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "crypto/p256_tables.h"
#include "tests/support/openssl_verify.h"
#include "tests/support/p256_cases.h"
#include "tests/support/paths.h"
#include "tests/support/random.h"

namespace sogoc::crypto {
namespace {

// Every key gets a table at once.
std::unique_ptr<P256BatchVerifier> TablesForAll() {
  return MakeTableP256Verifier({.tables_max = 1'000, .signatures_before = 1});
}

std::vector<bool> Verify(const P256BatchVerifier& verifier, const std::vector<P256Job>& jobs) {
  const auto results = std::make_unique<bool[]>(jobs.size());
  verifier.Verify(jobs, {results.get(), jobs.size()});
  return std::vector<bool>(results.get(), results.get() + jobs.size());
}

// One job alone, and all as one batch.
void ExpectAnswers(const std::vector<support::P256Case>& cases) {
  std::vector<P256Job> jobs;
  for (const support::P256Case& item : cases) jobs.push_back(item.job);
  const auto plain = MakePlainP256Verifier();
  const auto tables = TablesForAll();
  const std::vector<bool> plain_results = Verify(*plain, jobs);
  const std::vector<bool> table_results = Verify(*tables, jobs);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(VerifyP256Digest(jobs[i].key, jobs[i].digest, jobs[i].signature), cases[i].valid)
        << cases[i].name;
    EXPECT_EQ(support::OpenSslVerifies(jobs[i]) && HasLowS(jobs[i].signature), cases[i].valid)
        << cases[i].name;
    EXPECT_EQ(plain_results[i], cases[i].valid) << cases[i].name;
    EXPECT_EQ(table_results[i], cases[i].valid) << cases[i].name;
    EXPECT_EQ(Verify(*tables, {jobs[i]})[0], cases[i].valid) << cases[i].name;
  }
}

TEST(P256Verifiers, HardCasesHaveTheirAnswers) { ExpectAnswers(support::P256Cases()); }

TEST(P256Verifiers, WycheproofHasItsAnswers) {
  std::ifstream in(support::SourceDir() / "tests/vectors/wycheproof/ecdsa_p256_sha256_p1363.txt");
  std::vector<support::P256Case> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string id;
    std::string result;
    std::string key;
    std::string message;
    std::string signature;
    words >> id >> result >> key >> message >> signature;
    support::P256Case& item = cases.emplace_back();
    item.name = "Wycheproof " + id;
    const Bytes key_bytes = base::FromHex(key).value();
    const Bytes signature_bytes = base::FromHex(signature).value();
    ASSERT_EQ(key_bytes.size(), item.job.key.size());
    ASSERT_EQ(signature_bytes.size(), item.job.signature.size());
    std::copy(key_bytes.begin(), key_bytes.end(), item.job.key.begin());
    std::copy(signature_bytes.begin(), signature_bytes.end(), item.job.signature.begin());
    item.job.digest = Sha256(message == "-" ? Bytes() : base::FromHex(message).value());
    item.valid = result == "valid" && HasLowS(item.job.signature);
  }
  ASSERT_EQ(cases.size(), 241U);
  ExpectAnswers(cases);
}

// Batches of good and damaged signatures by keys with and without a table.
TEST(P256Verifiers, MixedBatchesAreAnsweredLikeSingleSignatures) {
  support::Random random;
  std::vector<P256PrivateKey> keys;
  for (int i = 0; i < 6; ++i) keys.push_back(P256PrivateKey::Generate());
  const auto tables = MakeTableP256Verifier({.tables_max = 3, .signatures_before = 40});
  int good = 0;
  for (int round = 0; round < 30; ++round) {
    std::vector<P256Job> jobs;
    for (std::uint64_t i = random.Below(60); i > 0; --i) {
      const P256PrivateKey& key = keys[random.Below(keys.size())];
      const Bytes message = random.Bytes(20);
      P256Job& job = jobs.emplace_back();
      job = {key.public_key(), SignedDigest(SignatureKind::kEntry, message),
             key.Sign(SignatureKind::kEntry, message)};
      if (random.Below(3) == 0) {
        const std::uint64_t byte = random.Below(job.signature.size());
        job.signature[byte] ^= static_cast<std::uint8_t>(1U << random.Below(8));
      }
      if (random.Below(10) == 0) std::fill_n(job.signature.begin() + 32, 32, std::uint8_t{0});
    }
    const std::vector<bool> results = Verify(*tables, jobs);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      good += results[i];
      EXPECT_EQ(results[i], support::OpenSslVerifies(jobs[i]) && HasLowS(jobs[i].signature));
    }
  }
  EXPECT_GT(good, 100);
}

TEST(P256Verifiers, ThreadsShareTables) {
  std::vector<P256Job> jobs;
  for (int i = 0; i < 8; ++i) {
    const P256PrivateKey key = P256PrivateKey::Generate();
    jobs.push_back({key.public_key(), SignedDigest(SignatureKind::kStamp, base::AsBytes("m")),
                    key.Sign(SignatureKind::kStamp, base::AsBytes("m"))});
  }
  jobs[3].signature[40] ^= 1;
  const auto tables = MakeTableP256Verifier({.tables_max = 4, .signatures_before = 2});
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const std::vector<bool> results = Verify(*tables, jobs);
        for (std::size_t j = 0; j < jobs.size(); ++j) EXPECT_EQ(results[j], j != 3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(P256Verifiers, NothingToVerifyAndNoTables) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  const P256Job job{key.public_key(), SignedDigest(SignatureKind::kStamp, base::AsBytes("m")),
                    key.Sign(SignatureKind::kStamp, base::AsBytes("m"))};
  for (const std::size_t tables_max : {0, 1}) {
    const auto verifier = MakeTableP256Verifier({.tables_max = tables_max, .signatures_before = 2});
    EXPECT_TRUE(Verify(*verifier, {}).empty());
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(Verify(*verifier, {job})[0]);
  }
}

}  // namespace
}  // namespace sogoc::crypto
