// Clients that are slow, greedy, or out to be misunderstood.

#include <gmock/gmock.h>

#include <vector>

#include "tests/integration/http/server_fixture.h"
#include "tests/support/framing_rows.h"

namespace sogoc::gateway {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

class HostileClient : public HttpServerTest {
 protected:
  // All that the server says before it closes.
  std::string Exchange(const std::string& bytes) {
    support::RawClient client = Connect();
    client.Send(bytes);
    if (!Secure()) client.EndSending();
    return client.ReadAll();
  }

  std::string PostChunks(const std::string& chunks) {
    return Exchange(kPost + "Transfer-Encoding: chunked\r\n\r\n" + chunks + kHello);
  }
};
INSTANTIATE_TEST_SUITE_P(Transport, HostileClient, testing::Bool(),
                         [](const auto& p) { return p.param ? "Tls" : "Plain"; });
// What concerns bytes alone is tried on plain connections, which are quicker.
class HostileBytes : public HostileClient {};
INSTANTIATE_TEST_SUITE_P(Transport, HostileBytes, testing::Values(false),
                         [](const auto&) { return "Plain"; });

TEST_P(HostileBytes, EveryRefusedFramingIsAnsweredOnceAndEndsTheConnection) {
  Start();
  for (const support::FramingRow& row : support::ReadFramingRows()) {
    const bool refused = row.verdict.find_first_not_of("0123456789") == std::string::npos;
    if (!refused) continue;
    const std::string answer = Exchange(row.head + kHello);
    ASSERT_THAT(answer, StartsWith("HTTP/1.1 " + row.verdict + " ")) << row.line;
    ASSERT_THAT(answer, HasSubstr("\r\nConnection: close\r\n")) << row.line;
    ASSERT_EQ(Count(answer, "\r\nDate: "), 1) << row.line;
  }
}

TEST_P(HostileBytes, EveryAcceptedFramingLeavesTheNextRequestIntact) {
  Start();
  for (const support::FramingRow& row : support::ReadFramingRows()) {
    if (row.head.find(" / HTTP/1.1\r\n") == std::string::npos) continue;
    std::string body;
    if (row.verdict.starts_with("length 5")) body = "howdy";
    if (row.verdict.starts_with("chunked")) body = "5\r\nhowdy\r\n0\r\n\r\n";
    if (row.verdict != "none" && body.empty()) continue;
    const std::string answer = Exchange(row.head + body + kHello);
    ASSERT_THAT(answer, StartsWith("HTTP/1.1 20")) << row.line;
    if (answer.find("Connection: close") != std::string::npos) continue;
    ASSERT_EQ(Count(answer, "\r\nDate: "), 2) << row.line;
    ASSERT_THAT(answer, testing::EndsWith("\r\n\r\nhello")) << row.line;
  }
}

TEST_P(HostileBytes, MalformedTargetsAreRefused) {
  Start();
  for (const char* target : {"//hello", "/%2e%2e/hello", "/hello%00", "/%zz", "/hello?%0d%0a"}) {
    const std::string head = std::string("GET ") + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_THAT(Exchange(head + kHello), StartsWith("HTTP/1.1 400 ")) << target;
  }
}

TEST_P(HostileBytes, ChunksThatEveryReaderUnderstandsAreRead) {
  Start();
  for (const char* chunks : {"5\r\nhowdy\r\n0\r\n\r\n", "1\r\nh\r\n4\r\nowdy\r\n0\r\n\r\n",
                             "0005\r\nhowdy\r\n000\r\n\r\n"}) {
    const std::string answer = PostChunks(chunks);
    EXPECT_THAT(answer, HasSubstr("\r\n\r\nhowdy")) << chunks;
    EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nhello")) << chunks;
  }
  const std::string ten = PostChunks("a\r\n0123456789\r\n0\r\n\r\n");
  EXPECT_THAT(ten, HasSubstr("\r\n\r\n0123456789"));
  EXPECT_EQ(PostChunks("A\r\n0123456789\r\n0\r\n\r\n"), ten);
}

TEST_P(HostileBytes, ChunksThatReadersUnderstandDifferentlyAreRefused) {
  Start();
  for (const std::string chunks : {"5;x=y\r\nhowdy\r\n0\r\n\r\n",
                                   "5;x\r\nhowdy\r\n0\r\n\r\n",
                                   "5 ;x\r\nhowdy\r\n0\r\n\r\n",
                                   "5 \r\nhowdy\r\n0\r\n\r\n",
                                   "5;\r\nhowdy\r\n0\r\n\r\n",
                                   "5\t\r\nhowdy\r\n0\r\n\r\n",
                                   "5;x=\"\r\n\"\r\nhowdy\r\n0\r\n\r\n",
                                   "5\r\nhowdy\r\n0;x=y\r\n\r\n",
                                   "5\r\nhowdy\r\n0 \r\n\r\n",
                                   "5\r\nhowdy\r\n0\r\nX: y\r\n\r\n",
                                   "5\r\nhowdy\r\n0\r\nContent-Length: 5\r\n\r\n",
                                   "5\r\nhowdy\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
                                   "5\r\nhowdy\r\n0\r\nHost: b\r\n\r\n",
                                   "5\nhowdy\r\n0\r\n\r\n",
                                   "5\rhowdy\r\n0\r\n\r\n",
                                   "5\r\nhowdyX\r\n0\r\n\r\n",
                                   "5\r\nhowdy0\r\n\r\n",
                                   "5\r\nhowdy\n0\r\n\r\n",
                                   "6\r\nhowdy\r\n0\r\n\r\n",
                                   "4\r\nhowdy\r\n0\r\n\r\n",
                                   "\r\nhowdy\r\n0\r\n\r\n",
                                   " 5\r\nhowdy\r\n0\r\n\r\n",
                                   "-5\r\nhowdy\r\n0\r\n\r\n",
                                   "+5\r\nhowdy\r\n0\r\n\r\n",
                                   "0x5\r\nhowdy\r\n0\r\n\r\n",
                                   "g\r\nhowdy\r\n0\r\n\r\n",
                                   "5h\r\nhowdy\r\n0\r\n\r\n",
                                   "howdy",
                                   "\r\n\r\n",
                                   "10000000000000005\r\nhowdy\r\n0\r\n\r\n",
                                   ";\r\nhowdy\r\n0\r\n\r\n"}) {
    const std::string answer = PostChunks(chunks);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << chunks;
    EXPECT_EQ(Count(answer, "\r\nDate: "), 1) << chunks;
  }
}

TEST_P(HostileClient, OversizedRequestsAreRefused) {
  Start();
  const std::string much(20'000, 'x');
  EXPECT_THAT(Exchange("GET /" + much), StartsWith("HTTP/1.1 414 "));
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + much), StartsWith("HTTP/1.1 431 "));
  const std::string body(kBodyMax + 1, 'x');
  EXPECT_THAT(
      Exchange(kPost + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body),
      StartsWith("HTTP/1.1 413 "));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  EXPECT_THAT(PostChunks(chunk + chunk + "0\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(PostChunks("ffffffffffffffff\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(PostChunks("5;" + much), StartsWith("HTTP/1.1 400 "));
}

TEST_P(HostileClient, AHeadThatDoesNotComeIsCut) {
  HttpLimits limits;
  limits.header = milliseconds(100);
  Start(limits);
  support::RawClient client = Connect();
  client.Send("GET /hello HT");
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_TRUE(Eventually([&] { return server_->stats().timeouts == 1; }));
}

TEST_P(HostileClient, AHeadThatDripsIsCut) {
  HttpLimits limits;
  limits.header = milliseconds(100);
  Start(limits);
  support::RawClient client = Connect();
  client.Send("GET /hello HTTP/1.1\r\nX: ");
  int sent = 0;
  while (!client.Readable(milliseconds(10)) && client.Send("x")) ++sent;
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_LT(sent, 100);
  EXPECT_TRUE(Eventually([&] { return server_->stats().timeouts == 1; }));
}

TEST_P(HostileClient, ABodyThatDripsIsCut) {
  HttpLimits limits;
  limits.header = milliseconds(100);
  Start(limits);
  support::RawClient client = Connect();
  client.Send(kPost + "Content-Length: 50000\r\n\r\n");
  int sent = 0;
  while (!client.Readable(milliseconds(10)) && client.Send("x")) ++sent;
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_LT(sent, 1000);
  EXPECT_TRUE(Eventually([&] { return server_->stats().timeouts == 1; }));
}

TEST_P(HostileClient, ABodyOfTheLowestRateIsRead) {
  HttpLimits limits;
  limits.header = milliseconds(200);
  limits.body_bytes_per_second_min = 10'000;
  Start(limits);
  support::RawClient client = Connect();
  client.Send(kPost + "Content-Length: 20000\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    ASSERT_FALSE(client.Readable(milliseconds(20)));
    client.Send(std::string(1000, 'x'));
  }
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST_P(HostileClient, ARequestIsCutHoweverSteadilyItComes) {
  HttpLimits limits;
  limits.request = milliseconds(200);
  Start(limits);
  support::RawClient client = Connect();
  client.Send(kPost + "Content-Length: 90000\r\n\r\n");
  while (!client.Readable(milliseconds(10)) && client.Send(std::string(100, 'x'))) continue;
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_TRUE(Eventually([&] { return server_->stats().timeouts == 1; }));
}

TEST_P(HostileClient, AResponseThatIsNotReadIsCut) {
  HttpLimits limits;
  limits.header = milliseconds(100);
  limits.body_bytes_per_second_min = 1 << 20;
  Start(limits);
  support::RawClient client = Connect();
  client.Send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Eventually([&] { return server_->stats().timeouts == 1; }));
  EXPECT_LT(client.ReadAll().size(), kBigBytes);
}

TEST_P(HostileClient, AnIdleConnectionIsClosed) {
  HttpLimits limits;
  limits.idle = milliseconds(50);
  Start(limits);
  EXPECT_EQ(Connect().ReadAll(), "");
  support::RawClient client = Connect();
  client.Send(kHello);
  EXPECT_THAT(client.ReadAll(), testing::EndsWith("\r\n\r\nhello"));
  EXPECT_EQ(server_->stats().timeouts, 0U);
}

TEST_P(HostileClient, ConnectionsBeyondTheLimitAreTurnedAway) {
  HttpLimits limits;
  limits.connections_max = 4;
  Start(limits);
  std::vector<support::RawClient> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(Connect());
    held.back().Send(kHello);
    ASSERT_THAT(held.back().ReadResponse(), StartsWith("HTTP/1.1 200 "));
  }
  const std::string answer = Exchange(kHello);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_EQ(server_->stats().connections_refused, 1U);
  held.clear();
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections_open == 0; }));
  EXPECT_EQ(Client().Get("/hello")->status, 200);
}

