// A product's certificates in time: I7, I8, and how one follows the other.

#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::Scenario;
using support::WorldOptions;

CertificateRecord Get(const Scenario& s, const std::string& id) {
  return s.Read<CertificateRecord>(CertificateKey(id));
}

// A certificate of the later council session, by a decision of 2026-03-01.
IssueCertificate Second(std::uint32_t star, v1::CertificateChange change,
                        const std::string& previous = "GCN-CAM-1") {
  return {.certificate = "GCN-CAM-2",
          .star = star,
          .decision = {.date = 20260301, .number = "200/QĐ-UBND"},
          .change = change,
          .previous = previous,
          .score = ScoreRef{.session = "dot-2-2026"}};
}
constexpr std::uint32_t kPartC[] = {0, 0, 0, 1000, 2700, 3500};  // by star, beside 32 and 19 points

void CertifySecond(Scenario& s, std::uint32_t star, v1::CertificateChange change,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  s.GoTo(20260301);
  s.Certify(Second(star, change), {.part_c = kPartC[star]}, "", file, line);
}

// ---- I7

TEST(RulesTest, I7_ACertificateIsValidFor36Months) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{});
  s.Accepts("ubnd-hatinh", RecordDecision{});
  for (const Date wrong : {20290106U, 20290108U, 20270107U, 20260107U}) {
    s.Refuses(RefusalCode::kWrongValidity, "ubnd-hatinh", IssueCertificate{.valid_to = wrong});
  }
  EXPECT_EQ(
      s.Refuses(RefusalCode::kWrongValidity, "ubnd-hatinh", IssueCertificate{.valid_to = 20290106})
          .en(),
      "The certificate must be valid to 2029-01-07, not 2029-01-06");
  s.Accepts("ubnd-hatinh", IssueCertificate{.valid_to = 20290107});
  EXPECT_EQ(Get(s, "GCN-CAM-1").valid_from, 20260107U);
  EXPECT_EQ(Get(s, "GCN-CAM-1").valid_to, 20290107U);
}

TEST(RulesTest, I7_TheLastDayIsClampedToTheMonthsEnd) {
  Scenario s;
  const DecisionRef leap_day{.date = 20240229};
  s.Accepts("ubnd-hatinh", RecordDecision{leap_day});
  s.Refuses(RefusalCode::kWrongValidity, "ubnd-hatinh",
            IssueCertificate{.decision = leap_day, .valid_to = 20270301, .score = std::nullopt});
  s.Accepts("ubnd-hatinh",
            IssueCertificate{.decision = leap_day, .valid_to = 20270228, .score = std::nullopt});
}

TEST(RulesTest, I7_MonthsAreThoseOfTheRegime) {
  Scenario s;
  v1::Change change;
  *change.mutable_regimes() = support::Regimes();
  change.mutable_regimes()->mutable_regimes(2)->set_validity_months(6);
  s.Accepts("vp-hatinh", Propose{change});
  s.GoTo(20260831);
  const DecisionRef last_of_august{.date = 20260831};
  s.Accepts("hd-hatinh", ScoreProduct{});
  s.Accepts("ubnd-hatinh", RecordDecision{last_of_august},
            IssueCertificate{.decision = last_of_august, .valid_to = 20270228});
}

// ---- I8

TEST(RulesTest, I8_NoSecondCertificateWhileOneIsInForce) {
  Scenario s;
  s.Certify();
  s.GoTo(20260301);
  s.Accepts("hd-hatinh", ScoreProduct{.session = "dot-2-2026"});
  const IssueCertificate second = Second(4, v1::NEW, "");
  s.Accepts("ubnd-hatinh", RecordDecision{second.decision});
  EXPECT_EQ(s.Refuses(RefusalCode::kCertificateOverlap, "ubnd-hatinh", second).en(),
            "The product already has certificate GCN-CAM-1 in force in that time");
}

