// What the page of a stamp shows, and what it never shows.

#include "node/gateway/pages.h"

#include <gmock/gmock.h>

#include "node/ledger/verdict.h"

namespace sogoc::gateway {
namespace {

using ledger::VerdictCode;
using testing::HasSubstr;
using testing::Not;

v1::VerdictAnswer AnswerOf(VerdictCode code) {
  const ledger::VerdictText& text = ledger::TextOf(code);
  v1::VerdictAnswer answer;
  answer.set_verdict(text.name);
  answer.set_verdict_vi(text.vi);
  answer.set_verdict_en(text.en);
  answer.mutable_product()->set_name("Cam bù Hương Sơn");
  answer.mutable_product()->set_producer_name("HTX cam Sơn Kim");
  answer.mutable_batch()->set_lot("L1");
  answer.mutable_batch()->set_production_date("2026-01-08");
  answer.mutable_label()->set_serial(5);
  answer.mutable_label()->set_star_printed(4);
  answer.mutable_certificate()->set_star(4);
  answer.mutable_certificate_in_force()->set_star(4);
  return answer;
}

void AddNote(v1::VerdictAnswer& answer, VerdictCode code, const std::string& vi) {
  v1::VerdictNoteView* note = answer.add_notes();
  note->set_verdict(ledger::TextOf(code).name);
  note->set_vi(vi);
}

TEST(StampPageTest, EveryVerdictHasItsHeadlineToneAndIcon) {
  const struct {
    VerdictCode code;
    const char* tone;
    const char* icon;
  } cases[] = {{VerdictCode::kMalformed, "unknown", "?"},
               {VerdictCode::kCannotVerify, "unknown", "?"},
               {VerdictCode::kNotInSystem, "bad", "✖"},
               {VerdictCode::kMismatch, "warning", "⚠"},
               {VerdictCode::kNotActivated, "bad", "✖"},
               {VerdictCode::kStolenLost, "bad", "✖"},
               {VerdictCode::kRevoked, "bad", "✖"},
               {VerdictCode::kRecalled, "bad", "✖"},
               {VerdictCode::kSuspectCopy, "warning", "⚠"},
               {VerdictCode::kSold, "warning", "⚠"},
               {VerdictCode::kExpired, "bad", "✖"},
               {VerdictCode::kGenuineCertRevoked, "warning", "⚠"},
               {VerdictCode::kGenuineCertExpired, "warning", "⚠"},
               {VerdictCode::kGenuineFirst, "good", "✔"},
               {VerdictCode::kCodeIssued, "good", "✔"}};
  for (const auto& [code, tone, icon] : cases) {
    const std::string page = StampPage(AnswerOf(code));
    EXPECT_THAT(page, HasSubstr(std::string("<section class=\"verdict ") + tone + "\">"));
    EXPECT_THAT(page, HasSubstr(std::string("aria-hidden=\"true\">") + icon + "</p>"));
    EXPECT_THAT(page, HasSubstr(std::string("<h1>") + ledger::TextOf(code).vi + "</h1>"));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("{{")));
    EXPECT_THAT(StyleSheet(), HasSubstr(std::string(".") + tone + " {"));
  }
}

TEST(StampPageTest, ThePictureIsOneOfThisNodesFiles) {
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kCodeIssued);
  EXPECT_THAT(StampPage(answer), Not(HasSubstr("<img")));
  const std::string hash(64, 'a');
  answer.mutable_product()->set_picture(hash);
  EXPECT_THAT(StampPage(answer), HasSubstr("src=\"/v1/blobs/" + hash + "\""));
  // Of what is not verified nothing is shown that looks genuine.
  for (const VerdictCode code : {VerdictCode::kNotInSystem, VerdictCode::kCannotVerify}) {
    answer.set_verdict(ledger::TextOf(code).name);
    EXPECT_THAT(StampPage(answer), Not(HasSubstr("<img")));
  }
}

TEST(StampPageTest, AVerdictOfALaterVersionIsNotShownAsGood) {
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kCodeIssued);
  answer.set_verdict("SOMETHING_NEW");
  EXPECT_THAT(StampPage(answer), HasSubstr("verdict unknown"));
}

