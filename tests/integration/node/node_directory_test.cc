#include "node/app/node_directory.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>

#include "crypto/private_file.h"
#include "node/consensus/cometbft/engine_files.h"
#include "proto/entry.pb.h"
#include "tests/support/temp_directory.h"

namespace sogoc::app {
namespace {

class NodeDirectoryTest : public testing::Test {
 protected:
  NodeDirectoryTest() {
    EXPECT_TRUE(crypto::CreatePrivateFile(directory_ / "pass", "correct horse\n"));
    config_.name = "peer1.example";
    config_.resolver_host = "ocop.example";
    config_.passphrase_file = directory_ / "pass";
  }
  v1::Peer ReadPeer() {
    std::ifstream file(node_.peer());
    const std::string json((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    v1::Peer peer;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &peer).ok());
    return peer;
  }

  support::TempDirectory directory_;
  Config config_;
  const NodeDirectory node_{directory_ / "node"};
};

TEST_F(NodeDirectoryTest, SaysWhereThePeerIsReached) {
  const base::Status made =
      node_.Init(config_, "vp-hatinh",
                 {{"https://peer1.example", "peer://peer1.example:26670"}, "peer1.example:26656"});
  ASSERT_TRUE(made) << made.error().message;
  const auto engine = node_.ReadKey(config_, "engine");
  ASSERT_TRUE(engine) << engine.error().message;
  const v1::Peer peer = ReadPeer();
  EXPECT_EQ(std::vector<std::string>(peer.endpoints().begin(), peer.endpoints().end()),
            (std::vector<std::string>{
                "https://peer1.example", "peer://peer1.example:26670",
                "p2p://" + cometbft::NodeIdOf(engine->public_key()) + "@peer1.example:26656"}));
  EXPECT_EQ(peer.validator_key(), base::ToText(node_.ReadKey(config_, "validator")->public_key()));
  EXPECT_NE(peer.validator_key(), base::ToText(engine->public_key()));
}

TEST_F(NodeDirectoryTest, NeedsNoAddress) {
  ASSERT_TRUE(node_.Init(config_, "vp-hatinh"));
  EXPECT_TRUE(node_.ReadKey(config_, "engine"));
  EXPECT_EQ(ReadPeer().endpoints_size(), 0);
}

TEST_F(NodeDirectoryTest, RefusesAnAddressOfAnotherFormAndMakesNothing) {
  const std::string id(40, 'a');
  for (const PeerAddresses& addresses :
       std::vector<PeerAddresses>{{{"peer1.example"}, ""},
                                  {{"https://peer1.example/"}, ""},
                                  {{"https://peer1.example", "peer://peer1.example"}, ""},
                                  {{"p2p://" + id + "@peer1.example:26656"}, ""},
                                  {{}, "peer1.example"},
                                  {{}, "p2p://" + id + "@peer1.example:26656"}}) {
    const base::Status made = node_.Init(config_, "vp-hatinh", addresses);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, base::ErrorCode::kInvalidArgument) << made.error().message;
    EXPECT_FALSE(std::filesystem::exists(node_.path()));
  }
}

}  // namespace
}  // namespace sogoc::app
