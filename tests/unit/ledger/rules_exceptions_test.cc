// Void, lost, stolen and revoked labels.

#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::Scenario;

// A run of labels over a batch of as many pieces.
class Roll : public Scenario {
 public:
  explicit Roll(std::uint64_t labels = 10'000) {
    Certify();
    Accepts("htx-cam", RegisterBatch{.amount = labels, .unit = v1::PIECE, .unit_content = 1});
    KeyedRun({.count = labels});
  }
  LabelRunRecord Run() const { return Read<LabelRunRecord>(LabelRunKey(kCam, 1)); }
  std::vector<ExceptionRange> Page(std::uint64_t page) const {
    return Read<ExceptionsRecord>(ExceptionsKey(kCam, 1, page)).ranges;
  }
};

TEST(ExceptionsTest, ARangeIsCutAtThePageBorders) {
  Roll s;
  s.Accepts("htx-cam",
            RecordExceptions{.kind = v1::LOST, .ranges = {{4'000, 5'000}}, .reason = "Mất cuộn"});
  ASSERT_EQ(s.Page(0).size(), 1U);
  EXPECT_EQ(s.Page(0)[0].first, 4'000U);
  EXPECT_EQ(s.Page(0)[0].count, 96U);
  EXPECT_EQ(s.Page(1)[0].first, 4'096U);
  EXPECT_EQ(s.Page(1)[0].count, 4'096U);
  EXPECT_EQ(s.Page(2)[0].first, 8'192U);
  EXPECT_EQ(s.Page(2)[0].count, 808U);
  EXPECT_EQ(s.Page(2)[0].reason, "Mất cuộn");
  EXPECT_EQ(s.Page(2)[0].recorded.organisation, "htx-cam");
  EXPECT_EQ(s.Run().lost_count, 5'000U);
}

TEST(ExceptionsTest, TotalsAreKeptByKind) {
  Roll s;
  s.Accepts("htx-cam", RecordExceptions{.kind = v1::LOST, .ranges = {{1, 2}}},
            RecordExceptions{.kind = v1::STOLEN, .ranges = {{3, 3}}});
  s.Accepts("thanhtra-hatinh", RecordExceptions{.kind = v1::REVOKED, .ranges = {{6, 4}}});
  s.Accepts("in-hatinh", RecordExceptions{.kind = v1::VOID, .ranges = {{10, 5}, {20, 6}}});
  const LabelRunRecord run = s.Run();
  EXPECT_EQ(run.lost_count, 2U);
  EXPECT_EQ(run.stolen_count, 3U);
  EXPECT_EQ(run.revoked_count, 4U);
  EXPECT_EQ(run.void_count, 11U);
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kCam, "L1")).labels_void, 11U);
}

TEST(ExceptionsTest, RangesOfAPageStayInOrder) {
  Roll s;
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{300, 1}, {100, 1}, {200, 1}}});
  ASSERT_EQ(s.Page(0).size(), 3U);
  EXPECT_EQ(s.Page(0)[0].first, 100U);
  EXPECT_EQ(s.Page(0)[1].first, 200U);
  EXPECT_EQ(s.Page(0)[2].first, 300U);
}

TEST(ExceptionsTest, ASerialHasOneException) {
  Roll s;
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{100, 10}}});
  for (const SerialRange range :
       {SerialRange{100, 10}, SerialRange{95, 6}, SerialRange{109, 1}, SerialRange{90, 40}}) {
    s.Refuses(RefusalCode::kSerialExcepted, "htx-cam",
              RecordExceptions{.kind = v1::LOST, .ranges = {range}});
  }
  s.Refuses(RefusalCode::kSerialExcepted, "htx-cam",
            RecordExceptions{.ranges = {{200, 10}, {205, 1}}});
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{95, 5}, {110, 5}}});
}

TEST(ExceptionsTest, ASerialThatWasVoidedInAnotherPageCountsToo) {
  Roll s;
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{4'096, 1}}});
  EXPECT_EQ(
      s.Refuses(RefusalCode::kSerialExcepted, "htx-cam", RecordExceptions{.ranges = {{4'000, 200}}})
          .en(),
      "Serial 4096 is already void, lost, stolen or revoked");
  EXPECT_FALSE(s.memory().Get(ExceptionsKey(kCam, 1, 0)));
}

TEST(ExceptionsTest, SerialsLieInTheRun) {
  Roll s(100);
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"});
  s.KeyedRun({.lot = "L2", .first = 101, .count = 50});
  EXPECT_EQ(
      s.Refuses(RefusalCode::kSerialOutsideRun, "htx-cam", RecordExceptions{.ranges = {{100, 2}}})
          .en(),
      "Serial 101 is outside the run");
  s.Refuses(RefusalCode::kSerialOutsideRun, "htx-cam", RecordExceptions{.ranges = {{101, 1}}});
  s.Refuses(RefusalCode::kSerialOutsideRun, "htx-cam",
            RecordExceptions{.first = 101, .ranges = {{100, 1}}});
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{100, 1}}},
            RecordExceptions{.first = 101, .ranges = {{101, 50}}});
}

TEST(ExceptionsTest, AnOperationTouchesAtMost64Pages) {
  Roll s(300'000);
  const std::uint64_t most = 64 * 4'096 - 1;  // page 0 begins with serial 1
  s.Refuses(RefusalCode::kListTooLong, "htx-cam", RecordExceptions{.ranges = {{1, most + 1}}});
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{1, most}}});
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{most + 1, 300'000 - most}}});
  EXPECT_EQ(s.Run().void_count, 300'000U);
}

TEST(ExceptionsTest, FormIsChecked) {
  Roll s(100);
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RecordExceptions{.ranges = {}});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RecordExceptions{.ranges = {{1, 0}}});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam",
            RecordExceptions{.ranges = {{1, ~std::uint64_t{0}}}});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam",
            RecordExceptions{.kind = v1::EXCEPTION_KIND_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "htx-cam", RecordExceptions{.reason = std::string(201, 'x')});
  s.Refuses(RefusalCode::kUnknownRun, "htx-cam", RecordExceptions{.first = 2});
}

TEST(RulesTest, I1_WhoHoldsTheLabelsReportsThemVoidLostOrStolen) {
  Roll s;
  for (const auto kind : {v1::VOID, v1::LOST, v1::STOLEN}) {
    for (const char* other : {"ct-mam", "thanhtra-hatinh", "vp-hatinh", "ubnd-hatinh"}) {
      s.Refuses(RefusalCode::kExceptionNotYours, other, RecordExceptions{.kind = kind});
    }
  }
  s.Accepts("htx-cam", RecordExceptions{.ranges = {{1, 1}}});
  s.Accepts("in-hatinh", RecordExceptions{.ranges = {{2, 1}}});
}

TEST(RulesTest, I1_OfficeAndInspectorsRevokeLabels) {
  Roll s;
  for (const char* other : {"htx-cam", "in-hatinh", "vp-tuyenquang", "ubnd-hatinh"}) {
    s.Refuses(RefusalCode::kExceptionNotYours, other, RecordExceptions{.kind = v1::REVOKED});
  }
  s.Accepts("vp-hatinh", RecordExceptions{.kind = v1::REVOKED, .ranges = {{1, 1}}});
  s.Accepts("thanhtra-hatinh", RecordExceptions{.kind = v1::REVOKED, .ranges = {{2, 1}}});
}

}  // namespace
}  // namespace sogoc::ledger
