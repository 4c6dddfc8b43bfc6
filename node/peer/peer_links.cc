#include "node/peer/peer_links.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <set>
#include <thread>

#include "crypto/tls_certificate.h"
#include "node/peer/blob_server.h"
#include "node/peer/link_outbox.h"
#include "node/peer/message_rate.h"
#include "node/peer/peer_dialler.h"

namespace sogoc::peer {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kStrangersMax = 32;  // connections whose hello has still to come
// Before a peer gets no more of files. Whoever keeps to kBlobQueriesMax does not come to it.
constexpr std::size_t kUnreadAnswersMax = 2 * kBlobQueriesMax;
static_assert(kUnreadAnswersMax < LinkOutbox::kWaitingMax);
constexpr std::chrono::seconds kRefusalLogPause{10};

base::Result<tcp::acceptor> OpenAcceptor(asio::io_context& io, const PeerLinksOptions& options) {
  error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(options.listen_address, error),
                               options.listen_port);
  if (error) return base::InvalidArgument("not an IP address: " + options.listen_address);
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return base::FailedPrecondition("cannot listen for peers on " + options.listen_address + ":" +
                                    std::to_string(options.listen_port) + ": " + error.message());
  }
  return acceptor;
}

}  // namespace

class PeerLinks::Impl {
 public:
  Impl(PeerLinksOptions options, const base::Clock& clock, asio::ssl::context tls)
      : context_(std::move(options), clock, std::move(tls)) {}
  ~Impl() { Stop(); }

  base::Status Listen() {
    TRY(tcp::acceptor acceptor, OpenAcceptor(context_.io, context_.options));
    port_ = acceptor.local_endpoint().port();
    acceptor_.emplace(std::move(acceptor));
    return base::Ok();
  }

  void Start(PeerLinksHooks hooks) {
    context_.hooks = std::move(hooks);
    if (context_.hooks.blobs != nullptr) StartFetcher();
    asio::co_spawn(
        context_.io, [this] { return Accept(); }, ReportLinkException);
    work_.emplace(asio::make_work_guard(context_.io));
    thread_ = std::thread([this] { context_.io.run(); });
  }

  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(context_.io, [this] {
      stopping_ = true;
      acceptor_->close();
      for (const auto& [name, dialler] : diallers_) dialler->Stop();
      for (const auto& connection : accepted_) connection->Close();
      tick_.cancel();
      work_.reset();
    });
    thread_.join();
    disk_.join();
  }

  void SetPeers(std::vector<OtherPeer> peers);
  void Publish(const Cosigned& own) {
    asio::post(context_.io, [this, frame = EncodePeerFrame(own)] {
      context_.newest_frame = frame;
      for (const auto& [name, dialler] : diallers_) dialler->Send(frame);
    });
  }

  void AnnounceBlob(const base::Digest& hash) {
    asio::post(context_.io, [this, frame = EncodePeerFrame(BlobHave{{hash}})] {
      for (const auto& [name, dialler] : diallers_) dialler->SendLater(frame);
    });
  }
  void FetchBlob(const base::Digest& hash, std::function<void()> done) {
    asio::post(context_.io, [this, hash, done = std::move(done)]() mutable {
      if (!context_.fetcher || stopping_) return done();
      context_.fetcher->Fetch(hash, std::move(done));
    });
  }

  const LinkContext& context() const { return context_; }
  std::uint16_t port() const { return port_; }
  PeerLinksStats stats() const { return {accepted_count_, refused_keys_, refused_}; }

 private:
  using Connection = std::shared_ptr<PeerConnection>;

  asio::awaitable<void> Accept();
  void Admit(tcp::socket socket);
  asio::awaitable<void> Serve(Connection connection);
  PeerConnection::Step<std::string> Greet(Connection connection);
  // What is said to a peer that has dialled, and the files that it is given.
  struct Answers {
    std::shared_ptr<LinkOutbox> outbox;
    std::shared_ptr<BlobServer> blobs;  // null: this node keeps none
  };
  Answers MakeAnswers(const Connection& connection);
  PeerConnection::Step<base::Unit> Hear(Connection connection, std::string name);
  PeerConnection::Step<base::Unit> Hear(Connection connection, std::string name, Answers answers);
  // False if the message is one that has its own measure.
  base::Result<bool> Handle(const Answers& answers, const std::string& name,
                            const PeerMessage& message);
  void Receive(const std::string& name, const Cosigned& said);
  template <class Question>
  bool AnswerBlob(const Answers& answers, const std::string& name, const Question& question);
  void StartFetcher();
  BlobWork Work();
  asio::awaitable<void> Tick();
  void LogRefusal(const Connection& connection, const std::string& why);
  bool IsPeersKey(const base::Digest& hash) const;
  bool IsDialled(const std::string& name) const {
    const auto dialler = diallers_.find(name);
    return dialler != diallers_.end() && dialler->second->is_up();
  }

  LinkContext context_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> accepted_count_ = 0;
  std::atomic<std::uint64_t> refused_keys_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;

  // Of the thread below.
  std::optional<tcp::acceptor> acceptor_;
  std::map<std::string, OtherPeer> peers_;
  std::map<std::string, std::shared_ptr<PeerDialler>> diallers_;
  std::set<Connection> accepted_;
  std::map<std::string, Connection> heard_;  // those of `accepted_` whose hello was right
  std::chrono::steady_clock::time_point refusal_logged_{};
  asio::steady_timer tick_{context_.io};
  bool stopping_ = false;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;

  std::thread thread_;
  asio::thread_pool disk_{1};  // for the files
};

