#pragma once

// The HTTP/1.1 server of the gateway, plain or over TLS. What a client can hold is bounded:
// connections, sizes, and the time for each step.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/gateway/framing_filter.h"
#include "node/gateway/router.h"

namespace sogoc::gateway {

struct HttpLimits {
  // Connections served at once. Some more are told 503 with Retry-After, the rest are dropped.
  std::size_t connections_max = 4096;
  // Of one IPv4 address, or of one IPv6 network of 64 bits; others likewise, with 429.
  std::size_t connections_per_client_max = 256;
  std::chrono::milliseconds idle{30'000};     // without a request
  std::chrono::milliseconds header{5'000};    // TLS handshake; a head, from its first byte
  std::chrono::milliseconds request{30'000};  // a whole request, from its first byte
  std::chrono::milliseconds handler{30'000};  // until the handler answers
  std::chrono::milliseconds drain{5'000};     // for requests under way when the server stops
  // Slowest body, in either direction, after a start of `header`; at least 1.
  std::size_t body_bytes_per_second_min = 1024;
};

// PEM texts. TLS 1.3, or 1.2 with ECDHE and AEAD; no renegotiation, compression, tickets or 0-RTT.
struct TlsIdentity {
  std::string certificate_chain;  // the server's certificate first
  std::string private_key;        // not encrypted
};

struct HttpServerConfig {
  std::string address = "127.0.0.1";  // IPv4 or IPv6 literal
  std::uint16_t port = 0;             // 0: any free port
  std::size_t threads = 0;            // I/O threads; 0: one for each core
  std::optional<TlsIdentity> tls;     // without: plain HTTP
  FramingRules framing;
  HttpLimits limits;
};

// Running totals since the start; each is exact, together they are not one instant.
struct HttpStats {
  std::uint64_t connections = 0;       // accepted
  std::uint64_t connections_open = 0;  // now
  std::uint64_t connections_refused = 0;
  std::uint64_t requests = 0;         // answered, refusals included
  std::uint64_t framing_refused = 0;  // of these, answered with a framing error
  std::uint64_t timeouts = 0;         // connections cut for being slow
};

class HttpServer {
 public:
  // Listens and serves on return. `router` answers; it must not change any more.
  //   kInvalidArgument     the address, a limit, the certificate or its key
  //   kFailedPrecondition  the port is in use, or may not be used
  static base::Result<std::unique_ptr<HttpServer>> Start(HttpServerConfig config, Router router);

  // Stops.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Accepts nothing more, closes idle connections, lets requests under way be answered for
  // `limits.drain`, closes what is left and returns when all threads have ended. A handler's
  // late answer is dropped, also after the server is destroyed. Not from a handler.
  void Stop();

  std::uint16_t port() const;
  HttpStats stats() const;  // thread-safe

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sogoc::gateway
