#pragma once

// The first bytes of a response: status line and fields, among them those that every answer of
// the gateway carries.

#include <string>
#include <string_view>

#include "node/base/time.h"
#include "node/gateway/http_message.h"

namespace sogoc::gateway {

// IMF-fixdate (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
std::string FormatHttpDate(base::TimeNs time);

struct ResponseContext {
  std::string_view date;  // FormatHttpDate of now
  bool secure = false;    // over TLS: adds Strict-Transport-Security
  bool close = false;     // the server closes after this response
};

// True when content_type and fields hold no control characters, with which a handler that copies
// a request's text into a field could be made to write a second response.
bool IsWellFormed(const Response& response);

// Status line, fields and blank line for `response`, whose body follows as it is (or is left out
// for HEAD). Sets Date, Content-Length, Connection and the security fields, and Cache-Control,
// Content-Security-Policy and Referrer-Policy unless the response has its own.
// Requires: IsWellFormed(response).
std::string FormatResponseHead(const Response& response, const ResponseContext& context);

}  // namespace sogoc::gateway