TEST(RulesTest, I8_ANewCertificateMayFollowOnTheDayAfterExpiry) {
  for (const bool too_early : {true, false}) {
    Scenario s;
    s.Certify();  // valid to 2029-01-07
    s.GoTo(20290110);
    IssueCertificate next = Second(4, v1::NEW, "");
    next.decision.date = too_early ? 20290107 : 20290108;
    s.Accepts("hd-hatinh", ScoreProduct{.session = "dot-2-2026"});
    s.Accepts("ubnd-hatinh", RecordDecision{next.decision});
    if (too_early) {
      s.Refuses(RefusalCode::kCertificateOverlap, "ubnd-hatinh", next);
    } else {
      s.Accepts("ubnd-hatinh", next);
    }
  }
}

TEST(RulesTest, I8_AnOldCertificateThatComesLateOverlapsNothing) {
  Scenario s;
  s.Certify();  // from 2026-01-07
  const auto old = [](Date date) {
    return IssueCertificate{.certificate = "GCN-CAM-0",
                            .decision = {.date = date, .number = "9/QĐ-UBND"},
                            .score = std::nullopt};
  };
  s.Accepts("ubnd-hatinh", RecordDecision{old(20230110).decision});
  s.Refuses(RefusalCode::kCertificateOverlap, "ubnd-hatinh", old(20230110));  // to 2026-01-10
  s.Certify(old(20230106));
}

TEST(RulesTest, I8_ANewCertificateMayFollowARevokedOne) {
  Scenario s;
  s.Certify();
  const DecisionRef revocation{.date = 20260109, .number = "170/QĐ-UBND"};
  s.Accepts("ubnd-hatinh", RecordDecision{revocation}, RevokeCertificate{.decision = revocation});
  s.GoTo(20260301);
  s.Certify(Second(4, v1::NEW, ""));
  EXPECT_EQ(Get(s, "GCN-CAM-2").status, CertificateStatus::kActive);
}

// ---- One after the other

TEST(CertificatesTest, AnUpgradeEndsTheOldOneOnTheDayOfTheDecision) {
  Scenario s;
  s.Certify({.star = 3}, {.part_c = kPartC[3]});
  CertifySecond(s, 4, v1::UPGRADE);
  EXPECT_EQ(Get(s, "GCN-CAM-1").status, CertificateStatus::kSuperseded);
  EXPECT_EQ(Get(s, "GCN-CAM-1").superseded_by, "GCN-CAM-2");
  EXPECT_EQ(Get(s, "GCN-CAM-1").ended, 20260301U);
  EXPECT_EQ(Get(s, "GCN-CAM-2").previous, "GCN-CAM-1");
  const std::vector<std::string> both = {"GCN-CAM-1", "GCN-CAM-2"};
  EXPECT_EQ(s.Read<ProductRecord>(ProductKey(kCam)).certificates, both);
}

TEST(CertificatesTest, RenewalAndDowngradeSupersedeToo) {
  Scenario renewed;
  renewed.Certify();
  CertifySecond(renewed, 4, v1::RENEW);
  EXPECT_EQ(Get(renewed, "GCN-CAM-1").status, CertificateStatus::kSuperseded);
  Scenario downgraded;
  downgraded.Certify();
  CertifySecond(downgraded, 3, v1::DOWNGRADE);
  EXPECT_EQ(Get(downgraded, "GCN-CAM-2").star, 3);
}

TEST(CertificatesTest, AnExpiredCertificateCanBeRenewed) {
  Scenario s;
  s.Certify();
  s.GoTo(20290201);
  IssueCertificate next = Second(4, v1::RENEW);
  next.decision.date = 20290201;
  s.Certify(next);
  EXPECT_EQ(Get(s, "GCN-CAM-2").valid_from, 20290201U);
}

TEST(CertificatesTest, TheKindOfChangeFitsTheStars) {
  const struct {
    std::uint32_t star;
    v1::CertificateChange wrong[2];
  } cases[] = {{3, {v1::UPGRADE, v1::RENEW}}, {4, {v1::UPGRADE, v1::DOWNGRADE}}};
  for (const auto& [star, wrong] : cases) {
    Scenario s;
    s.Certify();
    s.GoTo(20260301);
    s.Accepts("hd-hatinh", ScoreProduct{.session = "dot-2-2026", .part_c = kPartC[star]});
    s.Accepts("ubnd-hatinh", RecordDecision{Second(star, v1::NEW).decision});
    for (const auto change : wrong) {
      s.Refuses(RefusalCode::kWrongChange, "ubnd-hatinh", Second(star, change));
    }
  }
}

