#pragma once

// A small HTTP/1.1 client for the tools: one server, one connection, one request at a time.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/result.h"

namespace sogoc::tools {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpClientOptions {
  std::string ca_file;  // PEM with the certificates to trust; empty: those of the system
  std::chrono::milliseconds timeout{30'000};  // for a request, with connecting, once the name of
                                              // the server is resolved
  std::size_t response_bytes_max = 64 << 20;  // of a response's body
};

struct HttpCall {
  std::string method = "GET";
  std::string target = "/";  // path and query, percent-encoded
  std::string content_type;
  std::string body;
  HttpFields fields;  // further header fields
};

struct HttpReply {
  int status = 0;
  HttpFields fields;
  std::string body;

  // Value of the first field called `name` (any case); empty if there is none.
  std::string_view Header(std::string_view name) const;
};

// Not thread-safe: one client for each thread.
class HttpClient {
 public:
  // `url`: "http://host", "https://host:port"; host is a name or an IP address. Does not connect.
  //   kInvalidArgument  the URL has another form, or the CA file cannot be used
  static base::Result<HttpClient> Create(std::string_view url, HttpClientOptions options = {});

  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // Sends the request and waits for the whole response, whatever its status; redirects are not
  // followed. The connection is opened when needed and kept as long as the server keeps it. The
  // request is never sent twice; after kUnavailable the server may have acted on it or not.
  //   kUnavailable       cannot resolve, connect or finish in time; the connection broke
  //   kPermissionDenied  the server's certificate is not trusted for this host, or TLS failed
  //   kCorrupt           the response is not HTTP, or longer than allowed
  base::Result<HttpReply> Send(const HttpCall& call);
  base::Result<HttpReply> Get(std::string target);
  base::Result<HttpReply> Post(std::string target, std::string content_type, std::string body);

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sogoc::tools
