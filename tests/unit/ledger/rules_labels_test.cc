// Label runs: I10 to I15, I20 and what an office, a producer and a printer do one after the other.

#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::kMut;
using support::Scenario;

// A certified product with a batch of 10,000 units.
class Harvest : public Scenario {
 public:
  explicit Harvest(RegisterBatch batch = {}) {
    Certify();
    Accepts("htx-cam", batch);
  }
  BatchRecord Batch() const { return Read<BatchRecord>(BatchKey(kCam, "L1")); }
  LabelRunRecord Run() const { return Read<LabelRunRecord>(LabelRunKey(kCam, 1)); }
};

TEST(RulesTest, I10_LabelsUpToTheSellableUnitsAreAccepted) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 9'500});
  s.Accepts("vp-hatinh", AuthoriseLabels{.first = 9'501, .count = 500});
  EXPECT_EQ(s.Batch().labels_authorised, 10'000U);
  EXPECT_EQ(s.Batch().runs.size(), 2U);
}

TEST(RulesTest, I10_LabelsBeyondSellableUnitsAreRefused) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 9'500});
  const auto refusal = s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh",
                                 AuthoriseLabels{.first = 9'501, .count = 501});
  EXPECT_EQ(refusal.vi(), "Vượt số lượng lô: đã cấp 9.500/10.000, còn 500");
  EXPECT_EQ(refusal.en(),
            "More labels than the batch has units: 9.500 of 10.000 authorised, 500 left");
}

TEST(RulesTest, I10_PartOfAUnitIsNotSellable) {
  Harvest s(RegisterBatch{.amount = 2'999, .unit_content = 1'000});
  s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh", AuthoriseLabels{.count = 3});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 2});
}

TEST(RulesTest, I10_ABatchThatIsNotSoldInUnitsGetsNoLabels) {
  Harvest s(RegisterBatch{.unit_content = 0});
  s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh", AuthoriseLabels{.count = 1});
}

TEST(RulesTest, I10_OnlyVoidLabelsGiveTheirUnitsBack) {
  Harvest s;
  s.KeyedRun(AuthoriseLabels{.count = 10'000});
  s.Accepts("htx-cam", RecordExceptions{.kind = v1::LOST, .ranges = {{1, 50}}});
  s.Accepts("htx-cam", RecordExceptions{.kind = v1::STOLEN, .ranges = {{51, 50}}});
  s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh", AuthoriseLabels{.first = 10'001, .count = 1});
  s.Accepts("htx-cam", RecordExceptions{.kind = v1::VOID, .ranges = {{101, 30}}});
  s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh", AuthoriseLabels{.first = 10'001, .count = 31});
  s.Accepts("vp-hatinh", AuthoriseLabels{.first = 10'001, .count = 30});
}

TEST(RulesTest, I10_UnitsDrawnAsInputAreNotSold) {
  Harvest s;
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{.amount = 500}}});
  s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh", AuthoriseLabels{.count = 10'000});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 9'999});
}

TEST(RulesTest, I10_LabelledUnitsAreNotDrawnAsInput) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 9'999});
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{.amount = 1'000}}});
  s.Refuses(RefusalCode::kInputLabelled, "htx-cam",
            RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{.amount = 1}}});
}

TEST(RulesTest, I11_PrintedLabelsStayWithinTheRun) {
  Harvest s;
  s.KeyedRun();
  s.Refuses(RefusalCode::kBeyondRun, "in-hatinh", ConfirmPrint{.printed = 101});
  s.Accepts("in-hatinh", ConfirmPrint{.printed = 60});
  s.Accepts("in-hatinh", ConfirmPrint{.printed = 100});
  EXPECT_EQ(s.Run().printed, 100U);
}

TEST(RulesTest, I11_ActivatedLabelsArePrinted) {
  Harvest s;
  s.KeyedRun();
  s.Accepts("in-hatinh", ConfirmPrint{.printed = 60});
  s.Refuses(RefusalCode::kBeyondPrinted, "htx-cam", ActivateLabels{.activated = 61});
  s.Accepts("htx-cam", ActivateLabels{.activated = 60});
  EXPECT_EQ(s.Run().activated, 60U);
}

TEST(RulesTest, I12_ARunStartsAtTheNextSerial) {
  Harvest s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 100});
  EXPECT_EQ(s.Refuses(RefusalCode::kWrongFirstSerial, "vp-hatinh",
                      AuthoriseLabels{.lot = "L2", .first = 100})
                .en(),
            "The run must start at serial 101");
  s.Refuses(RefusalCode::kWrongFirstSerial, "vp-hatinh", AuthoriseLabels{.lot = "L2", .first = 1});
  s.Refuses(RefusalCode::kWrongFirstSerial, "vp-hatinh",
            AuthoriseLabels{.lot = "L2", .first = 102});
  s.Accepts("vp-hatinh", AuthoriseLabels{.lot = "L2", .first = 101});
}