TEST(CertificatesTest, ThePreviousOneIsTheNewest) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{}, ScoreProduct{.session = "dot-2-2026"});
  s.Accepts("ubnd-hatinh", RecordDecision{});
  EXPECT_EQ(s.Refuses(RefusalCode::kWrongPrevious, "ubnd-hatinh",
                      IssueCertificate{.change = v1::RENEW, .previous = "GCN-CAM-0"})
                .en(),
            "The previous certificate must be -, the product's newest");
  s.Refuses(RefusalCode::kWrongPrevious, "ubnd-hatinh",
            IssueCertificate{.change = v1::NEW, .previous = "GCN-CAM-0"});
  s.Accepts("ubnd-hatinh", IssueCertificate{});
  s.GoTo(20260301);
  s.Accepts("ubnd-hatinh", RecordDecision{Second(4, v1::RENEW).decision});
  s.Refuses(RefusalCode::kWrongPrevious, "ubnd-hatinh", Second(4, v1::RENEW, "GCN-CAM-0"));
  s.Accepts("ubnd-hatinh", Second(4, v1::RENEW));
}

TEST(CertificatesTest, AnOldCertificateThatComesLateIsNotTheNewest) {
  Scenario s;
  s.Certify();
  s.Certify({.certificate = "GCN-CAM-0",
             .decision = {.date = 20210110, .number = "9/QĐ-UBND"},
             .score = std::nullopt});
  const std::vector<std::string> order = {"GCN-CAM-0", "GCN-CAM-1"};
  EXPECT_EQ(s.Read<ProductRecord>(ProductKey(kCam)).certificates, order);
  CertifySecond(s, 4, v1::RENEW);  // of GCN-CAM-1
}

TEST(CertificatesTest, ASuccessorDoesNotComeBeforeItsPredecessor) {
  Scenario s;
  s.Certify();
  const DecisionRef early{.date = 20260106, .number = "200/QĐ-UBND"};
  s.Accepts("hd-hatinh", ScoreProduct{.session = "dot-2-2026"});
  s.Accepts("ubnd-hatinh", RecordDecision{early});
  IssueCertificate second = Second(4, v1::RENEW);
  second.decision = early;
  second.valid_to = std::nullopt;
  s.Refuses(RefusalCode::kBadDate, "ubnd-hatinh", second);
}

TEST(CertificatesTest, ANumberIsUsedOnce) {
  Scenario s;
  s.Certify();
  s.Refuses(RefusalCode::kCertificateExists, "ubnd-hatinh", IssueCertificate{});
}

// ---- Revocation

TEST(CertificatesTest, ARevocationNamesDecisionReasonAndDay) {
  Scenario s;
  s.Certify();
  const DecisionRef decision{.date = 20260109, .number = "170/QĐ-UBND"};
  s.Accepts("ubnd-hatinh", RecordDecision{decision}, RevokeCertificate{.decision = decision});
  const CertificateRecord certificate = Get(s, "GCN-CAM-1");
  EXPECT_EQ(certificate.status, CertificateStatus::kRevoked);
  EXPECT_EQ(certificate.ended, 20260109U);
  ASSERT_TRUE(certificate.revocation);
  EXPECT_EQ(certificate.revocation->decision.number, "170/QĐ-UBND");
  EXPECT_EQ(certificate.revocation->reason, "Vi phạm điều kiện");
  s.Refuses(RefusalCode::kCertificateRevoked, "ubnd-hatinh",
            RevokeCertificate{.decision = decision});
}

TEST(CertificatesTest, ARevokedCertificateHasNoSuccessor) {
  Scenario s;
  s.Certify();
  const DecisionRef decision{.date = 20260109, .number = "170/QĐ-UBND"};
  s.Accepts("ubnd-hatinh", RecordDecision{decision}, RevokeCertificate{.decision = decision});
  s.GoTo(20260301);
  s.Accepts("hd-hatinh", ScoreProduct{.session = "dot-2-2026"});
  s.Accepts("ubnd-hatinh", RecordDecision{Second(4, v1::RENEW).decision});
  s.Refuses(RefusalCode::kCertificateRevoked, "ubnd-hatinh", Second(4, v1::RENEW));
}

