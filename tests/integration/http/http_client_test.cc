#include "tools/http/http_client.h"

#include <gmock/gmock.h>

#include "tests/integration/http/server_fixture.h"

namespace sogoc::tools {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;

class Client : public gateway::HttpServerTest {};
INSTANTIATE_TEST_SUITE_P(Transport, Client, testing::Bool(),
                         [](const auto& p) { return p.param ? "Tls" : "Plain"; });

TEST_P(Client, ConnectsAgainAfterTheServerHasClosed) {
  gateway::HttpLimits limits;
  limits.idle = milliseconds(50);
  Start(limits);
  HttpClient client = HttpServerTest::Client();
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.Post("/", "text/plain", "x");
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->body, "x");
    ASSERT_TRUE(Eventually([&] { return server_->stats().connections_open == 0; }));
  }
  EXPECT_EQ(server_->stats().connections, 3U);
}

TEST_P(Client, BoundsTheResponse) {
  Start();
  HttpClientOptions options;
  options.response_bytes_max = 1000;
  HttpClient client = HttpServerTest::Client(options);
  const auto reply = client.Get("/big");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(client.Get("/hello")->body, "hello");
}

TEST_P(Client, WaitsOnlySoLong) {
  gateway::HttpLimits limits;
  limits.drain = milliseconds(10);
  Start(limits);
  HttpClientOptions options;
  options.timeout = milliseconds(100);
  const auto reply = HttpServerTest::Client(options).Get("/later");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
}

TEST_P(Client, SaysWhenThereIsNoServer) {
  Start();
  HttpClient client = HttpServerTest::Client();
  EXPECT_TRUE(client.Get("/hello"));
  server_->Stop();
  for (int i = 0; i < 2; ++i) {
    const auto reply = client.Get("/hello");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
  }
}

TEST(HttpClientUrl, IsSchemeHostAndPort) {
  for (const char* url :
       {"http://127.0.0.1", "https://a.example/", "http://[::1]:80", "HTTPS://a"}) {
    EXPECT_TRUE(HttpClient::Create(url)) << url;
  }
  for (const char* url : {"", "a", "a:80", "ftp://a", "http://", "http:///", "http://a/b",
                          "http://a?x", "http://a#x", "http://u@a", "http://a b"}) {
    const auto client = HttpClient::Create(url);
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().code, ErrorCode::kInvalidArgument);
  }
  HttpClientOptions options;
  options.ca_file = "/nonexistent.pem";
  EXPECT_EQ(HttpClient::Create("https://a", options).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sogoc::tools
