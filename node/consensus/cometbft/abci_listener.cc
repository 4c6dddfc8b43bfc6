#include "node/consensus/cometbft/abci_listener.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace sogoc::cometbft {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::string_view kUnix = "unix://";
constexpr std::string_view kTcp = "tcp://";
constexpr std::size_t kUnixPathBytesMax = sizeof(sockaddr_un::sun_path) - 1;

base::Error CannotListen(const std::string& address, const std::string& why) {
  return base::FailedPrecondition("cannot listen for the engine at " + address + ": " + why);
}

std::optional<tcp::endpoint> ParseTcp(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto ip = asio::ip::make_address(std::string(host), error);
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (error || ip.is_v6() != bracketed) return std::nullopt;
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return tcp::endpoint(ip, port);
}

std::string FormatTcp(const tcp::endpoint& endpoint) {
  const std::string ip = endpoint.address().to_string();
  return std::string(kTcp) + (endpoint.address().is_v6() ? "[" + ip + "]" : ip) + ":" +
         std::to_string(endpoint.port());
}

// A socket that nobody listens at is what a process that died left behind.
base::Status RemoveStaleSocket(const std::string& address, const std::string& path) {
  error_code error;
  struct stat found = {};
  if (::lstat(path.c_str(), &found) != 0) return base::Ok();  // bind() says what else is wrong
  if (!S_ISSOCK(found.st_mode)) {
    return CannotListen(address, "there is something that is not a socket");
  }
  asio::io_context context;
  stream_protocol::socket probe(context);
  probe.connect(stream_protocol::endpoint(path), error);
  if (!error) return CannotListen(address, "another process listens there");
  if (error != asio::error::connection_refused) return CannotListen(address, error.message());
  std::error_code removed;
  fs::remove(path, removed);
  if (removed) return CannotListen(address, removed.message());
  return base::Ok();
}

// `unix_path`: empty for TCP.
error_code BindAndListen(AbciAcceptor& acceptor, const AbciAcceptor::endpoint_type& endpoint,
                         const std::string& unix_path) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error && unix_path.empty()) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  // Before listen(): nobody can connect in between.
  if (!error && !unix_path.empty() && ::chmod(unix_path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    error.assign(errno, boost::system::system_category());
  }
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

base::Result<AbciListener> ListenUnix(asio::io_context& context, const std::string& address) {
  const std::string path = address.substr(kUnix.size());
  if (!path.starts_with('/') || path.size() > kUnixPathBytesMax) {
    return base::InvalidArgument("the engine's socket needs an absolute path of at most " +
                                 std::to_string(kUnixPathBytesMax) + " bytes: " + address);
  }
  TRY_STATUS(RemoveStaleSocket(address, path));
  AbciListener listener{AbciAcceptor(context), address, path};
  const error_code error = BindAndListen(listener.acceptor, stream_protocol::endpoint(path), path);
  if (error) return CannotListen(address, error.message());
  return listener;
}

base::Result<AbciListener> ListenTcp(asio::io_context& context, const std::string& address) {
  auto endpoint = ParseTcp(std::string_view(address).substr(kTcp.size()));
  if (!endpoint) return base::InvalidArgument("not tcp://IP:PORT: " + address);
  AbciListener listener{AbciAcceptor(context), address, ""};
  error_code error = BindAndListen(listener.acceptor, *endpoint, "");
  if (error) return CannotListen(address, error.message());
  const auto chosen = listener.acceptor.local_endpoint(error);
  if (error) return CannotListen(address, error.message());
  std::memcpy(endpoint->data(), chosen.data(), chosen.size());
  listener.address = FormatTcp(*endpoint);
  return listener;
}

}  // namespace

base::Result<AbciListener> ListenForEngine(asio::io_context& context, const std::string& address) {
  if (address.starts_with(kUnix)) return ListenUnix(context, address);
  if (address.starts_with(kTcp)) return ListenTcp(context, address);
  return base::InvalidArgument("the engine's socket is unix:///PATH or tcp://IP:PORT, not " +
                               address);
}

}  // namespace sogoc::cometbft
