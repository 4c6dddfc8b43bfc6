// The program sogoc-verify against a node in this process, and against nodes that lie.

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <boost/json.hpp>
#include <fstream>

#include "crypto/policy.h"
#include "node/gateway/api_common.h"
#include "node/gateway/http_server.h"
#include "node/ledger/stamp.h"
#include "tests/e2e/verify_program.h"
#include "tests/integration/node/node_folder.h"
#include "tests/support/ledger_keys.h"
#include "tests/unit/qr/test_pictures.h"
#include "tools/qr/qr_code.h"
#include "tools/qr/qr_sheet.h"

namespace sogoc {
namespace {

namespace json = boost::json;
namespace op = support::op;
using support::kCam;
using support::kMut;
using testing::HasSubstr;
using testing::Not;

using support::Outcome;

std::string Url(std::uint16_t port) { return support::LocalUrl(port); }

// One ledger for all tests: lot L1 (100 labels, 90 active), lot L2 (10 labels, recalled later) and
// jam of L2; the certificate of the fish sauce is revoked.
class VerifyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new support::NodeFolder;
    auto node = app::Node::Start(folder_->directory(), folder_->config());
    ASSERT_TRUE(node) << node.error().message;
    node_ = node->release();
    auto client = tools::HttpClient::Create(Url(node_->port())).value();
    const auto sign = [](const char* author, const std::vector<v1::Operation>& operations) {
      return folder_->Sign(author, operations);
    };
    support::SubmitAll(client, folder_->FirstEntries());
    support::SubmitAll(
        client,
        {sign("hd-hatinh", {op::ScoreProduct{}, op::ScoreProduct{.gtin = kMut},
                            op::ScoreProduct{.gtin = support::kMam}}),
         sign("ubnd-hatinh",
              {op::RecordDecision{}, op::IssueCertificate{},
               op::IssueCertificate{.certificate = "GCN-MUT", .gtin = kMut},
               op::IssueCertificate{.certificate = "GCN-MAM", .gtin = support::kMam}}),
         sign(
             "htx-cam",
             {op::RegisterBatch{.expiry_date = 0}, op::RegisterBatch{.lot = "L2", .expiry_date = 0},
              op::RegisterBatch{.gtin = kMut, .expiry_date = 0, .inputs = {{.lot = "L2"}}}}),
         sign("ct-mam", {op::RegisterBatch{.gtin = support::kMam, .expiry_date = 0}}),
         sign("vp-hatinh",
              {op::AuthoriseLabels{}, op::AuthoriseLabels{.gtin = kMut, .certificate = "GCN-MUT"},
               op::AuthoriseLabels{.gtin = support::kMam, .certificate = "GCN-MAM"}}),
         sign("htx-cam", {op::SetRunKeys{}, op::SetRunKeys{.gtin = kMut}}),
         sign("ct-mam", {op::SetRunKeys{.gtin = support::kMam}}),
         sign("in-hatinh", {op::ConfirmPrint{}, op::ConfirmPrint{.gtin = kMut},
                            op::ConfirmPrint{.gtin = support::kMam}}),
         sign("htx-cam", {op::ActivateLabels{.activated = 90}, op::ActivateLabels{.gtin = kMut}}),
         sign("ct-mam", {op::ActivateLabels{.gtin = support::kMam}}),
         sign("thanhtra-hatinh", {op::OpenRecall{.lot = "L2"}}),
         sign("ubnd-hatinh",
              {op::RecordDecision{.decision = {.date = 20260109, .number = "170/QĐ-UBND"}},
               op::RevokeCertificate{.certificate = "GCN-MAM",
                                     .decision = {.date = 20260109, .number = "170/QĐ-UBND"}}})});
  }
  static void TearDownTestSuite() {
    delete node_;
    delete folder_;
  }

  static std::string Stamp(std::uint64_t serial, const std::string& key = "stamp",
                           const std::string& gtin = kCam,
                           const std::string& host = "ocop.hatinh.example") {
    ledger::Stamp stamp{host, gtin, "L1", serial, {}};
    stamp.signature = support::KeyOf(key).Sign(
        crypto::SignatureKind::kStamp,
        ledger::StampMessage(folder_->ledger_id(), stamp.gtin, stamp.lot, stamp.serial));
    return ledger::FormatStampUri(stamp).value();
  }

