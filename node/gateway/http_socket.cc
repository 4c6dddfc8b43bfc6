#include "node/gateway/http_socket.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <tuple>
#include <utility>

namespace sogoc::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kDiscardedBytesMax = 1 << 20;

std::optional<SocketEnd> EndOf(error_code error) {
  if (!error) return std::nullopt;
  return error == boost::beast::error::timeout ? SocketEnd::kTimeout : SocketEnd::kClosed;
}

}  // namespace

HttpSocket::HttpSocket(asio::ip::tcp::socket socket, asio::ssl::context* tls)
    : tcp_(std::move(socket)) {
  error_code ignored;  // an answer may then leave a little later
  tcp_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  if (tls != nullptr) tls_.emplace(tcp_, *tls);
}

asio::awaitable<std::optional<SocketEnd>> HttpSocket::Handshake(Deadline deadline) {
  if (!tls_) co_return std::nullopt;
  tcp_.expires_at(deadline);
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kAwait);
  co_return EndOf(error);
}

HttpSocket::Step<std::size_t> HttpSocket::ReadSome(asio::mutable_buffer buffer, Deadline deadline) {
  tcp_.expires_at(deadline);
  std::tuple<error_code, std::size_t> result;
  if (tls_) {
    result = co_await tls_->async_read_some(buffer, kAwait);
  } else {
    result = co_await tcp_.async_read_some(buffer, kAwait);
  }
  const auto [error, size] = result;
  if (const auto end = EndOf(error)) co_return tl::unexpected(*end);
  co_return size;
}

asio::awaitable<std::optional<SocketEnd>> HttpSocket::Write(asio::const_buffer bytes,
                                                            Deadline deadline) {
  tcp_.expires_at(deadline);
  std::tuple<error_code, std::size_t> result;
  if (tls_) {
    result = co_await asio::async_write(*tls_, bytes, kAwait);
  } else {
    result = co_await asio::async_write(tcp_, bytes, kAwait);
  }
  co_return EndOf(std::get<0>(result));
}

asio::awaitable<void> HttpSocket::Close(Deadline deadline) {
  tcp_.expires_at(deadline);
  if (tls_) co_await tls_->async_shutdown(kAwait);
  error_code ignored;
  tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  // Closing with unread bytes would reset the connection, and the reset would overtake the answer.
  std::array<char, 4096> scratch;
  for (std::size_t left = kDiscardedBytesMax; left > 0;) {
    const auto [error, size] = co_await tcp_.async_read_some(asio::buffer(scratch), kAwait);
    if (error) break;
    left -= std::min(left, size);
  }
  tcp_.close();
}

void HttpSocket::Abort() { tcp_.close(); }

std::string HttpSocket::remote_address() const {
  error_code error;
  const auto endpoint = tcp_.socket().remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

}  // namespace sogoc::gateway
