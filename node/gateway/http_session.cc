#include "node/gateway/http_session.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <exception>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "node/gateway/request_target.h"
#include "node/gateway/response_head.h"

namespace sogoc::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kWriteBytes = 32 * 1024;
constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::chrono::milliseconds kLingerDraining{100};

Deadline After(std::chrono::milliseconds time) { return steady_clock::now() + time; }

std::chrono::milliseconds TimeFor(std::size_t bytes, const HttpLimits& limits) {
  return std::chrono::milliseconds(bytes * 1000 / limits.body_bytes_per_second_min);
}

// The Date of this second, formatted once for each thread.
const std::string& CurrentHttpDate() {
  thread_local base::TimeNs second = 0;
  thread_local std::string text;
  const base::TimeNs now = base::SystemClock().Now();
  if (text.empty() || now / base::kNsPerSecond != second) {
    second = now / base::kNsPerSecond;
    text = FormatHttpDate(now);
  }
  return text;
}

template <class Buffer>
std::string_view TextOf(const Buffer& buffer) {
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

template <class Fields>
std::size_t CountFields(const Fields& fields) {
  return static_cast<std::size_t>(std::distance(fields.begin(), fields.end()));
}

auto Refused(int status, const char* reason) {
  return tl::unexpected(FramingRefusal{status, reason});
}

}  // namespace

HttpSession::HttpSession(HttpService& service, std::weak_ptr<asio::io_context> context,
                         asio::ip::tcp::socket socket, std::optional<Response> refusal,
                         std::unique_ptr<ClientCount::Connection> counted)
    : service_(service),
      limits_(service.config.limits),
      context_(std::move(context)),
      socket_(std::move(socket), service.tls ? &*service.tls : nullptr),
      refusal_(std::move(refusal)),
      counted_(std::move(counted)) {
  ++service_.counters.connections_open;
}

HttpSession::~HttpSession() { --service_.counters.connections_open; }

// gcc 12 loses its way where a co_await stands in a condition with && or ||: they stand alone.
asio::awaitable<void> HttpSession::Run() {
  const std::optional<SocketEnd> end = co_await socket_.Handshake(After(limits_.header));
  if (Failed(end)) co_return;
  if (refusal_) co_await Write(*std::move(refusal_), false, true);
  for (bool more = !refusal_; more && !draining_;) more = co_await ServeOne();
  const std::chrono::milliseconds linger = draining_ ? kLingerDraining : kLinger;
  co_await socket_.Close(After(std::min(limits_.header, linger)));
}

void HttpSession::Drain() {
  draining_ = true;
  if (idle_) Abort();
}

void HttpSession::Abort() {
  socket_.Abort();
  if (pending_) pending_->limit.cancel();
}

bool HttpSession::Failed(std::optional<SocketEnd> end) {
  if (end == SocketEnd::kTimeout && !idle_) ++service_.counters.timeouts;
  return end.has_value();
}

