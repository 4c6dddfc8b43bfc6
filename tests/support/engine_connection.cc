#include "tests/support/engine_connection.h"

#include <arpa/inet.h>
#include <google/protobuf/io/coded_stream.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sogoc::support {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr std::string_view kUnix = "unix://";
constexpr std::string_view kTcp = "tcp://";
constexpr int kMessageBytesMax = 1 << 30;

base::Error SystemError(const std::string& what) {
  return base::Unavailable(what + ": " + std::strerror(errno));
}

template <class SocketAddress>
base::Result<int> ConnectTo(const std::string& text, const SocketAddress& address) {
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  const int descriptor = ::socket(any->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor >= 0 && ::connect(descriptor, any, sizeof(address)) == 0) return descriptor;
  base::Error error = SystemError("connect " + text);
  if (descriptor >= 0) ::close(descriptor);
  return error;
}

base::Result<int> Dial(const std::string& text) {
  if (text.starts_with(kUnix)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string path = text.substr(kUnix.size());
    if (path.size() >= sizeof(address.sun_path)) return base::InvalidArgument("too long: " + text);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return ConnectTo(text, address);
  }
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  const std::size_t colon = text.rfind(':');
  if (!text.starts_with(kTcp) || colon < kTcp.size()) return base::InvalidArgument(text);
  const std::string ip = text.substr(kTcp.size(), colon - kTcp.size());
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
  if (::inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1) return base::InvalidArgument(text);
  return ConnectTo(text, address);
}

}  // namespace

std::string Frame(const google::protobuf::MessageLite& message) {
  const std::string body = message.SerializeAsString();
  std::array<std::uint8_t, 10> length;
  std::uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(body.size(), length.data());
  return std::string(length.data(), end) + body;
}

base::Result<EngineConnection> EngineConnection::Connect(const std::string& address) {
  TRY(const int descriptor, Dial(address));
  const timeval limit = {kEngineWait_s, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  const int no_delay = 1;  // every piece leaves as one; on a Unix socket it always does
  if (!address.starts_with(kUnix)) {
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof(no_delay));
  }
  return EngineConnection(descriptor);
}

EngineConnection::~EngineConnection() { Close(); }

EngineConnection::EngineConnection(EngineConnection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}

EngineConnection& EngineConnection::operator=(EngineConnection&& other) noexcept {
  if (this == &other) return *this;
  Close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  received_ = std::move(other.received_);
  return *this;
}

void EngineConnection::Close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

base::Status EngineConnection::SendRaw(std::string_view bytes, std::size_t chop) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(chop, bytes.size());
    const ssize_t sent = ::send(descriptor_, bytes.data(), size, MSG_NOSIGNAL);
    if (sent <= 0) return SystemError("send to the application");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return base::Ok();
}

bool EngineConnection::ReadSome() {
  std::array<char, 64 << 10> buffer;
  const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

base::Result<std::string> EngineConnection::ReceiveRaw() {
  for (;;) {
    CodedInputStream input(reinterpret_cast<const std::uint8_t*>(received_.data()),
                           static_cast<int>(received_.size()));
    int size = 0;
    if (input.ReadVarintSizeAsInt(&size)) {
      if (size > kMessageBytesMax) return base::Corrupt("a frame of " + std::to_string(size));
      const auto begin = static_cast<std::size_t>(input.CurrentPosition());
      const std::size_t end = begin + static_cast<std::size_t>(size);
      if (received_.size() >= end) {
        std::string message = received_.substr(begin, end - begin);
        received_.erase(0, end);
        return message;
      }
    }
    if (!ReadSome()) return base::Unavailable("no answer: the application's connection has ended");
  }
}

base::Result<abci::Response> EngineConnection::Receive() {
  TRY(const std::string message, ReceiveRaw());
  abci::Response response;
  if (!response.ParseFromString(message)) return base::Corrupt("a frame that is not a response");
  return response;
}

base::Result<abci::Response> EngineConnection::Call(const abci::Request& request) {
  abci::Request flush;
  flush.mutable_flush();
  TRY_STATUS(SendRaw(Frame(request) + Frame(flush)));
  TRY(abci::Response response, Receive());
  if (response.has_exception()) return base::FailedPrecondition(response.exception().error());
  if (static_cast<int>(response.value_case()) != static_cast<int>(request.value_case()) + 1) {
    return base::Corrupt("a response of another kind: " + response.ShortDebugString());
  }
  TRY(const abci::Response flushed, Receive());
  if (!flushed.has_flush()) {
    return base::Corrupt("not the answer to a flush: " + flushed.ShortDebugString());
  }
  if (!received_.empty() || !IsQuiet()) return base::Corrupt("a response that nobody asked for");
  return response;
}

bool EngineConnection::AtEnd() {
  errno = 0;
  return received_.empty() && !ReadSome() && errno != EAGAIN;
}

bool EngineConnection::IsQuiet() const {
  pollfd descriptor = {descriptor_, POLLIN, 0};
  return ::poll(&descriptor, 1, 0) == 0;
}

void EngineConnection::Reset() {
  const linger at_once = {1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

}  // namespace sogoc::support
