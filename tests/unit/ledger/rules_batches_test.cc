// Batches, their inputs and their stage events: I16 to I18.

#include <gtest/gtest.h>

#include "node/ledger/limits.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCa;
using support::kCam;
using support::kMam;
using support::kMut;
using support::Scenario;

// Fish of tht-ca, sauce of ct-mam.
constexpr std::uint64_t kCatch = 1'000'000;  // g
class Fishery : public Scenario {
 public:
  Fishery() { Accepts("tht-ca", RegisterBatch{.gtin = kCa, .amount = kCatch, .expiry_date = 0}); }
  // A batch of sauce from the one batch of fish.
  static RegisterBatch Sauce(const std::string& lot, std::uint64_t fish) {
    return {.gtin = kMam,
            .lot = lot,
            .unit = v1::MILLILITRE,
            .inputs = {{.gtin = kCa, .lot = "L1", .amount = fish}}};
  }
};

TEST(RulesTest, I16_ExpiryIsNotBeforeProduction) {
  Scenario s;
  s.Refuses(RefusalCode::kExpiryBeforeProduction, "htx-cam",
            RegisterBatch{.production_date = 20260108, .expiry_date = 20260107});
  s.Accepts("htx-cam", RegisterBatch{.production_date = 20260108, .expiry_date = 20260108});
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2", .expiry_date = 0});
}

TEST(RulesTest, I16_InputsAreNotYoungerThanTheBatch) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{.production_date = 20260108});
  s.Refuses(RefusalCode::kInputYounger, "htx-cam",
            RegisterBatch{.gtin = kMut, .production_date = 20260107, .inputs = {{}}});
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .production_date = 20260108, .inputs = {{}}});
}

TEST(RulesTest, I16_ABatchIsNoInputOfItself) {
  Scenario s;
  s.Refuses(RefusalCode::kUnknownBatch, "htx-cam",
            RegisterBatch{.gtin = kCam, .lot = "L1", .inputs = {{.gtin = kCam, .lot = "L1"}}});
}

TEST(RulesTest, I17_InputsTakeNoMoreThanTheBatchHolds) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{.amount = 1'000});
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{.amount = 600}}});
  EXPECT_EQ(s.Refuses(RefusalCode::kInputOverdrawn, "htx-cam",
                      RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{.amount = 401}}})
                .vi(),
            "Vượt số lượng lô nguyên liệu L1: đã dùng 600/1.000, còn 400");
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{.amount = 400}}});
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kCam, "L1")).drawn, 1'000U);
}

TEST(RulesTest, I17_AnOfferDoesNotMakeMoreOfABatch) {
  Fishery s;
  s.Accepts("tht-ca", OfferInput{.amount = 2 * kCatch});
  s.Refuses(RefusalCode::kInputOverdrawn, "ct-mam", Fishery::Sauce("M1", kCatch + 1));
  s.Accepts("ct-mam", Fishery::Sauce("M1", kCatch));
}

TEST(RulesTest, I17_OperationsOfOneEntryCountTogether) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{.amount = 1'000});
  s.Refuses(RefusalCode::kInputOverdrawn, "htx-cam",
            RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{.amount = 600}}},
            RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{.amount = 600}}});
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kCam, "L1")).drawn, 0U);
}

TEST(RulesTest, I18_AStageEventHasAPlace) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{});
  s.Refuses(RefusalCode::kUnknownLocation, "htx-cam", RecordStageEvent{.location = "xuong-9"});
  s.Refuses(RefusalCode::kUnknownLocation, "htx-cam",
            RecordStageEvent{.location = "8930101000018"});
  s.Accepts("htx-cam", RecordStageEvent{.location = "xuong-1"},
            RecordStageEvent{.location = support::kGln});
}

TEST(RulesTest, I18_AStageEventHasHappened) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{});
  s.Refuses(RefusalCode::kEventInFuture, "htx-cam", RecordStageEvent{.time = s.now_seconds() + 1});
  s.Accepts("htx-cam", RecordStageEvent{.time = s.now_seconds()});
  s.Refuses(RefusalCode::kEventInFuture, "htx-cam", RecordStageEvent{.time = 0});
}

