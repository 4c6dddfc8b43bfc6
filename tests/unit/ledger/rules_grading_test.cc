// Who may grant which star to whom, and why: I3 to I6. Certificates in time: rules_certificates.

#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::kChe;
using support::Scenario;
using support::WorldOptions;

constexpr std::optional<ScoreRef> kNoScore = std::nullopt;

// Records the decision and expects that its certificate is refused.
Refusal RefusesCertificate(Scenario& s, RefusalCode code, const IssueCertificate& certificate,
                           const char* author = nullptr, const char* file = __builtin_FILE(),
                           int line = __builtin_LINE()) {
  const support::Signer by(author ? author : certificate.decision.issuer, file, line);
  s.Accepts(by, RecordDecision{certificate.decision});
  return s.Refuses(code, by, certificate);
}

// ---- I3: the star follows from the score sheet

TEST(RulesTest, I3_TheStarIsTheBandOfTheTotal) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{.part_a = 3500, .part_b = 2000, .part_c = 2250});  // 77,50
  const auto refusal = RefusesCertificate(s, RefusalCode::kStarNotBand, {.star = 3});
  EXPECT_EQ(refusal.vi(), "Tổng điểm 77,50 ứng với 4 sao, không phải 3 sao");
  s.Accepts("ubnd-hatinh", IssueCertificate{.star = 4});
}

TEST(RulesTest, I3_BandsAreHalfOpen) {
  struct {
    std::uint32_t part_c, star;
  } cases[] = {{999, 3}, {1000, 4}};  // 69,99 and 70,00
  for (const auto& [part_c, star] : cases) {
    Scenario s;
    s.Certify({.star = star}, {.part_a = 4000, .part_b = 2000, .part_c = part_c});
    EXPECT_EQ(s.Read<CertificateRecord>(CertificateKey("GCN-CAM-1")).star, star);
  }
}

TEST(RulesTest, I3_LessThanFiftyPointsIsNoCertificate) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{.part_a = 2000, .part_b = 1500, .part_c = 1499});
  RefusesCertificate(s, RefusalCode::kStarNotBand, {.star = 3});
}

TEST(RulesTest, I3_PartsStayWithinTheirMaxima) {
  struct {
    const char* part;
    std::uint32_t a, b, c;
  } cases[] = {{"A", 4001, 1500, 2000}, {"B", 3000, 2501, 2000}, {"C", 3000, 1000, 3501}};
  for (const auto& [part, a, b, c] : cases) {
    Scenario s;
    s.Accepts("hd-hatinh", ScoreProduct{.part_a = a, .part_b = b, .part_c = c});
    const auto refusal = RefusesCertificate(s, RefusalCode::kPartTooHigh, {.star = 4});
    EXPECT_EQ(refusal.arguments.at(0), part);
  }
}

TEST(RulesTest, I3_MaximaAreThoseOfTheRegimeOnTheDecisionsDate) {
  Scenario s(WorldOptions{.founded = 20220104});
  // 35/25/40 until 2023: this C would be too high today.
  s.Certify({.decision = {.date = 20220107}},
            {.date = 20220106, .part_a = 3000, .part_b = 1500, .part_c = 4000});
}

TEST(RulesTest, I3_ATimelyCertificateHasAScoreSheet) {
  Scenario s;
  RefusesCertificate(s, RefusalCode::kScoreMissing, {.score = kNoScore});
}

TEST(RulesTest, I3_AProposalOfFiveStarsNeedsTheirBand) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{.part_a = 3500, .part_b = 2000, .part_c = 3499});  // 89,99
  RefusesCertificate(s, RefusalCode::kStarNotBand, {.star = 4, .five_star_proposed = true});
}

TEST(RulesTest, I9_FourStarsStandWhileFiveAreProposed) {
  Scenario s;
  s.Certify({.star = 4, .five_star_proposed = true},
            {.part_a = 3600, .part_b = 2200, .part_c = 3200});  // 90,00
  const auto certificate = s.Read<CertificateRecord>(CertificateKey("GCN-CAM-1"));
  EXPECT_EQ(certificate.star, 4);
  EXPECT_TRUE(certificate.five_star_proposed);
  s.Accepts("htx-cam", RegisterBatch{});
  s.Accepts("vp-hatinh", AuthoriseLabels{.star = 4});
}

TEST(GradingTest, OnlyFourStarsCanCarryAProposal) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{});
  RefusesCertificate(s, RefusalCode::kBadNumber, {.star = 3, .five_star_proposed = true});
}

// ---- I4: the level follows from the regime

