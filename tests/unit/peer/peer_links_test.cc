// Links over real TLS on the loopback interface.

#include "node/peer/peer_links.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <future>
#include <thread>

#include "crypto/spki.h"
#include "crypto/tls_certificate.h"
#include "node/peer/cosigner.h"
#include "node/peer/message_rate.h"
#include "node/peer/peer_message.h"
#include "node/peer/peer_tls.h"
#include "node/storage/ledger_store.h"
#include "tests/support/blob_shelf.h"
#include "tests/support/cosigning_peer.h"
#include "tests/support/loopback.h"
#include "tests/support/manual_clock.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"

namespace sogoc::peer {
namespace {

namespace asio = boost::asio;
using base::kNsPerSecond;
using std::chrono::milliseconds;
using support::CosigningPeer;
using support::kCosignedOrigin;
using testing::HasSubstr;

constexpr std::uint64_t kNow_s = 1'763'700'000;
const base::Bytes kValidator(20, 1);  // address of a key
const base::Digest kLedger = {1, 2, 3};

// Until it is so; false after 20 s.
template <class Condition>
bool Comes(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

const crypto::P256PrivateKey& TlsKeyOf(const std::string& name) {
  return support::KeyOf(name + "/tls");
}

PeerLinksOptions OptionsOf(const std::string& name) {
  PeerLinksOptions options;
  options.name = name;
  options.listen_address = support::OwnLoopback();
  options.ledger_id = kLedger;
  options.program_version = "test";
  options.times.retry_min = milliseconds(10);
  options.times.retry_max = milliseconds(50);
  options.times.heartbeat = milliseconds(50);
  options.times.blob_tick = milliseconds(20);
  return options;
}

OtherPeer PeerAt(const std::string& name, std::optional<std::uint16_t> port) {
  OtherPeer peer{name, crypto::SpkiHash(TlsKeyOf(name).public_key()), std::nullopt};
  if (port) peer.address = PeerAddress{support::OwnLoopback(), *port};
  return peer;
}

// Links without a ledger behind them: what is heard is kept.
class Links {
 public:
  explicit Links(PeerLinksOptions options, base::TimeNs clock = kNow_s * kNsPerSecond)
      : clock_(clock) {
    const std::string name = options.name;
    auto links = PeerLinks::Listen(std::move(options), TlsKeyOf(name), clock_);
    EXPECT_TRUE(links) << links.error().message;
    links_ = std::move(*links);
  }
  void Start(storage::LedgerBlobs* blobs = nullptr) {
    links_->Start({[this](const std::string& peer, const Cosigned& said) {
                     const std::lock_guard lock(mutex_);
                     heard_.emplace_back(peer, said);
                     return LineFate::kCounted;
                   },
                   [] {
                     return OwnProgress{3, 17, {kValidator, 5}, 9};
                   },
                   blobs});
  }
  std::vector<std::pair<std::string, Cosigned>> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  PeerStatus StatusOf(const std::string& name) const {
    for (const PeerStatus& status : links_->Peers()) {
      if (status.name == name) return status;
    }
    return {};
  }
  PeerLinks* operator->() { return links_.get(); }
  support::ManualClock& clock() { return clock_; }

 private:
  support::ManualClock clock_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, Cosigned>> heard_;
  std::unique_ptr<PeerLinks> links_;
};

// Somebody who dials and says what a test wants, in steps that block.
class RawDialler {
 public:
  using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

  // `key_of`: whose key it shows; nobody's: no certificate.
  RawDialler(std::uint16_t port, const std::optional<std::string>& key_of,
             int tls_max = TLS1_3_VERSION)
      : tls_(MakeContext(key_of, tls_max)), stream_(io_, tls_) {
    stream_.next_layer().connect({asio::ip::make_address(support::OwnLoopback()), port});
    boost::system::error_code error;
    CheckPeerKey(stream_.native_handle(), accept_all_);
    stream_.handshake(Stream::client, error);
    secured_ = !error;
  }

  bool secured() const { return secured_; }
  void Send(const std::string& bytes) {
    boost::system::error_code error;
    asio::write(stream_, asio::buffer(bytes), error);
  }
  // nullopt once the other side has closed.
  std::optional<PeerMessage> Read() {
    base::Bytes bytes(kPeerFrameHeadBytes);
    boost::system::error_code error;
    asio::read(stream_, asio::buffer(bytes), error);
    if (error) return std::nullopt;
    bytes.resize(DecodePeerFrameHead(bytes, kPeerPartMessageBytesMax).value());
    asio::read(stream_, asio::buffer(bytes), error);
    if (error) return std::nullopt;
    return DecodePeerMessage(bytes, kPeerPartMessageBytesMax).value();
  }
  void Close() { stream_.next_layer().close(); }

 private:
  static asio::ssl::context MakeContext(const std::optional<std::string>& key_of, int tls_max) {
    asio::ssl::context context =
        MakePeerTls(crypto::MakeTlsCertificate(TlsKeyOf(key_of.value_or("nobody")))).value();
    if (!key_of) {
      asio::ssl::context bare(asio::ssl::context::tls);
      context = std::move(bare);
      context.set_verify_mode(asio::ssl::verify_none);
    }
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), tls_max);
    return context;
  }