  // Runs the program with these arguments.
  Outcome Run(std::vector<std::string> arguments, const std::string& node = Url(node_->port())) {
    arguments.insert(arguments.begin(), {"--node", node});
    return support::RunVerify(std::move(arguments), temp_.path());
  }

  std::string WriteFile(const std::string& name, std::string_view content) {
    const std::string path = temp_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string Photo(const std::string& name, const std::string& text) {
    const base::Bytes png = tools::RenderPng(tools::MakeQrSymbol(text).value(), 6).value();
    return WriteFile(name, base::ToText(png));
  }

  // A server that gives this answer to every question about a stamp, under the ledger's policy.
  static std::unique_ptr<gateway::HttpServer> Liar(int status, const std::string& body) {
    gateway::Router router;
    router.Get("/v1/verify", [=](const gateway::Request&) {
      return gateway::Response{status, "application/json", body, {}};
    });
    router.Get("/policy", [](const gateway::Request&) {
      return gateway::Response{200, "text/plain", crypto::FormatPolicy(folder_->policy()), {}};
    });
    gateway::HttpServerConfig config;
    config.threads = 1;
    return gateway::HttpServer::Start(std::move(config), std::move(router)).value();
  }
  // What the honest node says about a stamp.
  v1::VerdictAnswer Honest(const std::string& uri) {
    v1::CheckedStamp checked;
    const Outcome outcome = Run({"--json", "stamp", uri});
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &checked).ok());
    return checked.answer();
  }
  // What the program says when a node answers that.
  Outcome Told(const std::string& uri, const v1::VerdictAnswer& answer) {
    const auto liar = Liar(200, gateway::ToJson(answer));
    return Run({"stamp", uri}, Url(liar->port()));
  }

  static inline support::NodeFolder* folder_ = nullptr;
  static inline app::Node* node_ = nullptr;
  support::TempDirectory temp_;
};