TEST(RulesTest, I4_UntilFebruary2023ProvincesGrantThreeAndFourStars) {
  Scenario s(WorldOptions{.founded = 20230216});
  const DecisionRef last_day{.issuer = "ubnd-huongson", .date = 20230221};
  s.Accepts("hd-huongson", ScoreProduct{.date = 20230220, .part_a = 3000, .part_c = 1000});
  RefusesCertificate(s, RefusalCode::kLevelMayNotGrant,
                     {.star = 3, .decision = last_day, .score = ScoreRef{"hd-huongson"}});
  s.Certify({.star = 3, .decision = {.date = 20230221}},
            {.date = 20230220, .part_a = 3000, .part_c = 1000});
}

TEST(RulesTest, I4_FromFebruary2023DistrictsGrantThreeStars) {
  Scenario s(WorldOptions{.founded = 20230218});
  const ScoreProduct three{.date = 20230220, .part_a = 3000, .part_c = 1000};
  const ScoreRef score{"hd-huongson"};
  s.GoTo(20230224);
  s.Accepts("hd-huongson", three);
  const auto refusal = RefusesCertificate(
      s, RefusalCode::kLevelMayNotGrant,
      {.star = 3, .decision = {.issuer = "ubnd-hatinh", .date = 20230224}, .score = score});
  EXPECT_EQ(refusal.en(),
            "Under QĐ 148/QĐ-TTg the level of UBND tỉnh Hà Tĩnh may not grant 3 stars");
  // One day earlier it might have been the province.
  s.Accepts("ubnd-huongson",
            RecordDecision{.decision = {.issuer = "ubnd-huongson", .date = 20230223}});
  s.Refuses(
      RefusalCode::kLevelMayNotGrant, "ubnd-huongson",
      IssueCertificate{
          .star = 3, .decision = {.issuer = "ubnd-huongson", .date = 20230223}, .score = score});
  const DecisionRef first_day{.issuer = "ubnd-huongson", .date = 20230224};
  s.Accepts("ubnd-huongson", RecordDecision{first_day},
            IssueCertificate{.star = 3, .decision = first_day, .score = score});
}

TEST(RulesTest, I4_ADistrictGrantsExactlyThreeStars) {
  Scenario s(WorldOptions{.founded = 20240301});
  s.Accepts("hd-huongson", ScoreProduct{.date = 20240302});  // 78 points
  RefusesCertificate(s, RefusalCode::kLevelMayNotGrant,
                     {.star = 4,
                      .decision = {.issuer = "ubnd-huongson", .date = 20240303},
                      .score = ScoreRef{"hd-huongson"}});
  s.Certify({.star = 4, .decision = {.date = 20240303}}, {.date = 20240302});
}

TEST(RulesTest, I4_FromJuly2025ProvincesGrantThreeStarsAgain) {
  Scenario s(WorldOptions{.founded = 20250702});
  s.Accepts("hd-hatinh", ScoreProduct{.date = 20250703, .part_a = 3000, .part_c = 1000});
  const DecisionRef too_early{.date = 20250705};
  RefusesCertificate(s, RefusalCode::kLevelMayNotGrant, {.star = 3, .decision = too_early});
  const DecisionRef in_time{.date = 20250706};
  s.Accepts("ubnd-hatinh", RecordDecision{in_time},
            IssueCertificate{.star = 3, .decision = in_time});
}

TEST(RulesTest, I4_FiveStarsAreTheMinistrys) {
  Scenario s;
  const ScoreProduct five{.part_a = 3600, .part_b = 2200, .part_c = 3200};
  s.Accepts("hd-hatinh", five);
  s.Accepts("hd-tw", five);
  RefusesCertificate(s, RefusalCode::kLevelMayNotGrant, {.star = 5});
  const DecisionRef ministry{.issuer = "bo-nnmt", .number = "12/QĐ-BNNMT"};
  s.Accepts("bo-nnmt", RecordDecision{ministry},
            IssueCertificate{.star = 5, .decision = ministry, .score = ScoreRef{"hd-tw"}});
}

TEST(RulesTest, I4_NoRegimeCoversDecisionsBefore2019) {
  Scenario s;
  const DecisionRef early{.date = 20190820};
  RefusesCertificate(s, RefusalCode::kNoRegime, {.decision = early, .score = kNoScore});
  const DecisionRef first{.date = 20190821};
  s.Accepts("ubnd-hatinh", RecordDecision{first},
            IssueCertificate{.decision = first, .score = kNoScore});
}

// ---- I5: the area

