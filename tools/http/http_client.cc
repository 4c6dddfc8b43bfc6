#include "tools/http/http_client.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <exception>
#include <optional>

namespace sogoc::tools {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using boost::system::system_error;

constexpr std::uint32_t kHeaderBytesMax = 64 * 1024;

struct Server {
  bool secure = false;
  std::string host;  // without the brackets of an IPv6 address
  std::string port;
  std::string authority;  // for the Host field
};

base::Result<Server> ParseUrl(std::string_view text) {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  const bool plain = url && url->scheme_id() == boost::urls::scheme::http;
  const bool secure = url && url->scheme_id() == boost::urls::scheme::https;
  if ((!plain && !secure) || url->host().empty() || url->has_userinfo() || url->has_query() ||
      url->has_fragment() || (!url->encoded_path().empty() && url->encoded_path() != "/")) {
    return base::InvalidArgument("not of the form http(s)://host[:port]: " + std::string(text));
  }
  Server server;
  server.secure = secure;
  server.host = url->host_address();
  server.port = url->has_port() ? std::string(url->port()) : secure ? "443" : "80";
  server.authority = url->encoded_host_and_port();
  return server;
}

base::Result<ssl::context> MakeClientTls(const std::string& ca_file) {
  ssl::context context(ssl::context::tls_client);
  error_code error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(ca_file, error);
  }
  if (error) return base::InvalidArgument("CA certificates " + ca_file + ": " + error.message());
  context.set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  static constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context.native_handle(), kAlpn.data(), kAlpn.size());
  return context;
}

base::Error ErrorOf(error_code error) {
  if (error.category() == asio::error::get_ssl_category()) {
    return base::PermissionDenied("TLS: " + error.message());
  }
  const auto& http_errors = http::make_error_code(http::error::end_of_stream).category();
  if (error.category() == http_errors && error != http::error::end_of_stream &&
      error != http::error::partial_message) {
    return base::Corrupt("HTTP: " + error.message());
  }
  return base::Unavailable(error.message());
}

http::request<http::string_body> MakeRequest(const HttpCall& call, const std::string& authority) {
  http::request<http::string_body> request;
  request.method_string(call.method);
  request.target(call.target);
  request.set(http::field::host, authority);
  request.set(http::field::user_agent, "sogoc");
  for (const auto& [name, value] : call.fields) request.insert(name, value);
  if (!call.content_type.empty()) request.set(http::field::content_type, call.content_type);
  request.body() = call.body;
  request.prepare_payload();  // Content-Length, also of 0 where the method has a body
  return request;
}

struct Connection {
  explicit Connection(asio::io_context& context) : tcp(context) {}

  // A server that has said goodbye, or speaks unasked, is not spoken to again.
  bool Stale() {
    error_code error;
    tcp.socket().non_blocking(true, error);
    char byte = 0;
    tcp.socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error != asio::error::would_block;
  }

  beast::tcp_stream tcp;
  std::optional<ssl::stream<beast::tcp_stream&>> tls;
  beast::flat_buffer buffer;
};

template <class Stream>
asio::awaitable<HttpReply> Exchange(Stream& stream, beast::flat_buffer& buffer,
                                    const http::request<http::string_body>& request,
                                    std::size_t body_bytes_max, bool& keep) {
  co_await http::async_write(stream, request, asio::use_awaitable);
  http::response_parser<http::string_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(body_bytes_max);
  parser.skip(request.method() == http::verb::head);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  keep = parser.keep_alive() && buffer.size() == 0;
  HttpReply reply;
  reply.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    reply.fields.emplace_back(field.name_string(), field.value());
  }
  reply.body = std::move(parser.get().body());
  co_return reply;
}

}  // namespace

std::string_view HttpReply::Header(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (beast::iequals(key, {name.data(), name.size()})) return value;
  }
  return {};
}

class HttpClient::Impl {
 public:
  Impl(Server server, std::optional<ssl::context> tls, HttpClientOptions options)
      : server_(std::move(server)), tls_(std::move(tls)), options_(std::move(options)) {}

  base::Result<HttpReply> Send(const HttpCall& call) {
    std::optional<HttpReply> reply;
    std::exception_ptr failure;
    asio::co_spawn(
        context_, [&] { return Run(call); },
        [&](const std::exception_ptr& exception, HttpReply answer) {
          failure = exception;
          reply = std::move(answer);
        });
    context_.restart();
    context_.run();
    if (!failure) return *std::move(reply);
    connection_.reset();
    try {
      std::rethrow_exception(failure);
    } catch (const system_error& error) {
      return ErrorOf(error.code());
    } catch (const std::exception& error) {
      return base::Unavailable(error.what());
    }
  }

 private:
  asio::awaitable<HttpReply> Run(const HttpCall& call) {
    if (connection_ && connection_->Stale()) connection_.reset();
    if (connection_) {
      connection_->tcp.expires_after(options_.timeout);
    } else {
      co_await Connect();
    }
    const auto request = MakeRequest(call, server_.authority);
    bool keep = false;
    HttpReply reply;
    if (connection_->tls) {
      reply = co_await Exchange(*connection_->tls, connection_->buffer, request,
                                options_.response_bytes_max, keep);
    } else {
      reply = co_await Exchange(connection_->tcp, connection_->buffer, request,
                                options_.response_bytes_max, keep);
    }
    if (!keep) connection_.reset();
    co_return reply;
  }

  asio::awaitable<void> Connect() {
    tcp::resolver resolver(context_);
    const auto addresses =
        co_await resolver.async_resolve(server_.host, server_.port, asio::use_awaitable);
    connection_.emplace(context_);
    beast::tcp_stream& tcp = connection_->tcp;
    tcp.expires_after(options_.timeout);
    co_await tcp.async_connect(addresses, asio::use_awaitable);
    tcp.socket().set_option(tcp::no_delay(true));
    if (!tls_) co_return;
    auto& tls = connection_->tls.emplace(tcp, *tls_);
    tls.set_verify_callback(ssl::host_name_verification(server_.host));
    error_code not_an_address;
    asio::ip::make_address(server_.host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(tls.native_handle(), server_.host.c_str());
    co_await tls.async_handshake(ssl::stream_base::client, asio::use_awaitable);
  }

  const Server server_;
  std::optional<ssl::context> tls_;  // for https
  const HttpClientOptions options_;
  asio::io_context context_{1};
  std::optional<Connection> connection_;
};

base::Result<HttpClient> HttpClient::Create(std::string_view url, HttpClientOptions options) {
  TRY(Server server, ParseUrl(url));
  std::optional<ssl::context> tls;
  if (server.secure) {
    TRY(tls, MakeClientTls(options.ca_file));
  }
  return HttpClient(std::make_unique<Impl>(std::move(server), std::move(tls), std::move(options)));
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

base::Result<HttpReply> HttpClient::Send(const HttpCall& call) { return impl_->Send(call); }

base::Result<HttpReply> HttpClient::Get(std::string target) {
  HttpCall call;
  call.target = std::move(target);
  return Send(call);
}

base::Result<HttpReply> HttpClient::Post(std::string target, std::string content_type,
                                         std::string body) {
  return Send({"POST", std::move(target), std::move(content_type), std::move(body), {}});
}

}  // namespace sogoc::tools
