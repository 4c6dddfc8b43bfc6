#include "tests/integration/node/node_folder.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>

#include "crypto/private_file.h"
#include "node/app/ledger_setup.h"
#include "node/ledger/entry.h"
#include "node/ledger/policy.h"
#include "proto/api.pb.h"
#include "tests/support/ledger_world.h"
#include "tests/support/test_ledger.h"

namespace sogoc::support {

NodeFolder::NodeFolder() : directory_(temp_ / "node") {
  EXPECT_TRUE(crypto::CreatePrivateFile(passphrase_file(), "correct horse\n"));
  config_.name = "peer1.example";
  config_.resolver_host = "ocop.hatinh.example";
  config_.passphrase_file = passphrase_file();
  config_.port = 0;
  config_.reserve_megabytes = 64;
  config_.reserve_percent = 0;
  const base::Status made = directory_.Init(config_, "vp-hatinh");
  EXPECT_TRUE(made) << made.error().message;

  std::ifstream file(directory_.peer());
  const std::string json((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  v1::Found found = FoundMessage({});
  found.clear_peers();
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, found.add_peers()).ok());
  const ledger::Entry founding = FoundingEntry(found);
  ledger_id_ = crypto::Sha256(founding.Leaf());
  MemoryLedger first;
  first.Add(**ledger::ExecuteFounding(founding));
  policy_ = ledger::PolicyOf(first).value();
  std::ofstream(temp_ / "founding.entry", std::ios::binary) << base::ToText(founding.bytes);
  const auto founded = app::FoundLedger(directory_, config_, temp_ / "founding.entry");
  EXPECT_TRUE(founded) << founded.error().message;
}

base::Bytes NodeFolder::Sign(const std::string& author,
                             const std::vector<v1::Operation>& operations) const {
  return SignAt(base::SystemClock().Now(), ledger_id_, author, operations);
}

std::vector<base::Bytes> NodeFolder::FirstEntries() const {
  std::vector<base::Bytes> entries;
  for (const auto& block : FirstBlocks({}, ledger_id_)) {
    for (const FirstEntry& entry : block) entries.push_back(Sign(entry.author, entry.operations));
  }
  return entries;
}

base::Result<v1::SubmitResponse> Submit(tools::HttpClient& client,
                                        const std::vector<base::Bytes>& entries) {
  v1::SubmitRequest request;
  for (const base::Bytes& entry : entries) request.add_entries(base::ToText(entry));
  tools::HttpCall call{"POST",
                       "/v1/entries",
                       "application/x-protobuf",
                       request.SerializeAsString(),
                       {{"Accept", "application/x-protobuf"}}};
  TRY(const tools::HttpReply reply, client.Send(call));
  v1::SubmitResponse response;
  if (reply.status != 200 || !response.ParseFromString(reply.body)) {
    return base::FailedPrecondition("HTTP " + std::to_string(reply.status) + ": " + reply.body);
  }
  return response;
}

void SubmitAll(tools::HttpClient& client, const std::vector<base::Bytes>& entries) {
  const auto response = Submit(client, entries);
  ASSERT_TRUE(response) << response.error().message;
  ASSERT_EQ(response->results_size(), static_cast<int>(entries.size()));
  for (const v1::EntryResult& result : response->results()) {
    EXPECT_TRUE(result.has_committed()) << result.ShortDebugString();
  }
}

}  // namespace sogoc::support