TEST(RulesTest, I18_EventsAreCountedAndChained) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{});
  const auto chain = [](const base::Digest& before, const Entry& entry, std::uint32_t position) {
    base::Bytes place;
    base::AppendU32(place, position);
    return crypto::Sha256({before, entry.id, place});
  };
  const Entry first = s.Sign("htx-cam", {RecordStageEvent{.stage = v1::SORTING}});
  const Entry second =
      s.Sign("htx-cam", {RecordStageEvent{.stage = v1::PACKING}, RecordStageEvent{}});
  s.ExecuteBlock(std::vector{first, second});
  const auto batch = s.Read<BatchRecord>(BatchKey(kCam, "L1"));
  EXPECT_EQ(batch.event_count, 3U);
  EXPECT_EQ(batch.event_hash, chain(chain(chain({}, first, 0), second, 0), second, 1));
}

// ---- Offers

TEST(BatchesTest, AForeignBatchMustBeOffered) {
  Fishery s;
  s.Refuses(RefusalCode::kInputNotOffered, "ct-mam", Fishery::Sauce("M1", 1));
  s.Accepts("tht-ca", OfferInput{.amount = 300}, OfferInput{.amount = 200});
  s.Refuses(RefusalCode::kInputNotOffered, "ct-mam", Fishery::Sauce("M1", 501));
  s.Accepts("ct-mam", Fishery::Sauce("M1", 400));
  EXPECT_EQ(s.Refuses(RefusalCode::kInputNotOffered, "ct-mam", Fishery::Sauce("M2", 101)).en(),
            "The owner of lot L1 offers you only 100 more");
  const auto offer = s.Read<OfferRecord>(OfferKey(kCa, "L1", "ct-mam"));
  EXPECT_EQ(offer.offered, 500U);
  EXPECT_EQ(offer.drawn, 400U);
}

TEST(BatchesTest, AnOfferIsForOneOrganisation) {
  Fishery s;
  s.Accepts("tht-ca", OfferInput{.to = "htx-cam"});
  s.Refuses(RefusalCode::kInputNotOffered, "ct-mam", Fishery::Sauce("M1", 1));
  s.Refuses(RefusalCode::kUnknownOrganisation, "tht-ca", OfferInput{.to = "ai-do"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "tht-ca", OfferInput{.to = "tht-ca"});
}

TEST(BatchesTest, OffersHaveABound) {
  Fishery s;
  s.Refuses(RefusalCode::kBadNumber, "tht-ca", OfferInput{.amount = 0});
  s.Refuses(RefusalCode::kBadNumber, "tht-ca", OfferInput{.amount = kAmountMax + 1});
  s.Accepts("tht-ca", OfferInput{.amount = kAmountMax});
  s.Refuses(RefusalCode::kBadNumber, "tht-ca", OfferInput{.amount = 1});
}

// ---- Ancestors

TEST(BatchesTest, AncestorsAreDistinctSortedAndOfAllGenerations) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "B"}, RegisterBatch{.lot = "A"});
  s.Accepts("htx-cam",
            RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{.lot = "A"}, {.lot = "B"}}});
  s.Accepts("htx-cam",
            RegisterBatch{
                .gtin = kMut, .lot = "M2", .inputs = {{.lot = "A"}, {.gtin = kMut, .lot = "M1"}}});
  const auto batch = s.Read<BatchRecord>(BatchKey(kMut, "M2"));
  const auto list = s.Read<AncestorsRecord>(AncestorsKey(batch.ancestors));
  const std::vector<BatchId> expected = {{{}, kCam, "A"}, {{}, kCam, "B"}, {{}, kMut, "M1"}};
  EXPECT_EQ(list.batches, expected);
  EXPECT_EQ(batch.ancestor_count, 3U);
  EXPECT_EQ(batch.ancestors, crypto::Sha256(EncodeRecord(list)));
}

TEST(BatchesTest, EqualAncestorsAreStoredOnce) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{});
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{}}});
  const std::size_t values = s.memory().values().size();
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{}}});
  EXPECT_EQ(s.memory().values().size(), values + 1);  // the batch
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kMut, "M1")).ancestors,
            s.Read<BatchRecord>(BatchKey(kMut, "M2")).ancestors);
}

// `count` inputs that another ledger holds.
std::vector<Input> Foreign(std::size_t count, int series) {
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < count; ++i) {
    inputs.push_back({.gtin = kCa,
                      .lot = std::to_string(series) + "-" + std::to_string(1'000 + i),
                      .ledger_id = support::Hash("another ledger")});
  }
  return inputs;
}

