#include "node/consensus/cometbft/abci_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "node/base/utf8.h"
#include "node/consensus/cometbft/abci_dispatch.h"

namespace sogoc::cometbft {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::size_t kUnwrittenBytesMax = 64 << 10;
// After an exception: what the engine still sends is read for this long, at most so much.
constexpr std::chrono::milliseconds kLingerTime{500};
constexpr std::size_t kLingerBytesMax = 1 << 20;

// An engine on another machine that is gone without a word is noticed after
// kKeepaliveIdle_s + kKeepaliveProbes * kKeepaliveInterval_s.
constexpr int kKeepaliveIdle_s = 10;
constexpr int kKeepaliveInterval_s = 5;
constexpr int kKeepaliveProbes = 3;

template <int kName>
using TcpOption = asio::detail::socket_option::integer<IPPROTO_TCP, kName>;

void SetTcpOptions(AbciSocket& socket) {
  error_code error;
  const auto endpoint = socket.local_endpoint(error);
  if (error || endpoint.protocol().family() == AF_UNIX) return;
  error_code ignored;  // answers may then leave, or a lost engine be noticed, a little later
  socket.set_option(TcpOption<TCP_NODELAY>(1), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(TcpOption<TCP_KEEPIDLE>(kKeepaliveIdle_s), ignored);
  socket.set_option(TcpOption<TCP_KEEPINTVL>(kKeepaliveInterval_s), ignored);
  socket.set_option(TcpOption<TCP_KEEPCNT>(kKeepaliveProbes), ignored);
}

std::string ExceptionFrame(std::string message) {
  if (!base::IsUtf8(message)) {
    std::ranges::replace_if(
        message, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  abci::Response response;
  response.mutable_exception()->set_error(std::move(message));
  std::string frame;
  // The text of an error is far below the limit; without it the client sees the end alone.
  if (!AppendFrame(frame, response)) frame.clear();
  return frame;
}

bool IsReadableBefore(AbciSocket& socket, std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd descriptor = {socket.native_handle(), POLLIN, 0};
  return left.count() > 0 && ::poll(&descriptor, 1, static_cast<int>(left.count())) > 0;
}

// Closing with unread bytes would reset the connection, and the reset could overtake the exception.
void Linger(AbciSocket& socket) {
  error_code error;
  socket.shutdown(asio::socket_base::shutdown_send, error);
  std::array<char, kReadBytes> scratch;
  const auto deadline = std::chrono::steady_clock::now() + kLingerTime;
  for (std::size_t left = kLingerBytesMax; !error && left > 0;) {
    if (!IsReadableBefore(socket, deadline)) return;
    left -= std::min(left, socket.read_some(asio::buffer(scratch), error));
  }
}

}  // namespace

AbciConnection::AbciConnection(AbciService& service, AbciSocket socket)
    : service_(service), socket_(std::move(socket)), decoder_(service.options.frame_bytes_max) {
  SetTcpOptions(socket_);
}

void AbciConnection::Run() {
  const base::Status served = Serve();
  if (!served) Refuse(served.error().message);
  if (!has_consensus_) return;
  if (!aborted_) service_.options.on_disconnect();
  service_.consensus.Leave(this);
}

void AbciConnection::Abort() {
  aborted_ = true;
  error_code ignored;  // it may have ended already
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
}

base::Status AbciConnection::Serve() {
  while (ReadSome()) {
    while (!ended_) {
      TRY(const auto message, decoder_.Next());
      if (!message) break;
      TRY_STATUS(Answer(*message));
    }
    // The engine writes a large request in pieces, and pipelined ones without a flush after each:
    // an answer does not wait for either.
    Flush();
  }
  return base::Ok();
}

base::Status AbciConnection::Answer(base::ByteView message) {
  abci::Request request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return base::InvalidArgument("a frame that is not a request");
  }
  TRY(const abci::Response response, Ask(request));
  TRY_STATUS(AppendFrame(out_, response));
  if (request.has_flush() || out_.size() > kUnwrittenBytesMax) Flush();
  return base::Ok();
}

base::Result<abci::Response> AbciConnection::Ask(const abci::Request& request) {
  if (IsConsensusRequest(request) && !has_consensus_) {
    if (!service_.consensus.Take(this, service_.options.takeover_wait)) {
      return base::FailedPrecondition("another engine is connected to this ledger");
    }
    has_consensus_ = true;
    spdlog::info("the engine's consensus connection is open");
  }
  // A call that came with the last bytes of a connection that was cut is not begun any more.
  if (aborted_) return base::Unavailable("the ledger is stopping");
  call_.name = &RequestName(request);
  ++call_.changes;
  auto response = AnswerRequest(service_.application, request);
  ++call_.changes;
  if (!response) response.error().message = *call_.name + ": " + response.error().message;
  return response;
}

void AbciConnection::Refuse(const std::string& message) {
  if (aborted_) return;
  spdlog::error("the engine is told that it cannot go on: {:?}", message);
  out_ += ExceptionFrame(message);
  Flush();
  if (!ended_) Linger(socket_);
}

bool AbciConnection::ReadSome() {
  if (ended_) return false;
  std::array<std::uint8_t, kReadBytes> buffer;
  error_code error;
  const std::size_t size = socket_.read_some(asio::buffer(buffer), error);
  if (error) return false;
  decoder_.Feed({buffer.data(), size});
  return true;
}

void AbciConnection::Flush() {
  if (ended_ || out_.empty()) return;
  error_code error;
  asio::write(socket_, asio::buffer(out_), error);
  ended_ = error.failed();
  out_.clear();
}

void RefuseConnection(AbciSocket socket, const std::string& message) {
  error_code ignored;  // it is closed in any case
  socket.non_blocking(true, ignored);
  const std::string frame = ExceptionFrame(message);
  socket.write_some(asio::buffer(frame), ignored);
  socket.shutdown(asio::socket_base::shutdown_both, ignored);
}

}  // namespace sogoc::cometbft
