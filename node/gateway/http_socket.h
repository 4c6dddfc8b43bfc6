#pragma once

// One accepted connection, plain or TLS, with a deadline for each step. For http_session.cc.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace sogoc::gateway {

using Deadline = std::chrono::steady_clock::time_point;

enum class SocketEnd {
  kClosed,   // by the client, by the network, or by Abort
  kTimeout,  // the deadline passed
};

// All of it runs on the socket's executor, one step at a time. After a step that failed the
// connection is of no use any more.
class HttpSocket {
 public:
  template <class T>
  using Step = boost::asio::awaitable<tl::expected<T, SocketEnd>>;

  // `tls`: null for a plain connection; must outlive the socket.
  HttpSocket(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

  // Completes the TLS handshake; nothing to do on a plain connection.
  boost::asio::awaitable<std::optional<SocketEnd>> Handshake(Deadline deadline);
  // Reads at least one byte.
  Step<std::size_t> ReadSome(boost::asio::mutable_buffer buffer, Deadline deadline);
  // Writes all of `bytes`.
  boost::asio::awaitable<std::optional<SocketEnd>> Write(boost::asio::const_buffer bytes,
                                                         Deadline deadline);
  // Ends the connection in such a way that the client can still read what was written: says
  // goodbye, then takes in (bounded) what the client is still sending.
  boost::asio::awaitable<void> Close(Deadline deadline);
  // Closes at once; a step that is waiting ends with kClosed.
  void Abort();

  std::string remote_address() const;
  bool secure() const { return tls_.has_value(); }

 private:
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace sogoc::gateway