asio::awaitable<bool> HttpSession::ServeOne() {
  const Judged<std::size_t> head_bytes = co_await ReadHead();
  if (!head_bytes) co_return co_await RefuseFraming(head_bytes.error());
  if (*head_bytes == 0) co_return false;

  const std::string head(TextOf(buffer_).substr(0, *head_bytes));
  const Judged<Framing> framing = JudgeFraming(head, service_.config.framing);
  if (!framing) co_return co_await RefuseFraming(framing.error());
  Parser parser;
  Judged<Request> request = ParseHead(*head_bytes, *framing, parser);
  if (!request) co_return co_await RefuseFraming(request.error());

  const bool without_body = request->method == Method::kHead;
  std::variant<RouteMatch, Response> found = service_.router.Find(*request);
  Response response;
  bool close = framing->close;
  if (auto* answer = std::get_if<Response>(&found)) {
    response = std::move(*answer);
    close = close || framing->body != BodyKind::kNone;  // whose body is then not read
  } else {
    RouteMatch& match = std::get<RouteMatch>(found);
    if (framing->body != BodyKind::kNone) {
      if (framing->body_bytes > match.route->body_bytes_max) {
        co_return co_await RefuseFraming({413, "The body is too long."});
      }
      if (framing->expects_continue && buffer_.size() == 0) {
        if (!co_await WriteBytes("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
      }
      auto body = co_await ReadBody(parser, match.route->body_bytes_max);
      if (!body) co_return co_await RefuseFraming(body.error());
      if (!*body) co_return false;
      request->body = **std::move(body);
    }
    request->captures = std::move(match.captures);
    response = co_await Call(*match.route, *std::move(request));
  }
  Log(*framing, response.status);
  close = close || draining_;
  const bool written = co_await Write(std::move(response), without_body, close);
  co_return written && !close;
}

asio::awaitable<HttpSession::Judged<std::size_t>> HttpSession::ReadHead() {
  if (buffer_.size() == 0) {
    idle_ = true;
    const bool more = co_await ReadMore(After(limits_.idle));
    idle_ = false;
    if (!more) co_return 0;
  }
  request_begin_ = steady_clock::now();
  HeadScanner scanner(service_.config.framing);
  for (;;) {
    const auto size = scanner.Scan(TextOf(buffer_));
    if (!size || *size > 0) co_return size;
    if (!co_await ReadMore(request_begin_ + limits_.header)) co_return 0;
  }
}

HttpSession::Judged<Request> HttpSession::ParseHead(std::size_t head_bytes, const Framing& framing,
                                                    Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(head_bytes));
  parser.body_limit(boost::none);
  parser.eager(true);
  error_code error;
  const std::size_t parsed = parser.put(asio::buffer(buffer_.data(), head_bytes), error);
  if (error == http::error::need_more) error = {};
  if (error || parsed != head_bytes || !parser.is_header_done()) {
    return Refused(400, "The header is malformed.");
  }
  buffer_.consume(head_bytes);

  Request request;
  request.method = framing.method;
  request.target = framing.target;
  request.remote_address = socket_.remote_address();
  request.secure = socket_.secure();
  for (const auto& field : parser.get()) {
    request.fields.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  if (request.target == "*") return request;
  std::optional<RequestTarget> target = ParseRequestTarget(request.target);
  if (!target) return Refused(400, "The target is malformed.");
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  return request;
}

asio::awaitable<HttpSession::Judged<std::optional<std::string>>> HttpSession::ReadBody(
    Parser& parser, std::size_t bytes_max) {
  // Chunk extensions and trailers carry nothing for us, and readers disagree about them.
  auto on_chunk = [](std::uint64_t, boost::beast::string_view extensions, error_code& error) {
    if (!extensions.empty()) error = http::error::bad_chunk_extension;
  };
  parser.on_chunk_header(on_chunk);
  parser.body_limit(bytes_max);
  const std::size_t head_fields = CountFields(parser.get());
  const Deadline begin = steady_clock::now();
  for (;;) {
    error_code error;
    buffer_.consume(parser.put(buffer_.data(), error));
    if (error == http::error::body_limit) co_return Refused(413, "The body is too long.");
    if (error && error != http::error::need_more) co_return Refused(400, "A chunk is malformed.");
    if (parser.is_done()) break;
    if (buffer_.size() > kReadBytes) co_return Refused(400, "A chunk's header is too long.");
    if (!co_await ReadMore(BodyDeadline(begin, parser.get().body().size()))) {
      co_return std::nullopt;
    }
  }
  if (CountFields(parser.get()) != head_fields) co_return Refused(400, "There are trailers.");
  co_return std::move(parser.get().body());
}

Deadline HttpSession::BodyDeadline(Deadline body_begin, std::size_t received) const {
  return std::min(request_begin_ + limits_.request,
                  body_begin + limits_.header + TimeFor(received, limits_));
}

asio::awaitable<bool> HttpSession::ReadMore(Deadline deadline) {
  const auto size = co_await socket_.ReadSome(buffer_.prepare(kReadBytes), deadline);
  if (!size) {
    Failed(size.error());
    co_return false;
  }
  buffer_.commit(*size);
  co_return true;
}

asio::awaitable<Response> HttpSession::Call(const Route& route, Request request) {
  const auto pending = std::make_shared<Pending>(
      Pending{asio::steady_timer(co_await asio::this_coro::executor, limits_.handler), {}});
  try {
    route.handler(std::move(request), MakeRespond(pending));
  } catch (const std::exception& exception) {
    spdlog::error("a request handler threw: {:?}", exception.what());
    co_return Problem(500, "The request could not be handled.");
  }
  if (!pending->response) {
    pending_ = pending;
    co_await pending->limit.async_wait(asio::as_tuple(asio::use_awaitable));
    pending_.reset();
  }
  if (pending->response) co_return *std::move(pending->response);
  co_return Problem(504, "The answer took too long. What was asked may have been done.");
}

// The handler may keep this beyond the connection and the server: it holds neither.
Respond HttpSession::MakeRespond(const std::shared_ptr<Pending>& pending) const {
  return [context = context_, weak = std::weak_ptr(pending)](Response response) {
    const std::shared_ptr<asio::io_context> alive = context.lock();
    if (!alive) return;
    asio::dispatch(*alive, [weak, response = std::move(response)]() mutable {
      const std::shared_ptr<Pending> waiting = weak.lock();
      if (!waiting || waiting->response) return;
      waiting->response = std::move(response);
      waiting->limit.cancel();
    });
  };
}

asio::awaitable<bool> HttpSession::RefuseFraming(FramingRefusal refusal) {
  ++service_.counters.framing_refused;
  spdlog::debug("refused a request: {} {}", refusal.status, refusal.reason);
  co_await Write(Problem(refusal.status, refusal.reason), false, true);
  co_return false;
}

asio::awaitable<bool> HttpSession::Write(Response response, bool without_body, bool close) {
  if (!IsWellFormed(response)) {
    spdlog::error("a request handler made a malformed response");
    response = Problem(500, "The request could not be handled.");
  }
  ++service_.counters.requests;
  const ResponseContext context{CurrentHttpDate(), socket_.secure(), close};
  std::string first = FormatResponseHead(response, context);
  std::string_view body = without_body ? std::string_view() : response.body;
  const std::size_t with_head = std::min(body.size(), kWriteBytes);  // one packet, one record
  first.append(body.substr(0, with_head));
  body.remove_prefix(with_head);
  if (!co_await WriteBytes(first)) co_return false;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, kWriteBytes);
    if (!co_await WriteBytes(piece)) co_return false;
    body.remove_prefix(piece.size());
  }
  co_return true;
}

asio::awaitable<bool> HttpSession::WriteBytes(std::string_view bytes) {
  const Deadline deadline = After(limits_.header + TimeFor(bytes.size(), limits_));
  const auto end = co_await socket_.Write(asio::buffer(bytes.data(), bytes.size()), deadline);
  co_return !Failed(end);
}

// Without the query, where stamps carry their signatures. The framing filter lets only printable
// ASCII through, so the line needs no escaping.
void HttpSession::Log(const Framing& framing, int status) const {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - request_begin_);
  spdlog::debug("{} {} {} in {} us", MethodName(framing.method),
                framing.target.substr(0, framing.target.find('?')), status, took.count());
}

}  // namespace sogoc::gateway
