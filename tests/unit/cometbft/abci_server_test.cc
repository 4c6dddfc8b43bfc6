#include "node/consensus/cometbft/abci_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "node/storage/fail_stop.h"
#include "tests/support/engine_simulator.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/cometbft/fake_application.h"

namespace sogoc::cometbft {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using support::DecidedBlock;
using support::EngineConnection;
using support::EngineSimulator;
using support::Frame;
using testing::ElementsAre;
using testing::HasSubstr;

abci::Request Flush() {
  abci::Request request;
  request.mutable_flush();
  return request;
}

abci::Request Echo(const std::string& message) {
  abci::Request request;
  request.mutable_echo()->set_message(message);
  return request;
}

abci::Request Commit() {
  abci::Request request;
  request.mutable_commit();
  return request;
}

// A server with a fake application, at each kind of address.
class AbciServerTest : public testing::TestWithParam<const char*> {
 protected:
  AbciServerTest() {
    // Longer than a busy machine needs to see that a client has gone.
    options_.takeover_wait = std::chrono::seconds(20);
    options_.on_disconnect = [this] { application_.Note("disconnect"); };
  }

  void Start() { server_ = AbciServer::Start(Address(), application_, options_).value(); }
  std::string Address() const {
    return GetParam() == std::string("unix") ? "unix://" + directory_ / "abci.sock"
                                             : "tcp://127.0.0.1:0";
  }
  EngineSimulator Engine() const { return EngineSimulator::Connect(server_->address()).value(); }
  EngineConnection Connection() const {
    return EngineConnection::Connect(server_->address()).value();
  }

  // The connection has been told an exception with this text, and closed.
  static void ExpectRefused(EngineConnection& connection, const std::string& text) {
    const auto response = connection.Receive();
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_THAT(response->exception().error(), HasSubstr(text));
    EXPECT_TRUE(connection.AtEnd());
  }