  asio::io_context io_;
  asio::ssl::context tls_;
  PeerKeyCheck accept_all_{[](const base::Digest&) { return true; }, std::nullopt};
  Stream stream_;
  bool secured_ = false;
};

std::string HelloOf(const std::string& name) {
  return EncodePeerFrame(PeerHello{kPeerProtocol, kLedger, std::nullopt, name, "raw", 0});
}
std::string Frame(const std::string& body, std::optional<std::uint32_t> length = std::nullopt) {
  base::Bytes head;
  base::AppendU32(head, length.value_or(static_cast<std::uint32_t>(body.size())));
  return base::ToText(head) + body;
}
const Cosigned kSaid{7, {}, 3, "a line\n", ""};

// peer1, to whom raw peers speak: the ledger has peer2 too, which it does not dial.
class PeerPortTest : public testing::Test {
 protected:
  PeerPortTest() { Begin(OptionsOf("peer1")); }
  void Begin(PeerLinksOptions options) {
    links_.emplace(std::move(options));
    (*links_)->SetPeers({PeerAt("peer1", std::nullopt), PeerAt("peer2", std::nullopt)});
    links_->Start();
  }
  RawDialler Dial(const std::optional<std::string>& key_of, int tls_max = TLS1_3_VERSION) {
    return RawDialler((*links_)->port(), key_of, tls_max);
  }
  // The port still does its work.
  void ExpectServes() {
    RawDialler peer = Dial("peer2");
    peer.Send(HelloOf("peer2"));
    const auto answer = peer.Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(std::get<PeerHello>(*answer).name, "peer1");
    const std::size_t heard = links_->heard().size();
    peer.Send(EncodePeerFrame(kSaid));
    EXPECT_TRUE(Comes([&] { return links_->heard().size() == heard + 1; }));
    EXPECT_EQ(links_->heard().back(), std::pair(std::string("peer2"), kSaid));
  }

  std::optional<Links> links_;
};

TEST_F(PeerPortTest, TheFarthestThatAValidatorToldIsRememberedUntilThePeerHasAnother) {
  RawDialler peer = Dial("peer2");
  peer.Send(HelloOf("peer2"));
  ASSERT_TRUE(peer.Read());
  const auto remembered_after = [&](const ValidatorReach& told) {
    PeerHeartbeat heartbeat;
    heartbeat.reach = told;
    peer.Send(EncodePeerFrame(heartbeat));
    return std::get<PeerHeartbeat>(peer.Read().value()).heard_reach;
  };
  const base::Bytes first(20, 2), second(20, 3);
  EXPECT_EQ(remembered_after({first, 12}), (ValidatorReach{first, 12}));
  EXPECT_EQ(remembered_after({first, 7}), (ValidatorReach{first, 12}));
  EXPECT_EQ(links_->StatusOf("peer2").engine_height, 7U);
  EXPECT_EQ(remembered_after({{}, 20}), (ValidatorReach{first, 12}));  // it only follows
  EXPECT_EQ(remembered_after({second, 3}), (ValidatorReach{second, 3}));
}

TEST_F(PeerPortTest, APeerOfTheLedgerIsHeardAndAnswered) {
  ExpectServes();
  EXPECT_TRUE(Comes([&] { return links_->StatusOf("peer2").cosignatures == 1; }));
  RawDialler peer = Dial("peer2");
  peer.Send(HelloOf("peer2"));
  ASSERT_TRUE(peer.Read());
  const ValidatorReach theirs{base::Bytes(20, 2), 12};
  const ValidatorReach remembered{kValidator, 4};
  peer.Send(
      EncodePeerFrame(PeerHeartbeat{kNow_s * kNsPerSecond, 0, 8, 30, theirs, 28, remembered}));
  const auto answer = peer.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<PeerHeartbeat>(*answer),
            (PeerHeartbeat{kNow_s * kNsPerSecond, kNow_s * kNsPerSecond, 3, 17,
                           ValidatorReach{kValidator, 5}, 9, theirs}));
  const PeerStatus status = links_->StatusOf("peer2");
  EXPECT_EQ(status.remembered, remembered);
  EXPECT_EQ(status.height, 8U);
  EXPECT_EQ(status.size, 30U);
  EXPECT_EQ(status.engine_height, 12U);
  EXPECT_EQ(status.final_size, 28U);
  EXPECT_EQ(status.version, "raw");
  EXPECT_NE(status.heard_since, 0U);
  EXPECT_EQ(status.dialled_since, 0U);
}

TEST_F(PeerPortTest, AnUnknownCertificateIsRefusedBeforeAnyFrame) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    RawDialler stranger = Dial("stranger");
    stranger.Send(HelloOf("peer2") + EncodePeerFrame(kSaid));
    EXPECT_EQ(stranger.Read(), std::nullopt);
    EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused_certificates == i; }));
  }
  EXPECT_TRUE(links_->heard().empty());
  EXPECT_EQ((*links_)->stats().refused, 0U);
  ExpectServes();
}

