#include "node/consensus/cometbft/engine_rpc.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sogoc::cometbft {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using asio::ip::tcp;
using Deadline = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kBroadcastTime{10};
constexpr std::chrono::seconds kStatusTime{2};
constexpr std::uint32_t kHeaderBytesMax = 16 * 1024;
constexpr std::uint64_t kAnswerBytesMax = 1 << 20;
constexpr std::size_t kAnswerDepthMax = 16;
constexpr std::size_t kIdleConnectionsMax = 8;
constexpr std::size_t kLogBytesMax = 1'000;  // of a text that goes into a message of ours

// One connection; one thread at a time.
class Connection {
 public:
  explicit Connection(tcp::endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  bool used() const { return used_; }
  // After Post: whether another may follow.
  bool keeps() const { return keeps_; }
  // An engine that has closed it, or speaks unasked, is not spoken to again here.
  bool Stale() {
    boost::system::error_code error;
    stream_.socket().non_blocking(true, error);
    char byte = 0;
    stream_.socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error != asio::error::would_block;
  }

  // The body of the answer, whatever its status. kUnavailable.
  base::Result<std::string> Post(const std::string& body, Deadline deadline) {
    std::string answer;
    std::exception_ptr failure;
    keeps_ = false;
    context_.restart();
    asio::co_spawn(
        context_, [&] { return Exchange(body, deadline); },
        [&](const std::exception_ptr& exception, std::string text) {
          failure = exception;
          answer = std::move(text);
        });
    context_.run();
    if (!failure) return answer;
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      return base::Unavailable(error.code() == beast::error::timeout ? "no answer in time"
                                                                     : error.code().message());
    } catch (const std::exception& error) {
      return base::Unavailable(error.what());
    }
  }

 private:
  asio::awaitable<std::string> Exchange(const std::string& body, Deadline deadline) {
    stream_.expires_at(deadline);
    if (!used_) {
      co_await stream_.async_connect(endpoint_, asio::use_awaitable);
      stream_.socket().set_option(tcp::no_delay(true));
    }
    used_ = true;
    http::request<http::string_body> request(http::verb::post, "/", 11);
    request.set(http::field::host, "engine");
    request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    co_await http::async_write(stream_, request, asio::use_awaitable);
    http::response_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(kAnswerBytesMax);
    co_await http::async_read(stream_, buffer_, parser, asio::use_awaitable);
    keeps_ = parser.keep_alive() && buffer_.size() == 0;
    co_return std::move(parser.get().body());
  }

  asio::io_context context_{1};
  const tcp::endpoint endpoint_;
  beast::tcp_stream stream_{context_};
  beast::flat_buffer buffer_;
  bool used_ = false;
  bool keeps_ = false;
};

// Connections that are kept for the next call. Thread-safe.
class Connections {
 public:
  explicit Connections(tcp::endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  std::unique_ptr<Connection> Take() {
    while (true) {
      std::unique_ptr<Connection> connection;
      {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) break;
        connection = std::move(idle_.back());
        idle_.pop_back();
      }
      if (!connection->Stale()) return connection;
    }
    return Open();
  }
  std::unique_ptr<Connection> Open() const { return std::make_unique<Connection>(endpoint_); }
  void Keep(std::unique_ptr<Connection> connection) {
    if (!connection->keeps()) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleConnectionsMax) idle_.push_back(std::move(connection));
  }

 private:
  const tcp::endpoint endpoint_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

// ---- Answers. Nothing in them is taken for granted.

const json::value* Member(const json::value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains({name.data(), name.size()}) : nullptr;
}

const json::value* Member(const json::value& value, std::string_view first,
                          std::string_view second) {
  const json::value* member = Member(value, first);
  return member != nullptr ? Member(*member, second) : nullptr;
}

std::string TextOf(const json::value* value) {
  if (value == nullptr || !value->is_string()) return "";
  std::string text(value->get_string());
  std::size_t size = text.size();
  if (size > kLogBytesMax) {
    size = kLogBytesMax;
    while (size > 0 && (text[size] & 0xc0) == 0x80) --size;  // not in the middle of a character
  }
  text.resize(size);
  return text;
}

