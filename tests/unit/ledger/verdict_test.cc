#include "node/ledger/verdict.h"

#include <functional>

#include "tests/unit/ledger/verdict_shelf.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using V = VerdictCode;

constexpr base::TimeNs kSecond = base::kNsPerSecond;

// ---- Precedence

// One thing that can be wrong, as a deed on the ledger or a change of the question.
struct Wrong {
  V code;
  const char* note;
  std::function<void(Shelf&, Ask&)> make;
};

// In order of precedence (docs/verdicts.md).
const std::vector<Wrong>& Wrongs() {
  static const std::vector<Wrong> wrongs = {
      {V::kMalformed, "not_a_stamp", [](Shelf&, Ask& ask) { ask.query = "10=L1"; }},
      {V::kCannotVerify, "no_quorum", [](Shelf&, Ask& ask) { ask.quorum = false; }},
      {V::kNotInSystem, "wrong_signature", [](Shelf&, Ask& ask) { ask.key = "forger"; }},
      {V::kMismatch, "star_differs", [](Shelf&, Ask& ask) { ask.printed_star = 5; }},
      {V::kNotActivated, "printed_only", [](Shelf&, Ask& ask) { ask.serial = 91; }},
      {V::kStolenLost, "lost",
       [](Shelf& s, Ask&) {
         s.Accepts("htx-cam", RecordExceptions{.kind = v1::LOST, .ranges = {{1, 100}}});
       }},
      {V::kRevoked, "revoked",
       [](Shelf& s, Ask&) {
         s.Accepts("vp-hatinh", RecordExceptions{.kind = v1::REVOKED, .ranges = {{1, 100}}});
       }},
      {V::kRecalled, "recalled", [](Shelf& s, Ask&) { s.Accepts("htx-cam", OpenRecall{}); }},
      {V::kExpired, "expired", [](Shelf&, Ask& ask) { ask.at = std::max(ask.at, At(20260409)); }},
      {V::kGenuineCertRevoked, "certificate_revoked",
       [](Shelf& s, Ask&) { Revoke(s, "GCN-CAM-1"); }},
      {V::kGenuineCertExpired, "certificate_expired",
       [](Shelf&, Ask& ask) { ask.at = At(20290108); }},
      {V::kSuspectCopy, "many_scans",
       [](Shelf&, Ask& ask) {
         ask.scans = ScanCounts{51, 10};
       }},
      {V::kCodeIssued, "issued", [](Shelf&, Ask&) {}},
  };
  return wrongs;
}

bool OneRulesOutTheOther(V high, V low) {
  if (high == V::kMalformed || low == V::kMalformed) return true;      // nothing else is looked at
  if (high == V::kCannotVerify) return ExitCodeOf(low) == 0;           // no praise
  if (high == V::kNotInSystem || low == V::kNotInSystem) return true;  // nor for foreign codes
  if (high == V::kStolenLost && low == V::kRevoked) return true;       // a serial has one exception
  return high == V::kGenuineCertRevoked && low == V::kGenuineCertExpired;
}

TEST(VerdictTest, OfTwoFindingsTheHigherIsTheHeadlineAndTheOtherANote) {
  for (std::size_t i = 0; i < Wrongs().size(); ++i) {
    for (std::size_t j = i; j < Wrongs().size(); ++j) {
      const Wrong& high = Wrongs()[i];
      const Wrong& low = Wrongs()[j];
      SCOPED_TRACE(std::string(high.note) + " and " + low.note);
      if (high.code == V::kStolenLost && low.code == V::kRevoked) continue;
      // A batch that never expires, unless that is the point.
      Shelf s(high.code == V::kExpired || low.code == V::kExpired ? 20260408 : 0);
      Ask ask;
      high.make(s, ask);
      if (i != j) low.make(s, ask);
      const Verdict verdict = s.Judge(ask);
      EXPECT_EQ(TextOf(verdict.code).name, std::string(TextOf(high.code).name));
      EXPECT_EQ(verdict.notes.front().name, high.note);
      if (i != j) {
        EXPECT_EQ(Has(verdict, low.note), !OneRulesOutTheOther(high.code, low.code));
      }
      if (ExitCodeOf(verdict.code) == 2) {
        for (const VerdictNote& note : verdict.notes) EXPECT_NE(ExitCodeOf(note.code), 0);
      }
    }
  }
}

