// Files beside the ledger of a real node: taken, kept through a crash, erased while it runs.

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "crypto/sha256.h"
#include "node/storage/blob_store.h"
#include "tests/integration/node/node_folder.h"
#include "tests/integration/node/node_process.h"

namespace sogoc {
namespace {

using support::NodeFolder;
using support::NodeProcess;
using support::Process;
using support::SubmitAll;
using testing::HasSubstr;

std::string NameOf(const std::string& bytes) {
  return base::ToHex(crypto::Sha256(base::AsBytes(bytes)));
}

class BlobNodeTest : public testing::Test {
 protected:
  BlobNodeTest() { Start(); }
  void Start() {
    node_.emplace(folder_.directory().path());
    client_.emplace(tools::HttpClient::Create(node_->url()).value());
  }
  int Put(const std::string& bytes) {
    tools::HttpCall call;
    call.method = "PUT";
    call.target = "/v1/blobs/" + NameOf(bytes);
    call.body = bytes;
    return client_->Send(call).value().status;
  }
  tools::HttpReply Get(const std::string& bytes) {
    return client_->Get("/v1/blobs/" + NameOf(bytes)).value();
  }
  // A decision whose document it is.
  v1::Operation Naming(const std::string& bytes, const std::string& number) const {
    support::op::RecordDecision decision;
    decision.decision.number = number;
    decision.document = base::ToText(crypto::Sha256(base::AsBytes(bytes)));
    return decision;
  }

  NodeFolder folder_;
  std::optional<NodeProcess> node_;
  std::optional<tools::HttpClient> client_;
};

TEST_F(BlobNodeTest, FilesAreKeptAndErased) {
  const std::string largest(storage::kBlobBytesMax, 'x');
  const std::string paper = "%PDF-1.7 a decision";
  SubmitAll(*client_, folder_.FirstEntries());
  EXPECT_EQ(Put(paper), 404);
  SubmitAll(*client_, {folder_.Sign("ubnd-hatinh", {Naming(paper, "1"), Naming(largest, "2")})});
  EXPECT_EQ(Get(paper).status, 404);
  EXPECT_EQ(Put(paper), 201);
  EXPECT_EQ(Put(largest), 201);
  EXPECT_EQ(Put(largest), 200);

  node_->process().Signal(SIGKILL);
  EXPECT_EQ(node_->process().Wait(), -SIGKILL);
  Start();
  EXPECT_EQ(Get(largest).body, largest);
  const tools::HttpReply reply = Get(paper);
  EXPECT_EQ(reply.body, paper);
  EXPECT_EQ(reply.Header("Content-Type"), "application/pdf");
  EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(std::string(reply.Header("Content-Security-Policy")), HasSubstr("sandbox"));

  Process erase("sogoc-node", {"blob", "erase", folder_.directory().path(), NameOf(paper)});
  EXPECT_EQ(erase.Wait(), 0) << erase.output();
  EXPECT_EQ(Get(paper).status, 410);
  EXPECT_EQ(Put(paper), 410);
  EXPECT_EQ(Get(largest).status, 200);

  node_->process().Signal(SIGTERM);
  EXPECT_EQ(node_->process().Wait(), 0);
  // The index of the names is what the log gives.
  Process check("sogoc-node", {"check", "--quiet", folder_.directory().path()});
  EXPECT_EQ(check.Wait(), 0) << check.output();
}

TEST_F(BlobNodeTest, WhatIsTooLongIsNotRead) {
  tools::HttpCall call;
  call.method = "PUT";
  call.target = "/v1/blobs/" + NameOf("x");
  call.body = std::string(storage::kBlobBytesMax + 1, 'x');
  const auto reply = client_->Send(call);
  // The node answers and closes; whether the client hears it before the line breaks is chance.
  if (reply) {
    EXPECT_EQ(reply->status, 413);
  }
  EXPECT_EQ(client_->Get("/v1/health").value().status, 200);
}

TEST_F(BlobNodeTest, ANameThatIsNoneIsRefused) {
  Process erase("sogoc-node", {"blob", "erase", folder_.directory().path(), "3f0a"});
  EXPECT_EQ(erase.Wait(), 1);
  EXPECT_THAT(erase.output(), HasSubstr("64 hexadecimal digits"));
}

}  // namespace
}  // namespace sogoc
