#include "tools/sogoc/peers.h"

#include <gtest/gtest.h>

#include "tests/unit/cli/cli_run.h"
#include "tests/unit/cli/fake_node.h"

namespace sogoc::tools {
namespace {

v1::PeersStatus Status() {
  v1::PeersStatus status;
  status.set_name("peer1.example");
  status.set_cosigns(true);
  v1::OwnStatus& own = *status.mutable_own();
  own.set_organisation("vp-ha-tinh");
  own.set_version("0.1.0");
  own.set_height(12);
  own.set_final_size(31);
  own.mutable_engine()->set_height(40);
  v1::PeerView& well = *status.add_peers();
  well.set_name("peer2.example");
  well.set_organisation("so-nnmt");
  well.set_dialled_since("2026-07-05T00:00:00Z");
  well.set_heard_since("2026-07-05T00:00:00Z");
  well.set_heartbeat_at("2026-07-05T00:00:00Z");
  well.set_version("0.1.0");
  well.set_clock_known(true);
  well.set_clock_offset_ms(-12);
  well.set_height(12);
  well.set_final_size(31);
  well.set_engine_height(39);
  v1::PeerView& down = *status.add_peers();
  down.set_name("p3.example");
  down.set_organisation("kt");
  down.set_address("127.0.0.3:26670");
  down.set_heartbeat_at("2026-07-05T01:00:00Z");
  down.set_height(9);
  down.set_dial_problem("Connection \x1b[2Jrefused");
  status.add_peers()->set_name("p4.example");
  return status;
}

TEST(Peers, AreATableWithWhatIsWrongBelow) {
  EXPECT_EQ(DrawPeers(Status()),
            "PEER           ORGANISATION  HEIGHT  FINAL SIZE  ENGINE  CLOCK     LINK      VERSION\n"
            "peer1.example  vp-ha-tinh    12      31          40                this one  0.1.0\n"
            "peer2.example  so-nnmt       12      31          39      -0.012 s  both      0.1.0\n"
            "p3.example     kt            9       0           0       ?         down      ?\n"
            "  ! not reached at 127.0.0.3:26670: Connection ?[2Jrefused\n"
            "  ! does not reach this one\n"
            "  ! what it says of itself is of 2026-07-05T01:00:00Z\n"
            "p4.example     ?             ?       ?           ?       ?         down      ?\n"
            "  ! not reached: the ledger names no address\n"
            "  ! does not reach this one\n");
}

TEST(Peers, TheOneThatAnswersSaysWhatIsWrongWithIt) {
  v1::PeersStatus status = Status();
  status.clear_peers();
  status.set_cosigns(false);
  status.set_cosigns_not("the clock is 12 s behind");
  status.mutable_own()->set_entries_not("the disk is full");
  status.mutable_own()->set_store_damage("000012.sst");
  status.mutable_own()->set_fork_evidence(1);
  status.mutable_own()->mutable_engine()->set_votes_not("catching up");
  status.mutable_own()->mutable_engine()->set_problem("no answer");
  status.mutable_own()->mutable_engine()->set_height_unchanged_seconds(61);
  const std::string drawn = DrawPeers(status);
  for (const char* said :
       {"  ! it does not sign: the clock is 12 s behind\n",
        "  ! it takes no entries: the disk is full\n", "  ! it does not vote: catching up\n",
        "  ! its stored ledger is damaged: 000012.sst\n", "  ! its engine is lost: no answer\n",
        "  ! its engine has made no block for 61 s\n",
        "  ! it holds evidence that somebody signed what an "}) {
    EXPECT_NE(drawn.find(said), std::string::npos) << drawn;
  }
}

class PeersCommand : public support::CliTest {};

TEST_F(PeersCommand, PrintsWhatTheGatewaySaysAndTheRecordAsAChange) {
  support::FakeNode node;
  node.peers = Status();
  v1::Peer& peer = *node.peers_record.add_peers();
  peer.set_name("peer1.example");
  peer.set_log_key(std::string(32, '\x01'));
  const auto run = [&](const char* flag) {
    std::vector<std::string> arguments = {"peers", "--node", node.url()};
    if (*flag != '\0') arguments.emplace_back(flag);
    const support::CliResult result = Run(arguments);
    EXPECT_EQ(result.exit, Exit::kDone) << result.err;
    return result.out;
  };
  EXPECT_EQ(run(""), DrawPeers(Status()));

  v1::PeersStatus status;
  ASSERT_TRUE(ParseJson("the answer", run("--json"), status));
  EXPECT_EQ(status.SerializeAsString(), Status().SerializeAsString());

  v1::Change change;
  ASSERT_TRUE(ParseJson("the proposal", run("--proposal"), change));
  EXPECT_EQ(change.peers().SerializeAsString(), node.peers_record.SerializeAsString());
}

}  // namespace
}  // namespace sogoc::tools