TEST(VerdictTest, EveryCodeHasANameTwoHeadlinesAndAnExitCode) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(V::kCodeIssued); ++i) {
    const V code = static_cast<V>(i);
    const VerdictText& text = TextOf(code);
    EXPECT_EQ(text.code, code);
    EXPECT_EQ(VerdictFromName(text.name), code);
    EXPECT_TRUE(names.insert(text.name).second);
    EXPECT_STRNE(text.vi, "");
    EXPECT_STRNE(text.en, "");
  }
  EXPECT_FALSE(VerdictFromName("GENUINE"));
  EXPECT_FALSE(VerdictFromName(""));
  for (const V good : {V::kCodeIssued, V::kGenuineFirst, V::kGenuineCertExpired}) {
    EXPECT_EQ(ExitCodeOf(good), 0);
  }
  EXPECT_EQ(ExitCodeOf(V::kCannotVerify), 2);
  EXPECT_EQ(ExitCodeOf(V::kMalformed), 1);
  EXPECT_EQ(ExitCodeOf(V::kSuspectCopy), 1);
  EXPECT_EQ(ExitCodeOf(V::kGenuineCertRevoked), 1);
}

TEST(VerdictTest, AGoodStampNamesWhatItIsOn) {
  const Shelf s;
  const Verdict verdict = s.Judge({});
  EXPECT_EQ(verdict.code, V::kCodeIssued);
  ASSERT_EQ(verdict.notes.size(), 1U);
  EXPECT_EQ(verdict.notes[0].vi, "Mã này đã được cấp cho lô L1, tem số 5");
  EXPECT_EQ(verdict.product->name, "Cam bù Hương Sơn");
  EXPECT_EQ(verdict.producer->legal_name, "HTX cam Sơn Kim");
  EXPECT_EQ(verdict.batch->owner, "htx-cam");
  EXPECT_EQ(verdict.run_first, 1U);
  EXPECT_EQ(verdict.run->star, 4);
  EXPECT_EQ(verdict.certificate->id, "GCN-CAM-1");
  EXPECT_EQ(verdict.certificate_in_force->id, "GCN-CAM-1");
}

// ---- What is not a stamp of this ledger

TEST(VerdictTest, WhatIsNoStampIsMalformed) {
  const Shelf s;
  for (const char* text : {"", "893010100001", "https://ocop.hatinh.example/",
                           "https://ocop.hatinh.example/01/08930101000017/10/L1/21/5"}) {
    const Verdict verdict = s.JudgeUri(text);
    EXPECT_EQ(verdict.code, V::kMalformed) << text;
    EXPECT_TRUE(verdict.evidence.empty());
    EXPECT_FALSE(verdict.stamp);
  }
}

TEST(VerdictTest, UnknownProductLotAndSerialAreNamed) {
  Shelf s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"});
  const struct {
    Ask ask;
    const char* note;
  } cases[] = {{{.gtin = support::kFreeGtin}, "unknown_product"},
               {{.lot = "L9"}, "unknown_lot"},
               {{.lot = "L2"}, "unknown_serial"},  // a lot without labels
               {{.serial = 101}, "unknown_serial"},
               {{.serial = kStampSerialMax}, "unknown_serial"}};
  for (const auto& [ask, note] : cases) {
    const Verdict verdict = s.Judge(ask);
    EXPECT_EQ(verdict.code, V::kNotInSystem) << note;
    EXPECT_EQ(verdict.notes.front().name, note);
    EXPECT_EQ(verdict.notes.size(), 1U);
  }
}