void PeerLinks::Impl::SetPeers(std::vector<OtherPeer> peers) {
  std::map<std::string, OtherPeer> wanted;
  std::map<std::string, std::string> addresses;
  for (OtherPeer& peer : peers) {
    if (peer.name == context_.options.name) continue;
    addresses[peer.name] =
        peer.address ? peer.address->host + ":" + std::to_string(peer.address->port) : "";
    wanted.emplace(peer.name, std::move(peer));
  }
  context_.table.SetPeers(addresses);
  asio::post(context_.io, [this, wanted = std::move(wanted)]() mutable {
    if (stopping_) return;
    for (const auto& [name, peer] : peers_) {
      const auto now = wanted.find(name);
      if (now != wanted.end() && now->second == peer) continue;
      if (const auto dialler = diallers_.find(name); dialler != diallers_.end()) {
        dialler->second->Stop();
        diallers_.erase(dialler);
      }
      if (const auto heard = heard_.find(name); heard != heard_.end()) heard->second->Close();
      context_.clocks.Forget(name);
    }
    peers_ = std::move(wanted);
    for (const auto& [name, peer] : peers_) {
      if (!peer.address || diallers_.contains(name)) continue;
      diallers_[name] = std::make_shared<PeerDialler>(context_, peer);
      diallers_[name]->Start();
    }
  });
}

bool PeerLinks::Impl::IsPeersKey(const base::Digest& hash) const {
  return std::ranges::any_of(peers_,
                             [&](const auto& item) { return item.second.tls_key_hash == hash; });
}

asio::awaitable<void> PeerLinks::Impl::Accept() {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_->async_accept(kAwait);
    if (stopping_) break;
    if (!error) {
      Admit(std::move(socket));
    } else {
      // Out of descriptors or memory: connections that end give some back.
      spdlog::warn("cannot accept a peer: {}", error.message());
      asio::steady_timer pause(context_.io, std::chrono::milliseconds(50));
      co_await pause.async_wait(kAwait);
    }
  }
}

void PeerLinks::Impl::Admit(tcp::socket socket) {
  ++accepted_count_;
  if (accepted_.size() >= heard_.size() + kStrangersMax) {
    ++refused_;
    return;
  }
  auto connection = std::make_shared<PeerConnection>(
      std::move(socket), context_.tls,
      [this](const base::Digest& hash) { return IsPeersKey(hash); });
  accepted_.insert(connection);
  asio::co_spawn(
      context_.io, [this, connection] { return Serve(connection); },
      [this, connection](const std::exception_ptr& exception) {
        ReportLinkException(exception);
        connection->Close();
        accepted_.erase(connection);
      });
}

asio::awaitable<void> PeerLinks::Impl::Serve(Connection connection) {
  connection->CloseAfter(context_.options.times.handshake);
  const base::Result<std::string> greeted = co_await Greet(connection);
  if (!greeted) {
    ++(connection->refused_key() ? refused_keys_ : refused_);
    LogRefusal(connection, greeted.error().message);
    co_return;
  }
  const std::string& name = *greeted;
  // A peer that dials anew has lost the link that it had.
  if (const auto before = heard_.find(name); before != heard_.end()) before->second->Close();
  heard_[name] = connection;
  const base::Status ended = co_await Hear(connection, name);
  const auto heard = heard_.find(name);
  if (stopping_ || heard == heard_.end() || heard->second != connection) co_return;
  heard_.erase(heard);
  context_.LinkIsDown(name, LinkSide::kHeard, ended.error().message);
}

