// blob put, blob get.

#include <gtest/gtest.h>

#include "crypto/sha256.h"
#include "tests/unit/cli/cli_run.h"
#include "tests/unit/cli/fake_node.h"

namespace sogoc::tools {
namespace {

using support::CliResult;

class BlobTest : public support::CliTest {
 protected:
  BlobTest() { Write("picture.png", "picture"); }
  CliResult RunAt(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--node", node_.url()});
    return Run(arguments);
  }
  static std::string NameOf(const std::string& bytes) {
    return base::ToHex(crypto::Sha256(base::AsBytes(bytes)));
  }

  support::FakeNode node_;
};

TEST_F(BlobTest, AFileIsSentUnderItsHash) {
  node_.named_blobs = {NameOf("picture")};
  CliResult result = RunAt({"blob", "put", "picture.png"});
  EXPECT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_EQ(result.out, NameOf("picture") + "  stored\n");
  EXPECT_EQ(node_.blobs.at(NameOf("picture")), "picture");
  result = RunAt({"blob", "put", "picture.png", "--json"});
  EXPECT_EQ(result.out, "{\"sha256\": \"" + NameOf("picture") +
                            "\", \"size\": 7, \"outcome\": \"had it already\"}\n");
}

TEST_F(BlobTest, WhatTheLedgerDoesNotNameIsRefusedWithItsSentence) {
  const CliResult result = RunAt({"blob", "put", "picture.png"});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("names no such file"), std::string::npos) << result.err;
}

TEST_F(BlobTest, ADryRunTellsTheHash) {
  const CliResult result =
      Run({"blob", "put", "picture.png", "--dry-run", "--node", "http://127.0.0.1:9"});
  EXPECT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_EQ(result.out, NameOf("picture") + "  not sent\n");
}

TEST_F(BlobTest, FilesThatNobodyTakesAreNotSent) {
  Write("empty", "");
  Write("large", std::string((4 << 20) + 1, 'x'));
  for (const char* file : {"empty", "large", "missing"}) {
    const CliResult result = Run({"blob", "put", file, "--node", "http://127.0.0.1:9"});
    EXPECT_EQ(result.exit, Exit::kFailed);
    EXPECT_NE(result.err.find(file), std::string::npos) << result.err;
  }
}

TEST_F(BlobTest, AFileIsFetchedAndChecked) {
  node_.blobs[NameOf("picture")] = "picture";
  CliResult result = RunAt({"blob", "get", NameOf("picture"), "--out", "copy.png"});
  EXPECT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_EQ(result.out, "copy.png: 7 bytes\n");
  EXPECT_EQ(Read("copy.png"), "picture");

  node_.blobs[NameOf("map")] = "mop";
  result = RunAt({"blob", "get", NameOf("map"), "--out", "map.png"});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("does not have the hash"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists("map.png"));
  EXPECT_EQ(RunAt({"blob", "get", NameOf("none"), "--out", "x"}).exit, Exit::kFailed);
  EXPECT_EQ(RunAt({"blob", "get", "picture.png", "--out", "x"}).exit, Exit::kFailed);
  result = RunAt({"blob", "get", NameOf("picture")});
  EXPECT_NE(result.err.find("--out"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace sogoc::tools
