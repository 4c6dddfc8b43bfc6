#include "node/ledger/peer_endpoint.h"

#include <gtest/gtest.h>

namespace sogoc::ledger {
namespace {

const std::string kId = "34750f98bd59fcfc946da45aaabe933be154a4b5";

TEST(PeerEndpoint, ReadsEveryKind) {
  using Kind = EndpointKind;
  const std::vector<std::pair<std::string, PeerEndpoint>> good = {
      {"https://peer1.example", {Kind::kGateway, true, "", "peer1.example", 443}},
      {"http://localhost", {Kind::kGateway, false, "", "localhost", 80}},
      {"https://[2001:db8::1]:8443", {Kind::kGateway, true, "", "2001:db8::1", 8443}},
      {"http://127.0.0.1:8080", {Kind::kGateway, false, "", "127.0.0.1", 8080}},
      {"peer://a-1.b2.example:26670", {Kind::kPeer, true, "", "a-1.b2.example", 26670}},
      {"peer://[::]:1", {Kind::kPeer, true, "", "::", 1}},
      {"peer://[1:2:3:4:5:6:7:abcd]:65535", {Kind::kPeer, true, "", "1:2:3:4:5:6:7:abcd", 65535}},
      {"p2p://" + kId + "@127.0.0.3:26656", {Kind::kEngine, true, kId, "127.0.0.3", 26656}},
      {"p2p://" + kId + "@[fe80::]:26656", {Kind::kEngine, true, kId, "fe80::", 26656}},
  };
  for (const auto& [text, expected] : good) {
    const auto endpoint = ParsePeerEndpoint(text);
    ASSERT_TRUE(endpoint) << text << ": " << endpoint.error().message;
    EXPECT_EQ(*endpoint, expected) << text;
    if (text.find(std::to_string(expected.port)) != std::string::npos) {
      EXPECT_TRUE(text.ends_with(endpoint->Authority())) << text;
    }
  }
}

TEST(PeerEndpoint, RefusesEverythingElse) {
  const std::string label(64, 'a');
  const std::string name = std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                           std::string(63, 'c') + "." + std::string(61, 'd');
  for (const std::string& text : std::vector<std::string>{
           "",
           "peer1.example",
           "://peer1.example",
           "ftp://peer1.example",
           "HTTPS://peer1.example",
           "https:/peer1.example",
           "https://",
           "https://:443",
           "https://peer1.example/",
           "https://peer1.example?x",
           "https://peer1.example#x",
           "https://user@peer1.example",
           "https://Peer1.example",
           "https://peer_1.example",
           "https://-a.example",
           "https://a-.example",
           "https://a..example",
           "https://a.example.",
           "https://" + label + ".example",
           "https://" + name + "e",
           "https://sổgốc.example",
           "https://peer1.example ",
           " https://peer1.example",
           "https://peer1.example:",
           "https://peer1.example:0",
           "https://peer1.example:65536",
           "https://peer1.example:99999999999",
           "https://peer1.example:0443",
           "https://peer1.example:+443",
           "https://peer1.example:443:",
           "https://256.0.0.1",
           "https://1.2.3",
           "https://1.2.3.04",
           "https://2130706433",
           "https://2001:db8::1",
           "https://[2001:db8::1",
           "https://[2001:db8::1]x",
           "https://[2001:db8::1]443",
           "https://[]:443",
           "https://[1::2::3]:443",
           "https://[:::]:443",
           "https://[:1::]:443",
           "https://[1:2:3:4:5:6:7]:443",
           "https://[1:2:3:4:5:6:7:8:9]:443",
           "https://[1:2:3:4::5:6:7:8]:443",
           "https://[12345::]:443",
           "https://[ABCD::]:443",
           "https://[fe80::1%eth0]:443",
           "https://[::1.2.3.4]:443",
           "peer://127.0.0.1",
           "peer://127.0.0.1:26670/x",
           "p2p://127.0.0.1:26656",
           "p2p://@127.0.0.1:26656",
           "p2p://" + kId,
           "p2p://" + kId + "@",
           "p2p://" + kId + "@127.0.0.1",
           "p2p://" + kId + "@@127.0.0.1:1",
           "p2p://" + kId + "0@127.0.0.1:1",
           "p2p://" + kId.substr(1) + "@127.0.0.1:1",
           "p2p://G" + kId.substr(1) + "@127.0.0.1:1",
           "p2p://34750F98BD59FCFC946DA45AAABE933BE154A4B5@127.0.0.1:1",
           "https://a.example\n",
           std::string("https://a.example\0", 18),
       }) {
    const auto endpoint = ParsePeerEndpoint(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_EQ(endpoint.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_TRUE(endpoint.error().message.starts_with("\"" + text + "\": ")) << text;
  }
  EXPECT_TRUE(ParsePeerEndpoint("https://" + name));
}

TEST(PeerEndpoint, FindsTheFirstOfAKindAndPassesOverOthers) {
  PeerRecord peer;
  peer.endpoints = {"nonsense", "https://a.example", "peer://a.example", "peer://b.example:1",
                    "peer://c.example:1"};
  EXPECT_EQ(FindEndpoint(peer, EndpointKind::kGateway)->host, "a.example");
  EXPECT_EQ(FindEndpoint(peer, EndpointKind::kPeer)->host, "b.example");
  EXPECT_FALSE(FindEndpoint(peer, EndpointKind::kEngine));
}

TEST(PeerEndpoint, ReadsAHostAndPort) {
  const auto address = ParseHostPort("[::1]:26656");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->port, 26656);
  for (const char* text : {"", "a.example", "a.example:", "a.example:1/", "https://a.example:1"}) {
    EXPECT_FALSE(ParseHostPort(text)) << text;
  }
}

}  // namespace
}  // namespace sogoc::ledger
