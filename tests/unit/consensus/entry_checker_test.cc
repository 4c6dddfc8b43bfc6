#include "node/consensus/entry_checker.h"

#include <gtest/gtest.h>

#include "node/ledger/records.h"
#include "tests/support/test_ledger.h"

namespace sogoc::consensus {
namespace {

using support::KeyOf;
namespace op = support::op;

// Counts what it is asked; answers as the plain one.
class CountingVerifier final : public crypto::P256BatchVerifier {
 public:
  void Verify(std::span<const crypto::P256Job> jobs, std::span<bool> results) const override {
    ++calls;
    signatures += jobs.size();
    plain_->Verify(jobs, results);
  }
  mutable std::size_t calls = 0;
  mutable std::size_t signatures = 0;

 private:
  const std::unique_ptr<crypto::P256BatchVerifier> plain_ = crypto::MakePlainP256Verifier();
};

class EntryCheckerTest : public testing::Test {
 protected:
  base::Bytes Signed(const support::Signer& signer) {
    return ledger_.SignBytes(signer, {op::RegisterBatch{}});
  }

  support::TestLedger ledger_;
  CountingVerifier verifier_;
  EntryChecker checker_{ledger_.memory(), verifier_};
};

TEST_F(EntryCheckerTest, ARightSignatureOfAKnownKeyIsVerified) {
  const base::Bytes bytes = Signed("htx-cam");
  const auto results = checker_.Check({bytes});
  ASSERT_EQ(results.size(), 1U);
  ASSERT_TRUE(results[0]);
  EXPECT_EQ(results[0]->verified_with, KeyOf("htx-cam").public_key());
  EXPECT_EQ(results[0]->entry.bytes, bytes);
}

TEST_F(EntryCheckerTest, EveryFlippedBitOfASignatureLeavesTheEntryUnverified) {
  const ledger::Entry entry = ledger_.Sign("htx-cam", {op::RegisterBatch{}});
  const auto place = std::search(entry.bytes.begin(), entry.bytes.end(), entry.signature.begin(),
                                 entry.signature.end());
  ASSERT_NE(place, entry.bytes.end());
  const auto offset = static_cast<std::size_t>(place - entry.bytes.begin());
  std::vector<base::Bytes> flipped;
  for (std::size_t bit = 0; bit < 8 * entry.signature.size(); ++bit) {
    flipped.push_back(entry.bytes);
    flipped.back()[offset + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  for (const CheckResult& result : checker_.Check(flipped)) {
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->verified_with);
  }
}

TEST_F(EntryCheckerTest, AKeyThatTheStateDoesNotKnowIsLeftToExecution) {
  const auto results = checker_.Check({Signed(support::Signer("htx-cam").With("new key"))});
  ASSERT_TRUE(results[0]);
  EXPECT_FALSE(results[0]->verified_with);
  EXPECT_EQ(verifier_.signatures, 0U);
}

TEST_F(EntryCheckerTest, EveryResultStandsInTheEntrysPlaceAndOneBatchIsVerified) {
  const auto results =
      checker_.Check({Signed("htx-cam"), base::Bytes{1, 2, 3}, Signed("ct-mam"), base::Bytes{},
                      Signed(support::Signer("ct-mam").With("new key")), Signed("tht-ca")});
  ASSERT_EQ(results.size(), 6U);
  EXPECT_EQ(results[0]->verified_with, KeyOf("htx-cam").public_key());
  EXPECT_EQ(results[1].error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(results[2]->verified_with, KeyOf("ct-mam").public_key());
  EXPECT_EQ(results[3].error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_FALSE(results[4]->verified_with);
  EXPECT_EQ(results[5]->verified_with, KeyOf("tht-ca").public_key());
  EXPECT_EQ(verifier_.calls, 1U);
  EXPECT_EQ(verifier_.signatures, 3U);
}

TEST_F(EntryCheckerTest, NothingGivenIsNothingAnswered) { EXPECT_TRUE(checker_.Check({}).empty()); }

TEST_F(EntryCheckerTest, ASignatureIsVerifiedOnce) {
  const base::Bytes bytes = Signed("htx-cam");
  ASSERT_TRUE(checker_.Check({bytes})[0]->verified_with);
  ASSERT_TRUE(checker_.Check({bytes, bytes})[1]->verified_with);
  EXPECT_EQ(verifier_.signatures, 1U);
}

}  // namespace
}  // namespace sogoc::consensus