TEST(VerdictTest, ALabelOnTheWrongLotIsNotInTheSystem) {
  Shelf s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"});
  s.KeyedRun({.lot = "L2", .first = 101});
  std::string uri = s.Uri({.serial = 5});
  uri.replace(uri.find("/L1/"), 4, "/L2/");  // with the signature for L1
  EXPECT_EQ(s.JudgeUri(uri).notes.front().name, "unknown_serial");
  uri = s.Uri({.serial = 105});  // signed for L1, where it was not issued
  uri.replace(uri.find("/L1/"), 4, "/L2/");
  EXPECT_EQ(s.JudgeUri(uri).notes.front().name, "wrong_signature");
}

TEST(VerdictTest, ARunWithoutKeysAnswersForNoStamp) {
  Shelf s;
  s.Accepts("vp-hatinh", AuthoriseLabels{.first = 101});
  const Verdict verdict = s.Judge({.serial = 150});
  EXPECT_EQ(verdict.code, V::kNotInSystem);
  EXPECT_EQ(verdict.notes.front().name, "wrong_signature");
}

TEST(VerdictTest, AStampOfAnotherLedgerIsNotInThisOne) {
  const Shelf s;
  const Verdict verdict = s.Judge({.signed_for = crypto::Sha256(base::AsBytes("other"))});
  EXPECT_EQ(verdict.code, V::kNotInSystem);
  EXPECT_EQ(verdict.notes.front().name, "wrong_signature");
}

TEST(VerdictTest, EveryFlippedBitOfTheSignatureIsNotInTheSystem) {
  const Shelf s;
  const Stamp good = ParseStampUri(s.Uri({}))->stamp;
  const StateStanding standing{s.now(), true, s.now()};
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Stamp stamp = good;
    stamp.signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const StampQuestion question{FormatStampUri(stamp).value(), std::nullopt};
    EXPECT_EQ(JudgeStamp(question, s.memory(), standing, std::nullopt).code, V::kNotInSystem)
        << bit;
  }
}

// ---- What the checkpoint is worth

TEST(VerdictTest, ACheckpointIsFreshFor600Seconds) {
  const Shelf s;
  EXPECT_EQ(s.CodeOf({.checkpoint_age = 600 * kSecond}), V::kCodeIssued);
  const Verdict stale = s.Judge({.checkpoint_age = 601 * kSecond});
  EXPECT_EQ(stale.code, V::kCannotVerify);
  EXPECT_EQ(stale.notes.front().name, "stale");
  EXPECT_EQ(stale.notes.size(), 1U);
}

TEST(VerdictTest, ACheckpointMayBe60SecondsAhead) {
  const Shelf s;
  EXPECT_EQ(s.CodeOf({.checkpoint_ahead = 60 * kSecond}), V::kCodeIssued);
  const Verdict ahead = s.Judge({.checkpoint_ahead = 60 * kSecond + 1});
  EXPECT_EQ(ahead.code, V::kCannotVerify);
  EXPECT_EQ(ahead.notes.front().name, "clock_behind");
}

TEST(VerdictTest, AnEmptyStateConfirmsNothing) {
  const Shelf s;
  const support::MemoryLedger empty;
  const Verdict verdict =
      JudgeStamp({s.Uri({}), std::nullopt}, empty, {s.now(), true, s.now()}, std::nullopt);
  EXPECT_EQ(verdict.code, V::kCannotVerify);
  EXPECT_EQ(verdict.notes.front().name, "no_quorum");
}

TEST(VerdictTest, WithoutAQuorumAForgedStampIsStillCalledForgedInANote) {
  const Shelf s;
  const Verdict verdict = s.Judge({.key = "forger", .quorum = false});
  EXPECT_EQ(verdict.code, V::kCannotVerify);
  EXPECT_TRUE(Has(verdict, "wrong_signature"));
}

// ---- Claims