TEST_F(VerifyTest, AGoodStampIsExplainedInBothLanguages) {
  const Outcome outcome = Run({"stamp", Stamp(1)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("CODE_ISSUED: Mã tem có thật trong sổ cái"));
  EXPECT_THAT(outcome.out, HasSubstr("Code was issued"));
  EXPECT_THAT(outcome.out, HasSubstr("Cam bù Hương Sơn"));
  EXPECT_THAT(outcome.out, HasSubstr("Chữ ký trên tem: đúng"));
  EXPECT_THAT(outcome.out, HasSubstr("xác nhận / cosigned 1/1, chung cuộc / final"));
  EXPECT_THAT(outcome.out, HasSubstr("The policy came from the node itself"));
}

TEST_F(VerifyTest, EveryExitCodeIsThatOfTheVerdict) {
  const struct {
    std::string uri;
    const char* verdict;
    int exit_code;
  } cases[] = {{Stamp(1), "CODE_ISSUED", 0},
               {Stamp(1, "forger"), "NOT_IN_SYSTEM", 1},
               {Stamp(91), "NOT_ACTIVATED", 1},
               {Stamp(1, "stamp", kMut), "RECALLED", 1},
               {Stamp(1, "stamp", support::kMam), "GENUINE_CERT_REVOKED", 1},
               {"hello", "MALFORMED", 1}};
  for (const auto& [uri, verdict, exit_code] : cases) {
    const Outcome outcome = Run({"stamp", uri});
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.out << outcome.err;
    EXPECT_EQ(outcome.out.substr(0, outcome.out.find(':')), verdict);
  }
}

TEST_F(VerifyTest, ThePrintedStarIsCompared) {
  EXPECT_EQ(Run({"--star", "4", "stamp", Stamp(1)}).exit_code, 0);
  const Outcome outcome = Run({"stamp", Stamp(1), "--star", "5"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("Hạng sao trên bao bì (5) khác hạng được cấp (4)"));
  EXPECT_EQ(Run({"stamp", Stamp(1), "--star", "6"}).exit_code, 2);
}

TEST_F(VerifyTest, PhotosAreRead) {
  const std::string good = Photo("good.png", Stamp(2));
  const std::string forged = Photo("forged.png", Stamp(2, "forger"));
  const std::string empty = WriteFile("empty.png", "not a picture");
  EXPECT_EQ(Run({"photo", good}).exit_code, 0);
  const Outcome both = Run({"photo", good, forged});
  EXPECT_EQ(both.exit_code, 1);
  EXPECT_THAT(both.out, HasSubstr("forged.png"));
  EXPECT_THAT(both.err, HasSubstr("2 tem / stamps:  CODE_ISSUED 1  NOT_IN_SYSTEM 1"));
  EXPECT_EQ(Run({"photo", empty}).exit_code, 2);
  EXPECT_EQ(Run({"photo", temp_ / "nowhere.png"}).exit_code, 2);
  EXPECT_EQ(Run({"photo", good, empty}).exit_code, 2);
  EXPECT_EQ(Run({"photo", good, empty, forged}).exit_code, 1);  // what is wrong goes first
}

TEST_F(VerifyTest, AJpegFromACameraIsRead) {
  const tools::Picture picture = tools::PictureOfCode(Stamp(1, "stamp", kMut), 5);
  const std::string jpeg = WriteFile("mut.jpg", base::ToText(tools::EncodeJpeg(picture, 80)));
  const Outcome outcome = Run({"photo", jpeg});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("RECALLED: Lô hàng đang bị thu hồi – không sử dụng"));
  EXPECT_THAT(outcome.out, HasSubstr("Nguyên liệu lô L2"));
}

TEST_F(VerifyTest, ASheetIsReadCodeByCode) {
  std::vector<tools::Label> labels;
  for (std::uint64_t serial = 81; serial <= 92; ++serial) {
    labels.push_back({Stamp(serial), std::to_string(serial)});
  }
  const auto sheet = tools::DrawSheetPng(labels, {}, 150);
  ASSERT_TRUE(sheet) << sheet.error().message;
  const Outcome outcome = Run({"photo", WriteFile("sheet.png", base::ToText(*sheet))});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("12 tem / stamps:  CODE_ISSUED 10  NOT_ACTIVATED 2"));
}

TEST_F(VerifyTest, AListIsCheckedLineByLine) {
  const std::string list = WriteFile(
      "list.csv", "serial,uri\r\n1," + Stamp(1) + "\r\n\n# a comment\n91," + Stamp(91) + "\n");
  const Outcome outcome = Run({"list", list});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("CODE_ISSUED\t" + list + ":2\t"));
  EXPECT_THAT(outcome.out, HasSubstr("NOT_ACTIVATED\t" + list + ":5\t"));
  EXPECT_EQ(Run({"list", temp_ / "nowhere.csv"}).exit_code, 2);
}

TEST_F(VerifyTest, JsonIsOneObjectALine) {
  const std::string list =
      WriteFile("list.txt", Stamp(1) + "\n" + Stamp(91) + "\nhello\n" + Stamp(1, "forger") + "\n");
  const Outcome outcome = Run({"list", list, "--json"});
  std::istringstream lines(outcome.out);
  std::string line;
  std::vector<std::string> verdicts;
  while (std::getline(lines, line)) {
    verdicts.emplace_back(json::parse(line).at("verdict").as_string().c_str());
  }
  EXPECT_THAT(verdicts,
              testing::ElementsAre("CODE_ISSUED", "NOT_ACTIVATED", "MALFORMED", "NOT_IN_SYSTEM"));
}

TEST_F(VerifyTest, APinnedLedgerMustBeTheNodes) {
  EXPECT_EQ(Run({"--ledger", base::ToHex(folder_->ledger_id()), "stamp", Stamp(1)}).exit_code, 0);
  const Outcome other = Run({"--ledger", std::string(64, 'a'), "stamp", Stamp(1)});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.out, HasSubstr("keeps another ledger"));
  EXPECT_EQ(Run({"--ledger", "abc", "stamp", Stamp(1)}).exit_code, 2);
}

