#include "node/consensus/cometbft/abci_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <list>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "node/consensus/cometbft/abci_connection.h"
#include "node/consensus/cometbft/abci_listener.h"
#include "node/storage/fail_stop.h"

namespace sogoc::cometbft {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

// The watchdog looks this often, as a part of the limit.
constexpr int kLooksPerLimit = 8;

struct Served {
  Served(AbciService& service, AbciSocket socket) : connection(service, std::move(socket)) {}

  AbciConnection connection;
  std::thread thread;
  // What the watchdog saw, and in how many looks it has been the same.
  std::uint64_t changes_seen = 0;
  int looks = 0;
};

}  // namespace

// One thread accepts, watches and takes leave of connections: all of this belongs to it, but for
// Start and Stop.
class AbciServer::Impl {
 public:
  Impl(Application& application, AbciServerOptions options)
      : service_{application, std::move(options), {}},
        watch_interval_(std::max(milliseconds(1), service_.options.call_limit / kLooksPerLimit)) {}
  ~Impl() { Stop(); }

  base::Status Start(const std::string& address);
  void Stop();
  const std::string& address() const { return listener_->address; }

 private:
  void Accept();
  void Admit(AbciSocket socket);
  void Reap(std::list<Served>::iterator served);
  void Watch();
  void Look(Served& served);
  void BeginStop();
  void EndIfDrained();

  AbciService service_;
  const milliseconds watch_interval_;
  asio::io_context context_{1};
  std::optional<AbciListener> listener_;
  asio::steady_timer watch_{context_};
  asio::steady_timer pause_{context_};
  std::list<Served> served_;
  bool stopping_ = false;
  std::thread thread_;
};

base::Status AbciServer::Impl::Start(const std::string& address) {
  TRY(listener_, ListenForEngine(context_, address));
  Accept();
  Watch();
  thread_ = std::thread([this] { context_.run(); });
  return base::Ok();
}

void AbciServer::Impl::Stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] { BeginStop(); });
  thread_.join();
}

void AbciServer::Impl::Accept() {
  listener_->acceptor.async_accept([this](error_code error, AbciSocket socket) {
    if (stopping_) return;
    if (!error) {
      Admit(std::move(socket));
      return Accept();
    }
    // Out of descriptors or memory: connections that end give some back.
    spdlog::warn("cannot accept a connection of the engine: {}", error.message());
    pause_.expires_after(milliseconds(50));
    pause_.async_wait([this](error_code) {
      if (!stopping_) Accept();
    });
  });
}

void AbciServer::Impl::Admit(AbciSocket socket) {
  if (served_.size() >= service_.options.connections_max) {
    spdlog::warn("a connection of an engine is refused: there are {} already", served_.size());
    return RefuseConnection(std::move(socket), "too many connections");
  }
  served_.emplace_back(service_, std::move(socket));
  const auto served = std::prev(served_.end());
  try {
    served->thread = std::thread([this, served] {
      served->connection.Run();
      asio::post(context_, [this, served] { Reap(served); });
    });
  } catch (const std::system_error& error) {
    spdlog::warn("cannot serve a connection of the engine: {}", error.what());
    served_.erase(served);
  }
}

void AbciServer::Impl::Reap(std::list<Served>::iterator served) {
  served->thread.join();
  served_.erase(served);
  EndIfDrained();
}

void AbciServer::Impl::Watch() {
  watch_.expires_after(watch_interval_);
  watch_.async_wait([this](error_code) {
    for (Served& served : served_) Look(served);
    // Also while the server stops, as long as it waits for a call.
    if (!stopping_ || !served_.empty()) Watch();
  });
}

void AbciServer::Impl::Look(Served& served) {
  const CallInProgress& call = served.connection.call();
  const std::uint64_t changes = call.changes;
  const bool same_call = changes % 2 == 1 && changes == served.changes_seen;
  served.changes_seen = changes;
  // Looks, not time: a process that was stopped for a while is not to blame for it.
  served.looks = same_call ? served.looks + 1 : 0;
  if (served.looks <= kLooksPerLimit) return;
  storage::FailStop("the ledger has not answered the engine's " + *call.name + " within " +
                    std::to_string(service_.options.call_limit.count()) +
                    " ms, and the engine would wait for ever");
}

void AbciServer::Impl::BeginStop() {
  stopping_ = true;
  std::error_code ignored;  // the next start removes it
  if (!listener_->unix_path.empty()) std::filesystem::remove(listener_->unix_path, ignored);
  error_code ignored_too;  // it accepts nothing more in any case
  listener_->acceptor.close(ignored_too);
  pause_.cancel();
  for (Served& served : served_) served.connection.Abort();
  EndIfDrained();
}

void AbciServer::Impl::EndIfDrained() {
  if (stopping_ && served_.empty()) watch_.cancel();
}

base::Result<std::unique_ptr<AbciServer>> AbciServer::Start(const std::string& address,
                                                            Application& application,
                                                            AbciServerOptions options) {
  auto impl = std::make_unique<Impl>(application, std::move(options));
  TRY_STATUS(impl->Start(address));
  return std::unique_ptr<AbciServer>(new AbciServer(std::move(impl)));
}

AbciServer::AbciServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AbciServer::~AbciServer() = default;

void AbciServer::Stop() { impl_->Stop(); }

const std::string& AbciServer::address() const { return impl_->address(); }

}  // namespace sogoc::cometbft