// The name of the peer, whose key, hello and ledger are right.
PeerConnection::Step<std::string> PeerLinks::Impl::Greet(Connection connection) {
  CO_TRY([[maybe_unused]] base::Unit secured,
         co_await connection->Handshake(asio::ssl::stream_base::server));
  CO_TRY(PeerMessage message, co_await connection->Read());
  const auto* hello = std::get_if<PeerHello>(&message);
  if (hello == nullptr) co_return base::InvalidArgument("it began without a hello");
  const auto peer = std::ranges::find_if(
      peers_, [&](const auto& item) { return item.second.tls_key_hash == connection->key_hash(); });
  if (peer == peers_.end()) co_return base::PermissionDenied("it is no peer any more");
  const std::string name = peer->first;
  if (const base::Status fits = context_.CheckHello(*hello, name); !fits) {
    context_.LinkIsDown(name, LinkSide::kHeard, fits.error().message);
    // Whether it still hears that or not, the link ends here.
    static_cast<void>(co_await connection->Write(LinkContext::Goodbye(fits.error().message)));
    co_return fits.error();
  }
  CO_TRY([[maybe_unused]] base::Unit written, co_await connection->Write(context_.Hello()));
  if (!IsDialled(name)) context_.HeardClock(name, hello->clock, std::nullopt);
  context_.LinkIsUp(name, LinkSide::kHeard, *hello);
  co_return name;
}

// Returns only with an error.
PeerConnection::Step<base::Unit> PeerLinks::Impl::Hear(Connection connection, std::string name) {
  const Answers answers = MakeAnswers(connection);
  const base::Status ended = co_await Hear(connection, name, answers);
  answers.outbox->Stop();
  co_return ended;
}

PeerConnection::Step<base::Unit> PeerLinks::Impl::Hear(Connection connection, std::string name,
                                                       Answers answers) {
  MessageRate rate(context_.io);
  while (true) {
    connection->CloseAfter(context_.options.times.silence);
    CO_TRY(const PeerMessage message, co_await connection->Read());
    CO_TRY(const bool counts, Handle(answers, name, message));
    if (counts) co_await rate.Count();
  }
}

base::Result<bool> PeerLinks::Impl::Handle(const Answers& answers, const std::string& name,
                                           const PeerMessage& message) {
  if (const auto* said = std::get_if<Cosigned>(&message)) {
    Receive(name, *said);
  } else if (const auto* heartbeat = std::get_if<PeerHeartbeat>(&message)) {
    context_.HeardHeartbeat(name, *heartbeat);
    if (!IsDialled(name)) context_.HeardClock(name, heartbeat->clock, std::nullopt);
    answers.outbox->Send(context_.Heartbeat(name, heartbeat->clock));
  } else if (const auto* goodbye = std::get_if<PeerGoodbye>(&message)) {
    return base::Unavailable("it closed the link: " + goodbye->reason);
  } else if (const auto* have = std::get_if<BlobHave>(&message)) {
    if (context_.fetcher && !stopping_) context_.fetcher->Announced(name, *have);
  } else if (const auto* query = std::get_if<BlobQuery>(&message)) {
    return AnswerBlob(answers, name, *query);
  } else if (const auto* request = std::get_if<BlobRequest>(&message)) {
    return AnswerBlob(answers, name, *request);
  } else if (std::holds_alternative<BlobPart>(message)) {
    context_.RefusedBlob(name);
  }
  return true;
}

void PeerLinks::Impl::Receive(const std::string& name, const Cosigned& said) {
  const LineFate fate = context_.hooks.receive(name, said);
  const bool useful =
      fate == LineFate::kCounted || fate == LineFate::kEarly || fate == LineFate::kKnown;
  context_.table.Update(name, [&](PeerStatus& status) {
    ++status.cosignatures;
    if (!useful) ++status.cosignatures_refused;
  });
}

// A question that is answered is measured by the answer: the next one comes after it. So whoever
// fetches files does not use up what it may say otherwise.
template <class Question>
bool PeerLinks::Impl::AnswerBlob(const Answers& answers, const std::string& name,
                                 const Question& question) {
  if (!answers.blobs || stopping_) return true;
  const bool reads = answers.outbox->waiting() < kUnreadAnswersMax;
  if (reads && answers.blobs->Handle(question)) return false;
  context_.RefusedBlob(name);
  return true;
}