TEST_F(VerifyTest, APinnedPolicyMustBeMetByTheNodesCheckpoint) {
  const std::string right = WriteFile("policy", crypto::FormatPolicy(folder_->policy()));
  const Outcome met = Run({"--policy", right, "stamp", Stamp(1)});
  EXPECT_EQ(met.exit_code, 0) << met.out;
  EXPECT_THAT(met.out, Not(HasSubstr("The policy came from the node itself")));
  const support::NodeFolder other;
  const std::string wrong = WriteFile("other", crypto::FormatPolicy(other.policy()));
  const Outcome unmet = Run({"--policy", wrong, "stamp", Stamp(1)});
  EXPECT_EQ(unmet.exit_code, 2);
  EXPECT_THAT(unmet.out, HasSubstr("CANNOT_VERIFY"));
  EXPECT_EQ(Run({"--policy", WriteFile("bad", "quorum 1"), "stamp", Stamp(1)}).exit_code, 2);
}

TEST_F(VerifyTest, ANodeThatIsDownIsNamed) {
  const std::uint16_t port = Liar(200, "")->port();  // nobody listens there any more
  const Outcome outcome = Run({"stamp", Stamp(1)}, Url(port));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("Không hỏi được máy chủ"));
}

TEST_F(VerifyTest, AnAnswerWithoutAVerdictProvesNothing) {
  for (const auto& [status, body] :
       {std::pair{200, "garbage"}, {200, "{}"}, {200, ""}, {500, "{}"}, {404, "<html>"}}) {
    const auto liar = Liar(status, body);
    EXPECT_EQ(Run({"stamp", Stamp(1)}, Url(liar->port())).exit_code, 2) << body;
  }
}

TEST_F(VerifyTest, ALyingNodeConvincesNobody) {
  const v1::VerdictAnswer good = Honest(Stamp(1));
  ASSERT_EQ(good.verdict(), "CODE_ISSUED");
  EXPECT_EQ(Told(Stamp(1), good).exit_code, 0);

  const Outcome forged = Told(Stamp(1, "forger"), good);
  EXPECT_EQ(forged.exit_code, 2);
  EXPECT_THAT(forged.out, Not(HasSubstr("có thật trong sổ cái")));
  EXPECT_THAT(forged.out, Not(HasSubstr("chứng tỏ mã đã được cấp")));
  EXPECT_EQ(Told(Stamp(2), good).exit_code, 2);  // about another one

  v1::VerdictAnswer denied = good;
  denied.set_verdict("NOT_IN_SYSTEM");
  EXPECT_EQ(Told(Stamp(1), denied).exit_code, 2);
  denied.set_verdict("MALFORMED");
  EXPECT_EQ(Told(Stamp(1), denied).exit_code, 2);
  denied.set_verdict("GENUINE");
  EXPECT_EQ(Told(Stamp(1), denied).exit_code, 2);
}

TEST_F(VerifyTest, ANodeWritesNeitherTheHeadlineNorToTheTerminal) {
  v1::VerdictAnswer answer = Honest(Stamp(1));
  answer.set_verdict_vi("Hàng thật 100%");
  answer.mutable_notes(0)->set_vi("\x1b[2JXin chào\xC2\x9B");
  answer.mutable_product()->set_name("Cam\r\n\x7f");
  const Outcome outcome = Told(Stamp(1), answer);
  EXPECT_THAT(outcome.out, Not(HasSubstr("Hàng thật 100%")));
  EXPECT_THAT(outcome.out, HasSubstr("?[2JXin chào?"));
  EXPECT_THAT(outcome.out, HasSubstr("Cam???"));
}

TEST_F(VerifyTest, TheAddressInAStampIsNeverVisited) {
  const auto trap = Liar(200, gateway::ToJson(Honest(Stamp(1))));
  const std::string uri = Stamp(1, "stamp", kCam, "127.0.0.1:" + std::to_string(trap->port()));
  const Outcome outcome = Run({"photo", Photo("trap.png", uri)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("MISMATCH"));
  EXPECT_EQ(trap->stats().connections, 0U);
}

}  // namespace
}  // namespace sogoc