TEST(RulesTest, I5_TheCommuneLiesInTheCommitteesAreaOnTheDecisionsDate) {
  Scenario s;
  // In 2024 the commune of hkd-che belonged to Hà Giang.
  const DecisionRef elsewhere{.issuer = "ubnd-tuyenquang", .date = 20240510};
  const auto refusal = RefusesCertificate(
      s, RefusalCode::kCommuneOutside,
      {.certificate = "GCN-CHE", .gtin = kChe, .decision = elsewhere, .score = kNoScore});
  EXPECT_EQ(refusal.en(),
            "The producer's commune 01171 was not within the area of UBND tỉnh Tuyên Quang on "
            "2024-05-10");
  s.Certify({.certificate = "GCN-CHE",
             .gtin = kChe,
             .decision = {.issuer = "ubnd-hagiang", .date = 20240510},
             .score = kNoScore},
            {}, "ubnd-tuyenquang");
}

TEST(RulesTest, I5_AProducerIsJudgedWhereItLivedOnTheDecisionsDate) {
  Scenario s;
  s.Accepts("vp-hatinh",
            AdmitOrganisation{.keys = {s.NewKey("htx-moi", "htx-moi", /*manages_keys=*/true)}},
            GrantRole{.organisation = "htx-moi"}, AllocateCode{.organisation = "htx-moi"});
  s.Accepts("htx-moi", RegisterProducer{.residences = {{"18781", 20190101}, {"18196", 20250101}}},
            RegisterProduct{.gtin = support::kFreeGtin});
  const auto certificate = [](Date date) {
    return IssueCertificate{.gtin = support::kFreeGtin,
                            .star = 3,
                            .decision = {.issuer = "ubnd-huongson", .date = date},
                            .score = kNoScore};
  };
  RefusesCertificate(s, RefusalCode::kCommuneOutside, certificate(20241231), "ubnd-hatinh");
  s.Certify(certificate(20250101), {}, "ubnd-hatinh");
}

// ---- I6

TEST(RulesTest, I6_NoCertificateAfterAFailedMandatoryCriterion) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{.mandatory_failed = true});
  RefusesCertificate(s, RefusalCode::kMandatoryFailed, {});
}

// ---- I1: who speaks

TEST(RulesTest, I1_ACertificateComesFromTheIssuerOrItsSuccessor) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{});
  s.Accepts("ubnd-hatinh", RecordDecision{});
  s.Refuses(RefusalCode::kNotIssuer, "bo-nnmt", IssueCertificate{});
  s.Refuses(RefusalCode::kNotIssuer, "ubnd-tuyenquang", IssueCertificate{});
  s.Refuses(RefusalCode::kNotIssuer, "ubnd-tuyenquang",
            RecordDecision{.decision = {.number = "1/QĐ"}});
  s.Accepts("ubnd-hatinh", IssueCertificate{});
}

TEST(RulesTest, I1_ACouncilScoresInItsArea) {
  Scenario s;
  s.Refuses(RefusalCode::kRoleMissing, "hd-tuyenquang", ScoreProduct{});
  s.Refuses(RefusalCode::kRoleMissing, "ubnd-hatinh", ScoreProduct{});
  s.Accepts("hd-tw", ScoreProduct{});
}

TEST(GradingTest, OnlyACommitteeIssues) {
  Scenario s;
  s.Refuses(RefusalCode::kUnknownOrganisation, "ubnd-hatinh",
            RecordDecision{.decision = {.issuer = "hd-hatinh"}});
  s.Refuses(RefusalCode::kUnknownOrganisation, "ubnd-hatinh",
            RecordDecision{.decision = {.issuer = "ai-do"}});
}

TEST(GradingTest, ADistrictDecidesNothingAfterItsEnd) {
  Scenario s;
  s.Refuses(RefusalCode::kUnknownAdminUnit, "ubnd-hatinh",
            RecordDecision{.decision = {.issuer = "ubnd-huongson", .date = 20250701}});
  s.Accepts("ubnd-hatinh",
            RecordDecision{.decision = {.issuer = "ubnd-huongson", .date = 20250630}});
}

// ---- Attested certificates (decision 12)

TEST(GradingTest, ADecisionOfMoreThan30DaysIsAttestedAndMayLackAScore) {
  Scenario s;
  s.GoTo(20260206);
  s.Accepts("ubnd-hatinh", RecordDecision{});  // of 2026-01-07: 30 days
  s.Refuses(RefusalCode::kScoreMissing, "ubnd-hatinh", IssueCertificate{.score = kNoScore});
  s.GoTo(20260207);
  s.Accepts("ubnd-hatinh", IssueCertificate{.score = kNoScore});
  EXPECT_TRUE(s.Read<CertificateRecord>(CertificateKey("GCN-CAM-1")).attested);
}

TEST(GradingTest, ATimelyCertificateIsNotAttested) {
  Scenario s;
  s.Certify();
  EXPECT_FALSE(s.Read<CertificateRecord>(CertificateKey("GCN-CAM-1")).attested);
}