TEST(VerdictTest, ClaimedDatesAreComparedWithTheBatch) {
  const Shelf s;  // made 2026-01-08, use by 2026-04-08
  const struct {
    const char* query;
    const char* note;
  } cases[] = {{"11=260108", nullptr},
               {"11=260107", "production_differs"},
               {"11=260100", nullptr},  // some day of that month
               {"11=260200", "production_differs"},
               {"17=260408", nullptr},
               {"17=270408", "expiry_differs"},
               {"11=260108&17=260409", "expiry_differs"}};
  for (const auto& [query, note] : cases) {
    const Verdict verdict = s.Judge({.query = query});
    EXPECT_EQ(verdict.code, note != nullptr ? V::kMismatch : V::kCodeIssued) << query;
    if (note != nullptr) {
      EXPECT_EQ(verdict.notes.front().name, note);
    }
  }
  const VerdictNote note = Note(s.Judge({.query = "17=270408"}), "expiry_differs");
  EXPECT_EQ(note.vi, "Hạn sử dụng trên tem khác sổ cái (08/04/2026)");
  EXPECT_EQ(note.en, "Expiry date on the stamp differs from the ledger (2026-04-08)");
}

TEST(VerdictTest, DayZeroOfAnExpiryClaimIsTheLastDayOfTheMonth) {
  EXPECT_EQ(Shelf(20260430).CodeOf({.query = "17=260400"}), V::kCodeIssued);
  EXPECT_EQ(Shelf(20260429).CodeOf({.query = "17=260400"}), V::kMismatch);
}

TEST(VerdictTest, AnExpiryClaimOnABatchWithoutOneDiffers) {
  EXPECT_EQ(Note(Shelf(0).Judge({.query = "17=260408"}), "expiry_differs").vi,
            "Hạn sử dụng trên tem khác sổ cái (không có)");
}

TEST(VerdictTest, TheStarOnThePackageMustBeTheAuthorisedOne) {
  const Shelf s;
  EXPECT_EQ(s.CodeOf({.printed_star = 4}), V::kCodeIssued);
  EXPECT_EQ(Note(s.Judge({.printed_star = 5}), "star_differs").vi,
            "Hạng sao trên bao bì (5) khác hạng được cấp (4)");
  EXPECT_EQ(s.CodeOf({.printed_star = 3}), V::kMismatch);
}

TEST(VerdictTest, OnlyResolversOfTheLedgerAreGoodHosts) {
  Shelf s;
  EXPECT_EQ(s.Judge({.host = "ocop-hatinh.example"}).notes.front().name, "foreign_host");
  EXPECT_EQ(s.CodeOf({.host = "OCOP.hatinh.example"}), V::kCodeIssued);
  s.Accepts("vp-hatinh", RecordResolver{.withdrawn = true});
  EXPECT_EQ(s.Judge({}).notes.front().name, "foreign_host");
  s.Accepts("vp-hatinh", RecordResolver{});
  EXPECT_EQ(s.CodeOf({}), V::kCodeIssued);
}

// ---- The label

TEST(VerdictTest, ActivationCountsFromTheFirstOfTheRun) {
  Shelf s;
  EXPECT_EQ(s.CodeOf({.serial = 1}), V::kCodeIssued);
  EXPECT_EQ(s.CodeOf({.serial = 90}), V::kCodeIssued);
  EXPECT_EQ(s.Judge({.serial = 91}).notes.front().name, "printed_only");
  EXPECT_EQ(s.Judge({.serial = 100}).notes.front().name, "printed_only");
  s.KeyedRun({.first = 101, .count = 20});
  EXPECT_EQ(s.Judge({.serial = 101}).notes.front().name, "not_printed");
  s.Accepts("in-hatinh", ConfirmPrint{.first = 101, .printed = 10});
  s.Accepts("htx-cam", ActivateLabels{.first = 101, .activated = 5});
  EXPECT_EQ(s.CodeOf({.serial = 105}), V::kCodeIssued);
  EXPECT_EQ(s.Judge({.serial = 106}).notes.front().name, "printed_only");
  EXPECT_EQ(s.Judge({.serial = 110}).notes.front().name, "printed_only");
  EXPECT_EQ(s.Judge({.serial = 111}).notes.front().name, "not_printed");
  EXPECT_EQ(s.Judge({.serial = 111}).run_first, 101U);
}

