#include "node/consensus/cometbft/engine_rpc.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/unit/cometbft/fake_engine.h"

namespace sogoc::cometbft {
namespace {

using base::ErrorCode;
using support::FakeEngine;

std::string Result(const std::string& json) {
  return FakeEngine::Http(R"({"jsonrpc":"2.0","id":1,"result":)" + json + "}");
}
std::string RpcError(const std::string& data) {
  return FakeEngine::Http(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error","data":")" +
      data + "\"}}");
}
const std::string kTaken = Result(R"({"code":0,"data":"","log":"","codespace":"","hash":"AB"})");

base::Status BroadcastTo(const FakeEngine& engine) {
  return MakeEngineRpc("127.0.0.1", engine.port())->Broadcast(base::AsBytes("entry"));
}
base::Status BroadcastAnsweredBy(const std::string& answer) {
  return BroadcastTo(FakeEngine([&](const std::string&, int) { return answer; }));
}
base::Result<EngineStatus> StatusAnsweredBy(const std::string& status, const std::string& network) {
  const FakeEngine engine([&](const std::string& body, int) {
    return body.find("net_info") != std::string::npos ? network : status;
  });
  return MakeEngineRpc("127.0.0.1", engine.port())->Status();
}

const std::string kStatus =
    R"({"node_info":{"id":"ab","version":"0.38.25","protocol_version":{"p2p":"8"}},)"
    R"("sync_info":{"latest_block_height":"9007199254740993","catching_up":true},)"
    R"("validator_info":{"address":"AB","voting_power":"10"}})";

TEST(EngineRpc, SendsATransactionInBase64) {
  const FakeEngine engine([](const std::string&, int) { return kTaken; });
  ASSERT_TRUE(BroadcastTo(engine));
  EXPECT_EQ(engine.requests(),
            std::vector<std::string>{R"({"jsonrpc":"2.0","id":1,"method":"broadcast_tx_sync",)"
                                     R"("params":{"tx":"ZW50cnk="}})"});
}

TEST(EngineRpc, TellsWhatABroadcastCameTo) {
  EXPECT_TRUE(BroadcastAnsweredBy(RpcError("tx already exists in cache")));
  const auto refused =
      BroadcastAnsweredBy(Result(R"({"code":7,"log":"signature is wrong","hash":"AB"})"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused.error().message, "refused with code 7: signature is wrong");
  EXPECT_EQ(BroadcastAnsweredBy(RpcError("Tx too large. Max size is 10, but got 20")).error().code,
            ErrorCode::kInvalidArgument);
  for (const char* full :
       {"mempool is full: number of txs 5000 (max: 5000), total txs bytes 1 (max: 2)",
        "mempool is still rechecking after a new committed block, so it is considered as full"}) {
    const auto status = BroadcastAnsweredBy(RpcError(full));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(status.error().message,
              std::string("the engine's queue is full: Internal error: ") + full);
  }
  EXPECT_EQ(BroadcastAnsweredBy(RpcError("something else")).error().code, ErrorCode::kUnavailable);
}

TEST(EngineRpc, ShortensAlongLogBetweenCharacters) {
  std::string log = "x";
  for (int i = 0; i < 1000; ++i) log += "ố";
  const auto status = BroadcastAnsweredBy(Result(R"({"code":7,"hash":"","log":")" + log + "\"}"));
  EXPECT_EQ(status.error().message, "refused with code 7: " + log.substr(0, 1 + 333 * 3));
}

TEST(EngineRpc, TakesNoAnswerForGranted) {
  const std::string deep(10'000, '[');
  for (const std::string& answer : std::vector<std::string>{
           "\r\n",
           "hello\r\n\r\n",
           "HTTP/1.1 200 OK\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\n{",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x') + "\r\nContent-Length: 0\r\n\r\n",
           FakeEngine::Http(""),
           FakeEngine::Http("null"),
           FakeEngine::Http("[]"),
           FakeEngine::Http("{}"),
           FakeEngine::Http(deep),
           FakeEngine::Http("{\"result\":" + deep),
           FakeEngine::Http(std::string(2 << 20, ' ')),
           FakeEngine::Http("<html>", "502 Bad Gateway"),
           FakeEngine::Http("{\"error\":7}"),
           Result("null"),
           Result("7"),
           Result("\"x\""),
           Result("[]"),
           Result("{}"),
           Result(R"({"code":0})"),
           Result(R"({"code":-1,"hash":""})"),
           Result(R"({"code":"x","hash":""})"),
           Result(R"({"code":1.5,"hash":""})"),
           Result(R"({"code":"18446744073709551616","hash":""})"),
           Result(R"({"code":null,"hash":""})")}) {
    const auto status = BroadcastAnsweredBy(
        answer.find("Content-Length") == std::string::npos ? answer + "Connection: close" : answer);
    ASSERT_FALSE(status) << answer.substr(0, 200);
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable) << answer.substr(0, 200);
    EXPECT_LT(status.error().message.size(), 2'500U);
  }
}

TEST(EngineRpc, ReadsTheStatus) {
  const auto status = StatusAnsweredBy(Result(kStatus), Result(R"({"n_peers":"3","peers":[]})"));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->version, "0.38.25");
  EXPECT_EQ(status->height, 9'007'199'254'740'993U);
  EXPECT_TRUE(status->catching_up);
  EXPECT_EQ(status->voting_power, 10U);
  EXPECT_EQ(status->peers, 3U);
}

TEST(EngineRpc, RefusesAStatusWithHolesOrErrors) {
  const std::string network = Result(R"({"n_peers":"3"})");
  for (const char* key : {"version", "catching_up"}) {
    std::string holed = kStatus;
    holed.replace(holed.find(key), 1, "x");
    EXPECT_EQ(StatusAnsweredBy(Result(holed), network).error().code, ErrorCode::kUnavailable);
  }
  for (const char* value : {"\"10\"", "\"9007199254740993\"", "true"}) {
    std::string wrong = kStatus;
    wrong.replace(wrong.find(value), std::string(value).size(), "{}");
    EXPECT_EQ(StatusAnsweredBy(Result(wrong), network).error().code, ErrorCode::kUnavailable);
  }
  EXPECT_FALSE(StatusAnsweredBy(RpcError("x"), network));
  EXPECT_FALSE(StatusAnsweredBy(Result(kStatus), RpcError("x")));
  EXPECT_FALSE(StatusAnsweredBy(Result(kStatus), Result(R"({"n_peers":"-3"})")));
}

TEST(EngineRpc, KeepsAConnection) {
  const FakeEngine engine([](const std::string&, int) { return kTaken; });
  const auto rpc = MakeEngineRpc("127.0.0.1", engine.port());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(rpc->Broadcast(base::AsBytes("entry")));
  EXPECT_EQ(engine.connections(), 1);
}

TEST(EngineRpc, OpensAnotherAfterOneWasClosed) {
  std::string closing = kTaken;
  closing.insert(closing.find("Content-Length"), "Connection: close\r\n");
  const FakeEngine engine([&](const std::string&, int) { return closing; });
  const auto rpc = MakeEngineRpc("127.0.0.1", engine.port());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rpc->Broadcast(base::AsBytes("entry")));
  EXPECT_EQ(engine.connections(), 3);
}

TEST(EngineRpc, SendsAgainWhenAKeptConnectionBreaks) {
  std::atomic<int> calls = 0;
  const FakeEngine engine([&](const std::string&, int connection) {
    return connection == 1 && ++calls > 1 ? std::string() : kTaken;
  });
  const auto rpc = MakeEngineRpc("127.0.0.1", engine.port());
  EXPECT_TRUE(rpc->Broadcast(base::AsBytes("first")));
  EXPECT_TRUE(rpc->Broadcast(base::AsBytes("second")));
  EXPECT_EQ(engine.connections(), 2);
  EXPECT_EQ(engine.requests().size(), 3U);
}

TEST(EngineRpc, ServesSeveralThreads) {
  const FakeEngine engine([](const std::string&, int) { return kTaken; });
  const auto rpc = MakeEngineRpc("127.0.0.1", engine.port());
  std::vector<std::thread> threads;
  std::atomic<int> taken = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) taken += rpc->Broadcast(base::AsBytes("entry")) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 200);
  EXPECT_LE(engine.connections(), 16);
}

TEST(EngineRpc, SaysThatNobodyAnswers) {
  std::uint16_t port = 0;
  {
    const FakeEngine gone([](const std::string&, int) { return ""; });
    port = gone.port();
    EXPECT_EQ(BroadcastTo(gone).error().code, ErrorCode::kUnavailable);
  }
  const auto status = MakeEngineRpc("127.0.0.1", port)->Status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "the engine does not answer: Connection refused");
  EXPECT_EQ(MakeEngineRpc("localhost", port)->Status().error().message,
            "localhost is not an IP address");
}

TEST(EngineRpc, DoesNotWaitForASilentEngine) {
  const FakeEngine silent([](const std::string&, int) { return "HTTP/1.1 200 OK\r\n"; });
  const auto begin = std::chrono::steady_clock::now();
  const auto status = MakeEngineRpc("127.0.0.1", silent.port())->Status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "the engine does not answer: no answer in time");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

}  // namespace
}  // namespace sogoc::cometbft