TEST(GradingTest, ASuccessorAttests) {
  Scenario s(WorldOptions{.founded = 20250625});
  const DecisionRef last{.issuer = "ubnd-huongson", .date = 20250630};
  s.GoTo(20250701);
  s.Accepts("vp-hatinh", NameSuccessor{"ubnd-huongson", "ubnd-hatinh"});
  s.Certify({.star = 3, .decision = last, .score = kNoScore}, {}, "ubnd-hatinh");
  const auto certificate = s.Read<CertificateRecord>(CertificateKey("GCN-CAM-1"));
  EXPECT_TRUE(certificate.attested);
  EXPECT_EQ(certificate.decision.issuer, "ubnd-huongson");
  EXPECT_EQ(certificate.issued.organisation, "ubnd-hatinh");
}

TEST(GradingTest, AnAttestedCertificateWithAScoreSheetIsJudgedByIt) {
  Scenario s;
  s.GoTo(20260301);
  s.Accepts("hd-hatinh", ScoreProduct{});
  RefusesCertificate(s, RefusalCode::kStarNotBand, {.star = 3});
}

TEST(GradingTest, AnAttestedCertificateSupportsLabels) {
  Scenario s;
  s.GoTo(20260301);
  s.Certify({.score = kNoScore});
  s.Accepts("htx-cam", RegisterBatch{});
  s.Accepts("vp-hatinh", AuthoriseLabels{});
}

// ---- Form

TEST(GradingTest, FutureDatesAreRefused) {
  Scenario s;
  s.Refuses(RefusalCode::kFutureDate, "hd-hatinh", ScoreProduct{.date = 20260111});
  s.Refuses(RefusalCode::kFutureDate, "ubnd-hatinh",
            RecordDecision{.decision = {.date = 20260111}});
  s.Accepts("hd-hatinh", ScoreProduct{.date = 20260110});
}

TEST(GradingTest, ASessionScoresAProductOnce) {
  Scenario s;
  s.Accepts("hd-hatinh", ScoreProduct{});
  s.Refuses(RefusalCode::kScoreExists, "hd-hatinh", ScoreProduct{.part_a = 3500});
  s.Accepts("hd-hatinh", ScoreProduct{.session = "dot-2-2026"});
}

TEST(GradingTest, ADecisionIsRecordedOnce) {
  Scenario s;
  s.Accepts("ubnd-hatinh", RecordDecision{});
  s.Refuses(RefusalCode::kDecisionExists, "ubnd-hatinh", RecordDecision{});
  s.Accepts("ubnd-hatinh", RecordDecision{.decision = {.date = 20260106}});
}

TEST(GradingTest, FormIsChecked) {
  Scenario s;
  s.Refuses(RefusalCode::kBadNumber, "hd-hatinh", ScoreProduct{.part_a = 10'001});
  s.Refuses(RefusalCode::kBadDigest, "hd-hatinh", ScoreProduct{.minutes = ""});
  s.Refuses(RefusalCode::kBadText, "hd-hatinh", ScoreProduct{.session = ""});
  s.Refuses(RefusalCode::kBadDate, "hd-hatinh", ScoreProduct{.date = 20260231});
  s.Refuses(RefusalCode::kUnknownProduct, "hd-hatinh", ScoreProduct{.gtin = support::kFreeGtin});
  s.Refuses(RefusalCode::kBadText, "ubnd-hatinh", RecordDecision{.decision = {.number = ""}});
  s.Refuses(RefusalCode::kBadDigest, "ubnd-hatinh", RecordDecision{.document = ""});
  s.Accepts("hd-hatinh", ScoreProduct{});
  s.Refuses(RefusalCode::kUnknownDecision, "ubnd-hatinh", IssueCertificate{});
  s.Accepts("ubnd-hatinh", RecordDecision{});
  s.Refuses(RefusalCode::kUnknownScore, "ubnd-hatinh",
            IssueCertificate{.score = ScoreRef{.session = "dot-9"}});
  s.Refuses(RefusalCode::kBadNumber, "ubnd-hatinh", IssueCertificate{.star = 0});
  s.Refuses(RefusalCode::kBadNumber, "ubnd-hatinh", IssueCertificate{.star = 6});
  s.Refuses(RefusalCode::kBadNumber, "ubnd-hatinh",
            IssueCertificate{.change = v1::CERTIFICATE_CHANGE_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "ubnd-hatinh", IssueCertificate{.certificate = ""});
  s.Refuses(RefusalCode::kBadDate, "ubnd-hatinh", IssueCertificate{.valid_to = 0});
}

}  // namespace
}  // namespace sogoc::ledger