TEST(StampPageTest, WhatPeopleWroteIsShownAsTextOnly) {
  const std::string hostile = "\"><script>alert('x')</script><img src=x onerror=\"y\">&amp;{{X}}";
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kRecalled);
  answer.set_verdict_vi(hostile);
  answer.set_not_proved_vi(hostile);
  AddNote(answer, VerdictCode::kRecalled, hostile);
  AddNote(answer, VerdictCode::kCodeIssued, hostile);
  v1::ProductView& product = *answer.mutable_product();
  product.set_name(hostile);
  product.set_producer_name(hostile);
  product.set_producer_address(hostile);
  product.set_gtin(hostile);
  answer.mutable_batch()->set_lot(hostile);
  answer.mutable_batch()->set_production_date(hostile);
  answer.mutable_certificate()->set_certificate(hostile);
  answer.mutable_certificate()->set_decision_number(hostile);
  answer.mutable_ledger()->set_origin(hostile);
  answer.mutable_ledger()->set_header_hash(hostile);
  const std::string page = StampPage(answer);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\"y\"")));
  EXPECT_THAT(page, Not(HasSubstr("'x'")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("&amp;amp;"));
}

TEST(StampPageTest, TheStarIsThatOfToday) {
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kGenuineCertRevoked);
  answer.mutable_certificate_in_force()->set_star(3);  // printed: 4
  EXPECT_THAT(StampPage(answer), HasSubstr(">★★★</span> OCOP 3 sao (tính đến hôm nay)"));
  answer.clear_certificate_in_force();
  const std::string page = StampPage(answer);
  EXPECT_THAT(page, Not(HasSubstr("★")));
  EXPECT_THAT(page, HasSubstr("không còn hạng sao OCOP có hiệu lực"));
}

TEST(StampPageTest, WhatIsNotVerifiedHasNoStarAndAForeignCodeOnlyClaims) {
  for (const VerdictCode code : {VerdictCode::kCannotVerify, VerdictCode::kNotInSystem}) {
    const std::string page = StampPage(AnswerOf(code));
    EXPECT_THAT(page, Not(HasSubstr("★")));
    EXPECT_THAT(page, Not(HasSubstr("hôm nay")));
    EXPECT_EQ(page.find("tem tự nhận") != std::string::npos, code == VerdictCode::kNotInSystem);
  }
}

TEST(StampPageTest, ReasonsStandWithTheHeadlineAndNotesBelow) {
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kExpired);
  AddNote(answer, VerdictCode::kExpired, "Hạn sử dụng đến 08/04/2026");
  AddNote(answer, VerdictCode::kCodeIssued, "Mã này đã được cấp");
  const std::string page = StampPage(answer);
  const std::size_t reason = page.find("<p>Hạn sử dụng đến 08/04/2026</p>");
  const std::size_t note = page.find("<li>Mã này đã được cấp</li>");
  ASSERT_NE(reason, std::string::npos);
  ASSERT_NE(note, std::string::npos);
  EXPECT_LT(reason, page.find("</section>"));
  EXPECT_GT(note, page.find("<h2>Ghi chú</h2>"));
}

TEST(StampPageTest, DatesAreVietnameseAndAMissingOneIsADash) {
  const std::string page = StampPage(AnswerOf(VerdictCode::kCodeIssued));
  EXPECT_THAT(page, HasSubstr("<dt>Ngày sản xuất</dt><dd>08/01/2026</dd>"));
  EXPECT_THAT(page, HasSubstr("<dt>Hạn sử dụng</dt><dd>–</dd>"));
}

TEST(StampPageTest, ACodeThatSaysNothingShowsNoProduct) {
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kMalformed);
  answer.clear_product();
  answer.clear_batch();
  answer.clear_certificate();
  const std::string page = StampPage(answer);
  EXPECT_THAT(page, Not(HasSubstr("Lô hàng")));
  EXPECT_THAT(page, Not(HasSubstr("Chứng nhận OCOP")));
}

TEST(StampPageTest, HowManyPeersStandBehindItIsSaid) {
  v1::VerdictAnswer answer = AnswerOf(VerdictCode::kCannotVerify);
  v1::CheckpointStatus& checkpoint = *answer.mutable_ledger()->mutable_checkpoint();
  checkpoint.set_cosigners_known(4);
  checkpoint.set_quorum_needed(3);
  checkpoint.add_cosigners("a");
  checkpoint.add_cosigners("b");
  EXPECT_THAT(StampPage(answer),
              HasSubstr("chưa chung cuộc (2 trên 4 đơn vị giữ sổ đã xác nhận, cần 3)"));
  checkpoint.add_cosigners("c");
  checkpoint.set_quorum(true);
  checkpoint.set_age_seconds(7);
  EXPECT_THAT(StampPage(answer),
              HasSubstr("chung cuộc: 3 trên 4 đơn vị giữ sổ (cần 3), cách đây 7 giây"));
}

}  // namespace
}  // namespace sogoc::gateway