TEST_F(PeerPortTest, NoCertificateIsRefused) {
  RawDialler stranger = Dial(std::nullopt);
  stranger.Send(HelloOf("peer2") + EncodePeerFrame(kSaid));
  EXPECT_EQ(stranger.Read(), std::nullopt);
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused == 1; }));
  EXPECT_TRUE(links_->heard().empty());
}

TEST_F(PeerPortTest, Tls12IsRefused) {
  EXPECT_FALSE(Dial("peer2", TLS1_2_VERSION).secured());
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused == 1; }));
  ExpectServes();
}

TEST_F(PeerPortTest, WhatIsNoTlsIsRefused) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address(support::OwnLoopback()), (*links_)->port()});
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused == 1; }));
  ExpectServes();
}

TEST_F(PeerPortTest, AHelloThatDoesNotFitIsToldWhy) {
  const auto refused = [&](PeerHello hello) {
    RawDialler peer = Dial("peer2");
    peer.Send(EncodePeerFrame(hello));
    const auto answer = peer.Read();
    EXPECT_EQ(peer.Read(), std::nullopt);
    return answer ? std::get<PeerGoodbye>(*answer).reason : "";
  };
  EXPECT_THAT(refused({2, kLedger, {}, "peer2", "v", 0}), HasSubstr("version 2"));
  EXPECT_THAT(links_->StatusOf("peer2").hear_problem, HasSubstr("version 2"));
  EXPECT_THAT(refused({1, {9}, {}, "peer2", "v", 0}), HasSubstr("another ledger, 0900"));
  EXPECT_THAT(links_->StatusOf("peer2").hear_problem, HasSubstr("another ledger"));
  EXPECT_THAT(refused({1, kLedger, {}, "peer3", "v", 0}), HasSubstr("it is peer peer3"));
  ExpectServes();
  EXPECT_TRUE(links_->heard().size() == 1);
}

TEST_F(PeerPortTest, BrokenFramesEndTheLinkAndNothingElse) {
  const std::string broken[] = {
      Frame("", 0),
      Frame("", 8'193) + std::string(8'193, 'x'),
      Frame("", ~std::uint32_t{0}),
      Frame(std::string(100, '\xff')),
      Frame("\x12\x7f"),
      EncodePeerFrame(PeerHeartbeat{}) + Frame(std::string(8'192, '\x0a')),
  };
  for (const std::string& frame : broken) {
    RawDialler before_hello = Dial("peer2");
    before_hello.Send(frame);
    EXPECT_EQ(before_hello.Read(), std::nullopt);

    RawDialler peer = Dial("peer2");
    peer.Send(HelloOf("peer2") + frame);
    ASSERT_TRUE(peer.Read());
    while (const auto answer = peer.Read()) {
      EXPECT_TRUE(std::holds_alternative<PeerHeartbeat>(*answer));
    }
    EXPECT_TRUE(Comes([&] { return links_->StatusOf("peer2").heard_since == 0; }));
  }
  ExpectServes();
}

TEST_F(PeerPortTest, AFrameThatEndsHalfwayEndsTheLink) {
  RawDialler peer = Dial("peer2");
  peer.Send(HelloOf("peer2"));
  ASSERT_TRUE(peer.Read());
  peer.Send(EncodePeerFrame(kSaid).substr(0, 20));
  peer.Close();
  EXPECT_TRUE(Comes([&] { return !links_->StatusOf("peer2").hear_problem.empty(); }));
  EXPECT_TRUE(links_->heard().empty());
  ExpectServes();
}

TEST_F(PeerPortTest, AFrameOfAKindThatIsNotKnownIsSkipped) {
  RawDialler peer = Dial("peer2");
  peer.Send(HelloOf("peer2"));
  ASSERT_TRUE(peer.Read());
  peer.Send(Frame("\x7a\x02hi") + EncodePeerFrame(kSaid));
  EXPECT_TRUE(Comes([&] { return links_->heard().size() == 1; }));
}

TEST_F(PeerPortTest, ALinkMayOutliveTheOneThatReplacedIt) {
  RawDialler slow = Dial("peer2");
  std::string many = HelloOf("peer2");
  for (int i = 0; i < MessageRate::kPerSecondMax + 10; ++i) many += Frame("\x7a\x02hi");
  slow.Send(many);  // it is not read on before the next second begins
  ASSERT_TRUE(slow.Read());
  std::this_thread::sleep_for(milliseconds(100));
  RawDialler next = Dial("peer2");
  next.Send(HelloOf("peer2"));
  ASSERT_TRUE(next.Read());
  next.Close();
  EXPECT_TRUE(Comes([&] { return links_->StatusOf("peer2").heard_since == 0; }));
  std::this_thread::sleep_for(milliseconds(1'100));
  ExpectServes();
}

TEST_F(PeerPortTest, WhoDoesNotSayHelloIsCut) {
  PeerLinksOptions options = OptionsOf("peer1");
  options.times.handshake = milliseconds(100);
  Begin(options);
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address(support::OwnLoopback()), (*links_)->port()});
  boost::system::error_code error;
  char byte = 0;
  asio::read(socket, asio::buffer(&byte, 1), error);
  EXPECT_TRUE(error);
  RawDialler peer = Dial("peer2");
  EXPECT_EQ(peer.Read(), std::nullopt);
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused == 2; }));
}