// 64-bit integers are decimal text, smaller ones numbers; one that is missing is zero.
std::optional<std::uint64_t> NumberOf(const json::value* value) {
  if (value == nullptr) return 0;
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  if (!value->is_string()) return std::nullopt;
  const std::string_view text(value->get_string().data(), value->get_string().size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

base::Error Nonsense() {
  return base::Unavailable("what answers at the engine's address is no engine of this version");
}

struct RpcAnswer {
  json::value result;                // null with an error
  std::optional<std::string> error;  // its texts
};

base::Result<RpcAnswer> ReadAnswer(const std::string& body) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kAnswerDepthMax;
  const json::value value = json::parse(body, error, {}, options);
  if (error) return Nonsense();
  RpcAnswer answer;
  if (const json::value* failed = Member(value, "error"); failed != nullptr && !failed->is_null()) {
    answer.error = TextOf(Member(*failed, "message")) + ": " + TextOf(Member(*failed, "data"));
    return answer;
  }
  const json::value* result = Member(value, "result");
  if (result == nullptr || !result->is_object()) return Nonsense();
  answer.result = *result;
  return answer;
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// From the error of a broadcast.
base::Status StatusOfError(const std::string& error) {
  if (Contains(error, "tx already exists in cache")) return base::Ok();
  if (Contains(error, "Tx too large")) return base::InvalidArgument("the engine: " + error);
  if (Contains(error, "mempool is full") || Contains(error, "considered as full")) {
    return base::Unavailable("the engine's queue is full: " + error);
  }
  return base::Unavailable("the engine refuses transactions: " + error);
}

class HttpEngineRpc final : public EngineRpc {
 public:
  explicit HttpEngineRpc(tcp::endpoint endpoint) : connections_(std::move(endpoint)) {}

  base::Status Broadcast(base::ByteView tx) override {
    const std::string parameters = "{\"tx\":\"" + base::ToBase64(tx) + "\"}";
    TRY(const RpcAnswer answer, Call("broadcast_tx_sync", parameters, Now() + kBroadcastTime));
    if (answer.error) return StatusOfError(*answer.error);
    const auto code = NumberOf(Member(answer.result, "code"));
    if (!code || Member(answer.result, "hash") == nullptr) return Nonsense();
    if (*code == 0) return base::Ok();
    return base::InvalidArgument("refused with code " + std::to_string(*code) + ": " +
                                 TextOf(Member(answer.result, "log")));
  }

  base::Result<EngineStatus> Status() override {
    const Deadline deadline = Now() + kStatusTime;
    TRY(const RpcAnswer status, Call("status", "{}", deadline));
    if (status.error) return base::Unavailable("the engine: " + *status.error);
    TRY(const RpcAnswer network, Call("net_info", "{}", deadline));
    if (network.error) return base::Unavailable("the engine: " + *network.error);
    const json::value& result = status.result;
    const json::value* catching_up = Member(result, "sync_info", "catching_up");
    const auto height = NumberOf(Member(result, "sync_info", "latest_block_height"));
    const auto power = NumberOf(Member(result, "validator_info", "voting_power"));
    const auto peers = NumberOf(Member(network.result, "n_peers"));
    EngineStatus out;
    out.version = TextOf(Member(result, "node_info", "version"));
    if (out.version.empty() || !height || !power || !peers || catching_up == nullptr ||
        !catching_up->is_bool()) {
      return Nonsense();
    }
    out.height = *height;
    out.catching_up = catching_up->get_bool();
    out.voting_power = *power;
    out.peers = static_cast<std::uint32_t>(*peers);
    return out;
  }

 private:
  static Deadline Now() { return std::chrono::steady_clock::now(); }

  base::Result<RpcAnswer> Call(const char* method, const std::string& parameters,
                               Deadline deadline) {
    const std::string body = std::string("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"") + method +
                             "\",\"params\":" + parameters + "}";
    auto connection = connections_.Take();
    // All calls can be repeated. A kept connection may have been closed while we wrote to it.
    const bool again = connection->used();
    auto text = connection->Post(body, deadline);
    if (!text && again && Now() < deadline) {
      connection = connections_.Open();
      text = connection->Post(body, deadline);
    }
    if (!text) return base::Unavailable("the engine does not answer: " + text.error().message);
    connections_.Keep(std::move(connection));
    return ReadAnswer(*text);
  }

  Connections connections_;
};

// For an address that is none: says so at each call.
class NoEngineRpc final : public EngineRpc {
 public:
  explicit NoEngineRpc(const std::string& address) : message_(address + " is not an IP address") {}
  base::Status Broadcast(base::ByteView) override { return base::Unavailable(message_); }
  base::Result<EngineStatus> Status() override { return base::Unavailable(message_); }

 private:
  const std::string message_;
};

}  // namespace

std::unique_ptr<EngineRpc> MakeEngineRpc(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return std::make_unique<NoEngineRpc>(address);
  return std::make_unique<HttpEngineRpc>(tcp::endpoint(ip, port));
}

}  // namespace sogoc::cometbft
