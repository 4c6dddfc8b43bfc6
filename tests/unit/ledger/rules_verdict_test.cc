// The rules that are kept where a stamp is judged: I14, I15, I19.

#include "tests/unit/ledger/verdict_shelf.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kMut;

TEST(RulesTest, I14_LabelsOfAnExpiredCertificateStayGenuineAndSayThatItIsPast) {
  const Shelf s(0);
  EXPECT_EQ(s.CodeOf({.at = At(20290107)}), VerdictCode::kCodeIssued);  // the last day
  const Verdict expired = s.Judge({.at = At(20290108)});
  EXPECT_EQ(expired.code, VerdictCode::kGenuineCertExpired);
  EXPECT_EQ(Note(expired, "certificate_expired").vi, "Sản phẩm từng đạt 4 sao đến 07/01/2029");
  EXPECT_EQ(ExitCodeOf(expired.code), 0);
  EXPECT_FALSE(expired.certificate_in_force);
}

TEST(RulesTest, I15_LabelsOfARevokedCertificateAreRealButSayThatItIsRevoked) {
  Shelf s;
  Revoke(s, "GCN-CAM-1");
  const Verdict revoked = s.Judge({});
  EXPECT_EQ(revoked.code, VerdictCode::kGenuineCertRevoked);
  EXPECT_EQ(Note(revoked, "certificate_revoked").vi,
            "Chứng nhận bị thu hồi theo 170/QĐ-UBND ngày 09/01/2026: Vi phạm điều kiện");
  EXPECT_TRUE(Has(revoked, "issued"));
}

TEST(RulesTest, I15_ADowngradeBelowThePrintedStarCountsAsRevoked) {
  Shelf s(0);
  Follow(s, 3, v1::DOWNGRADE);
  const Verdict verdict = s.Judge({});
  EXPECT_EQ(verdict.code, VerdictCode::kGenuineCertRevoked);
  EXPECT_EQ(Note(verdict, "downgraded").vi, "Sản phẩm bị hạ sao từ 4 xuống 3");
  EXPECT_EQ(verdict.certificate->id, "GCN-CAM-1");
  EXPECT_EQ(verdict.certificate_in_force->id, "GCN-CAM-2");
}

// Jam of L1, certified, with labels of its own.
class Jam : public Shelf {
 public:
  Jam() {
    Certify({.certificate = "GCN-MUT", .gtin = kMut, .decision = {.number = "157/QĐ-UBND"}});
    Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M1", .inputs = {{}}});
    Accepts("htx-cam", RegisterBatch{.gtin = kMut, .lot = "M2", .inputs = {{kMut, "M1"}}});
    KeyedRun({.gtin = kMut, .lot = "M2", .certificate = "GCN-MUT"});
    Accepts("in-hatinh", ConfirmPrint{.gtin = kMut});
    Accepts("htx-cam", ActivateLabels{.gtin = kMut});
  }
  Verdict OfJam() const { return Judge({.gtin = kMut, .lot = "M2"}); }
};

TEST(RulesTest, I19_ARecallReachesWhatWasMadeOfWhatWasMadeOfTheBatch) {
  Jam s;
  EXPECT_EQ(s.OfJam().code, VerdictCode::kCodeIssued);
  s.Accepts("thanhtra-hatinh", OpenRecall{});
  const Verdict verdict = s.OfJam();
  EXPECT_EQ(verdict.code, VerdictCode::kRecalled);
  EXPECT_EQ(Note(verdict, "recalled_input").vi,
            "Nguyên liệu lô L1 (08930101000017) đang bị thu hồi theo TH-1: Dư lượng thuốc bảo vệ "
            "thực vật – không sử dụng");
  s.Accepts("thanhtra-hatinh", CloseRecall{});
  EXPECT_EQ(s.OfJam().code, VerdictCode::kCodeIssued);
}

TEST(RulesTest, I19_AHoldOfAnInputReachesTooAndSaysSo) {
  Jam s;
  s.Accepts("thanhtra-hatinh", OpenRecall{.kind = v1::HOLD});
  const VerdictNote note = Note(s.OfJam(), "held_input");
  EXPECT_NE(note.vi.find("đang tạm giữ"), std::string::npos);
  EXPECT_NE(note.vi.find("không sử dụng"), std::string::npos);
  EXPECT_NE(note.en.find("do not use"), std::string::npos);
}

TEST(RulesTest, I19_ARecallOfAnotherLotOfTheInputDoesNotReach) {
  Jam s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"}, OpenRecall{.lot = "L2"});
  EXPECT_EQ(s.OfJam().code, VerdictCode::kCodeIssued);
  s.Accepts("htx-cam", OpenRecall{.recall = "TH-2", .lot = ""});
  EXPECT_EQ(s.OfJam().code, VerdictCode::kRecalled);
}

// Own lot and input lot are of one product: one notice is one note.
TEST(VerdictTest, ARecallOfAWholeProductIsSaidOnce) {
  Jam s;
  s.Accepts("htx-cam", OpenRecall{.gtin = kMut, .lot = ""});
  const Verdict verdict = s.OfJam();
  EXPECT_EQ(verdict.code, VerdictCode::kRecalled);
  EXPECT_TRUE(Has(verdict, "recalled"));
  EXPECT_FALSE(Has(verdict, "recalled_input"));
}

}  // namespace
}  // namespace sogoc::ledger
