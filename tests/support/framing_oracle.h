#pragma once

// Compares the framing filter with Beast's parser, for the tests and the fuzzer of the gateway.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

#include "node/gateway/framing_filter.h"

namespace sogoc::support {

inline std::string Describe(gateway::BodyKind kind, std::uint64_t bytes) {
  switch (kind) {
    case gateway::BodyKind::kNone:
      return "none";
    case gateway::BodyKind::kLength:
      return "length " + std::to_string(bytes);
    case gateway::BodyKind::kChunked:
      return "chunked";
  }
  return "";
}

// As a row of framings.txt says it: "length 5 continue".
inline std::string Describe(const gateway::Framing& framing) {
  return Describe(framing.body, framing.body_bytes) + (framing.expects_continue ? " continue" : "");
}

// What Beast makes of a head that the filter judged to be framed as `framing`: empty if it finds
// the same method, target, body kind, length and end of the head, else what differs.
inline std::string DifferenceFromBeast(std::string_view head, const gateway::Framing& framing) {
  namespace http = boost::beast::http;
  using gateway::BodyKind;
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(head.size()));
  parser.body_limit(boost::none);
  boost::system::error_code error;
  const std::size_t parsed = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error && error != http::error::need_more) return "Beast refuses: " + error.message();
  if (!parser.is_header_done() || parsed != head.size()) return "Beast ends the head elsewhere";
  const std::uint64_t length = parser.content_length().value_or(0);
  const BodyKind kind = parser.chunked() ? BodyKind::kChunked
                        : length > 0     ? BodyKind::kLength
                                         : BodyKind::kNone;
  const std::string theirs = Describe(kind, length);
  if (theirs != Describe(framing.body, framing.body_bytes)) return "Beast: " + theirs;
  const auto& message = parser.get();
  if (message.method_string() != gateway::MethodName(framing.method)) return "other method";
  if (!message.target().ends_with({framing.target.data(), framing.target.size()})) {
    return "other target";
  }
  return "";
}

}  // namespace sogoc::support