TEST_F(PeerPortTest, WhoFallsSilentIsCut) {
  PeerLinksOptions options = OptionsOf("peer1");
  options.times.silence = milliseconds(100);
  Begin(options);
  RawDialler peer = Dial("peer2");
  peer.Send(HelloOf("peer2"));
  ASSERT_TRUE(peer.Read());
  EXPECT_EQ(peer.Read(), std::nullopt);
  EXPECT_TRUE(Comes([&] { return links_->StatusOf("peer2").hear_problem == "no answer in time"; }));
}

TEST_F(PeerPortTest, ManySilentStrangersDoNotPileUp) {
  std::vector<std::unique_ptr<asio::ip::tcp::socket>> sockets;
  asio::io_context io;
  for (int i = 0; i < 40; ++i) {
    sockets.push_back(std::make_unique<asio::ip::tcp::socket>(io));
    sockets.back()->connect({asio::ip::make_address(support::OwnLoopback()), (*links_)->port()});
  }
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused == 8; }));
  sockets.clear();
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused == 40; }));
  ExpectServes();
}

TEST_F(PeerPortTest, WhoIsNoPeerAnyMoreIsCutAndRefused) {
  RawDialler peer = Dial("peer2");
  peer.Send(HelloOf("peer2"));
  ASSERT_TRUE(peer.Read());
  (*links_)->SetPeers({PeerAt("peer1", std::nullopt)});
  EXPECT_EQ(peer.Read(), std::nullopt);
  RawDialler again = Dial("peer2");
  EXPECT_EQ(again.Read(), std::nullopt);
  EXPECT_TRUE(Comes([&] { return (*links_)->stats().refused_certificates == 1; }));
  EXPECT_TRUE((*links_)->Peers().empty());
}

TEST(PeerLinksTest, ThePortMayBeTaken) {
  Links links(OptionsOf("peer1"));
  PeerLinksOptions options = OptionsOf("peer2");
  options.listen_port = links->port();
  support::ManualClock clock(1);
  auto second = PeerLinks::Listen(options, TlsKeyOf("peer2"), clock);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kFailedPrecondition);
  options.listen_address = "localhost";
  EXPECT_EQ(PeerLinks::Listen(options, TlsKeyOf("peer2"), clock).error().code,
            base::ErrorCode::kInvalidArgument);
}

// Two nodes that dial each other.
class PeerPairTest : public testing::Test {
 protected:
  void Begin(PeerLinksOptions first, PeerLinksOptions second,
             base::TimeNs second_clock = kNow_s * kNsPerSecond) {
    first_.emplace(std::move(first));
    second_.emplace(std::move(second), second_clock);
    first_->Start();
    second_->Start();
    (*first_)->SetPeers({PeerAt("peer2", (*second_)->port())});
    (*second_)->SetPeers({PeerAt("peer1", (*first_)->port())});
  }
  PeerStatus OfSecond() const { return first_->StatusOf("peer2"); }
  bool IsUp() const {
    const PeerStatus status = OfSecond();
    return status.dialled_since != 0 && status.heard_since != 0;
  }

  std::optional<Links> first_;
  std::optional<Links> second_;
};

TEST_F(PeerPairTest, BothHearEachOther) {
  Begin(OptionsOf("peer1"), OptionsOf("peer2"));
  ASSERT_TRUE(Comes([&] { return IsUp(); }));
  (*first_)->Publish(kSaid);
  EXPECT_TRUE(Comes([&] { return second_->heard().size() == 1; }));
  EXPECT_TRUE(Comes([&] { return OfSecond().height == 3; }));
  const PeerStatus status = OfSecond();
  EXPECT_EQ(status.version, "test");
  EXPECT_EQ(status.dial_problem, "");
  EXPECT_EQ(status.hear_problem, "");
  EXPECT_EQ(status.clock_offset, std::chrono::nanoseconds(0));
  EXPECT_FALSE(status.genesis_differs);
}

TEST_F(PeerPairTest, TheNewestLineIsSentToWhoComesLater) {
  first_.emplace(OptionsOf("peer1"));
  first_->Start();
  Cosigned newest = kSaid;
  (*first_)->Publish(kSaid);
  newest.size = 8;
  (*first_)->Publish(newest);
  second_.emplace(OptionsOf("peer2"));
  second_->Start();
  (*second_)->SetPeers({PeerAt("peer1", (*first_)->port())});
  (*first_)->SetPeers({PeerAt("peer2", (*second_)->port())});
  ASSERT_TRUE(Comes([&] { return second_->heard().size() == 1; }));
  EXPECT_EQ(second_->heard()[0].second, newest);
}

