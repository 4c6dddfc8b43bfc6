#include "node/app/own_gateway.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>
#include <memory>

#include "node/storage/files.h"

namespace sogoc::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::uint64_t kBodyBytesMax = 16 << 20;
constexpr std::size_t kCertificateBytesMax = 1 << 20;

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;

// The first one of a PEM file.
base::Result<Certificate> ReadCertificate(const std::string& path) {
  const auto bytes = storage::SystemFiles().Read(path, kCertificateBytesMax);
  if (!bytes) return base::FailedPrecondition(bytes.error().message);
  const std::unique_ptr<BIO, FreeX509> bio(
      BIO_new_mem_buf(bytes->data(), static_cast<int>(bytes->size())));
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return base::FailedPrecondition(path + " holds no certificate");
  return certificate;
}

// Where a gateway that listens at `address` is reached from this machine.
asio::ip::address ReachedAt(const asio::ip::address& address) {
  if (!address.is_unspecified()) return address;
  if (address.is_v4()) return asio::ip::address_v4::loopback();
  return asio::ip::address_v6::loopback();
}

template <class Stream>
asio::awaitable<GatewayReply> Exchange(Stream& stream, const std::string& host,
                                       const std::string& target) {
  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, host);
  request.set(http::field::accept, "application/json");
  request.set(http::field::connection, "close");
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kBodyBytesMax);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return GatewayReply{static_cast<int>(parser.get().result_int()),
                         std::move(parser.get().body())};
}

struct Call {
  tcp::endpoint endpoint;
  std::string host;
  std::string target;
  std::chrono::milliseconds time;
};

asio::awaitable<GatewayReply> AskPlain(Call call) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(call.time);
  co_await stream.async_connect(call.endpoint, asio::use_awaitable);
  co_return co_await Exchange(stream, call.host, call.target);
}

class WrongCertificate : public std::exception {};

asio::awaitable<GatewayReply> AskTls(Call call, X509* expected) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_verify_mode(asio::ssl::verify_none);  // compared below
  beast::ssl_stream<beast::tcp_stream> stream(co_await asio::this_coro::executor, context);
  stream.next_layer().expires_after(call.time);
  co_await stream.next_layer().async_connect(call.endpoint, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  const Certificate shown(SSL_get1_peer_certificate(stream.native_handle()));
  if (!shown || X509_cmp(shown.get(), expected) != 0) throw WrongCertificate();
  co_return co_await Exchange(stream, call.host, call.target);
}

}  // namespace

base::Result<GatewayReply> AskOwnGateway(const NodeDirectory& directory, const Config& config,
                                         const std::string& target,
                                         std::chrono::milliseconds time) {
  if (config.port == 0) {
    return base::FailedPrecondition("port = 0 in " + directory.config().string() +
                                    ": the gateway is somewhere else after every start");
  }
  boost::system::error_code error;
  const auto address = asio::ip::make_address(config.address, error);
  if (error) return base::FailedPrecondition("address: not an IP address: " + config.address);
  const Call call{{ReachedAt(address), config.port}, config.resolver_host, target, time};
  Certificate certificate;
  if (config.tls) {
    TRY(certificate, ReadCertificate(directory.Resolve(config.tls->certificate).string()));
  }
  GatewayReply reply;
  std::exception_ptr failure;
  asio::io_context context(1);
  asio::co_spawn(context, certificate ? AskTls(call, certificate.get()) : AskPlain(call),
                 [&](const std::exception_ptr& exception, GatewayReply answered) {
                   failure = exception;
                   reply = std::move(answered);
                 });
  context.run();
  if (!failure) return reply;
  const std::string where =
      call.endpoint.address().to_string() + " port " + std::to_string(call.endpoint.port()) + ": ";
  try {
    std::rethrow_exception(failure);
  } catch (const WrongCertificate&) {
    return base::PermissionDenied(where + "the gateway shows another certificate than " +
                                  config.tls->certificate);
  } catch (const boost::system::system_error& caught) {
    return base::Unavailable(where + (caught.code() == beast::error::timeout
                                          ? "no answer in time"
                                          : caught.code().message()));
  } catch (const std::exception& caught) {
    return base::Unavailable(where + caught.what());
  }
}

}  // namespace sogoc::app
