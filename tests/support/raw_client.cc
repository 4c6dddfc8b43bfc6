#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace sogoc::support {
namespace {

int DescriptorOf(BIO* bio) { return static_cast<int>(BIO_get_fd(bio, nullptr)); }

sockaddr_in Address(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

bool Bind(int descriptor, const char* host) {
  const sockaddr_in address = Address(host, 0);
  return bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

bool Connect(int descriptor, std::uint16_t port) {
  const sockaddr_in address = Address("127.0.0.1", port);
  return connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

std::size_t ContentLength(std::string_view head) {
  const std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = head.find(name);
  return at == std::string_view::npos ? 0 : std::strtoul(&head[at + name.size()], nullptr, 10);
}

}  // namespace

SslContext MakeSslContext() { return SslContext(SSL_CTX_new(TLS_client_method())); }

RawClient::RawClient(std::uint16_t port, SSL_CTX* context, const char* from) {
  std::signal(SIGPIPE, SIG_IGN);  // a server that has gone shows in Send's result
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int no_delay = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof(no_delay));
  const timeval limit = {10, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  const bool connected = Bind(descriptor, from) && Connect(descriptor, port);
  bio_ = BIO_new_socket(descriptor, BIO_CLOSE);
  if (context != nullptr) bio_ = BIO_push(BIO_new_ssl(context, /*client=*/1), bio_);
  if (!connected || (context != nullptr && BIO_do_handshake(bio_) != 1)) {
    BIO_free_all(std::exchange(bio_, nullptr));
  }
}

RawClient::~RawClient() { BIO_free_all(bio_); }

SSL* RawClient::ssl() const {
  SSL* ssl = nullptr;
  BIO_get_ssl(bio_, &ssl);
  return ssl;
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = BIO_write(bio_, bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::EndSending() { shutdown(DescriptorOf(bio_), SHUT_WR); }

bool RawClient::ReadSome() {
  std::array<char, 16 * 1024> buffer;
  const int size = BIO_read(bio_, buffer.data(), static_cast<int>(buffer.size()));
  if (size <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

std::string RawClient::ReadResponse(bool without_body) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos && ReadSome()) continue;
  if (end == std::string::npos) return std::exchange(received_, "");
  end += 4;
  if (!without_body) end += ContentLength(std::string_view(received_).substr(0, end));
  while (received_.size() < end && ReadSome()) continue;
  std::string response = received_.substr(0, end);
  received_.erase(0, response.size());
  return response;
}

std::string RawClient::ReadAll() {
  while (ReadSome()) continue;
  return std::exchange(received_, "");
}

bool RawClient::Readable(std::chrono::milliseconds time) {
  pollfd descriptor = {DescriptorOf(bio_), POLLIN, 0};
  return poll(&descriptor, 1, static_cast<int>(time.count())) != 0;
}

}  // namespace sogoc::support