TEST(VerdictTest, EachKindOfExceptionIsToldWithItsReason) {
  const struct {
    v1::ExceptionKind kind;
    const char* author;
    V code;
    const char* note;
    const char* begins;
  } cases[] = {{v1::LOST, "htx-cam", V::kStolenLost, "lost", "Báo mất lúc "},
               {v1::STOLEN, "htx-cam", V::kStolenLost, "stolen", "Báo bị đánh cắp lúc "},
               {v1::VOID, "htx-cam", V::kRevoked, "void", "Tem hỏng, đã hủy lúc "},
               {v1::REVOKED, "vp-hatinh", V::kRevoked, "revoked", "Tem bị thu hồi lúc "}};
  for (const auto& each : cases) {
    Shelf s;
    s.Accepts(each.author,
              RecordExceptions{.kind = each.kind, .ranges = {{5, 3}}, .reason = "rơi xuống sông"});
    EXPECT_EQ(s.CodeOf({.serial = 4}), V::kCodeIssued);
    EXPECT_EQ(s.CodeOf({.serial = 7}), each.code);
    EXPECT_EQ(s.CodeOf({.serial = 8}), V::kCodeIssued);
    const Verdict verdict = s.Judge({.serial = 5});
    EXPECT_EQ(verdict.code, each.code);
    const std::string vi = Note(verdict, each.note).vi;
    EXPECT_EQ(vi.find(each.begins), 0U) << vi;
    EXPECT_NE(vi.find(": rơi xuống sông"), std::string::npos);
  }
}

