// Recalls and holds of a product's lots.

#include <gtest/gtest.h>

#include "node/ledger/verdict.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::kMut;
using support::Scenario;

class Orchard : public Scenario {
 public:
  Orchard() { Accepts("htx-cam", RegisterBatch{}, RegisterBatch{.lot = "L2"}); }
  RecallsRecord Recalls() const { return Read<RecallsRecord>(RecallsKey(kCam)); }
};

TEST(RecallsTest, NothingIsOpenAtFirst) {
  const Orchard s;
  EXPECT_FALSE(s.memory().Get(RecallsKey(kCam)));
}

TEST(RecallsTest, OpenNoticesAreKeptByNumber) {
  Orchard s;
  s.Accepts("htx-cam", OpenRecall{.recall = "TH-2", .document = support::Hash("thông báo")});
  s.Accepts("thanhtra-hatinh", OpenRecall{.recall = "TH-1", .lot = "", .kind = v1::HOLD});
  const RecallsRecord recalls = s.Recalls();
  ASSERT_EQ(recalls.open.size(), 2U);
  EXPECT_EQ(recalls.open[0].recall, "TH-1");
  EXPECT_EQ(recalls.open[0].lot, "");
  EXPECT_EQ(recalls.open[0].kind, v1::HOLD);
  EXPECT_EQ(recalls.open[0].opened.organisation, "thanhtra-hatinh");
  EXPECT_EQ(recalls.open[1].recall, "TH-2");
  EXPECT_EQ(recalls.open[1].lot, "L1");
}

TEST(RecallsTest, ClosingLeavesTheOthersOpen) {
  Orchard s;
  s.Accepts("htx-cam", OpenRecall{}, OpenRecall{.recall = "TH-2", .lot = "L2"});
  s.Accepts("thanhtra-hatinh", CloseRecall{});
  EXPECT_EQ(s.Recalls().open.size(), 1U);
  EXPECT_EQ(s.Recalls().open[0].recall, "TH-2");
  EXPECT_EQ(s.Recalls().closed_count, 1U);
  s.Accepts("vp-hatinh", CloseRecall{.recall = "TH-2"});
  EXPECT_TRUE(s.Recalls().open.empty());
  EXPECT_EQ(s.Recalls().closed_count, 2U);
}

TEST(RecallsTest, ANumberIsOpenOnce) {
  Orchard s;
  s.Accepts("htx-cam", OpenRecall{});
  s.Refuses(RefusalCode::kRecallExists, "thanhtra-hatinh", OpenRecall{.lot = "L2"});
}

TEST(RecallsTest, WhatIsNotOpenCannotBeClosed) {
  Orchard s;
  s.Refuses(RefusalCode::kUnknownRecall, "thanhtra-hatinh", CloseRecall{});
  s.Accepts("htx-cam", OpenRecall{});
  s.Accepts("thanhtra-hatinh", CloseRecall{});
  s.Refuses(RefusalCode::kUnknownRecall, "thanhtra-hatinh", CloseRecall{});
}

TEST(RecallsTest, FormIsChecked) {
  Orchard s;
  s.Refuses(RefusalCode::kUnknownBatch, "htx-cam", OpenRecall{.lot = "L9"});
  s.Refuses(RefusalCode::kUnknownProduct, "htx-cam", OpenRecall{.gtin = support::kFreeGtin});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", OpenRecall{.kind = v1::RECALL_KIND_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "htx-cam", OpenRecall{.recall = ""});
  s.Refuses(RefusalCode::kBadText, "htx-cam", OpenRecall{.reason = ""});
  s.Refuses(RefusalCode::kBadDigest, "htx-cam", OpenRecall{.document = "short"});
  s.Accepts("htx-cam", OpenRecall{});
  s.Refuses(RefusalCode::kBadDigest, "thanhtra-hatinh", CloseRecall{.report = ""});
}

TEST(RecallsTest, AProductHasAtMost256OpenNotices) {
  Orchard s;
  std::vector<v1::Operation> notices;
  for (int i = 0; i < 256; ++i) notices.push_back(OpenRecall{.recall = "TH-" + std::to_string(i)});
  s.ExpectAccepted("htx-cam", notices);
  s.Refuses(RefusalCode::kListTooLong, "htx-cam", OpenRecall{.recall = "TH-256"});
}

TEST(RulesTest, I19_ARecallReachesWhatWasMadeOfTheBatch) {
  Orchard s;
  s.Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{.lot = "L1"}}});
  s.Accepts("htx-cam",
            RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{.gtin = kMut, .lot = "M1"}}});
  s.Certify({.certificate = "GCN-MUT", .gtin = kMut});
  s.KeyedRun({.gtin = kMut, .lot = "M2", .certificate = "GCN-MUT"});
  s.Accepts("in-hatinh", ConfirmPrint{.gtin = kMut});
  s.Accepts("htx-cam", ActivateLabels{.gtin = kMut});
  const auto verdict = [&s] {
    const StateStanding standing{s.now(), true, s.now()};
    return JudgeStamp({s.StampUri(kMut, "M2", 7), std::nullopt}, s.memory(), standing, std::nullopt,
                      support::RulesUnderTest())
        .code;
  };
  EXPECT_EQ(verdict(), VerdictCode::kCodeIssued);
  s.Accepts("thanhtra-hatinh", OpenRecall{.lot = "L2"});
  EXPECT_EQ(verdict(), VerdictCode::kCodeIssued);
  s.Accepts("thanhtra-hatinh", OpenRecall{.recall = "TH-2", .lot = "L1"});
  EXPECT_EQ(verdict(), VerdictCode::kRecalled);
}

TEST(RulesTest, I1_AProducerRecallsHisOwnBatchesOnly) {
  Orchard s;
  s.Refuses(RefusalCode::kRecallNotYours, "ct-mam", OpenRecall{});
  s.Refuses(RefusalCode::kRecallNotYours, "in-hatinh", OpenRecall{});
  s.Accepts("htx-cam", OpenRecall{});
}

TEST(RulesTest, I1_AgencyAndOfficeRecallAnyBatchOfTheirArea) {
  Orchard s;
  s.Refuses(RefusalCode::kRecallNotYours, "vp-tuyenquang", OpenRecall{});
  s.Accepts("vp-hatinh", OpenRecall{});
  s.Accepts("thanhtra-hatinh", OpenRecall{.recall = "TH-2"});
}

TEST(RulesTest, I1_OnlyTheAuthoritiesCloseARecall) {
  Orchard s;
  s.Accepts("htx-cam", OpenRecall{});
  s.Refuses(RefusalCode::kRecallNotYours, "htx-cam", CloseRecall{});
  s.Refuses(RefusalCode::kRecallNotYours, "vp-tuyenquang", CloseRecall{});
  s.Accepts("thanhtra-hatinh", CloseRecall{});
}

}  // namespace
}  // namespace sogoc::ledger