TEST(CertificatesTest, ASupersededCertificateCanBeRevokedForItsTime) {
  Scenario s;
  s.Certify();
  CertifySecond(s, 4, v1::RENEW);
  const DecisionRef decision{.date = 20260301, .number = "201/QĐ-UBND"};
  s.GoTo(20260302);
  s.Accepts("ubnd-hatinh", RecordDecision{decision}, RevokeCertificate{.decision = decision});
  EXPECT_EQ(Get(s, "GCN-CAM-1").status, CertificateStatus::kRevoked);
  EXPECT_EQ(Get(s, "GCN-CAM-1").ended, 20260301U);
  EXPECT_EQ(Get(s, "GCN-CAM-2").status, CertificateStatus::kActive);
}

TEST(CertificatesTest, FormOfARevocationIsChecked) {
  Scenario s;
  s.Certify();
  const DecisionRef before{.date = 20260106, .number = "150/QĐ-UBND"};
  s.Accepts("ubnd-hatinh", RecordDecision{before});
  s.Refuses(RefusalCode::kBadDate, "ubnd-hatinh", RevokeCertificate{.decision = before});
  s.Refuses(RefusalCode::kUnknownDecision, "ubnd-hatinh",
            RevokeCertificate{.decision = {.number = "7/QĐ-UBND"}});
  s.Refuses(RefusalCode::kUnknownCertificate, "ubnd-hatinh", RevokeCertificate{.certificate = "X"});
  s.Refuses(RefusalCode::kBadText, "ubnd-hatinh", RevokeCertificate{.reason = ""});
}

TEST(RulesTest, I4_ADistrictDoesNotRevokeWhatTheProvinceGranted) {
  Scenario s(WorldOptions{.founded = 20240301});
  s.Certify({.decision = {.date = 20240303}}, {.date = 20240302});
  DecisionRef decision{.issuer = "ubnd-huongson", .date = 20240304};
  s.Accepts("ubnd-huongson", RecordDecision{decision});
  s.Refuses(RefusalCode::kLevelMayNotRevoke, "ubnd-huongson",
            RevokeCertificate{.decision = decision});
  decision.issuer = "bo-nnmt";
  s.Accepts("bo-nnmt", RecordDecision{decision}, RevokeCertificate{.decision = decision});
}

TEST(RulesTest, I4_AProvinceRevokesWhatItsDistrictGranted) {
  Scenario s(WorldOptions{.founded = 20240301});
  s.Certify({.star = 3,
             .decision = {.issuer = "ubnd-huongson", .date = 20240303},
             .score = ScoreRef{"hd-huongson"}},
            {.date = 20240302, .part_c = kPartC[3]});
  const DecisionRef decision{.date = 20240304};
  s.Accepts("ubnd-hatinh", RecordDecision{decision}, RevokeCertificate{.decision = decision});
}

TEST(RulesTest, I5_ACommitteeRevokesInItsAreaOnly) {
  Scenario s;
  s.Certify({.certificate = "GCN-CHE",
             .gtin = support::kChe,
             .decision = {.issuer = "ubnd-hagiang", .date = 20240510},
             .score = std::nullopt},
            {}, "ubnd-tuyenquang");
  DecisionRef decision{.issuer = "ubnd-tuyenquang", .date = 20250630};
  s.Accepts("ubnd-tuyenquang", RecordDecision{decision});
  s.Refuses(RefusalCode::kCommuneOutside, "ubnd-tuyenquang",
            RevokeCertificate{.certificate = "GCN-CHE", .decision = decision});
  decision.date = 20250701;
  s.Accepts("ubnd-tuyenquang", RecordDecision{decision},
            RevokeCertificate{.certificate = "GCN-CHE", .decision = decision});
}

}  // namespace
}  // namespace sogoc::ledger