TEST(VerdictTest, ExceptionsAreFoundOnBothSidesOfAPageBorder) {
  Shelf s(20260408, 9'000);
  s.Accepts("htx-cam", RecordExceptions{.kind = v1::LOST, .ranges = {{4'095, 1}}});
  EXPECT_EQ(s.CodeOf({.serial = 4'095}), V::kStolenLost);
  EXPECT_EQ(s.CodeOf({.serial = 4'096}), V::kCodeIssued);
  s.Accepts("htx-cam", RecordExceptions{.kind = v1::LOST, .ranges = {{4'096, 4'097}}});
  EXPECT_EQ(s.CodeOf({.serial = 4'094}), V::kCodeIssued);
  EXPECT_EQ(s.CodeOf({.serial = 4'096}), V::kStolenLost);
  EXPECT_EQ(s.CodeOf({.serial = 8'191}), V::kStolenLost);
  EXPECT_EQ(s.CodeOf({.serial = 8'192}), V::kStolenLost);
  EXPECT_EQ(s.CodeOf({.serial = 8'193}), V::kCodeIssued);
}

// ---- The batch

TEST(VerdictTest, ABatchMayBeUsedOnItsLastDayInVietnam) {
  const Shelf s;  // use by 2026-04-08
  const base::TimeNs midnight = base::StartOf(20260409);
  EXPECT_EQ(s.CodeOf({.at = midnight - 1}), V::kCodeIssued);
  const Verdict expired = s.Judge({.at = midnight});
  EXPECT_EQ(expired.code, V::kExpired);
  EXPECT_EQ(Note(expired, "expired").vi, "Hạn sử dụng đến 08/04/2026");
  EXPECT_EQ(Shelf(0).CodeOf({.at = midnight}), V::kCodeIssued);
}

TEST(VerdictTest, RecallsOfTheLotOrOfTheWholeProductCountOthersDoNot) {
  Shelf s;
  s.Accepts("htx-cam", RegisterBatch{.lot = "L2"}, OpenRecall{.lot = "L2"});
  EXPECT_EQ(s.CodeOf({}), V::kCodeIssued);
  s.Accepts("thanhtra-hatinh", OpenRecall{.recall = "TG-1", .lot = "", .kind = v1::HOLD});
  const Verdict held = s.Judge({});
  EXPECT_EQ(held.code, V::kRecalled);
  EXPECT_EQ(Note(held, "held").vi,
            "Lô L1 đang tạm giữ theo TG-1: Dư lượng thuốc bảo vệ thực vật – không sử dụng");
  s.Accepts("thanhtra-hatinh", CloseRecall{.recall = "TG-1"});
  EXPECT_EQ(s.CodeOf({}), V::kCodeIssued);
  s.Accepts("htx-cam", OpenRecall{.recall = "TH-3"}, OpenRecall{.recall = "TH-4"});
  const Verdict recalled = s.Judge({});
  EXPECT_EQ(recalled.code, V::kRecalled);
  EXPECT_EQ(recalled.notes.size(), 3U);  // both notices, and that it was issued
  EXPECT_NE(recalled.notes[0].vi.find("đang bị thu hồi theo TH-3"), std::string::npos);
  EXPECT_NE(recalled.notes[1].en.find("do not use"), std::string::npos);
}

TEST(VerdictTest, AnInputFromAnotherLedgerIsANote) {
  Shelf s;
  const std::string other = support::Hash("another ledger");
  s.Accepts("htx-cam",
            RegisterBatch{.lot = "L2",
                          .inputs = {{kCam, "X1", 1'000, other}, {kCam, "X2", 1'000, other}}});
  s.KeyedRun({.lot = "L2", .first = 101});
  s.Accepts("in-hatinh", ConfirmPrint{.first = 101});
  s.Accepts("htx-cam", ActivateLabels{.first = 101});
  s.Accepts("htx-cam", RegisterBatch{.lot = "X1"}, OpenRecall{.lot = "X1"});  // not that X1
  const Verdict verdict = s.Judge({.serial = 101, .lot = "L2"});
  EXPECT_EQ(verdict.code, V::kCodeIssued);
  EXPECT_EQ(Note(verdict, "foreign_input").vi,
            "Có nguyên liệu từ sổ khác (lô X1), chưa kiểm tra thu hồi ở sổ đó");
  EXPECT_EQ(verdict.notes.size(), 2U);
}

// ---- The certificate

TEST(VerdictTest, ARenewedCertificateKeepsItsLabelsGood) {
  Shelf s(0);
  Follow(s, 4, v1::RENEW);
  EXPECT_EQ(s.CodeOf({}), V::kCodeIssued);
  EXPECT_EQ(s.CodeOf({.at = At(20290108)}), V::kCodeIssued);  // beyond the old one
  EXPECT_EQ(s.Judge({}).certificate->id, "GCN-CAM-1");
  EXPECT_EQ(s.Judge({}).certificate_in_force->id, "GCN-CAM-2");
}

TEST(VerdictTest, AnUpgradedCertificateKeepsItsLabelsGood) {
  Shelf s(0);
  s.GoTo(20260301);
  s.Certify({.certificate = "GCN-CAM-2",
             .star = 5,
             .decision = {.issuer = "bo-nnmt", .date = 20260301, .number = "200/QĐ-BNNMT"},
             .change = v1::UPGRADE,
             .previous = "GCN-CAM-1",
             .score = ScoreRef{"hd-tw", "dot-2-2026"}},
            {.part_a = 3'700, .part_c = 3'500});
  EXPECT_EQ(s.CodeOf({}), V::kCodeIssued);
  EXPECT_EQ(s.Judge({}).run->star, 4);
  EXPECT_EQ(s.Judge({}).certificate_in_force->record.star, 5);
}

TEST(VerdictTest, TheLastDayIsThatOfTheCertificateThatFollowed) {
  Shelf s(0);
  Follow(s, 4, v1::RENEW);
  EXPECT_EQ(s.CodeOf({.at = At(20290301)}), V::kCodeIssued);
  EXPECT_EQ(Note(s.Judge({.at = At(20290302)}), "certificate_expired").en,
            "Was certified with 4 stars until 2029-03-01");
}

TEST(VerdictTest, ARevokedSuccessorTakesItsPredecessorsLabelsWithIt) {
  Shelf s(0);
  Follow(s, 4, v1::RENEW);
  s.GoTo(20260303);
  Revoke(s, "GCN-CAM-2", {.date = 20260302, .number = "300/QĐ-UBND"});
  const Verdict verdict = s.Judge({});
  EXPECT_EQ(verdict.code, V::kGenuineCertRevoked);
  EXPECT_NE(verdict.notes.front().en.find("300/QĐ-UBND"), std::string::npos);
}

TEST(VerdictTest, ANewCertificateAfterExpiryMakesOldLabelsGoodAgainIfItsStarReaches) {
  for (const std::uint32_t star : {4U, 3U}) {
    Shelf s(0);
    Follow(s, star, v1::NEW, 20290201);
    EXPECT_EQ(s.CodeOf({}), star == 4 ? V::kCodeIssued : V::kGenuineCertExpired);
  }
}

TEST(VerdictTest, ANewCertificateDoesNotUndoTheRevocationOfTheOldOne) {
  Shelf s(0);
  Revoke(s, "GCN-CAM-1");
  Follow(s, 4, v1::NEW);
  const Verdict verdict = s.Judge({});
  EXPECT_EQ(verdict.code, V::kGenuineCertRevoked);
  EXPECT_EQ(verdict.certificate_in_force->id, "GCN-CAM-2");
}

// ---- Notes that change nothing

TEST(VerdictTest, AnAttestedCertificateIsANote) {
  Shelf s;
  EXPECT_FALSE(Has(s.Judge({}), "attested"));
  s.Certify({.certificate = "GCN-MUT",
             .gtin = support::kMut,
             .decision = {.date = 20250801, .number = "9/QĐ-UBND"},
             .score = std::nullopt});
  s.Accepts("htx-cam", RegisterBatch{.gtin = support::kMut});
  s.KeyedRun({.gtin = support::kMut, .certificate = "GCN-MUT"});
  s.Accepts("in-hatinh", ConfirmPrint{.gtin = support::kMut});
  s.Accepts("htx-cam", ActivateLabels{.gtin = support::kMut});
  const Verdict verdict = s.Judge({.gtin = support::kMut});
  EXPECT_EQ(verdict.code, V::kCodeIssued);
  EXPECT_EQ(Note(verdict, "attested").vi,
            "Chứng nhận GCN-MUT được ghi lại từ hồ sơ cũ (xác nhận sau)");
}

TEST(VerdictTest, EntriesByAKeySinceItIsSuspectAreANote) {
  Shelf s;
  const auto run = s.Read<LabelRunRecord>(LabelRunKey(kCam, 1));
  const std::uint64_t activated = run.last_activated->time / kSecond;
  for (const auto& [since, noted] : {std::pair{activated, true}, {activated + 1, false}}) {
    Shelf copy = s;
    copy.Accepts("htx-cam", AddKey{copy.NewKey("htx-cam", "htx-cam-2", true)});
    copy.Accepts(support::Signer("htx-cam").With("htx-cam-2"), RevokeKey{"htx-cam", since});
    const Verdict verdict = copy.Judge({});
    EXPECT_EQ(verdict.code, V::kCodeIssued);
    EXPECT_EQ(Has(verdict, "suspect_key"), noted);
    EXPECT_LE(verdict.notes.size(), 2U);  // once a key
  }
}

TEST(VerdictTest, AKeyThatWasOnlyRetiredIsNoNote) {
  Shelf s;
  s.Accepts("htx-cam", AddKey{s.NewKey("htx-cam", "htx-cam-2", true)}, RetireKey{"htx-cam"});
  EXPECT_EQ(s.Judge({}).notes.size(), 1U);
}

// ---- Scan counts

TEST(VerdictTest, ScanCountsSpeakExactlyAtTheParameters) {
  const Shelf s;
  EXPECT_EQ(s.CodeOf({.scans = ScanCounts{50, 10}}), V::kCodeIssued);
  EXPECT_EQ(s.CodeOf({.scans = ScanCounts{51, 9}}), V::kCodeIssued);
  const Verdict copied = s.Judge({.scans = ScanCounts{51, 10}});
  EXPECT_EQ(copied.code, V::kSuspectCopy);
  EXPECT_EQ(Note(copied, "many_scans").vi,
            "Theo số đếm của cổng này, mã đã được quét 51 lần trong 10 ngày");
  EXPECT_TRUE(Has(copied, "issued"));
}

}  // namespace
}  // namespace sogoc::ledger
