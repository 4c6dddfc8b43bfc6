#include "node/peer/peer_dialler.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <variant>

#include "node/peer/message_rate.h"

namespace sogoc::peer {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kQueueMax = 64;
constexpr std::size_t kLaterMax = 1'024;

}  // namespace

PeerDialler::PeerDialler(LinkContext& context, OtherPeer peer)
    : context_(context),
      peer_(std::move(peer)),
      resolver_(context.io),
      retry_(context.io),
      wake_(context.io) {}

void PeerDialler::Start() {
  asio::co_spawn(
      context_.io, [self = shared_from_this()] { return self->Run(); }, ReportLinkException);
}

void PeerDialler::Stop() {
  stopped_ = true;
  IsDown();
  resolver_.cancel();
  retry_.cancel();
  wake_.cancel();
  if (connection_) connection_->Close();
}

void PeerDialler::Send(const std::string& frame) {
  if (!is_up_) return;
  if (queue_.size() == kQueueMax) {
    queue_.pop_front();
    context_.table.Update(peer_.name, [](PeerStatus& status) { ++status.frames_dropped; });
  }
  queue_.push_back(frame);
  wake_.cancel();
}

void PeerDialler::SendLater(std::string frame) {
  if (!is_up_) return;
  // Answers are matched with questions by their order, so none may be left out.
  if (later_.size() == kLaterMax) return connection_->Close();
  later_.push_back(std::move(frame));
  wake_.cancel();
}

void PeerDialler::IsDown() {
  if (is_up_ && context_.fetcher) context_.fetcher->LinkDown(peer_.name);
  is_up_ = false;
  queue_.clear();
  later_.clear();
}

asio::awaitable<void> PeerDialler::Run() {
  const PeerLinkTimes& times = context_.options.times;
  std::chrono::milliseconds pause = times.retry_min;
  while (!stopped_) {
    const base::Status ended = co_await RunOnce();
    const bool was_up = is_up_;
    IsDown();
    wake_.cancel();
    connection_->Close();
    if (stopped_) break;
    context_.LinkIsDown(peer_.name, LinkSide::kDialled, ended.error().message);
    if (was_up) pause = times.retry_min;
    retry_.expires_after(pause);
    co_await retry_.async_wait(kAwait);
    pause = std::min(2 * pause, times.retry_max);
  }
}

// Returns only with an error.
PeerConnection::Step<base::Unit> PeerDialler::RunOnce() {
  const auto is_its_key = [hash = peer_.tls_key_hash](const base::Digest& shown) {
    return shown == hash;
  };
  auto connection =
      std::make_shared<PeerConnection>(tcp::socket(context_.io), context_.tls, is_its_key);
  connection_ = connection;
  connection->CloseAfter(context_.options.times.handshake);
  CO_TRY(std::vector<tcp::endpoint> endpoints, co_await Resolve());
  // Connect would open the socket again.
  if (stopped_) co_return base::Unavailable("stopped");
  if (!connection->is_open()) co_return base::Unavailable("its name takes too long to look up");
  CO_TRY([[maybe_unused]] base::Unit connected, co_await connection->Connect(std::move(endpoints)));
  CO_TRY([[maybe_unused]] base::Unit secured,
         co_await connection->Handshake(asio::ssl::stream_base::client));
  CO_TRY(const PeerHello hello, co_await Greet(connection));
  if (stopped_) co_return base::Unavailable("stopped");
  context_.LinkIsUp(peer_.name, LinkSide::kDialled, hello);
  is_up_ = true;
  connection->ExpectParts();
  if (context_.fetcher) context_.fetcher->LinkUp(peer_.name);
  if (!context_.newest_frame.empty()) queue_.push_back(context_.newest_frame);
  asio::co_spawn(
      context_.io, [self = shared_from_this(), connection] { return self->WriteAll(connection); },
      ReportLinkException);
  co_return co_await Listen(connection);
}