TEST(BatchesTest, ABatchHasAtMost4096Ancestors) {
  Scenario s;
  std::vector<Input> mixed;
  for (int i = 0; i < 16; ++i) {
    const std::string lot = std::to_string(100 + i);
    s.Accepts("htx-cam", RegisterBatch{.lot = lot, .inputs = Foreign(255, i)});
    mixed.push_back({.lot = lot});
  }
  // 16 batches with 255 ancestors each.
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = mixed});
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kMut, "M1")).ancestor_count, kAncestorsMax);
  s.Refuses(RefusalCode::kTooManyAncestors, "htx-cam",
            RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{.gtin = kMut, .lot = "M1"}}});
}

TEST(BatchesTest, ABatchHasAtMost256Inputs) {
  Scenario s;
  s.Refuses(RefusalCode::kListTooLong, "htx-cam", RegisterBatch{.inputs = Foreign(257, 0)});
  s.Accepts("htx-cam", RegisterBatch{.inputs = Foreign(256, 0)});
}

TEST(BatchesTest, InputsAreAscendingAndDistinct) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "A"}, RegisterBatch{.lot = "B"});
  s.Refuses(RefusalCode::kInputsNotAscending, "htx-cam",
            RegisterBatch{.gtin = kMut, .inputs = {{.lot = "B"}, {.lot = "A"}}});
  s.Refuses(RefusalCode::kInputsNotAscending, "htx-cam",
            RegisterBatch{.gtin = kMut, .inputs = {{.lot = "A"}, {.lot = "A"}}});
}

TEST(BatchesTest, AnInputOfAnotherLedgerIsCitedAsIs) {
  Scenario s;
  const std::string other = support::Hash("another ledger");
  s.Refuses(RefusalCode::kBadDigest, "htx-cam", RegisterBatch{.inputs = {{.ledger_id = "short"}}});
  s.Refuses(RefusalCode::kBadDigest, "htx-cam",
            RegisterBatch{.inputs = {{.ledger_id = std::string(32, '\0')}}});
  s.Refuses(RefusalCode::kBadDigest, "htx-cam",
            RegisterBatch{.inputs = {{.ledger_id = base::ToText(s.ledger_id())}}});
  s.Accepts("htx-cam", RegisterBatch{.inputs = {{.gtin = kCa, .lot = "X", .ledger_id = other}}});
  const auto batch = s.Read<BatchRecord>(BatchKey(kCam, "L1"));
  EXPECT_EQ(base::ToText(batch.inputs[0].batch.ledger_id), other);
  EXPECT_EQ(batch.ancestor_count, 1U);
}

// ---- Form

TEST(BatchesTest, ALotIsRegisteredOnce) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{});
  s.Refuses(RefusalCode::kBatchExists, "htx-cam", RegisterBatch{.amount = 5'000});
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut});
}

TEST(BatchesTest, FormIsChecked) {
  Scenario s;
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RegisterBatch{.amount = 0});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RegisterBatch{.amount = kAmountMax + 1});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RegisterBatch{.unit = v1::UNIT_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RegisterBatch{.amount = 5, .unit_content = 6});
  s.Refuses(RefusalCode::kBadDate, "htx-cam", RegisterBatch{.production_date = 20260230});
  s.Refuses(RefusalCode::kBadDate, "htx-cam", RegisterBatch{.production_date = 0});
  s.Refuses(RefusalCode::kBadDate, "htx-cam", RegisterBatch{.expiry_date = 20261301});
  s.Refuses(RefusalCode::kUnknownFacility, "htx-cam", RegisterBatch{.facility = "xuong-9"});
  s.Refuses(RefusalCode::kUnknownProduct, "htx-cam", RegisterBatch{.gtin = support::kFreeGtin});
  s.Accepts("htx-cam", RegisterBatch{});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RecordStageEvent{.stage = v1::STAGE_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "htx-cam", RecordStageEvent{.note = std::string(1'001, 'x')});
  s.Refuses(RefusalCode::kBadDigest, "htx-cam", RecordStageEvent{.document = "short"});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam",
            RegisterBatch{.lot = "L2", .inputs = {{.amount = 0}}});
  s.Refuses(RefusalCode::kUnknownBatch, "htx-cam", RecordStageEvent{.lot = "L9"});
}

TEST(RulesTest, I1_BatchesAreTheOwnersBusiness) {
  Scenario s;
  s.Refuses(RefusalCode::kNotYourProduct, "ct-mam", RegisterBatch{});
  s.Accepts("htx-cam", RegisterBatch{});
  s.Refuses(RefusalCode::kNotYourBatch, "ct-mam", RecordStageEvent{});
  s.Refuses(RefusalCode::kNotYourBatch, "ct-mam", OfferInput{.gtin = kCam, .to = "tht-ca"});
}

}  // namespace
}  // namespace sogoc::ledger