TEST_F(PeerPairTest, APeerThatRestartsIsFoundAgain) {
  Begin(OptionsOf("peer1"), OptionsOf("peer2"));
  ASSERT_TRUE(Comes([&] { return IsUp(); }));
  (*first_)->Publish(kSaid);
  for (int i = 0; i < 3; ++i) {
    PeerLinksOptions options = OptionsOf("peer2");
    options.listen_port = (*second_)->port();
    second_.reset();
    EXPECT_TRUE(Comes([&] { return OfSecond().dialled_since == 0; }));
    EXPECT_NE(OfSecond().dial_problem, "");
    second_.emplace(options);
    second_->Start();
    (*second_)->SetPeers({PeerAt("peer1", (*first_)->port())});
    EXPECT_TRUE(Comes([&] { return IsUp() && second_->heard().size() == 1; }));
  }
}

TEST_F(PeerPairTest, AnotherLedgerIsNamedOnBothSides) {
  PeerLinksOptions other = OptionsOf("peer2");
  other.ledger_id = {9, 9};
  Begin(OptionsOf("peer1"), other);
  EXPECT_TRUE(Comes([&] {
    return OfSecond().dial_problem.find("refuses this node: it keeps another ledger, 0102") !=
           std::string::npos;
  }));
  EXPECT_TRUE(Comes([&] {
    return OfSecond().hear_problem.find("keeps another ledger, 0909") != std::string::npos;
  }));
  (*first_)->Publish(kSaid);
  EXPECT_FALSE(IsUp());
  EXPECT_TRUE(second_->heard().empty());
}

TEST_F(PeerPairTest, AnotherGenesisFileIsSeenAndTheLinkStands) {
  PeerLinksOptions first = OptionsOf("peer1");
  PeerLinksOptions second = OptionsOf("peer2");
  first.genesis_hash = base::Digest{1};
  second.genesis_hash = base::Digest{2};
  Begin(first, second);
  EXPECT_TRUE(Comes([&] { return IsUp() && OfSecond().genesis_differs; }));
}

TEST_F(PeerPairTest, WhoAnswersWithAnotherKeyIsToldNothing) {
  first_.emplace(OptionsOf("peer1"));
  second_.emplace(OptionsOf("peer2"));
  first_->Start();
  second_->Start();
  (*second_)->SetPeers({PeerAt("peer1", std::nullopt)});
  OtherPeer wrong = PeerAt("peer2", (*second_)->port());
  wrong.tls_key_hash[0] ^= 1;
  (*first_)->SetPeers({wrong});
  EXPECT_TRUE(Comes([&] {
    return OfSecond().dial_problem == "its certificate has not the key that the ledger names";
  }));
  EXPECT_EQ(second_->StatusOf("peer1").version, "");
  EXPECT_TRUE(Comes([&] { return (*second_)->stats().refused > 0; }));
}

TEST_F(PeerPairTest, WhoIsNotOnTheOthersLedgerIsToldSo) {
  first_.emplace(OptionsOf("peer1"));
  second_.emplace(OptionsOf("peer2"));
  first_->Start();
  second_->Start();
  (*first_)->SetPeers({PeerAt("peer2", (*second_)->port())});
  EXPECT_TRUE(Comes([&] {
    return OfSecond().dial_problem == "it does not accept the certificate of this node";
  }));
}

TEST_F(PeerPairTest, AnAddressWithoutAListenerIsASentence) {
  first_.emplace(OptionsOf("peer1"));
  first_->Start();
  std::uint16_t port = 0;
  {
    Links closed(OptionsOf("peer2"));
    port = closed->port();
  }
  (*first_)->SetPeers({PeerAt("peer2", port)});
  EXPECT_TRUE(Comes([&] { return OfSecond().dial_problem == "Connection refused"; }));
  EXPECT_EQ(OfSecond().address, support::OwnLoopback() + ":" + std::to_string(port));
}

TEST_F(PeerPairTest, AWrongClockIsSeenByItsOwnerOnly) {
  constexpr base::TimeNs kHour = 3'600 * kNsPerSecond;
  Links third(OptionsOf("peer3"));
  Begin(OptionsOf("peer1"), OptionsOf("peer2"), kNow_s * kNsPerSecond + kHour);
  third.Start();
  const std::vector<OtherPeer> all = {PeerAt("peer1", (*first_)->port()),
                                      PeerAt("peer2", (*second_)->port()),
                                      PeerAt("peer3", third->port())};
  for (Links* links : {&*first_, &*second_, &third}) (*links)->SetPeers(all);
  EXPECT_TRUE(Comes([&] { return !(*second_)->CheckClock(); }));
  EXPECT_THAT((*second_)->CheckClock().error().message, HasSubstr("3600 s ahead of"));
  EXPECT_TRUE(Comes([&] { return OfSecond().clock_offset == std::chrono::hours(1); }));
  EXPECT_TRUE(Comes([&] { return third.StatusOf("peer1").clock_offset.has_value(); }));
  EXPECT_TRUE((*first_)->CheckClock());
  EXPECT_TRUE(third->CheckClock());
  second_->clock().Set(kNow_s * kNsPerSecond);
  EXPECT_TRUE(Comes([&] { return (*second_)->CheckClock().has_value(); }));
}

