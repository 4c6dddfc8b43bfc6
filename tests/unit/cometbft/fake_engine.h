#pragma once

// Something that listens where an engine would, and answers each request with bytes of a test's
// choice.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sogoc::support {

class FakeEngine {
 public:
  // Gets the body of a request, and on which connection it came (from 1). Empty: no answer; the
  // connection is closed.
  using Answer = std::function<std::string(const std::string& body, int connection)>;

  explicit FakeEngine(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine() {
    stop_ = true;
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  static std::string Http(const std::string& body, const std::string& head = "200 OK") {
    return "HTTP/1.1 " + head +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

 private:
  bool WaitFor(int socket) const {
    pollfd wait{socket, POLLIN, 0};
    while (!stop_) {
      if (::poll(&wait, 1, 20) > 0) return true;
    }
    return false;
  }

  void Accept() {
    while (WaitFor(listener_)) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const int number = ++connections_;
      threads_.emplace_back([this, socket, number] {
        Serve(socket, number);
        ::close(socket);
      });
    }
  }

  void Serve(int socket, int number) {
    std::string received;
    while (WaitFor(socket)) {
      char buffer[65'536];
      const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
      if (size <= 0) return;
      received.append(buffer, static_cast<std::size_t>(size));
      const std::size_t head = received.find("\r\n\r\n");
      const std::size_t field = received.find("Content-Length: ");
      if (head == std::string::npos || field == std::string::npos) continue;
      const std::size_t length = std::strtoul(received.c_str() + field + 16, nullptr, 10);
      if (received.size() < head + 4 + length) continue;
      const std::string body = received.substr(head + 4);
      received.clear();
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(body);
      }
      const std::string answer = answer_(body, number);
      if (answer.empty()) return;
      ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (answer.find("Connection: close") != std::string::npos) return;
    }
  }

  const Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;  // guards requests_
  std::vector<std::string> requests_;
  std::vector<std::thread> threads_;  // of acceptor_, until it ends
  std::thread acceptor_;
};

}  // namespace sogoc::support