PeerConnection::Step<std::vector<tcp::endpoint>> PeerDialler::Resolve() {
  error_code error;
  const auto literal = asio::ip::make_address(peer_.address->host, error);
  std::vector<tcp::endpoint> endpoints;
  if (!error) {
    endpoints.emplace_back(literal, peer_.address->port);
    co_return endpoints;
  }
  const auto [failed, found] = co_await resolver_.async_resolve(
      peer_.address->host, std::to_string(peer_.address->port), kAwait);
  if (failed) {
    co_return base::Unavailable("no address for " + peer_.address->host + ": " + failed.message());
  }
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

PeerConnection::Step<PeerHello> PeerDialler::Greet(std::shared_ptr<PeerConnection> connection) {
  const base::TimeNs sent = context_.clock.Now();
  CO_TRY([[maybe_unused]] base::Unit written, co_await connection->Write(context_.Hello()));
  CO_TRY(PeerMessage answer, co_await connection->Read());
  if (const auto* goodbye = std::get_if<PeerGoodbye>(&answer)) {
    co_return base::FailedPrecondition("it refuses this node: " + goodbye->reason);
  }
  auto* hello = std::get_if<PeerHello>(&answer);
  if (hello == nullptr) co_return base::InvalidArgument("it answered without a hello");
  const base::Status fits = context_.CheckHello(*hello, peer_.name);
  if (!fits) {
    // Whether it still hears that or not, the link ends here.
    static_cast<void>(co_await connection->Write(LinkContext::Goodbye(fits.error().message)));
    co_return fits.error();
  }
  context_.HeardClock(peer_.name, hello->clock, sent);
  co_return std::move(*hello);
}

PeerConnection::Step<base::Unit> PeerDialler::Listen(std::shared_ptr<PeerConnection> connection) {
  MessageRate rate(context_.io);
  while (true) {
    connection->CloseAfter(context_.options.times.silence);
    CO_TRY(PeerMessage message, co_await connection->Read());
    CO_TRY(const bool was_asked_for, Handle(std::move(message)));
    if (!was_asked_for) co_await rate.Count();
  }
}

base::Result<bool> PeerDialler::Handle(PeerMessage message) {
  if (const auto* heartbeat = std::get_if<PeerHeartbeat>(&message)) {
    context_.HeardHeartbeat(peer_.name, *heartbeat);
    if (heartbeat->answered_clock != 0) {
      context_.HeardClock(peer_.name, heartbeat->clock, heartbeat->answered_clock);
    }
    return false;
  }
  if (const auto* goodbye = std::get_if<PeerGoodbye>(&message)) {
    return base::Unavailable("it closed the link: " + goodbye->reason);
  }
  if (stopped_ || !context_.fetcher) return false;
  bool fits = true;
  if (auto* part = std::get_if<BlobPart>(&message)) {
    fits = context_.fetcher->Received(peer_.name, std::move(*part));
    if (fits) return true;
  } else if (const auto* have = std::get_if<BlobHave>(&message)) {
    fits = context_.fetcher->Answered(peer_.name, *have);
  }
  if (!fits) context_.RefusedBlob(peer_.name);
  return false;
}

asio::awaitable<void> PeerDialler::WriteAll(std::shared_ptr<PeerConnection> connection) {
  auto heartbeat_at = std::chrono::steady_clock::now();
  while (connection->is_open()) {
    std::string frame;
    if (std::chrono::steady_clock::now() >= heartbeat_at) {
      frame = context_.Heartbeat(peer_.name, 0);
      heartbeat_at = std::chrono::steady_clock::now() + context_.options.times.heartbeat;
    } else if (!queue_.empty()) {
      frame = std::move(queue_.front());
      queue_.pop_front();
    } else if (!later_.empty()) {
      frame = std::move(later_.front());
      later_.pop_front();
    } else {
      wake_.expires_at(heartbeat_at);
      co_await wake_.async_wait(kAwait);
      continue;
    }
    const base::Status written = co_await connection->Write(std::move(frame));
    if (!written) connection->Close();
  }
}

}  // namespace sogoc::peer
