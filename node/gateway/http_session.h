#pragma once

// One connection from its first byte to its last: reads requests, has them answered, writes the
// answers. For http_server.cc.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "node/gateway/client_count.h"
#include "node/gateway/framing_filter.h"
#include "node/gateway/http_server.h"
#include "node/gateway/http_socket.h"
#include "node/gateway/router.h"

namespace sogoc::gateway {

struct HttpCounters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> framing_refused{0};
  std::atomic<std::uint64_t> timeouts{0};
};

// What all connections of one server share. Outlives them.
struct HttpService {
  HttpServerConfig config;
  Router router;
  std::optional<boost::asio::ssl::context> tls;
  HttpCounters counters;
  ClientCount clients;
};

// Runs on one io_context with one thread; all calls come from there.
class HttpSession {
 public:
  // `refusal`: what the client is told before it is sent away; nullopt serves it.
  HttpSession(HttpService& service, std::weak_ptr<boost::asio::io_context> context,
              boost::asio::ip::tcp::socket socket, std::optional<Response> refusal,
              std::unique_ptr<ClientCount::Connection> counted);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Serves until the connection ends.
  boost::asio::awaitable<void> Run();
  // Ends after the request under way; at once if there is none.
  void Drain();
  // Ends at once.
  void Abort();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  template <class T>
  using Task = boost::asio::awaitable<T>;
  template <class T>
  using Judged = tl::expected<T, FramingRefusal>;

  // The answer of a handler that has not come yet.
  struct Pending {
    boost::asio::steady_timer limit;
    std::optional<Response> response;
  };

  // True when the connection can carry another request.
  Task<bool> ServeOne();
  // The size of the next head at the start of buffer_; 0 when the connection has ended.
  Task<Judged<std::size_t>> ReadHead();
  // The request without its body, parsed from the head, which is taken off buffer_.
  Judged<Request> ParseHead(std::size_t head_bytes, const Framing& framing, Parser& parser);
  // The body; nullopt when the connection has ended.
  Task<Judged<std::optional<std::string>>> ReadBody(Parser& parser, std::size_t bytes_max);
  // False when the connection has ended.
  Task<bool> ReadMore(Deadline deadline);
  Task<Response> Call(const Route& route, Request request);
  Respond MakeRespond(const std::shared_ptr<Pending>& pending) const;
  Task<bool> Write(Response response, bool without_body, bool close);
  Task<bool> WriteBytes(std::string_view bytes);
  // Answers and closes.
  Task<bool> RefuseFraming(FramingRefusal refusal);
  Deadline BodyDeadline(Deadline body_begin, std::size_t received) const;
  void Log(const Framing& framing, int status) const;
  bool Failed(std::optional<SocketEnd> end);

  HttpService& service_;
  const HttpLimits& limits_;
  std::weak_ptr<boost::asio::io_context> context_;
  HttpSocket socket_;
  std::optional<Response> refusal_;
  const std::unique_ptr<ClientCount::Connection> counted_;
  bool idle_ = false;
  bool draining_ = false;
  Deadline request_begin_;
  boost::beast::flat_buffer buffer_;
  std::shared_ptr<Pending> pending_;
};

}  // namespace sogoc::gateway
