#include "node/app/checkup.h"

#include <gmock/gmock.h>

#include <functional>

#include "node/consensus/cometbft/engine_process.h"

namespace sogoc::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// peer1 of four, well.
Checkup Well() {
  Checkup checkup;
  checkup.folder = "/node";
  checkup.config.name = "peer1.example";
  checkup.config.engine.emplace();
  checkup.config.peer.emplace();
  checkup.running = true;
  checkup.founded = true;
  checkup.engine_version = std::string(cometbft::kEngineVersion);
  checkup.space = storage::FreeSpace{50'000'000'000, 100'000'000'000, 5'000'000'000};
  const std::string node_id(40, 'a');
  checkup.keys = {{"log", base::Ok(), {1}},
                  {"cosigner", base::Ok(), {2}},
                  {"validator", base::Ok(), {3}},
                  {"engine", base::Ok(), base::ToBytes(base::AsBytes(node_id))},
                  {"tls", base::Ok(), {5}}};
  checkup.peers.emplace();
  checkup.peers->peers = {
      {"peer1.example", "vp", {1}, {2}, {5}, {3}, {"p2p://" + node_id + "@127.0.0.1:26656"}}};
  v1::PeersStatus& status = checkup.status.emplace();
  status.set_name("peer1.example");
  status.set_cosigns(true);
  status.mutable_own()->set_organisation("vp");
  status.mutable_own()->set_version("0.1.0");
  status.mutable_own()->set_serving(true);
  status.mutable_own()->set_height(100);
  v1::EngineView& engine = *status.mutable_own()->mutable_engine();
  engine.set_height(500);
  engine.set_voting_power(10);
  engine.set_peers(3);
  for (const char* name : {"peer2.example", "peer3.example", "peer4.example"}) {
    v1::PeerView& peer = *status.add_peers();
    peer.set_name(name);
    peer.set_organisation("org");
    peer.set_address("127.0.0.2:26670");
    peer.set_dialled_since("2026-07-05T00:00:00Z");
    peer.set_heard_since("2026-07-05T00:00:00Z");
    peer.set_version("0.1.0");
    peer.set_clock_known(true);
    peer.set_height(100);
  }
  v1::CheckpointStatus& checkpoint = checkup.checkpoint.emplace();
  checkpoint.set_quorum(true);
  checkpoint.set_quorum_needed(3);
  checkpoint.set_age_seconds(4);
  return checkup;
}

v1::EngineView& EngineOf(Checkup& checkup) {
  return *checkup.status->mutable_own()->mutable_engine();
}

void SetClocks(Checkup& checkup, std::vector<std::int64_t> offsets_ms) {
  for (int i = 0; i < 3; ++i) {
    checkup.status->mutable_peers(i)->set_clock_offset_ms(offsets_ms[static_cast<std::size_t>(i)]);
  }
}

TEST(Checkup, OfAPeerThatIsWellFindsNothing) {
  EXPECT_THAT(FindingsOf(Well()), IsEmpty());

  // A ledger of one node, without engine and links.
  Checkup alone = Well();
  alone.config.engine.reset();
  alone.config.peer.reset();
  alone.engine_version.reset();
  alone.keys[2].read = base::NotFound("no validator key");
  alone.keys[3].named = {9};
  alone.keys[4].read = base::NotFound("no tls key");
  alone.status->mutable_own()->clear_engine();
  alone.status->clear_peers();
  EXPECT_THAT(FindingsOf(alone), IsEmpty());
}

TEST(Checkup, NamesEachThingThatIsWrong) {
  const struct {
    const char* said;
    std::function<void(Checkup&)> ruin;
  } rows[] = {
      {"configuration cannot be used: line 3",
       [](Checkup& c) { c.config_read = base::InvalidArgument("line 3"); }},
      {"evidence: 2 in /node/evidence",
       [](Checkup& c) {
         c.evidence = {1, 1};
       }},
      {"The node does not run",
       [](Checkup& c) {
         c.running = false;
         c.status.reset();
         c.checkpoint.reset();
       }},
      {"This folder is an old copy",
       [](Checkup& c) {
         c.old_copy = true;
         EngineOf(c).set_votes_not("this folder is an old copy");
       }},
      {"There is no ledger",
       [](Checkup& c) {
         c.running = false;
         c.founded = false;
         c.status.reset();
         c.checkpoint.reset();
       }},
      {"gateway does not answer: refused",
       [](Checkup& c) {
         c.gateway = base::Unavailable("refused");
         c.status.reset();
         c.checkpoint.reset();
       }},
      {"No quorum stands behind this node's log: 0 of 3",
       [](Checkup& c) { c.checkpoint->set_quorum(false); }},
      {"The checkpoint is 61 s old", [](Checkup& c) { c.checkpoint->set_age_seconds(61); }},
      {"Other users of this machine can read /node/keys",
       [](Checkup& c) { c.open_to_others = {"/node/keys"}; }},
      {"The key tls cannot be read: gone",
       [](Checkup& c) { c.keys[4].read = base::NotFound("gone"); }},
      {"keys/log.key is not the key", [](Checkup& c) { c.keys[0].named = {9}; }},
      {"keys/cosigner.key is not the key", [](Checkup& c) { c.keys[1].named = {9}; }},
      {"keys/validator.key is not the key", [](Checkup& c) { c.keys[2].named = {9}; }},
      {"keys/engine.key is not the key", [](Checkup& c) { c.keys[3].named = {9}; }},
      {"keys/tls.key is not the key", [](Checkup& c) { c.keys[4].named = {9}; }},
      {"The ledger names no peer peer1.example", [](Checkup& c) { c.peers->peers.clear(); }},
      {"The store cannot be read: short",
       [](Checkup& c) { c.store_read = base::Corrupt("short"); }},
      {"The program is too old: version 2",
       [](Checkup& c) { c.rules_known = base::FailedPrecondition("version 2"); }},
      {"The engine's program cannot be used: not here",
       [](Checkup& c) {
         c.engine_version = base::Result<std::string>(base::NotFound("not here"));
       }},
      {"The engine's program is version 0.37.2",
       [](Checkup& c) { c.engine_version = std::string("0.37.2"); }},
      {"The engine's log ends with a failure: CONSENSUS",
       [](Checkup& c) { c.engine_failure = "CONSENSUS FAILURE!!!"; }},
      {"The disk is too full: 4.0 GB are free", [](Checkup& c) { c.space->free = 4'000'000'000; }},
      {"The disk is nearly full: 9.0 GB are free",
       [](Checkup& c) { c.space->free = 9'000'000'000; }},
      {"promised are still being brought back",
       [](Checkup& c) { c.status->mutable_own()->set_serving(false); }},
      {"The stored ledger is damaged: 000012.sst",
       [](Checkup& c) { c.status->mutable_own()->set_store_damage("000012.sst"); }},
      {"This peer does not sign: its store",
       [](Checkup& c) {
         c.status->set_cosigns(false);
         c.status->set_cosigns_not("its store");
       }},
      {"may not sign by its clock: off",
       [](Checkup& c) { c.status->mutable_own()->set_clock_problem("off"); }},
      {"clock is about 2.0 s behind",
       [](Checkup& c) {
         SetClocks(c, {2'000, 2'000, 9'000});
       }},
      {"clock is about 1.5 s ahead of",
       [](Checkup& c) {
         SetClocks(c, {-1'500, -1'500, 0});
       }},
      {"The clock of peer3.example is 6.0 s behind",
       [](Checkup& c) {
         SetClocks(c, {0, -6'000, 10});
       }},
      {"This node is at block 100, another peer at 111",
       [](Checkup& c) { c.status->mutable_peers(1)->set_height(111); }},
      {"peer2.example was founded on another genesis",
       [](Checkup& c) { c.status->mutable_peers(0)->set_genesis_differs(true); }},
      {"names no address peer://… of peer2.example",
       [](Checkup& c) { c.status->mutable_peers(0)->clear_address(); }},
      {"does not reach peer2.example at 127.0.0.2:26670: connection refused",
       [](Checkup& c) {
         c.status->mutable_peers(0)->clear_dialled_since();
         c.status->mutable_peers(0)->set_dial_problem("connection refused");
       }},
      {"peer4.example does not reach this node",
       [](Checkup& c) { c.status->mutable_peers(2)->clear_heard_since(); }},
      // Then its engine is no surprise.
      {"There is no link with peer3.example at 127.0.0.2:26670: timed out",
       [](Checkup& c) {
         c.status->mutable_peers(1)->clear_dialled_since();
         c.status->mutable_peers(1)->clear_heard_since();
         c.status->mutable_peers(1)->set_dial_problem("timed out");
         EngineOf(c).set_peers(2);
       }},
      {"peer2.example runs version 0.2.0",
       [](Checkup& c) { c.status->mutable_peers(0)->set_version("0.2.0"); }},
      {"The engine is lost: no answer", [](Checkup& c) { EngineOf(c).set_problem("no answer"); }},
      {"connected with 1 of 3 others: too few", [](Checkup& c) { EngineOf(c).set_peers(1); }},
      {"connected with 2 of 3 others", [](Checkup& c) { EngineOf(c).set_peers(2); }},
      {"catching up: it is at block 500", [](Checkup& c) { EngineOf(c).set_catching_up(true); }},
      {"stood at block 500 for 61 s",
       [](Checkup& c) { EngineOf(c).set_height_unchanged_seconds(61); }},
      {"This peer does not vote: catching up",
       [](Checkup& c) { EngineOf(c).set_votes_not("catching up"); }},
      {"The engine does not vote: its key", [](Checkup& c) { EngineOf(c).set_voting_power(0); }},
  };
  for (const auto& row : rows) {
    Checkup checkup = Well();
    row.ruin(checkup);
    const std::vector<Finding> found = FindingsOf(checkup);
    ASSERT_THAT(found, SizeIs(1)) << row.said;
    EXPECT_THAT(found[0].what, HasSubstr(row.said));
    EXPECT_FALSE(found[0].to_do.empty()) << row.said;
  }
}

TEST(Checkup, WhoBringsAnEngineBackDependsOnWhoStartsIt) {
  Checkup checkup = Well();
  EngineOf(checkup).set_problem("no answer");
  EXPECT_THAT(FindingsOf(checkup)[0].to_do, HasSubstr("restart the node"));
  checkup.config.engine->mode = EngineConfig::Mode::kExternal;
  checkup.engine_version.reset();
  EXPECT_THAT(FindingsOf(checkup)[0].to_do, HasSubstr("cometbft start --home …/engine"));
}

TEST(Checkup, APeerThatTheLedgerDoesNotNameIsToldOnceAndNotThatItDoesNotSign) {
  Checkup checkup = Well();
  checkup.peers->peers.clear();
  checkup.status->mutable_own()->clear_organisation();
  checkup.status->set_cosigns(false);
  EngineOf(checkup).set_voting_power(0);
  EXPECT_THAT(FindingsOf(checkup), SizeIs(1));
}

}  // namespace
}  // namespace sogoc::app