TEST_P(HostileClient, OneClientCannotTakeTheConnectionsOfOthers) {
  HttpLimits limits;
  limits.connections_per_client_max = 2;
  limits.header = milliseconds(1000);
  Start(limits);
  std::vector<support::RawClient> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(Connect());
    held.back().Send(kHello);
    ASSERT_THAT(held.back().ReadResponse(), StartsWith("HTTP/1.1 200 "));
  }
  const std::string answer = Exchange(kHello);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_EQ(server_->stats().connections_refused, 1U);

  support::RawClient other = Connect("127.0.0.2");
  other.Send(kHello);
  EXPECT_THAT(other.ReadResponse(), StartsWith("HTTP/1.1 200 "));

  // Far beyond the limit it is not even told; the other one is still served.
  for (int i = 0; i < 100; ++i) held.push_back(Connect());
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections == 104; }));
  EXPECT_LE(server_->stats().connections_open, 20U);
  other.Send(kHello);
  EXPECT_THAT(other.ReadResponse(), StartsWith("HTTP/1.1 200 "));

  held.clear();
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections_open == 1; }));
  EXPECT_EQ(Client().Get("/hello")->status, 200);
}

TEST_P(HostileClient, NothingIsOwedToConnectionsFarBeyondTheLimit) {
  HttpLimits limits;
  limits.connections_max = 1;
  limits.header = milliseconds(200);
  Start(limits);
  std::vector<support::RawClient> many;
  for (int i = 0; i < 100; ++i) many.push_back(Connect());
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections == 100; }));
  EXPECT_LE(server_->stats().connections_open, 20U);
  many.clear();
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections_open == 0; }));
  EXPECT_EQ(Client().Get("/hello")->status, 200);
}

}  // namespace
}  // namespace sogoc::gateway
