// A whole node in this process: real RocksDB, real sockets, real keys.

#include "node/app/node.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>

#include "node/app/audit.h"
#include "node/ledger/stamp.h"
#include "proto/api.pb.h"
#include "tests/integration/node/node_folder.h"
#include "tests/support/certificate.h"
#include "tests/support/ledger_keys.h"

namespace sogoc {
namespace {

using support::KeyOf;
using support::NodeFolder;
using support::Submit;
using support::SubmitAll;
namespace op = support::op;

class NodeTest : public testing::Test {
 protected:
  void Start() {
    auto node = app::Node::Start(folder_.directory(), folder_.config());
    ASSERT_TRUE(node) << node.error().message;
    node_ = std::move(*node);
  }
  void Stop() { node_.reset(); }
  tools::HttpClient Client() {
    auto client = tools::HttpClient::Create("http://127.0.0.1:" + std::to_string(node_->port()));
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }
  base::Bytes Sign(const std::string& author, std::vector<v1::Operation> operations) {
    return folder_.Sign(author, operations);
  }
  // Oranges of htx-cam, certified, with a run of 100 active labels signed by the key "stamp".
  void IssueLabels(tools::HttpClient& client) {
    SubmitAll(client, folder_.FirstEntries());
    SubmitAll(client, {Sign("hd-hatinh", {op::ScoreProduct{}}),
                       Sign("ubnd-hatinh", {op::RecordDecision{}, op::IssueCertificate{}}),
                       Sign("htx-cam",
                            {op::RegisterBatch{.expiry_date = 20991231}, op::RecordStageEvent{}}),
                       Sign("vp-hatinh", {op::AuthoriseLabels{}}),
                       Sign("htx-cam", {op::SetRunKeys{}}), Sign("in-hatinh", {op::ConfirmPrint{}}),
                       Sign("htx-cam", {op::ActivateLabels{.activated = 90}})});
  }
  std::string Stamp(std::uint64_t serial, const std::string& key = "stamp") const {
    ledger::Stamp stamp{"ocop.hatinh.example", support::kCam, "L1", serial, {}};
    stamp.signature = KeyOf(key).Sign(
        crypto::SignatureKind::kStamp,
        ledger::StampMessage(folder_.ledger_id(), stamp.gtin, stamp.lot, stamp.serial));
    return ledger::FormatStampUri(stamp).value();
  }
  // What the node says about the stamp under its own address.
  v1::VerdictAnswer Ask(tools::HttpClient& client, const std::string& uri) {
    tools::HttpCall call;
    call.target = uri.substr(uri.find("/01/"));
    call.fields = {{"Accept", "application/json"}};
    const auto reply = client.Send(call);
    EXPECT_TRUE(reply) << reply.error().message;
    v1::VerdictAnswer answer;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(reply->body, &answer).ok())
        << reply->body;
    return answer;
  }

  NodeFolder folder_;
  std::unique_ptr<app::Node> node_;
};

TEST_F(NodeTest, AStampIsJudgedOverHttpAndItsLedgerPassesTheAudit) {
  Start();
  auto client = Client();
  IssueLabels(client);
  EXPECT_EQ(Ask(client, Stamp(1)).verdict(), "CODE_ISSUED");
  EXPECT_EQ(Ask(client, Stamp(1, "somebody else")).verdict(), "NOT_IN_SYSTEM");
  EXPECT_EQ(Ask(client, Stamp(91)).verdict(), "NOT_ACTIVATED");
  EXPECT_EQ(Ask(client, Stamp(101)).verdict(), "NOT_IN_SYSTEM");
  SubmitAll(client, {Sign("thanhtra-hatinh", {op::OpenRecall{}})});
  EXPECT_EQ(Ask(client, Stamp(2)).verdict(), "RECALLED");
  Stop();

  const auto audit = app::Audit(folder_.directory(), [](std::uint64_t, std::uint64_t) {});
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_GE(audit->entries, 14U);
}

TEST_F(NodeTest, TheStampsAddressIsAPageInVietnameseWithoutScript) {
  Start();
  auto client = Client();
  IssueLabels(client);
  const std::string uri = Stamp(7);
  const auto page = client.Get(uri.substr(uri.find("/01/")));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page->body.find("lang=\"vi\""), std::string::npos);
  EXPECT_NE(page->body.find("Mã tem có thật trong sổ cái"), std::string::npos);
  EXPECT_EQ(page->body.find("<script"), std::string::npos);
}