  support::TempDirectory directory_;
  FakeApplication application_;
  AbciServerOptions options_;
  std::unique_ptr<AbciServer> server_;
};

INSTANTIATE_TEST_SUITE_P(Sockets, AbciServerTest, testing::Values("unix", "tcp"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(AbciServerTest, ServesAnEngine) {
  Start();
  EngineSimulator engine = Engine();
  EXPECT_EQ(engine.Info().value().data(), "fake");
  EXPECT_EQ(engine.Echo("hello").value().message(), "hello");
  EXPECT_EQ(engine.ListSnapshots().value().snapshots_size(), 0);
  abci::RequestInitChain genesis;
  genesis.set_chain_id("fake");
  EXPECT_TRUE(engine.InitChain(genesis));
  abci::RequestPrepareProposal prepare;
  prepare.add_txs("tx");
  EXPECT_EQ(engine.PrepareProposal(prepare).value().txs(0), "t");
  const auto block = DecidedBlock(1, 1000, {"tx", "other"});
  EXPECT_EQ(engine.ProcessProposal(support::ProposedBlock(block)).value().status(),
            abci::ResponseProcessProposal::ACCEPT);
  EXPECT_EQ(engine.Apply(block).value().tx_results(1).data(), "5");
  EXPECT_EQ(engine.CheckTx("bad").value().code(), 1U);
  EXPECT_EQ(engine.Query("/x", "data").value().value(), "data");
  EXPECT_THAT(application_.notes(), ElementsAre("init_chain", "prepare_proposal",
                                                "process_proposal", "finalize_block 1", "commit"));
}

TEST_P(AbciServerTest, AnswersEveryKindOnOneConnectionWithItsOwn) {
  Start();
  EngineConnection connection = Connection();
  std::vector<abci::Request> requests(11);
  *requests[0].mutable_info() = support::EngineInfo();
  requests[1].mutable_init_chain()->set_chain_id("fake");
  requests[2].mutable_query();
  requests[3].mutable_check_tx();
  requests[4].mutable_prepare_proposal();
  requests[5].mutable_process_proposal();
  requests[6].mutable_finalize_block();
  requests[7].mutable_commit();
  requests[8].mutable_list_snapshots();
  requests[9].mutable_load_snapshot_chunk();
  requests[10].mutable_echo();
  for (const abci::Request& request : requests) {
    const auto response = connection.Call(request);
    EXPECT_TRUE(response) << request.ShortDebugString() << response.error().message;
  }
}

TEST_P(AbciServerTest, TakesNoSnapshot) {
  Start();
  EngineConnection connection = Connection();
  abci::Request request;
  request.mutable_offer_snapshot()->mutable_snapshot()->set_height(7);
  EXPECT_EQ(connection.Call(request).value().offer_snapshot().result(),
            abci::ResponseOfferSnapshot::ABORT);
  request.mutable_apply_snapshot_chunk()->set_sender("\xFF");
  EXPECT_EQ(connection.Call(request).value().apply_snapshot_chunk().result(),
            abci::ResponseApplySnapshotChunk::ABORT);
}

TEST_P(AbciServerTest, HasNoVoteExtensions) {
  Start();
  abci::Request request;
  request.mutable_extend_vote()->set_height(1);
  EngineConnection first = Connection();
  EXPECT_THAT(first.Call(request).error().message, HasSubstr("no vote extensions"));
  EXPECT_TRUE(first.AtEnd());
  request.mutable_verify_vote_extension()->set_height(1);
  EngineConnection second = Connection();
  EXPECT_THAT(second.Call(request).error().message, HasSubstr("no vote extensions"));
}

TEST_P(AbciServerTest, AnswersAFlushWithNothingBeforeIt) {
  Start();
  EngineConnection connection = Connection();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection.Send(Flush()));
    EXPECT_EQ(connection.ReceiveRaw().value(), std::string("\x1A\0", 2));
  }
}

TEST_P(AbciServerTest, ReadsAStreamCutAnywhere) {
  Start();
  EngineConnection connection = Connection();
  std::string stream;
  for (const std::size_t size : {0, 1, 127, 128, 300, 20'000}) {
    stream += Frame(Echo(std::string(size, 'x')));
  }
  stream += Frame(Flush());
  for (const std::size_t chop : {1, 2, 3, 127, 4096}) {
    ASSERT_TRUE(connection.SendRaw(stream, chop));
    for (const std::size_t size : {0, 1, 127, 128, 300, 20'000}) {
      const auto response = connection.Receive().value();
      EXPECT_TRUE(response.has_echo());
      EXPECT_EQ(response.echo().message().size(), size);
    }
    EXPECT_TRUE(connection.Receive().value().has_flush());
  }
}

TEST_P(AbciServerTest, TakesABlockOf50MegabytesInTheEnginesPieces) {
  Start();
  EngineConnection connection = Connection();
  abci::Request request;
  *request.mutable_finalize_block() =
      DecidedBlock(1, 1000, std::vector<std::string>(50, std::string(1'000'000, 'x')));
  ASSERT_TRUE(connection.SendRaw(Frame(request), 4096));
  ASSERT_TRUE(connection.Send(Flush()));
  const auto response = connection.Receive().value();
  ASSERT_EQ(response.finalize_block().tx_results_size(), 50);
  for (const auto& result : response.finalize_block().tx_results()) {
    EXPECT_EQ(result.data(), "1000000");
  }
  EXPECT_TRUE(connection.Receive().value().has_flush());
}

TEST_P(AbciServerTest, AnswersPipelinedTransactionsInOrder) {
  Start();
  EngineSimulator engine = Engine();
  std::vector<std::string> txs;
  for (int i = 0; i < 256; ++i) {
    txs.push_back((i % 7 == 0 ? "bad " : "tx ") + std::to_string(i));
  }
  const auto answers = engine.CheckTxs(txs, abci::RECHECK).value();
  ASSERT_EQ(answers.size(), 256U);
  for (std::size_t i = 0; i < txs.size(); ++i) {
    EXPECT_EQ(answers[i].data(), txs[i]);
    EXPECT_EQ(answers[i].code(), i % 7 == 0 ? 1U : 0U);
  }
}

TEST_P(AbciServerTest, AnswersWithoutWaitingForAFlush) {
  Start();
  EngineConnection connection = Connection();
  ASSERT_TRUE(connection.Send(Echo("hello")));
  EXPECT_EQ(connection.Receive().value().echo().message(), "hello");
}

TEST_P(AbciServerTest, WritesAFlushedAnswerBeforeTheNextCall) {
  Start();
  application_.query_gate.Close();
  EngineConnection connection = Connection();
  abci::Request query;
  query.mutable_query();
  ASSERT_TRUE(connection.SendRaw(Frame(Echo("a")) + Frame(Flush()) + Frame(query)));
  EXPECT_TRUE(connection.Receive().value().has_echo());
  EXPECT_TRUE(connection.Receive().value().has_flush());
  EXPECT_TRUE(connection.IsQuiet());
  application_.query_gate.Open();
  EXPECT_TRUE(connection.Receive().value().has_query());
}

TEST_P(AbciServerTest, ServesOneConnectionWhileAnotherWaits) {
  Start();
  EngineSimulator engine = Engine();
  application_.consensus_gate.Close();
  auto commit = std::async(std::launch::async, [&] { return engine.Commit(); });
  application_.consensus_gate.AwaitArrivals(1);
  EXPECT_TRUE(engine.Info());
  EXPECT_TRUE(engine.CheckTx("tx"));
  application_.consensus_gate.Open();
  EXPECT_TRUE(commit.get());
}

TEST_P(AbciServerTest, AnswersAPathThatIsNoText) {
  Start();
  EngineSimulator engine = Engine();
  EXPECT_EQ(engine.Query("\xFF\xFE", "").value().code(), 1U);
  EXPECT_EQ(engine.Query("/x", "").value().code(), 0U);
}

TEST_P(AbciServerTest, RefusesABrokenStreamAndServesTheOthers) {
  Start();
  EngineSimulator engine = Engine();
  EXPECT_TRUE(engine.Apply(DecidedBlock(1, 1000, {})));
  const std::pair<std::string, const char*> rows[] = {
      {std::string(1, '\0'), "unknown request"},                   // an empty message
      {"\x03\xAA\x01" + std::string(1, '\0'), "unknown request"},  // insert_tx of 0.39
      {"\x02\x22" + std::string(1, '\0'), "unknown request"},      // set_option of long ago
      {"\x02\x12\x05", "not a request"},                           // a member cut short
      {"\x01\xFF", "not a request"},
      {"\x05hello", "not a request"},
      {"\x82\x80" + std::string(1, '\0'), "shortest form"},
      {"\x81\x80\x80\x40", "more than 134217728 bytes"},
      {std::string(11, '\xFF'), "more than 134217728 bytes"},
      {std::string(11, '\x80'), "over 10 bytes"},
      {"GET / HTTP/1.1\r\nHost: a\r\n" + std::string(60, 'x'), "not a request"},
  };
  for (const auto& [bytes, text] : rows) {
    EngineConnection connection = Connection();
    // What was asked before is answered, what comes after is not.
    ASSERT_TRUE(connection.SendRaw(Frame(Echo("a")) + bytes + Frame(Echo("b"))));
    EXPECT_TRUE(connection.Receive().value().has_echo());
    ExpectRefused(connection, text);
  }
  EXPECT_TRUE(engine.Info());
  EXPECT_TRUE(engine.CheckTx("tx"));
  EXPECT_TRUE(engine.ListSnapshots());
  EXPECT_TRUE(engine.Apply(DecidedBlock(2, 1001, {})));
  EXPECT_THAT(application_.notes(),
              ElementsAre("finalize_block 1", "commit", "finalize_block 2", "commit"));
}

TEST_P(AbciServerTest, TellsAnErrorOfTheApplicationAsAnException) {
  Start();
  EngineSimulator engine = Engine();
  abci::RequestInitChain genesis;
  genesis.set_chain_id("other");
  const auto refused = engine.InitChain(genesis);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(refused.error().message, "init_chain: another network");
  EXPECT_TRUE(engine.consensus().AtEnd());
  // In UTF-8, whatever the error says.
  EXPECT_EQ(engine.Info({}).error().message, "info: an engine of another ? version");
  EXPECT_TRUE(engine.CheckTx("tx"));
}

TEST_P(AbciServerTest, LetsGoOfAClientThatIsGone) {
  application_.prepared_tx_bytes = 1 << 20;
  Start();
  abci::Request request;
  for (int i = 0; i < 32; ++i) request.mutable_prepare_proposal()->add_txs("tx");
  for (int i = 0; i < 3; ++i) {
    EngineSimulator engine = Engine();
    // Gone in the middle of an answer that no socket holds, and in the middle of a request.
    ASSERT_TRUE(engine.consensus().Send(request));
    ASSERT_TRUE(engine.query().SendRaw("\x7F half"));
    ASSERT_FALSE(engine.consensus().AtEnd());
    engine.Reset();
  }
  EngineSimulator engine = Engine();
  EXPECT_TRUE(engine.Info());
  EXPECT_TRUE(engine.CheckTx("tx"));
  EXPECT_TRUE(engine.ListSnapshots());
  EXPECT_TRUE(engine.Apply(DecidedBlock(1, 1000, {})));
}

TEST_P(AbciServerTest, RefusesASecondEngineWhileTheFirstIsThere) {
  options_.takeover_wait = milliseconds(20);
  Start();
  EngineSimulator first = Engine();
  EXPECT_TRUE(first.Apply(DecidedBlock(1, 1000, {})));
  EngineSimulator second = Engine();
  EXPECT_TRUE(second.Info());
  EXPECT_TRUE(second.CheckTx("tx"));
  EXPECT_THAT(second.FinalizeBlock(DecidedBlock(1, 1000, {})).error().message,
              HasSubstr("another engine is connected"));
  EXPECT_TRUE(second.consensus().AtEnd());
  EXPECT_TRUE(first.Apply(DecidedBlock(2, 1001, {})));
  EXPECT_THAT(application_.notes(),
              ElementsAre("finalize_block 1", "commit", "finalize_block 2", "commit"));
  EXPECT_FALSE(application_.overlapped());
}

TEST_P(AbciServerTest, LetsARestartedEngineWaitForTheLastCallOfTheFormer) {
  Start();
  EngineSimulator first = Engine();
  application_.consensus_gate.Close();
  ASSERT_TRUE(first.consensus().Send(Commit()));
  application_.consensus_gate.AwaitArrivals(1);
  first.Reset();
  EngineSimulator second = Engine();
  auto applied =
      std::async(std::launch::async, [&] { return second.Apply(DecidedBlock(7, 1000, {})); });
  EXPECT_EQ(applied.wait_for(milliseconds(20)), std::future_status::timeout);
  application_.consensus_gate.Open();
  EXPECT_TRUE(applied.get());
  EXPECT_THAT(application_.notes(),
              ElementsAre("commit", "disconnect", "finalize_block 7", "commit"));
  EXPECT_FALSE(application_.overlapped());
}

TEST_P(AbciServerTest, TellsWhenTheEngineHasGone) {
  std::promise<void> gone;
  options_.on_disconnect = [&] { gone.set_value(); };
  Start();
  {
    EngineConnection other = Connection();
    EXPECT_TRUE(other.Call(Echo("a")));
  }
  EngineSimulator engine = Engine();
  EXPECT_TRUE(engine.Commit());
  auto told = gone.get_future();
  EXPECT_EQ(told.wait_for(milliseconds(20)), std::future_status::timeout);
  engine.Reset();
  EXPECT_EQ(told.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST_P(AbciServerTest, ServesSoManyConnectionsAndNoMore) {
  options_.connections_max = 3;
  Start();
  std::vector<EngineConnection> connections;
  for (int i = 0; i < 3; ++i) {
    connections.push_back(Connection());
    EXPECT_TRUE(connections.back().Call(Echo("a")));
  }
  EngineConnection fourth = Connection();
  ExpectRefused(fourth, "too many connections");
  EXPECT_TRUE(connections[0].Call(Echo("a")));
  connections.pop_back();
  // The server has to notice it first.
  bool served = false;
  for (int i = 0; i < 2000 && !served; ++i) {
    EngineConnection again = Connection();
    served = again.Call(Echo("a")).has_value();
    if (!served) std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_TRUE(served);
}

TEST_P(AbciServerTest, StopsAfterTheCallUnderWay) {
  Start();
  EngineSimulator engine = Engine();
  EXPECT_TRUE(engine.Info());
  application_.consensus_gate.Close();
  ASSERT_TRUE(engine.consensus().SendRaw(Frame(Commit()) + Frame(Commit())));
  application_.consensus_gate.AwaitArrivals(1);
  auto stopped = std::async(std::launch::async, [&] { server_->Stop(); });
  EXPECT_TRUE(engine.query().AtEnd());
  EXPECT_TRUE(engine.consensus().AtEnd());
  EXPECT_EQ(stopped.wait_for(milliseconds(20)), std::future_status::timeout);
  application_.consensus_gate.Open();
  stopped.get();
  // Neither another call nor word of an engine that has gone.
  EXPECT_THAT(application_.notes(), ElementsAre("commit"));
  EXPECT_FALSE(EngineConnection::Connect(server_->address()));
  server_->Stop();
}

TEST_P(AbciServerTest, StopsWhileAClientDoesNotRead) {
  application_.prepared_tx_bytes = 1 << 20;
  Start();
  EngineConnection connection = Connection();
  abci::Request request;
  for (int i = 0; i < 32; ++i) request.mutable_prepare_proposal()->add_txs("tx");
  ASSERT_TRUE(connection.Send(request));
  application_.consensus_gate.AwaitArrivals(1);
  server_->Stop();
}

TEST_P(AbciServerTest, IsAloneAtItsAddress) {
  Start();
  const auto second = AbciServer::Start(server_->address(), application_, options_);
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(second.error().message, HasSubstr(server_->address()));
  EXPECT_TRUE(Engine().Info());
}

using AbciServerDeathTest = AbciServerTest;
INSTANTIATE_TEST_SUITE_P(Sockets, AbciServerDeathTest, testing::Values("unix"));

TEST_P(AbciServerDeathTest, EndsTheProcessWhenACallNeverReturns) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang = [this] {
    options_.call_limit = milliseconds(100);
    Start();
    EngineSimulator engine = Engine();
    EXPECT_TRUE(engine.Apply(DecidedBlock(1, 1000, {})));
    application_.consensus_gate.Close();
    static_cast<void>(engine.Commit());
  };
  EXPECT_EXIT(hang(), testing::ExitedWithCode(storage::kFailStopExitCode),
              "fail-stop: the ledger has not answered the engine's commit within 100 ms");
}

TEST(AbciServerAddress, HasAFormOfTwo) {
  FakeApplication application;
  for (const char* address :
       {"", "abci.sock", "/tmp/abci.sock", "unix://", "unix://abci.sock", "http://127.0.0.1:1",
        "tcp://", "tcp://127.0.0.1", "tcp://localhost:26658", "tcp://127.0.0.1:", "tcp://:1",
        "tcp://127.0.0.1:65536", "tcp://127.0.0.1:+1", "tcp://127.0.0.1:1x", "tcp://::1:1",
        "tcp://[127.0.0.1]:1", "tcp://[::1"}) {
    const auto server = AbciServer::Start(address, application);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument) << address;
  }
  const auto long_path = AbciServer::Start("unix:///" + std::string(107, 'x'), application);
  EXPECT_EQ(long_path.error().code, ErrorCode::kInvalidArgument);
}

TEST(AbciServerAddress, MayBeOfIpv6) {
  FakeApplication application;
  const auto server = AbciServer::Start("tcp://[::1]:0", application);
  // A machine without IPv6 says so.
  if (!server) {
    EXPECT_EQ(server.error().code, ErrorCode::kFailedPrecondition);
  } else {
    EXPECT_THAT((*server)->address(), testing::MatchesRegex("tcp://\\[::1\\]:[0-9]+"));
  }
}

TEST(AbciServerSocketFile, IsOfThisUserAloneAndGoesWithTheServer) {
  const support::TempDirectory directory;
  const std::string path = directory / "abci.sock";
  FakeApplication application;
  const auto server = AbciServer::Start("unix://" + path, application).value();
  struct stat found = {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  server->Stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(AbciServerSocketFile, ThatADeadProcessLeftIsReplaced) {
  const support::TempDirectory directory;
  const std::string path = directory / "abci.sock";
  FakeApplication application;
  {
    const auto server = AbciServer::Start("unix://" + path, application).value();
    std::filesystem::rename(path, directory / "kept.sock");
  }
  std::filesystem::rename(directory / "kept.sock", path);
  const auto server = AbciServer::Start("unix://" + path, application).value();
  EXPECT_TRUE(EngineSimulator::Connect(server->address()).value().Info());
}

TEST(AbciServerSocketFile, DoesNotReplaceAnotherFile) {
  const support::TempDirectory directory;
  const std::string path = directory / "abci.sock";
  std::ofstream(path) << "notes";
  FakeApplication application;
  EXPECT_EQ(AbciServer::Start("unix://" + path, application).error().code,
            ErrorCode::kFailedPrecondition);
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
  EXPECT_EQ(AbciServer::Start("unix://" + directory / "no/abci.sock", application).error().code,
            ErrorCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sogoc::cometbft
