// sogoc-load against a node, as a person runs it.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "tests/integration/node/node_folder.h"
#include "tests/integration/node/node_process.h"
#include "tests/support/ledger_keys.h"

namespace sogoc {
namespace {

using support::NodeFolder;
using support::NodeProcess;
using support::Process;
using support::SubmitAll;

class LoadTest : public testing::Test {
 protected:
  LoadTest() : node_(folder_.directory().path()) {
    auto client = tools::HttpClient::Create(node_.url());
    SubmitAll(*client, folder_.FirstEntries());
    const auto passphrase = crypto::ReadPassphraseFile(folder_.passphrase_file());
    EXPECT_TRUE(crypto::WriteKeyFile(key_, support::KeyOf("htx-cam"), *passphrase));
  }

  // Runs it with these options more; its JSON, or null and a failed test.
  boost::json::value Load(std::vector<std::string> more, int status = 0) {
    std::vector<std::string> arguments = {"--node",
                                          node_.url(),
                                          "--key",
                                          key_,
                                          "--author",
                                          "htx-cam",
                                          "--gtin",
                                          support::kCam,
                                          "--location",
                                          "xuong-1",
                                          "--json",
                                          "--yardstick",
                                          "0",
                                          "--passphrase-file",
                                          folder_.passphrase_file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process load("sogoc-load", arguments);
    EXPECT_EQ(load.Wait(), status) << load.output();
    boost::system::error_code error;
    const std::string& output = load.output();
    const std::size_t begin = std::min(output.find('{'), output.size());
    const auto json =
        boost::json::parse(output.substr(begin, output.find('\n', begin) - begin), error);
    EXPECT_FALSE(error) << load.output();
    return json;
  }
  static std::uint64_t Number(const boost::json::value& json, const char* name) {
    const boost::json::value& value = json.at(name);
    return value.is_string() ? std::stoull(value.as_string().c_str())  // as proto3 JSON has it
                             : value.to_number<std::uint64_t>();
  }

  NodeFolder folder_;
  support::TempDirectory temp_;
  const std::string key_ = temp_ / "htx-cam.key";
  NodeProcess node_;
};

TEST_F(LoadTest, OperationsGoToBatchesThatItRegistersOnce) {
  const std::vector<std::string> options = {"--lot",        "LOAD", "--batches",     "120",
                                            "--operations", "120",  "--per-request", "3",
                                            "--entries",    "10"};
  for (int run = 0; run < 2; ++run) {
    const auto json = Load(options);
    EXPECT_EQ(Number(json, "committed"), 10U);
    EXPECT_EQ(Number(json, "refused"), 0U);
  }
  auto client = tools::HttpClient::Create(node_.url());
  for (const char* lot : {"LOAD-1", "LOAD-120"}) {
    const auto reply = client->Get(std::string("/v1/batches/") + support::kCam + "/" + lot);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(Number(boost::json::parse(reply->body), "event_count"), 20U) << reply->body;
  }
}

TEST_F(LoadTest, TheJournalNamesWhatStandsInTheLog) {
  Load({"--lot", "LOAD", "--batches", "1", "--entries", "7", "--per-request", "2", "--journal",
        temp_ / "journal"});
  std::ifstream journal(temp_ / "journal");
  auto client = tools::HttpClient::Create(node_.url());
  std::set<std::string> ids;
  std::string id, index, height, header_hash, node, state;
  while (journal >> id >> index >> height >> header_hash >> node >> state) {
    const auto reply = client->Get("/v1/entries/" + id);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(std::to_string(Number(boost::json::parse(reply->body), "index")), index);
    EXPECT_EQ(node, node_.url());
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 8U);  // the batches' own entry too
}

TEST_F(LoadTest, RefusedEntriesAreExitOne) {
  const auto json = Load({"--lot", "NONE", "--entries", "5"}, 1);
  EXPECT_EQ(Number(json, "refused"), 5U);
}

TEST_F(LoadTest, AtARateForATimeWithANodeThatIsDown) {
  // Longer than a node is avoided that was found down when the batch was registered.
  const auto json = Load({"--lot", "LOAD", "--batches", "1", "--node", "http://127.0.0.1:1",
                          "--rate", "200", "--seconds", "3", "--per-request", "10"});
  EXPECT_EQ(Number(json, "committed"), 600U);
  EXPECT_GE(Number(json, "lost_connections"), 1U);
}

}  // namespace
}  // namespace sogoc
