// Requests that a good client sends, and what handlers may do.

#include <gmock/gmock.h>

#include <vector>

#include "tests/integration/http/server_fixture.h"

namespace sogoc::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

class Exchange : public HttpServerTest {};
INSTANTIATE_TEST_SUITE_P(Transport, Exchange, testing::Bool(),
                         [](const auto& p) { return p.param ? "Tls" : "Plain"; });

TEST_P(Exchange, KeepsTheConnection) {
  Start();
  tools::HttpClient client = Client();
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.Get("/hello");
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "hello");
  }
  EXPECT_EQ(server_->stats().connections, 1U);
  EXPECT_EQ(server_->stats().requests, 3U);
}

TEST_P(Exchange, HandlersSeeTheRequest) {
  Start();
  tools::HttpClient client = Client();
  EXPECT_EQ(client.Send({"GET", "/seen/g%E1%BA%A1o?q=a+b", "", "", {{"X-Test", "x"}}})->body,
            "gạo a b x");
  EXPECT_EQ(client.Get("/who")->body, Secure() ? "127.0.0.1 secure" : "127.0.0.1 plain");
  const std::string body(kBodyMax, 'x');
  EXPECT_EQ(client.Post("/", "text/plain", body)->body, body);
  EXPECT_EQ(client.Send({"DELETE", "/", "", "", {}})->status, 204);
  EXPECT_EQ(client.Get("/none")->status, 404);
  const auto refused = client.Post("/hello", "text/plain", "");
  EXPECT_EQ(refused->status, 405);
  EXPECT_EQ(refused->Header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_P(Exchange, PolicyFieldsAreSent) {
  Start();
  const auto reply = Client().Get("/hello");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply->Header("Server"), "");
  EXPECT_EQ(reply->Header("Strict-Transport-Security").empty(), !Secure());
}

TEST_P(Exchange, HeadHasNoBody) {
  Start();
  support::RawClient client = Connect();
  client.Send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + kHello);
  EXPECT_THAT(client.ReadResponse(true), HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nhello"));
}

TEST_P(Exchange, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  support::RawClient client = Connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    const std::string body = std::to_string(i);
    requests += "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
    requests +=
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n";
  }
  client.Send(requests);
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\n" + std::to_string(i)));
    ASSERT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nc"));
  }
}

TEST_P(Exchange, ARequestMayArriveByteByByte) {
  Start();
  support::RawClient client = Connect();
  const std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n" +
      kHello;
  for (const char byte : request) ASSERT_TRUE(client.Send({&byte, 1}));
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nabc0123456789"));
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nhello"));
}

TEST_P(Exchange, ClosesWhenTheClientAsksForIt) {
  Start();
  support::RawClient client = Connect();
  client.Send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + kHello);
  const std::string all = client.ReadAll();
  EXPECT_THAT(all, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(all, testing::EndsWith("\r\n\r\nhello"));
  EXPECT_EQ(all.find("HTTP/1.1"), all.rfind("HTTP/1.1"));
}

TEST_P(Exchange, ContinueIsSaidOnlyWhereTheBodyIsWanted) {
  Start();
  const auto expecting = [](const std::string& target, const std::string& length) {
    return "POST " + target +
           " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " + length + "\r\n\r\n";
  };
  support::RawClient wanted = Connect();
  wanted.Send(expecting("/", "5"));
  EXPECT_EQ(wanted.ReadResponse(), "HTTP/1.1 100 Continue\r\n\r\n");
  wanted.Send("howdy");
  EXPECT_THAT(wanted.ReadResponse(), testing::EndsWith("\r\n\r\nhowdy"));

  support::RawClient unknown = Connect();
  unknown.Send(expecting("/none", "5"));
  EXPECT_THAT(unknown.ReadAll(), StartsWith("HTTP/1.1 404 "));
  support::RawClient too_long = Connect();
  too_long.Send(expecting("/", "1000000"));
  EXPECT_THAT(too_long.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST_P(Exchange, ABigResponseArrivesWhole) {
  Start();
  const auto reply = Client().Get("/big");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, std::string(kBigBytes, 'b'));
}

TEST_P(Exchange, AHandlerMayAnswerLaterFromAnotherThread) {
  Start();
  support::RawClient client = Connect();
  client.Send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n" + kHello);
  const Respond respond = owed_.Take();
  respond(Text("first"));
  respond(Text("second"));
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nfirst"));
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nhello"));
}

TEST_P(Exchange, AHandlerThatNeverAnswersIsAnsweredFor) {
  HttpLimits limits;
  limits.handler = std::chrono::milliseconds(50);
  Start(limits);
  tools::HttpClient client = Client();
  EXPECT_EQ(client.Get("/later")->status, 504);
  owed_.Take()(Text("too late"));
  EXPECT_EQ(client.Get("/hello")->body, "hello");
}

TEST_P(Exchange, AHandlerThatFailsIsAnsweredFor) {
  Start();
  tools::HttpClient client = Client();
  EXPECT_EQ(client.Get("/throws")->status, 500);
  const auto split = client.Get("/splits");
  EXPECT_EQ(split->status, 500);
  EXPECT_EQ(split->Header("X"), "");
  EXPECT_EQ(client.Get("/hello")->body, "hello");
}

TEST_P(Exchange, AClientMayLeaveWhileAHandlerWorks) {
  Start();
  {
    support::RawClient client = Connect();
    client.Send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    owed_.Take()(Text("nobody hears"));
  }
  EXPECT_EQ(Client().Get("/hello")->body, "hello");
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections_open == 0; }));
}

TEST_P(Exchange, TwoHundredConnectionsAreServed) {
  Start();
  std::vector<support::RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(Connect());
  for (int round = 0; round < 2; ++round) {
    for (auto& client : clients) ASSERT_TRUE(client.Send(kHello));
    for (auto& client : clients) {
      ASSERT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\nhello"));
    }
  }
  EXPECT_EQ(server_->stats().connections_open, 200U);
}

}  // namespace
}  // namespace sogoc::gateway
