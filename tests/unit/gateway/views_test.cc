// Records as JSON.

#include "node/gateway/views.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "node/gateway/api_common.h"
#include "tests/support/scenario.h"

namespace sogoc::gateway {
namespace {

namespace json = boost::json;
namespace op = support::op;
using support::kCam;
using support::Scenario;

json::value Json(const google::protobuf::Message& message) { return json::parse(ToJson(message)); }

// A batch with labels, of which 90 are active.
class Shop : public Scenario {
 public:
  Shop() {
    Certify();
    Accepts("htx-cam", op::RegisterBatch{});
    KeyedRun();
    Accepts("in-hatinh", op::ConfirmPrint{});
    Accepts("htx-cam", op::ActivateLabels{.activated = 90});
  }
  ledger::Verdict Judge(std::uint64_t serial) const {
    ledger::Stamp stamp{"ocop.hatinh.example", kCam, "L1", serial, {}};
    stamp.signature = support::KeyOf("stamp").Sign(
        crypto::SignatureKind::kStamp, ledger::StampMessage(ledger_id(), kCam, "L1", serial));
    return ledger::JudgeStamp({ledger::FormatStampUri(stamp).value(), std::nullopt}, memory(),
                              {now(), true, now()}, std::nullopt, support::RulesUnderTest());
  }
};

TEST(ViewsTest, AVerdictSaysWhatWasFoundAndWhatItDoesNotProve) {
  const Shop s;
  const json::value answer = Json(View(s.Judge(5)));
  EXPECT_EQ(answer.at("verdict"), "CODE_ISSUED");
  EXPECT_EQ(answer.at("notes").at(0).at("name"), "issued");
  EXPECT_EQ(answer.at("notes").at(0).at("verdict"), "CODE_ISSUED");
  EXPECT_EQ(answer.at("label").at("serial"), "5");  // 64 bits are text in JSON
  EXPECT_EQ(answer.at("label").at("run_first"), "1");
  EXPECT_EQ(answer.at("label").at("star_printed"), 4);
  EXPECT_EQ(answer.at("label").at("stamp_key"),
            base::ToHex(support::KeyOf("stamp").public_key()).c_str());
  EXPECT_EQ(answer.at("product").at("producer_name"), "HTX cam Sơn Kim");
  EXPECT_EQ(answer.at("certificate").at("certificate"), "GCN-CAM-1");
  EXPECT_EQ(answer.at("certificate_in_force").at("valid_to"), "2029-01-07");
  EXPECT_EQ(answer.at("not_proved_vi"), kNotProvedVi);
}

TEST(ViewsTest, ACodeThatWasNotIssuedIsNotCalledIssuedInPassing) {
  const Shop s;
  EXPECT_EQ(View(s.Judge(500)).verdict(), "NOT_IN_SYSTEM");
  EXPECT_EQ(View(s.Judge(500)).not_proved_vi(), "");
  EXPECT_EQ(View(s.Judge(500)).not_proved_en(), "");
}

TEST(ViewsTest, AHeadlineComesBeforeItsNotes) {
  const Shop s;
  const json::value answer = Json(View(s.Judge(95)));
  EXPECT_EQ(answer.at("verdict"), "NOT_ACTIVATED");
  EXPECT_EQ(answer.at("notes").at(0).at("verdict"), "NOT_ACTIVATED");
  EXPECT_EQ(answer.at("notes").at(1).at("verdict"), "CODE_ISSUED");
}

TEST(ViewsTest, ABatchCountsItsLabels) {
  const Shop s;
  const auto batch = s.Read<ledger::BatchRecord>(ledger::BatchKey(kCam, "L1"));
  const json::value view = Json(View(kCam, "L1", batch, s.memory()));
  EXPECT_EQ(view.at("amount"), "10000000");
  EXPECT_EQ(view.at("unit"), "g");
  EXPECT_EQ(view.at("sellable_units"), "10000");
  EXPECT_EQ(view.at("labels_in_use"), "100");
  EXPECT_EQ(view.at("production_date"), "2026-01-08");
  EXPECT_EQ(view.at("runs").at(0).at("activated"), "90");
  EXPECT_EQ(view.at("registered").at("organisation"), "htx-cam");
}

TEST(ViewsTest, ARevokedCertificateSaysByWhatAndWhy) {
  Shop s;
  const op::DecisionRef decision{.date = 20260109, .number = "170/QĐ-UBND"};
  s.Accepts("ubnd-hatinh", op::RecordDecision{decision},
            op::RevokeCertificate{.decision = decision, .reason = "Lý do \"x\" <b>"});
  const auto record = s.Read<ledger::CertificateRecord>(ledger::CertificateKey("GCN-CAM-1"));
  const json::value view = Json(View("GCN-CAM-1", record));
  EXPECT_EQ(view.at("status"), "REVOKED");
  EXPECT_EQ(view.at("revocation_decision"), "170/QĐ-UBND");
  EXPECT_EQ(view.at("revocation_reason"), "Lý do \"x\" <b>");
}

TEST(ViewsTest, ARefusalHasItsNumberRuleAndSentences) {
  Shop s;
  const ledger::Refusal refusal = s.Refuses(ledger::RefusalCode::kBeyondBatch, "vp-hatinh",
                                            op::AuthoriseLabels{.first = 101, .count = 20'000});
  const json::value view = Json(View(refusal));
  EXPECT_EQ(view.at("name"), "beyond_batch");
  EXPECT_EQ(view.at("rule"), "I10");
  EXPECT_EQ(view.at("vi"), "Vượt số lượng lô: đã cấp 100/10.000, còn 9.900");
}

}  // namespace
}  // namespace sogoc::gateway
