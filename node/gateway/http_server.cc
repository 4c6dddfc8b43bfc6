#include "node/gateway/http_server.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <set>
#include <thread>
#include <utility>

#include "node/gateway/http_session.h"
#include "node/gateway/tls_context.h"

namespace sogoc::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Response TurnedAway(int status, const char* reason) {
  Response response = Problem(status, reason);
  response.fields.push_back({"Retry-After", "5"});
  return response;
}

// Those beyond a limit are told so, as long as they are few: an answer costs a connection, too.
bool IsFarBeyond(std::size_t count, std::size_t max) { return count > max + max / 8 + 16; }

void ReportException(const std::exception_ptr& exception) {
  if (!exception) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    spdlog::error("a connection ended with an exception: {:?}", caught.what());
  }
}

// Every thread has an acceptor of its own at the same port and the kernel spreads connections
// over them. `shared` is what allows that.
base::Result<tcp::acceptor> Listen(asio::io_context& context, const tcp::endpoint& endpoint,
                                   bool shared) {
  tcp::acceptor acceptor(context);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.set_option(ReusePort(shared), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return base::FailedPrecondition("cannot listen on port " + std::to_string(endpoint.port()) +
                                    ": " + error.message());
  }
  return acceptor;
}

// One thread with its io_context, its acceptor and its connections.
class Worker {
 public:
  Worker(HttpService& service, std::shared_ptr<asio::io_context> context, tcp::acceptor acceptor)
      : service_(service),
        context_(std::move(context)),
        acceptor_(std::move(acceptor)),
        drain_limit_(*context_) {}

  void Start() {
    asio::co_spawn(
        *context_, [this] { return Accept(); }, ReportException);
    thread_ = std::thread([this] { context_->run(); });
  }

  // From any thread. The thread ends by itself when its last connection has ended.
  void BeginStop() {
    asio::post(*context_, [this] {
      stopping_ = true;
      acceptor_.close();
      for (const auto& session : sessions_) session->Drain();
      drain_limit_.expires_after(service_.config.limits.drain);
      drain_limit_.async_wait([this](error_code error) {
        if (error) return;
        for (const auto& session : sessions_) session->Abort();
      });
      EndIfDrained();
    });
  }

  void Join() { thread_.join(); }

 private:
  asio::awaitable<void> Accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (stopping_) break;
      if (!error) {
        Admit(std::move(socket));
      } else {
        // Out of descriptors or memory: connections that end give some back.
        spdlog::warn("cannot accept a connection: {}", error.message());
        asio::steady_timer pause(*context_, std::chrono::milliseconds(50));
        co_await pause.async_wait(kAwait);
      }
    }
  }

  void Admit(tcp::socket socket) {
    HttpCounters& counters = service_.counters;
    ++counters.connections;
    error_code error;
    const tcp::endpoint client = socket.remote_endpoint(error);
    if (error) return;  // it has gone again
    auto counted = std::make_unique<ClientCount::Connection>(service_.clients, client.address());
    const HttpLimits& limits = service_.config.limits;
    const std::size_t of_all = counters.connections_open + 1;
    std::optional<Response> refusal;
    if (counted->of_client() > limits.connections_per_client_max) {
      refusal = TurnedAway(429, "You have too many connections. Use those that you have.");
    } else if (of_all > limits.connections_max) {
      refusal = TurnedAway(503, "There are too many connections. Try again soon.");
    }
    if (refusal) ++counters.connections_refused;
    if (IsFarBeyond(of_all, limits.connections_max)) return;
    if (IsFarBeyond(counted->of_client(), limits.connections_per_client_max)) return;
    auto session = std::make_shared<HttpSession>(service_, context_, std::move(socket),
                                                 std::move(refusal), std::move(counted));
    sessions_.insert(session);
    asio::co_spawn(
        *context_, [session] { return session->Run(); },
        [this, session](const std::exception_ptr& exception) {
          ReportException(exception);
          sessions_.erase(session);
          EndIfDrained();
        });
  }

  void EndIfDrained() {
    if (stopping_ && sessions_.empty()) drain_limit_.cancel();
  }

  HttpService& service_;
  std::shared_ptr<asio::io_context> context_;
  tcp::acceptor acceptor_;
  asio::steady_timer drain_limit_;
  std::set<std::shared_ptr<HttpSession>> sessions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerConfig config, Router router)
      : service_{std::move(config), std::move(router), std::nullopt, {}, {}} {}
  ~Impl() { Stop(); }

  base::Status Start();
  void Stop();
  std::uint16_t port() const { return port_; }
  const HttpCounters& counters() const { return service_.counters; }

 private:
  HttpService service_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::uint16_t port_ = 0;
};

base::Status HttpServer::Impl::Start() {
  const HttpServerConfig& config = service_.config;
  if (config.tls) {
    TRY(service_.tls, MakeServerTls(*config.tls));
  }
  if (config.limits.body_bytes_per_second_min == 0) {
    return base::InvalidArgument("a body's slowest rate must be at least 1 byte a second");
  }
  error_code error;
  tcp::endpoint endpoint(asio::ip::make_address(config.address, error), config.port);
  if (error) return base::InvalidArgument("not an IP address: " + config.address);
  if (endpoint.port() != 0) {
    // Sharing a port would also let a second node share it unnoticed: try it alone first.
    asio::io_context context;
    TRY([[maybe_unused]] const tcp::acceptor alone, Listen(context, endpoint, false));
  }
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t threads = config.threads == 0 ? cores : config.threads;
  for (std::size_t i = 0; i < threads; ++i) {
    auto context = std::make_shared<asio::io_context>(1);
    TRY(tcp::acceptor acceptor, Listen(*context, endpoint, true));
    endpoint.port(acceptor.local_endpoint().port());
    workers_.push_back(std::make_unique<Worker>(service_, context, std::move(acceptor)));
  }
  port_ = endpoint.port();
  for (const auto& worker : workers_) worker->Start();
  return base::Ok();
}

void HttpServer::Impl::Stop() {
  for (const auto& worker : workers_) worker->BeginStop();
  for (const auto& worker : workers_) worker->Join();
  workers_.clear();
}

base::Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerConfig config,
                                                            Router router) {
  auto impl = std::make_unique<Impl>(std::move(config), std::move(router));
  TRY_STATUS(impl->Start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

void HttpServer::Stop() { impl_->Stop(); }

std::uint16_t HttpServer::port() const { return impl_->port(); }

HttpStats HttpServer::stats() const {
  const HttpCounters& counters = impl_->counters();
  return {counters.connections, counters.connections_open, counters.connections_refused,
          counters.requests,    counters.framing_refused,  counters.timeouts};
}

}  // namespace sogoc::gateway
