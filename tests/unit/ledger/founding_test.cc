// Block 0.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "node/ledger/records.h"
#include "tests/support/test_ledger.h"

namespace sogoc::ledger {
namespace {

using support::FoundingEntry;
using support::FoundMessage;
using support::MemoryLedger;
using support::WorldOptions;

MemoryLedger Found(const v1::Found& found) {
  MemoryLedger ledger;
  const auto block = ExecuteFounding(FoundingEntry(found));
  EXPECT_TRUE(block) << block.error().message;
  if (block) ledger.Add(**block);
  return ledger;
}

TEST(FoundingTest, BlockZeroIsTheEntryAndItsHeader) {
  const v1::Found found = FoundMessage({});
  const Entry entry = FoundingEntry(found);
  const auto block = ExecuteFounding(entry);
  ASSERT_TRUE(block) << block.error().message;
  const Header& header = (*block)->header;
  EXPECT_EQ(header.height, 0U);
  EXPECT_EQ(header.version, 1U);
  EXPECT_EQ(header.time, found.founded_at());
  EXPECT_EQ(header.previous, Digest{});
  EXPECT_EQ(header.first_index, 0U);
  EXPECT_EQ(header.entry_count, 1U);
  ASSERT_EQ((*block)->leaves.size(), 2U);
  EXPECT_EQ((*block)->leaves[0], entry.Leaf());
  EXPECT_EQ((*block)->leaves[1], EncodeHeaderLeaf(header));
  EXPECT_EQ(header.log_root, crypto::LogLeafHash(entry.Leaf()));
  EXPECT_EQ((*block)->log.size(), 2U);
  EXPECT_EQ((*block)->hash, HeaderHash(header));
}

TEST(FoundingTest, TheLedgerIsNamedByItsFoundingLeaf) {
  const Entry entry = FoundingEntry(FoundMessage({}));
  MemoryLedger ledger;
  ledger.Add(*ExecuteFounding(entry).value());
  const auto record = ledger.Read<LedgerRecord>(LedgerKey());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->ledger_id, crypto::Sha256(entry.Leaf()));
  EXPECT_EQ(record->origin, "hatinh/" + base::ToHex(record->ledger_id).substr(0, 16));
  EXPECT_EQ(record->rules_version, 1U);
  EXPECT_EQ(record->founders.size(), 6U);
}

TEST(FoundingTest, EverybodyAndEverythingIsThere) {
  const MemoryLedger ledger = Found(FoundMessage({.peers = 4}));
  EXPECT_EQ(ledger.Head()->header.state_root, ledger.RebuiltStateRoot());
  const auto office = ledger.Read<OrganisationRecord>(OrganisationKey("vp-hatinh"));
  ASSERT_TRUE(office);
  ASSERT_EQ(office->roles.size(), 1U);
  EXPECT_EQ(office->roles[0].role, v1::OFFICE);
  EXPECT_EQ(office->admitted.entry_index, 0U);
  EXPECT_TRUE(ledger.Read<KeyRecord>(KeyKey(support::KeyIdOf("vp-hatinh"))));
  EXPECT_EQ(ledger.Read<PeersRecord>(PeersKey())->peers.size(), 4U);
  EXPECT_EQ(ledger.Read<PeersRecord>(PeersKey())->peers[1].endpoints[0], "https://peer2.example");
  const auto policy = ledger.Read<PolicyRecord>(PolicyKey());
  EXPECT_EQ(policy->version, 1U);
  EXPECT_EQ(policy->quorum, 3U);
  EXPECT_EQ(policy->effective, 0U);
  EXPECT_EQ(ledger.Read<GovernanceRecord>(GovernanceKey())->threshold, 1U);
  EXPECT_EQ(ledger.Read<ParametersRecord>(ParametersKey())->checkpoint_age_max_seconds, 600U);
  EXPECT_EQ(ledger.Read<RegimesRecord>(RegimesKey())->regimes.size(), 3U);
  EXPECT_EQ(ledger.Read<VocabularyRecord>(VocabularyKey(2))->groups.size(), 6U);
  EXPECT_EQ(ledger.Read<AdminUnitRecord>(AdminUnitKey("18196"))->versions.size(), 2U);
}

TEST(FoundingTest, ABodyOfTheUnitsOfThePastCanBeListed) {
  v1::Found found = FoundMessage({});
  *found.add_organisations() =
      support::op::AdmitOrganisation{"ubnd-kyanh", "UBND thị xã Kỳ Anh", v1::COMMITTEE, "449"}
          .Message();
  EXPECT_TRUE(Found(found).Read<OrganisationRecord>(OrganisationKey("ubnd-kyanh")));
}

// Why an entry founds nothing.
std::string WhyNot(const Entry& entry) {
  const auto block = ExecuteFounding(entry);
  EXPECT_FALSE(block);
  EXPECT_EQ(block.error().code, base::ErrorCode::kInvalidArgument);
  return block.error().message;
}

TEST(FoundingTest, WhatIsMissingIsNamed) {
  const struct {
    std::function<void(v1::Found&)> change;
    const char* why;
  } cases[] = {
      {[](v1::Found& f) { f.set_name("Hà Tĩnh"); },
       "name must be 2 to 40 lower-case letters, digits and hyphens"},
      {[](v1::Found& f) { f.clear_founded_at(); }, "founded_at is before 2020"},
      {[](v1::Found& f) { f.clear_roles(); }, "no organisation has the role of the office"},
      {[](v1::Found& f) { f.clear_vocabularies(); }, "a ledger needs a product-group vocabulary"},
      {[](v1::Found& f) { *f.add_vocabularies() = v1::Vocabulary(f.vocabularies(0)); },
       "vocabulary given twice"},
      {[](v1::Found& f) { f.clear_peers(); }, "1 to 15 peers"},
      {[](v1::Found& f) { f.clear_governance(); }, "there must be an approver"},
      {[](v1::Found& f) { f.clear_parameters(); },
       "scan_count_max, scan_days_min and attested_after_days must be at least 1"},
      {[](v1::Found& f) { f.clear_regimes(); }, "a regime table has 1 to 64 regimes"},
      {[](v1::Found& f) { f.clear_admin_units(); }, "Admin unit VN does not exist on 2026-01-05"},
      {[](v1::Found& f) { f.mutable_roles(0)->set_scope("439"); },
       "Admin unit 439 does not exist on 2026-01-05"},
      {[](v1::Found& f) { *f.add_organisations() = v1::AdmitOrganisation(f.organisations(0)); },
       "Organisation bo-nnmt is already on the ledger"},
      {[](v1::Found& f) { f.mutable_organisations(1)->mutable_keys(0)->set_possession("x"); },
       "The proof of possession of key "},
  };
  for (const auto& each : cases) {
    v1::Found found = FoundMessage({});
    each.change(found);
    EXPECT_THAT(WhyNot(FoundingEntry(found)),
                testing::StartsWith(std::string("founding entry: ") + each.why));
  }
}

TEST(FoundingTest, TheFoundersOwnKeySigns) {
  const v1::Found found = FoundMessage({});
  EXPECT_EQ(WhyNot(FoundingEntry(found, support::Signer("vp-hatinh").With("ai-do"))),
            "founding entry: the signing key is not one that it gives to its author");
  EXPECT_EQ(WhyNot(FoundingEntry(found, support::Signer("vp-hatinh").With("bo-nnmt"))),
            "founding entry: the signing key is not one that it gives to its author");
  Entry forged = FoundingEntry(found);
  forged.signature[40] ^= 1;
  EXPECT_EQ(WhyNot(forged), "founding entry: the signature is wrong");
}

TEST(FoundingTest, OneFoundingOperationForNoLedger) {
  Entry entry = FoundingEntry(FoundMessage({}));
  *entry.body.add_operations() = entry.body.operations(0);
  EXPECT_EQ(WhyNot(entry), "founding entry: not exactly one founding operation");
  entry.body.mutable_operations()->RemoveLast();
  entry.body.set_ledger_id(std::string(32, '\1'));
  EXPECT_EQ(WhyNot(entry), "founding entry: ledger_id must be zero");
  entry.body.mutable_operations(0)->mutable_propose();
  EXPECT_EQ(WhyNot(entry), "founding entry: not exactly one founding operation");
}

}  // namespace
}  // namespace sogoc::ledger