// ---- Files

// Two nodes that dial each other and keep files.
class BlobPairTest : public testing::Test {
 protected:
  void Begin(PeerLinksOptions first = OptionsOf("peer1"),
             PeerLinksOptions second = OptionsOf("peer2")) {
    first_.emplace(std::move(first));
    second_.emplace(std::move(second));
    first_->Start(&first_shelf_.blobs());
    second_->Start(&second_shelf_.blobs());
    Meet();
  }
  void Meet() {
    (*first_)->SetPeers({PeerAt("peer2", (*second_)->port())});
    (*second_)->SetPeers({PeerAt("peer1", (*first_)->port())});
    ASSERT_TRUE(Comes([&] {
      const PeerStatus status = first_->StatusOf("peer2");
      return status.dialled_since != 0 && status.heard_since != 0;
    }));
  }
  base::Digest PutAtFirst(const base::Bytes& file) {
    const base::Digest hash = first_shelf_.Put(file);
    second_shelf_.Name({hash});
    return hash;
  }

  support::BlobShelf first_shelf_;
  support::BlobShelf second_shelf_;
  std::optional<Links> first_;
  std::optional<Links> second_;
};

TEST_F(BlobPairTest, AFileThatOneGotComesToTheOther) {
  Begin();
  base::Bytes file(storage::kBlobBytesMax);
  for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<std::uint8_t>(i * i >> 3);
  const base::Digest hash = PutAtFirst(file);
  (*first_)->AnnounceBlob(hash);
  (*first_)->Publish(kSaid);
  EXPECT_TRUE(Comes([&] { return second_shelf_.Holds(hash); }));
  EXPECT_EQ(second_shelf_.blobs().Read(hash).value(), file);
  EXPECT_TRUE(Comes([&] { return second_->StatusOf("peer1").blobs_fetched == 1; }));
  EXPECT_TRUE(Comes([&] { return second_->heard().size() == 1; }));
  EXPECT_EQ(second_->StatusOf("peer1").blobs_refused, 0U);
  EXPECT_EQ(first_->StatusOf("peer2").blobs_refused, 0U);
}