PeerLinks::Impl::Answers PeerLinks::Impl::MakeAnswers(const Connection& connection) {
  Answers answers{std::make_shared<LinkOutbox>(context_.io, connection), nullptr};
  answers.outbox->Start();
  if (context_.hooks.blobs != nullptr) {
    answers.blobs = std::make_shared<BlobServer>(
        *context_.hooks.blobs, Work(), [outbox = answers.outbox](const PeerMessage& message) {
          outbox->Send(EncodePeerFrame(message));
        });
  }
  return answers;
}

// ---- Files

BlobWork PeerLinks::Impl::Work() {
  return [this](std::function<std::function<void()>()> work) {
    asio::post(disk_, [this, work = std::move(work)]() mutable {
      auto then = work();
      // What it holds belongs to the links' thread, and goes there.
      asio::post(context_.io, [this, work = std::move(work), then = std::move(then)] {
        if (!stopping_) then();
      });
    });
  };
}

void PeerLinks::Impl::StartFetcher() {
  BlobFetcherHooks hooks;
  hooks.send = [this](const std::string& peer, const PeerMessage& message) {
    const auto dialler = diallers_.find(peer);
    if (dialler != diallers_.end()) dialler->second->SendLater(EncodePeerFrame(message));
  };
  hooks.work = Work();
  hooks.ended = [this](const std::string& peer, const base::Digest& hash, const char* problem) {
    context_.table.Update(peer, [&](PeerStatus& status) {
      ++(problem == nullptr ? status.blobs_fetched : status.blobs_refused);
    });
    if (problem == nullptr) {
      spdlog::info("file {} came from peer {}", base::ToHex(hash), peer);
    } else {
      spdlog::warn("file {} did not come from peer {}: {}", base::ToHex(hash), peer, problem);
    }
  };
  context_.fetcher = std::make_unique<BlobFetcher>(
      *context_.hooks.blobs, context_.options.times.blob_sweep, std::move(hooks));
  asio::co_spawn(
      context_.io, [this] { return Tick(); }, ReportLinkException);
}

asio::awaitable<void> PeerLinks::Impl::Tick() {
  while (!stopping_) {
    context_.fetcher->Tick(std::chrono::steady_clock::now());
    tick_.expires_after(context_.options.times.blob_tick);
    co_await tick_.async_wait(kAwait);
  }
}

// Anybody can cause these, as often as they like.
void PeerLinks::Impl::LogRefusal(const Connection& connection, const std::string& why) {
  const auto now = std::chrono::steady_clock::now();
  if (stopping_ || now < refusal_logged_ + kRefusalLogPause) return;
  refusal_logged_ = now;
  spdlog::warn("a connection to the peers' port is refused ({}): {:?}",
               connection->remote_address(), why);
}

base::Result<std::unique_ptr<PeerLinks>> PeerLinks::Listen(PeerLinksOptions options,
                                                           const crypto::P256PrivateKey& tls_key,
                                                           const base::Clock& clock) {
  TRY(asio::ssl::context tls, MakePeerTls(crypto::MakeTlsCertificate(tls_key)));
  auto impl = std::make_unique<Impl>(std::move(options), clock, std::move(tls));
  TRY_STATUS(impl->Listen());
  return std::unique_ptr<PeerLinks>(new PeerLinks(std::move(impl)));
}

PeerLinks::PeerLinks(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PeerLinks::~PeerLinks() = default;

void PeerLinks::Start(PeerLinksHooks hooks) { impl_->Start(std::move(hooks)); }
void PeerLinks::Stop() { impl_->Stop(); }
void PeerLinks::SetPeers(std::vector<OtherPeer> peers) { impl_->SetPeers(std::move(peers)); }
void PeerLinks::Publish(const Cosigned& own) { impl_->Publish(own); }
void PeerLinks::AnnounceBlob(const base::Digest& hash) { impl_->AnnounceBlob(hash); }
void PeerLinks::FetchBlob(const base::Digest& hash, std::function<void()> done) {
  impl_->FetchBlob(hash, std::move(done));
}
base::Status PeerLinks::CheckClock() const {
  return impl_->context().clocks.Check(std::chrono::steady_clock::now());
}
std::vector<PeerStatus> PeerLinks::Peers() const { return impl_->context().table.All(); }
PeerLinksStats PeerLinks::stats() const { return impl_->stats(); }
std::uint16_t PeerLinks::port() const { return impl_->port(); }

}  // namespace sogoc::peer
