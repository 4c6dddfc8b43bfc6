#pragma once

// HTTP requests and responses as plain values: handlers map one to the other and know no sockets.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sogoc::gateway {

// The methods that the gateway knows; any other one is answered 501.
enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

// "GET"; names are case-sensitive (RFC 9110 section 9.1).
std::string_view MethodName(Method method);
std::optional<Method> ParseMethod(std::string_view name);

struct Field {
  std::string name;
  std::string value;
};
using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::kGet;
  std::string target;             // as received, in origin form ("/01/…?s=…"), or "*"
  std::vector<std::string> path;  // segments, percent-decoded; see request_target.h
  NamedValues query;              // in order, decoded as forms do
  NamedValues captures;           // what the route's pattern captured
  std::vector<Field> fields;      // header fields in order of arrival
  std::string body;
  std::string remote_address;  // "203.0.113.7": personal data, never stored
  bool secure = false;         // arrived over TLS

  // Value of the first field called `name` (any case); empty if there is none.
  std::string_view Header(std::string_view name) const;
  // Value of the first query parameter called `name`; nullopt if there is none.
  std::optional<std::string_view> Query(std::string_view name) const;
  // What the route captured as `name`; empty if the pattern has no such name.
  std::string_view Capture(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: there is no body
  std::string body;
  // Further fields, such as Cache-Control or ETag. The server adds Date, Content-Length,
  // Connection, the security fields, and `Cache-Control: no-store` unless one is given.
  // A response with a control character in a field is answered 500 instead.
  std::vector<Field> fields;

  // Value of the first field called `name` (any case); empty if there is none.
  std::string_view Header(std::string_view name) const;
};

// Gives the answer to a request. May be called from any thread, once; a later call is ignored.
using Respond = std::function<void(Response)>;

// Answers a request at once or later. A request that is not answered within the server's
// handler limit is answered 504, and its outcome is unknown to the client.
using AsyncHandler = std::function<void(Request, Respond)>;
// Answers at once, on an I/O thread: for work without disk reads, in microseconds.
using Handler = std::function<Response(const Request&)>;

// "Not Found"; "Unknown" for a status that the gateway does not use.
std::string_view StatusReason(int status);

// An error as RFC 9457 problem details. `detail` is a sentence for the caller, UTF-8.
Response Problem(int status, std::string_view detail);

// ASCII comparison that ignores case, as for field names and hosts.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

}  // namespace sogoc::gateway