TEST(RulesTest, I12_EachProductCountsItsOwnSerials) {
  Harvest s;
  s.Certify({.certificate = "GCN-MUT-1", .gtin = kMut, .decision = {.number = "157/QĐ-UBND"}});
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 100},
            AuthoriseLabels{.gtin = kMut, .certificate = "GCN-MUT-1", .first = 1, .count = 100});
}

TEST(RulesTest, I13_TheStarPrintedIsTheStarCertified) {
  Harvest s;
  s.Refuses(RefusalCode::kStarDiffers, "vp-hatinh", AuthoriseLabels{.star = 5});
  s.Refuses(RefusalCode::kStarDiffers, "vp-hatinh", AuthoriseLabels{.star = 3});
  s.Accepts("vp-hatinh", AuthoriseLabels{.star = 4});
}

TEST(RulesTest, I13_TheCertificateIsTheProducts) {
  Harvest s;
  s.Certify({.certificate = "GCN-MUT-1", .gtin = kMut, .decision = {.number = "157/QĐ-UBND"}});
  s.Refuses(RefusalCode::kNotThisProduct, "vp-hatinh", AuthoriseLabels{.certificate = "GCN-MUT-1"});
}

TEST(RulesTest, I13_ASupersededCertificateGivesNoNewLabels) {
  Harvest s;
  s.GoTo(20260301);
  s.Certify({.certificate = "GCN-CAM-2",
             .star = 3,
             .decision = {.date = 20260301, .number = "200/QĐ-UBND"},
             .change = v1::DOWNGRADE,
             .previous = "GCN-CAM-1",
             .score = support::op::ScoreRef{.session = "dot-2-2026"}},
            {.part_a = 2000, .part_b = 1500, .part_c = 2000});
  s.Refuses(RefusalCode::kCertificateNotInForce, "vp-hatinh", AuthoriseLabels{});
  s.Accepts("vp-hatinh", AuthoriseLabels{.certificate = "GCN-CAM-2", .star = 3});
}

TEST(RulesTest, I14_NoNewLabelsAfterTheCertificateExpired) {
  Harvest s;
  s.GoTo(20290107);
  s.Accepts("vp-hatinh", AuthoriseLabels{});
  s.GoTo(20290108);
  EXPECT_EQ(
      s.Refuses(RefusalCode::kCertificateNotInForce, "vp-hatinh", AuthoriseLabels{.first = 101})
          .vi(),
      "Giấy chứng nhận GCN-CAM-1 không có hiệu lực vào ngày 2029-01-08");
}

TEST(RulesTest, I14_LabelsOfAnExpiredCertificateAreStillPrintedAndActivated) {
  Harvest s;
  s.KeyedRun();
  s.GoTo(20290108);
  s.Accepts("in-hatinh", ConfirmPrint{});
  s.Accepts("htx-cam", ActivateLabels{});
}

TEST(RulesTest, I15_NoNewLabelsOnceTheCertificateIsRevoked) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{});
  const DecisionRef decision{.date = 20260110, .number = "170/QĐ-UBND"};
  s.Accepts("ubnd-hatinh", RecordDecision{decision}, RevokeCertificate{.decision = decision});
  s.Refuses(RefusalCode::kCertificateNotInForce, "vp-hatinh", AuthoriseLabels{.first = 101});
}

TEST(RulesTest, I20_NoActivationBeforePrinting) {
  Harvest s;
  s.KeyedRun();
  s.Refuses(RefusalCode::kNotPrinted, "htx-cam", ActivateLabels{.activated = 1});
  s.Accepts("in-hatinh", ConfirmPrint{.printed = 1});
  s.Accepts("htx-cam", ActivateLabels{.activated = 1});
}

TEST(RulesTest, I20_ALabelBelongsToOneBatch) {
  Harvest s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"});
  s.Accepts("vp-hatinh", AuthoriseLabels{});
  s.Refuses(RefusalCode::kWrongFirstSerial, "vp-hatinh", AuthoriseLabels{.lot = "L2"});
  EXPECT_EQ(s.Run().lot, "L1");
  EXPECT_TRUE(s.Read<BatchRecord>(BatchKey(kCam, "L2")).runs.empty());
}

// ---- What carries no number

