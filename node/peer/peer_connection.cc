#include "node/peer/peer_connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace sogoc::peer {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace

PeerConnection::PeerConnection(Socket socket, asio::ssl::context& tls,
                               std::function<bool(const base::Digest&)> accepts)
    : key_check_{std::move(accepts), std::nullopt},
      stream_(std::move(socket), tls),
      limit_(stream_.get_executor()) {
  CheckPeerKey(stream_.native_handle(), key_check_);
}

void PeerConnection::CloseAfter(std::chrono::milliseconds limit) {
  limit_.expires_after(limit);
  limit_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    // Set again after this handler was put in the queue.
    if (self->limit_.expiry() > std::chrono::steady_clock::now()) return;
    self->timed_out_ = true;
    self->Close();
  });
}

void PeerConnection::Close() {
  open_ = false;
  limit_.cancel();
  error_code ignored;  // it is closed in any case
  stream_.next_layer().close(ignored);
}

PeerConnection::Step<base::Unit> PeerConnection::Connect(
    std::vector<asio::ip::tcp::endpoint> endpoints) {
  const auto [error, endpoint] =
      co_await asio::async_connect(stream_.next_layer(), endpoints, kAwait);
  if (error) co_return Explain(error);
  co_return base::Ok();
}

PeerConnection::Step<base::Unit> PeerConnection::Handshake(
    asio::ssl::stream_base::handshake_type side) {
  error_code ignored;  // a frame may then leave a little later
  stream_.next_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto [error] = co_await stream_.async_handshake(side, kAwait);
  if (error) co_return Explain(error);
  co_return base::Ok();
}

PeerConnection::Step<PeerMessage> PeerConnection::Read() {
  incoming_.resize(kPeerFrameHeadBytes);
  const auto [head_error, head_size] =
      co_await asio::async_read(stream_, asio::buffer(incoming_), kAwait);
  if (head_error) co_return Explain(head_error);
  CO_TRY(const std::size_t size, DecodePeerFrameHead(incoming_, message_bytes_max_));
  incoming_.resize(size);
  const auto [error, body_size] =
      co_await asio::async_read(stream_, asio::buffer(incoming_), kAwait);
  if (error) co_return Explain(error);
  co_return DecodePeerMessage(incoming_, message_bytes_max_);
}

PeerConnection::Step<base::Unit> PeerConnection::Write(std::string frame) {
  const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(frame), kAwait);
  if (error) co_return Explain(error);
  co_return base::Ok();
}

std::string PeerConnection::remote_address() const {
  error_code error;
  const auto endpoint = stream_.next_layer().remote_endpoint(error);
  return error ? std::string("?") : endpoint.address().to_string();
}

base::Error PeerConnection::Explain(const error_code& error) const {
  if (timed_out_) return base::Unavailable("no answer in time");
  if (error.category() == asio::error::get_ssl_category()) {
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
      case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return base::PermissionDenied("its certificate has not the key that the ledger names");
      case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
      case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return base::PermissionDenied("it does not accept the certificate of this node");
      default:
        return base::Unavailable("TLS: " + error.message());
    }
  }
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
      error == asio::error::connection_reset || error == asio::error::broken_pipe ||
      error == asio::error::operation_aborted) {
    return base::Unavailable("the connection was closed");
  }
  return base::Unavailable(error.message());
}

}  // namespace sogoc::peer