TEST_F(NodeTest, EntriesBatchesAndTracesAreServed) {
  Start();
  auto client = Client();
  IssueLabels(client);
  SubmitAll(client, {Sign("htx-cam", {op::RegisterBatch{.gtin = support::kMut,
                                                        .lot = "M1",
                                                        .amount = 1'000'000,
                                                        .production_date = 20260109,
                                                        .expiry_date = 20991231,
                                                        .inputs = {{.amount = 1'000}}}})});
  const auto get = [&](const std::string& target) {
    const auto reply = client.Get(target);
    EXPECT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 200) << target << reply->body;
    return reply->body;
  };
  const std::string cam = std::string("/v1/batches/") + support::kCam + "/L1";
  EXPECT_NE(get(cam).find("\"labels_in_use\": \"100\""), std::string::npos);
  EXPECT_NE(get(cam + "/trace?direction=forward").find("M1"), std::string::npos);
  EXPECT_NE(get(std::string("/v1/batches/") + support::kMut + "/M1/trace").find("L1"),
            std::string::npos);
  EXPECT_NE(get("/v1/certificates/GCN-CAM-1").find("ACTIVE"), std::string::npos);
  EXPECT_NE(get("/v1/log/0").find("\"type\": \"entry\""), std::string::npos);
  EXPECT_NE(get("/v1/log/1").find("\"type\": \"header\""), std::string::npos);
  EXPECT_NE(get("/v1/health").find("\"quorum\": true"), std::string::npos);
  EXPECT_NE(get("/checkpoint").find("peer1.example"), std::string::npos);
}

TEST_F(NodeTest, ARefusalIsASentenceAndARepeatedEntryGetsItsReceiptAgain) {
  Start();
  auto client = Client();
  IssueLabels(client);
  const base::Bytes entry = Sign("htx-cam", {op::RecordStageEvent{}});
  const auto first = Submit(client, {entry, entry, base::Bytes{1, 2, 3}});
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->results_size(), 3);
  EXPECT_FALSE(first->results(0).committed().repeated_entry());
  EXPECT_TRUE(first->results(1).committed().repeated_entry());
  EXPECT_EQ(first->results(1).committed().index(), first->results(0).committed().index());
  EXPECT_EQ(first->results(2).error().code(), "invalid_argument");

  const auto refused =
      Submit(client, {Sign("vp-hatinh", {op::AuthoriseLabels{.first = 101, .count = 20'000}})});
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->results(0).refused().name(), "beyond_batch");
  EXPECT_EQ(refused->results(0).refused().rule(), "I10");
  EXPECT_EQ(refused->results(0).refused().vi(), "Vượt số lượng lô: đã cấp 100/10.000, còn 9.900");

  Stop();
  Start();
  auto again = Client();
  const auto repeated = Submit(again, {entry});
  ASSERT_TRUE(repeated) << repeated.error().message;
  EXPECT_EQ(repeated->results(0).committed().index(), first->results(0).committed().index());
  EXPECT_EQ(repeated->results(0).committed().header_hash(),
            first->results(0).committed().header_hash());
}

TEST_F(NodeTest, WithACertificateItIsHttps) {
  const support::Certificate certificate = support::MakeCertificate("IP:127.0.0.1");
  const auto write = [&](const char* name, const std::string& text) {
    const std::filesystem::path path = folder_.directory().path() / name;
    std::ofstream(path) << text;
    return path.string();
  };
  folder_.config().tls = {write("chain.pem", certificate.certificate),
                          write("key.pem", certificate.private_key)};
  Start();
  auto client = tools::HttpClient::Create("https://127.0.0.1:" + std::to_string(node_->port()),
                                          {.ca_file = folder_.config().tls->certificate});
  ASSERT_TRUE(client) << client.error().message;
  SubmitAll(*client, folder_.FirstEntries());
  EXPECT_EQ(client->Get("/v1/health").value().status, 200);
}

TEST_F(NodeTest, ASecondProcessOnTheFolderIsRefused) {
  Start();
  const auto second = app::Node::Start(folder_.directory(), folder_.config());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kFailedPrecondition);
}

TEST_F(NodeTest, WrongPassphraseConfigurationAndKeysAreNamed) {
  app::Config config = folder_.config();
  config.name = "peer9.example";
  const auto other_name = app::Node::Start(folder_.directory(), config);
  ASSERT_FALSE(other_name);
  EXPECT_NE(other_name.error().message.find("peer9.example"), std::string::npos);

  NodeFolder other;
  std::filesystem::remove_all(folder_.directory().path() / "keys");
  std::filesystem::copy(other.directory().path() / "keys", folder_.directory().path() / "keys");
  const auto other_keys = app::Node::Start(folder_.directory(), folder_.config());
  ASSERT_FALSE(other_keys);
  EXPECT_EQ(other_keys.error().code, base::ErrorCode::kFailedPrecondition);

  std::filesystem::remove(folder_.passphrase_file());
  const auto no_passphrase = app::Node::Start(folder_.directory(), folder_.config());
  ASSERT_FALSE(no_passphrase);
  EXPECT_EQ(no_passphrase.error().code, base::ErrorCode::kNotFound);
}

TEST_F(NodeTest, AStoreBehindWhatThePeerHasSignedIsRefused) {
  Start();
  Stop();
  const auto ledger = folder_.directory().ledger();
  std::filesystem::copy(ledger, folder_.directory().path() / "yesterday",
                        std::filesystem::copy_options::recursive);
  Start();
  auto client = Client();
  SubmitAll(client, folder_.FirstEntries());
  Stop();
  std::filesystem::remove_all(ledger);
  std::filesystem::rename(folder_.directory().path() / "yesterday", ledger);
  const auto node = app::Node::Start(folder_.directory(), folder_.config());
  ASSERT_FALSE(node);
  EXPECT_NE(node.error().message.find("has signed"), std::string::npos) << node.error().message;
}

TEST(ConfigTest, WhatInitWritesIsReadBackAndMistakesAreNamed) {
  NodeFolder folder;
  const auto read = app::ReadConfig(folder.directory().config());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "peer1.example");
  const struct {
    const char* line;
    const char* expected;
  } cases[] = {{"naem = \"x\"\n", "naem is not known"},
               {"port = 70000\n", "port must be"},
               {"port = \"8080\"\n", "port must be"},
               {"address = 5\n", "address must be text"},
               {"metrics = \"9464\"\n", "metrics: "},
               {"[tls]\ncertificate = \"a\"\n", "private_key is missing"},
               {"name = \"x\"\nname = \"y\"\n", "line"},
               {"= =\n", "line"}};
  for (const auto& bad : cases) {
    const std::filesystem::path path = folder.directory().path() / "bad.toml";
    std::string text = "resolver_host = \"h\"\npassphrase_file = \"p\"\n";
    if (std::string(bad.line).find("name = ") != 0) text += "name = \"n\"\n";
    std::ofstream(path) << text << bad.line;
    const auto config = app::ReadConfig(path);
    ASSERT_FALSE(config) << bad.line;
    EXPECT_NE(config.error().message.find(bad.expected), std::string::npos)
        << config.error().message;
  }
}

}  // namespace
}  // namespace sogoc