TEST(LabelsTest, ARunGoesFromOfficeToProducerToPrinterToMarket) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{.scratch = true});
  s.Accepts("htx-cam", SetRunKeys{.scratch_root = support::Hash("root")});
  s.Accepts("in-hatinh", ConfirmPrint{});
  s.Accepts("htx-cam", ActivateLabels{});
  const LabelRunRecord run = s.Run();
  EXPECT_EQ(run.lot, "L1");
  EXPECT_EQ(run.certificate, "GCN-CAM-1");
  EXPECT_EQ(run.count, 100U);
  EXPECT_EQ(run.star, 4);
  EXPECT_TRUE(run.scratch);
  EXPECT_EQ(run.stamp_key, base::ToBytes(support::KeyOf("stamp").public_key()));
  EXPECT_EQ(run.scratch_root, base::ToBytes(base::AsBytes(support::Hash("root"))));
  EXPECT_EQ(run.authorised.organisation, "vp-hatinh");
  EXPECT_EQ(run.keyed->organisation, "htx-cam");
  EXPECT_EQ(run.last_printed->organisation, "in-hatinh");
  EXPECT_EQ(run.last_activated->key_id, support::KeyIdOf("htx-cam"));
  EXPECT_EQ(s.Read<ProductRecord>(ProductKey(kCam)).next_serial, 101U);
}

TEST(LabelsTest, KeysAreSetOnce) {
  Harvest s;
  s.KeyedRun();
  s.Refuses(RefusalCode::kKeysSet, "htx-cam", SetRunKeys{.stamp_key = "another"});
}

TEST(LabelsTest, NothingIsPrintedWithoutKeys) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{});
  s.Refuses(RefusalCode::kKeysMissing, "in-hatinh", ConfirmPrint{});
}

TEST(LabelsTest, AScratchRootGoesWithAScratchLayer) {
  Harvest s;
  s.Accepts("vp-hatinh", AuthoriseLabels{.scratch = true});
  s.Refuses(RefusalCode::kScratchMismatch, "htx-cam", SetRunKeys{});
  s.Refuses(RefusalCode::kScratchMismatch, "htx-cam", SetRunKeys{.scratch_root = "short"});
  s.Accepts("vp-hatinh", AuthoriseLabels{.first = 101});
  s.Refuses(RefusalCode::kScratchMismatch, "htx-cam",
            SetRunKeys{.first = 101, .scratch_root = support::Hash("root")});
}

TEST(LabelsTest, CountsRise) {
  Harvest s;
  s.KeyedRun();
  s.Accepts("in-hatinh", ConfirmPrint{.printed = 60});
  s.Refuses(RefusalCode::kNotRising, "in-hatinh", ConfirmPrint{.printed = 60});
  s.Refuses(RefusalCode::kNotRising, "in-hatinh", ConfirmPrint{.printed = 0});
  s.Accepts("htx-cam", ActivateLabels{.activated = 20});
  s.Refuses(RefusalCode::kNotRising, "htx-cam", ActivateLabels{.activated = 20});
}

TEST(LabelsTest, APrinterIsAPrintShopOrTheProducer) {
  Harvest s;
  s.Refuses(RefusalCode::kRoleNotForKind, "vp-hatinh", AuthoriseLabels{.printer = "ct-mam"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", AuthoriseLabels{.printer = "ai-do"});
  s.KeyedRun({.printer = "htx-cam"});
  s.Refuses(RefusalCode::kRoleMissing, "htx-cam", ConfirmPrint{});
  s.Accepts("vp-hatinh", GrantRole{.organisation = "htx-cam", .role = v1::PRINT});
  s.Accepts("htx-cam", ConfirmPrint{});
}

TEST(LabelsTest, ARunHasASaneSize) {
  Harvest s(RegisterBatch{.amount = 20'000'000, .unit = v1::PIECE, .unit_content = 1});
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh", AuthoriseLabels{.count = 0});
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh", AuthoriseLabels{.count = 10'000'001});
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh", AuthoriseLabels{.first = 0});
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh", AuthoriseLabels{.first = (1ULL << 62) + 1});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 10'000'000});
}

TEST(LabelsTest, ABatchHasAtMost1024Runs) {
  Harvest s;
  std::vector<v1::Operation> runs;
  for (std::uint64_t first = 1; first <= 1'024; ++first) {
    runs.push_back(AuthoriseLabels{.first = first, .count = 1});
    if (runs.size() == 512) s.ExpectAccepted("vp-hatinh", std::exchange(runs, {}));
  }
  s.Refuses(RefusalCode::kBatchTooManyRuns, "vp-hatinh",
            AuthoriseLabels{.first = 1'025, .count = 1});
}

TEST(LabelsTest, RunsAndBatchesThatDoNotExistAreNamed) {
  Harvest s;
  s.Refuses(RefusalCode::kUnknownBatch, "vp-hatinh", AuthoriseLabels{.lot = "L9"});
  s.Refuses(RefusalCode::kUnknownCertificate, "vp-hatinh", AuthoriseLabels{.certificate = "GCN-9"});
  s.Refuses(RefusalCode::kUnknownProduct, "vp-hatinh", AuthoriseLabels{.gtin = support::kFreeGtin});
  s.Refuses(RefusalCode::kUnknownRun, "htx-cam", SetRunKeys{});
  s.Refuses(RefusalCode::kUnknownRun, "in-hatinh", ConfirmPrint{.first = 7});
}

}  // namespace
}  // namespace sogoc::ledger
