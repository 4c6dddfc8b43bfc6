#pragma once

// Decides from the raw bytes of a request's head (start line, fields, blank line) how the request
// is framed, before any HTTP parser sees it. It lets through what every reader of RFC 9112
// understands in one way and refuses everything else; after a refusal the connection is closed.
// Pure functions of bytes; safe to call from any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "node/gateway/http_message.h"

namespace sogoc::gateway {

struct FramingRules {
  // Hosts served, without ports; any other one is refused with 421. Empty: every host.
  std::vector<std::string> hosts;
  std::size_t head_bytes_max = 8192;
  std::size_t target_bytes_max = 4096;
  std::size_t fields_max = 64;
};

enum class BodyKind {
  kNone,     // no body, or one of 0 bytes
  kLength,   // Content-Length, at least 1 byte
  kChunked,  // Transfer-Encoding: chunked
};

struct Framing {
  Method method = Method::kGet;
  std::string_view target;  // part of the head: origin form, or "*" for OPTIONS
  BodyKind body = BodyKind::kNone;
  std::uint64_t body_bytes = 0;   // for kLength
  bool expects_continue = false;  // the client waits for "100 Continue" before the body
  bool close = false;             // the client closes after this request
};

// Why a request is refused, for its sender: an HTTP status and a short English sentence.
struct FramingRefusal {
  int status = 400;
  const char* reason = "";
};

// Finds where the head ends in bytes that arrive piece by piece.
class HeadScanner {
 public:
  explicit HeadScanner(const FramingRules& rules) : head_bytes_max_(rules.head_bytes_max) {}

  // `bytes` is everything received since the head began; it only grows between calls. The result
  // is the head's size with its blank line, or 0 while the head is incomplete.
  //   400  a CR or LF that is not part of CRLF, another control character than HTAB
  //   414  a start line that cannot fit
  //   431  a head that cannot fit
  tl::expected<std::size_t, FramingRefusal> Scan(std::string_view bytes);

 private:
  std::size_t head_bytes_max_;
  std::size_t scanned_ = 0;
  std::size_t line_begin_ = 0;
};

// Judges one complete head, including its blank line.
//   400  not RFC 9112: characters, folded lines, space before the colon, Host missing, repeated
//        or different from the target's authority, Transfer-Encoding other than one `chunked`,
//        Transfer-Encoding with Content-Length, Content-Length repeated, listed or not decimal,
//        a body on a method that has none
//   411  a method with a body, without its length      413  a length of 19 digits or more
//   414, 431  above the rules' limits                  417  an expectation but 100-continue
//   421  a host that is not served                     501  an unknown method
//   505  another version than HTTP/1.1
tl::expected<Framing, FramingRefusal> JudgeFraming(std::string_view head,
                                                   const FramingRules& rules);

}  // namespace sogoc::gateway
