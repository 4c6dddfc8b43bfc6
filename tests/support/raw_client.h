#pragma once

// A client that sends any bytes over a plain or TLS connection.

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sogoc::support {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// Trusts every certificate.
SslContext MakeSslContext();

// Every wait ends after ten seconds.
class RawClient {
 public:
  // Connects to 127.0.0.1 from the IPv4 address `from`. `context`: null for a plain connection.
  explicit RawClient(std::uint16_t port, SSL_CTX* context = nullptr,
                     const char* from = "127.0.0.1");
  ~RawClient();
  RawClient(RawClient&& other) noexcept : bio_(std::exchange(other.bio_, nullptr)) {}
  RawClient& operator=(RawClient&&) = delete;

  bool connected() const { return bio_ != nullptr; }
  SSL* ssl() const;

  // False when the connection has ended.
  bool Send(std::string_view bytes);
  // Says that nothing more will be sent. Plain connections only.
  void EndSending();
  // One response, with as much body as its Content-Length says; less if the connection ends.
  std::string ReadResponse(bool without_body = false);
  // Everything until the connection ends.
  std::string ReadAll();
  // True when the server has ended the connection, or sends something, within `time`.
  bool Readable(std::chrono::milliseconds time);

 private:
  bool ReadSome();

  BIO* bio_ = nullptr;
  std::string received_;
};

}  // namespace sogoc::support
