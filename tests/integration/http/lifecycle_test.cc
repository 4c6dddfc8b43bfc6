// Starting, stopping, and what is under way meanwhile.

#include <gmock/gmock.h>

#include <optional>
#include <vector>

#include "tests/integration/http/server_fixture.h"

namespace sogoc::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kLater = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";

class Lifecycle : public HttpServerTest {};
INSTANTIATE_TEST_SUITE_P(Transport, Lifecycle, testing::Bool(),
                         [](const auto& p) { return p.param ? "Tls" : "Plain"; });

TEST_P(Lifecycle, StopClosesIdleConnectionsAtOnce) {
  HttpLimits limits;
  limits.drain = std::chrono::minutes(1);
  Start(limits);
  std::vector<support::RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(Connect());
    clients.back().Send(kHello);
    ASSERT_THAT(clients.back().ReadResponse(), StartsWith("HTTP/1.1 200 "));
  }
  const auto begin = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(server_->stats().connections_open, 0U);
  for (auto& client : clients) EXPECT_EQ(client.ReadAll(), "");
}

TEST_P(Lifecycle, StopLetsRequestsUnderWayBeAnswered) {
  HttpLimits limits;
  limits.drain = std::chrono::minutes(1);
  Start(limits);
  std::optional<support::RawClient> client(Connect());
  client->Send(kLater);
  const Respond respond = owed_.Take();
  std::thread stopping([&] { server_->Stop(); });
  EXPECT_TRUE(Eventually([&] { return !support::RawClient(server_->port()).connected(); }));
  respond(Text("answered"));
  const std::string answer = client->ReadAll();
  client.reset();
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nanswered"));
  stopping.join();
}

TEST_P(Lifecycle, StopDoesNotWaitForEver) {
  HttpLimits limits;
  limits.drain = milliseconds(50);
  Start(limits);
  support::RawClient half = Connect();
  half.Send("GET /hel");
  support::RawClient unanswered = Connect();
  unanswered.Send(kLater);
  const Respond respond = owed_.Take();
  server_->Stop();
  EXPECT_EQ(half.ReadAll(), "");
  EXPECT_EQ(unanswered.ReadAll(), "");
  respond(Text("to a stopped server"));
  server_.reset();
  respond(Text("to no server"));
}

TEST_P(Lifecycle, StopMayComeTwice) {
  Start();
  server_->Stop();
  server_->Stop();
}

TEST_P(Lifecycle, APortIsNotShared) {
  Start();
  HttpServerConfig config;
  config.port = server_->port();
  const auto second = HttpServer::Start(config, Router());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kFailedPrecondition);
  server_.reset();
  EXPECT_TRUE(HttpServer::Start(config, Router()));
}

TEST(HttpServerStart, NamesWhatIsWrong) {
  const auto code = [](const HttpServerConfig& config) {
    const auto server = HttpServer::Start(config, Router());
    return server ? std::string("started") : base::ErrorCodeName(server.error().code);
  };
  const support::Certificate good = support::MakeCertificate("DNS:a");
  const support::Certificate other = support::MakeCertificate("DNS:a");
  HttpServerConfig config;
  config.address = "localhost";
  EXPECT_EQ(code(config), "invalid_argument");
  config.address = "192.0.2.1";  // of no interface (RFC 5737)
  EXPECT_EQ(code(config), "failed_precondition");
  config.address = "127.0.0.1";
  config.tls = {"no certificate", good.private_key};
  EXPECT_EQ(code(config), "invalid_argument");
  config.tls = {good.certificate, other.private_key};
  EXPECT_EQ(code(config), "invalid_argument");
  config.tls = {
      good.certificate,
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"};
  EXPECT_EQ(code(config), "invalid_argument");
  config.tls = {good.certificate, good.private_key};
  EXPECT_EQ(code(config), "started");
  config.limits.body_bytes_per_second_min = 0;
  EXPECT_EQ(code(config), "invalid_argument");
}

}  // namespace
}  // namespace sogoc::gateway
