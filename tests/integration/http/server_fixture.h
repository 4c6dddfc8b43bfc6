#pragma once

// A server of the gateway with a few routes, plain or TLS by the test's parameter.

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "node/gateway/http_server.h"
#include "tests/support/certificate.h"
#include "tests/support/raw_client.h"
#include "tools/http/http_client.h"

namespace sogoc::gateway {

// Answers that handlers owe: the test takes and gives them.
class Owed {
 public:
  void Add(Respond respond) {
    const std::lock_guard lock(mutex_);
    owed_.push_back(std::move(respond));
    added_.notify_one();
  }
  // Waits for the next one.
  Respond Take() {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [this] { return !owed_.empty(); });
    Respond respond = std::move(owed_.front());
    owed_.pop_front();
    return respond;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Respond> owed_;
};

inline Response Text(std::string text) { return {200, "text/plain", std::move(text), {}}; }

class HttpServerTest : public testing::TestWithParam<bool> {
 protected:
  static constexpr std::size_t kBodyMax = 100'000;
  static constexpr std::size_t kBigBytes = 32 << 20;

  static bool Secure() { return GetParam(); }

  void Start(const HttpLimits& limits = {}) {
    HttpServerConfig config;
    config.threads = 2;
    config.limits = limits;
    if (Secure()) config.tls = {identity().certificate, identity().private_key};
    auto started = HttpServer::Start(std::move(config), Routes());
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }

  support::RawClient Connect(const char* from = "127.0.0.1") {
    return support::RawClient(server_->port(), Secure() ? ssl_.get() : nullptr, from);
  }

  tools::HttpClient Client(tools::HttpClientOptions options = {}) {
    options.ca_file = testing::TempDir() + "http_test_ca.pem";
    std::ofstream(options.ca_file) << identity().certificate;
    const std::string scheme = Secure() ? "https" : "http";
    auto client = tools::HttpClient::Create(
        scheme + "://127.0.0.1:" + std::to_string(server_->port()), std::move(options));
    return *std::move(client);
  }

  // True once `condition` holds; false if it does not within ten seconds.
  static bool Eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 10'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  static const support::Certificate& identity() {
    static const support::Certificate certificate = support::MakeCertificate("IP:127.0.0.1");
    return certificate;
  }

  Owed owed_;
  std::unique_ptr<HttpServer> server_;

 private:
  Router Routes() {
    Router router;
    router.Get("/", [](const Request&) { return Text("root"); });
    router.Get("/hello", [](const Request&) { return Text("hello"); });
    router.Get("/big", [](const Request&) { return Text(std::string(kBigBytes, 'b')); });
    router.Get("/who", [](const Request& request) {
      return Text(request.remote_address + (request.secure ? " secure" : " plain"));
    });
    router.Get("/seen/{name}", [](const Request& request) {
      return Text(std::string(request.Capture("name")) + " " +
                  std::string(request.Query("q").value_or("")) + " " +
                  std::string(request.Header("x-test")));
    });
    router.Get("/throws", [](const Request&) -> Response { throw std::runtime_error("a\nb"); });
    router.Get("/splits", [](const Request&) {
      return Response{303, "", "", {{"Location", "/a\r\nX: y"}}};
    });
    for (const Method method : {Method::kPost, Method::kPut, Method::kPatch}) {
      const AsyncHandler echo = [](const Request& request, const Respond& respond) {
        respond(Text(request.body));
      };
      router.Add(method, "/", kBodyMax, echo);
    }
    router.Add(Method::kDelete, "/", 0, [](const Request&, const Respond& respond) {
      respond({204, "", "", {}});
    });
    router.Add(Method::kGet, "/later", 0,
               [this](const Request&, Respond respond) { owed_.Add(std::move(respond)); });
    return router;
  }

  support::SslContext ssl_ = support::MakeSslContext();
};

}  // namespace sogoc::gateway