TEST_F(BlobPairTest, AFileIsFetchedForWhoAsksForIt) {
  Begin();
  const base::Digest hash = PutAtFirst(base::Bytes(70'000, 1));
  const auto fetched = [&](const base::Digest& wanted) {
    std::promise<void> done;
    (*second_)->FetchBlob(wanted, [&done] { done.set_value(); });
    return done.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  };
  EXPECT_TRUE(fetched(hash));
  EXPECT_TRUE(second_shelf_.Holds(hash));
  EXPECT_TRUE(fetched(base::Digest{1}));  // nobody has it
}

TEST_F(BlobPairTest, WhoWasAwayGetsWhatItMissed) {
  first_.emplace(OptionsOf("peer1"));
  first_->Start(&first_shelf_.blobs());
  std::vector<base::Digest> hashes;
  for (std::uint8_t i = 0; i < 20; ++i) hashes.push_back(PutAtFirst(base::Bytes(1'000, i)));
  (*first_)->AnnounceBlob(hashes[0]);
  second_.emplace(OptionsOf("peer2"));
  second_->Start(&second_shelf_.blobs());
  Meet();
  EXPECT_TRUE(Comes([&] {
    return std::ranges::all_of(hashes, [&](const auto& hash) { return second_shelf_.Holds(hash); });
  }));
}

TEST_F(BlobPairTest, WhatWasErasedDoesNotComeBack) {
  Begin();
  const base::Digest hash = PutAtFirst(base::Bytes(70'000, 1));
  ASSERT_TRUE(second_shelf_.store().Erase(hash));
  (*first_)->AnnounceBlob(hash);
  const base::Digest next = PutAtFirst(base::Bytes(70'000, 2));
  (*first_)->AnnounceBlob(next);
  EXPECT_TRUE(Comes([&] { return second_shelf_.Holds(next); }));
  EXPECT_FALSE(second_shelf_.Holds(hash));
}

TEST_F(BlobPairTest, ANodeThatKeepsNoFilesIsNotDisturbed) {
  first_.emplace(OptionsOf("peer1"));
  second_.emplace(OptionsOf("peer2"));
  first_->Start(&first_shelf_.blobs());
  second_->Start();
  Meet();
  (*first_)->AnnounceBlob(PutAtFirst({1}));
  std::promise<void> done;
  (*second_)->FetchBlob(base::Digest{1}, [&done] { done.set_value(); });
  done.get_future().wait();
  (*first_)->Publish(kSaid);
  EXPECT_TRUE(Comes([&] { return second_->heard().size() == 1; }));
}

// A raw peer that asks peer1 for files.
class BlobPortTest : public PeerPortTest {
 protected:
  BlobPortTest() {
    links_.emplace(OptionsOf("peer1"));
    (*links_)->SetPeers({PeerAt("peer2", std::nullopt)});
    links_->Start(&shelf_.blobs());
    peer_.emplace((*links_)->port(), "peer2");
    peer_->Send(HelloOf("peer2"));
    EXPECT_TRUE(peer_->Read());
  }
  ~BlobPortTest() override { links_.reset(); }
  PeerMessage Ask(const PeerMessage& question) {
    peer_->Send(EncodePeerFrame(question));
    return peer_->Read().value();
  }
  std::uint64_t refused() const { return links_->StatusOf("peer2").blobs_refused; }

  support::BlobShelf shelf_;
  std::optional<RawDialler> peer_;
};

TEST_F(BlobPortTest, AFileIsGivenPartByPart) {
  const base::Bytes file(130'000, 3);
  const base::Digest hash = shelf_.Put(file);
  EXPECT_EQ(Ask(BlobQuery{{base::Digest{1}, hash}}), PeerMessage(BlobHave{{hash}}));
  EXPECT_EQ(Ask(BlobQuery{}), PeerMessage(BlobHave{}));
  base::Bytes got;
  while (got.size() < file.size()) {
    const auto offset = static_cast<std::uint32_t>(got.size());
    const PeerMessage answer = Ask(BlobRequest{hash, offset});
    const auto& part = std::get<BlobPart>(answer);
    EXPECT_EQ(part.hash, hash);
    EXPECT_EQ(part.offset, offset);
    EXPECT_EQ(part.size, file.size());
    base::Append(got, part.bytes);
  }
  EXPECT_EQ(got, file);
  // From the middle, and beyond the end.
  EXPECT_EQ(std::get<BlobPart>(Ask(BlobRequest{hash, 129'999})).bytes.size(), 1U);
  const PeerMessage none = BlobPart{hash, 130'000, 0, {}};
  EXPECT_EQ(Ask(BlobRequest{hash, 130'000}), none);
}

TEST_F(BlobPortTest, WhatIsNotThereIsNotGiven) {
  const base::Digest damaged = shelf_.Put({1, 2, 3});
  std::ofstream(shelf_.PathOf(damaged)) << "x";
  const base::Digest erased = shelf_.Put({4, 5, 6});
  ASSERT_TRUE(shelf_.store().Erase(erased));
  for (const base::Digest& hash : {base::Digest{1}, damaged, erased}) {
    const PeerMessage none = BlobPart{hash, 0, 0, {}};
    EXPECT_EQ(Ask(BlobRequest{hash, 0}), none);
  }
  EXPECT_EQ(Ask(BlobQuery{{damaged, erased}}), PeerMessage(BlobHave{}));
}

TEST_F(BlobPortTest, PartsThatNobodyAskedForAreCountedAndNothingElse) {
  const base::Bytes file(10, 1);
  const base::Digest hash = crypto::Sha256(file);
  shelf_.Name({hash});
  peer_->Send(EncodePeerFrame(BlobPart{hash, 0, 10, file}) + EncodePeerFrame(BlobHave{{hash}}) +
              EncodePeerFrame(kSaid));
  EXPECT_TRUE(Comes([&] { return links_->heard().size() == 1; }));
  EXPECT_EQ(refused(), 1U);
  EXPECT_FALSE(shelf_.Holds(hash));
}

TEST_F(BlobPortTest, WhoDoesNotReadItsPartsGetsNoMore) {
  const base::Digest hash = shelf_.Put(base::Bytes(storage::kBlobBytesMax, 1));
  std::string many;
  for (int i = 0; i < 100; ++i) many += EncodePeerFrame(BlobRequest{hash, 0});
  peer_->Send(many + EncodePeerFrame(kSaid));
  EXPECT_TRUE(Comes([&] { return links_->heard().size() == 1; }));
  EXPECT_GT(refused(), 0U);
}

// A whole node but for its engine: it is told the blocks.
class CosigningNode {
 public:
  explicit CosigningNode(int number) : peer_(number), policy_(support::PolicyOfPeers(1, 4, 3)) {
    Listen(0);
  }
  ~CosigningNode() { Stop(); }

  void Begin() {
    cosigner_ = Cosigner::Start(
                    {kCosignedOrigin, peer_.name, directory_ / "checkpoint"},
                    {peer_.log_key(), peer_.cosigner_key()}, *store_->Head(),
                    [this](const ledger::ChainHead&) { return policy_; }, read_, clock_,
                    storage::SystemFiles(), Hooks())
                    .value();
    links_->Start({[this](const std::string& peer, const Cosigned& said) {
                     return cosigner_->Receive(peer, said);
                   },
                   [this] {
                     const auto newest = cosigner_->Newest();
                     return OwnProgress{newest->head.header.height, newest->head.log.size(), {}, 0};
                   }});
  }
  void Stop() {
    if (links_) links_->Stop();
    cosigner_.reset();
    links_.reset();
  }
  void Restart(const std::vector<OtherPeer>& peers) {
    const std::uint16_t port = links_->port();
    Stop();
    Listen(port);
    links_->SetPeers(peers);
    Begin();
  }
  void Grow() {
    const ledger::StagedBlock& block = chain_.Grow();
    store_->Commit(block);
    if (cosigner_) cosigner_->Extend(block.head());
  }
  ledger::Height FinalHeight() const {
    const auto latest = cosigner_->Latest();
    return latest->verdict.has_quorum ? latest->head.header.height : 0;
  }
  const CosigningPeer& peer() const { return peer_; }
  const crypto::Policy& policy() const { return policy_; }
  PeerLinks& links() { return *links_; }
  Cosigner& cosigner() { return *cosigner_; }
  int forks() const { return forks_; }

 private:
  void Listen(std::uint16_t port) {
    PeerLinksOptions options = OptionsOf(peer_.name);
    options.listen_port = port;
    links_ = PeerLinks::Listen(options, TlsKeyOf(peer_.name), clock_).value();
  }
  CosignerHooks Hooks() {
    CosignerHooks hooks;
    hooks.check_clock = [this] { return links_->CheckClock(); };
    hooks.cosigned = [this](const Cosigned& own) { links_->Publish(own); };
    hooks.fork = [this](const ForkEvidence&) { ++forks_; };
    return hooks;
  }

  const CosigningPeer peer_;
  const crypto::Policy policy_;
  support::TempDirectory directory_;
  base::SystemClock clock_;
  support::MadeUpChain chain_{1};
  std::unique_ptr<storage::LedgerStore> store_ =
      storage::LedgerStore::CreateInMemory(chain_.block(0));
  crypto::LogNodeReader read_ = store_->LogReader();
  std::unique_ptr<PeerLinks> links_;
  std::unique_ptr<Cosigner> cosigner_;
  std::atomic<int> forks_ = 0;
};

TEST(PeerNetworkTest, FourNodesReachAQuorumWithOneDownAndBack) {
  CosigningNode nodes[] = {CosigningNode(1), CosigningNode(2), CosigningNode(3), CosigningNode(4)};
  std::vector<OtherPeer> peers;
  for (CosigningNode& node : nodes) peers.push_back(PeerAt(node.peer().name, node.links().port()));
  for (CosigningNode& node : nodes) {
    node.links().SetPeers(peers);
    node.Begin();
  }
  const auto all_final = [&](ledger::Height height, std::initializer_list<int> which) {
    return Comes([&] {
      return std::ranges::all_of(which, [&](int i) { return nodes[i].FinalHeight() == height; });
    });
  };
  ledger::Height height = 0;
  const auto grow = [&](std::initializer_list<int> which) {
    ++height;
    for (int i : which) nodes[i].Grow();
  };
  for (int i = 0; i < 20; ++i) grow({0, 1, 2, 3});
  ASSERT_TRUE(all_final(height, {0, 1, 2, 3}));
  const auto latest = nodes[2].cosigner().Latest();
  const auto judged = crypto::JudgeCheckpoint(latest->note, nodes[2].policy(),
                                              base::SystemClock().Now() / kNsPerSecond);
  ASSERT_TRUE(judged) << judged.error().message;
  EXPECT_TRUE(judged->has_quorum);
  EXPECT_EQ(judged->checkpoint.size, latest->head.log.size());

  nodes[3].Stop();
  for (int i = 0; i < 5; ++i) grow({0, 1, 2});
  ASSERT_TRUE(all_final(height, {0, 1, 2}));
}

TEST(PeerNetworkTest, APeerThatComesBackCatchesUpWithTheQuorum) {
  CosigningNode nodes[] = {CosigningNode(1), CosigningNode(2), CosigningNode(3), CosigningNode(4)};
  std::vector<OtherPeer> peers;
  for (CosigningNode& node : nodes) peers.push_back(PeerAt(node.peer().name, node.links().port()));
  for (CosigningNode& node : nodes) {
    node.links().SetPeers(peers);
    node.Begin();
  }
  for (CosigningNode& node : nodes) node.Grow();
  for (CosigningNode& node : nodes) {
    ASSERT_TRUE(Comes([&] { return node.FinalHeight() == 1; }));
  }
  nodes[1].Restart(peers);
  // The others' newest lines make the head final that it had.
  ASSERT_TRUE(Comes([&] { return nodes[1].FinalHeight() == 1; }));
  for (CosigningNode& node : nodes) node.Grow();
  for (CosigningNode& node : nodes) {
    ASSERT_TRUE(Comes([&] { return node.FinalHeight() == 2; }));
    EXPECT_EQ(node.forks(), 0);
  }
}

}  // namespace
}  // namespace sogoc::peer
