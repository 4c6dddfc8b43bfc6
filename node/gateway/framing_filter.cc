#include "node/gateway/framing_filter.h"

#include <algorithm>
#include <optional>

namespace sogoc::gateway {
namespace {

using Refused = std::optional<FramingRefusal>;  // nullopt: nothing to object

constexpr Refused kAccepted = std::nullopt;

Refused Refuse(int status, const char* reason) { return FramingRefusal{status, reason}; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAlphanumeric(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

// RFC 9110 section 5.6.2.
bool IsTokenCharacter(char c) {
  return IsAlphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// The part before `separator`; `text` keeps what follows it. All of `text` if there is none.
std::string_view TakeUntil(std::string_view& text, std::string_view separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + separator.size(), text.size()));
  return part;
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// A name, an IPv4 address, or an IPv6 address in brackets.
bool IsHostName(std::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string_view marks = bracketed ? ":." : "-._";
  return !host.empty() && std::all_of(host.begin(), host.end(), [marks](char c) {
    return IsAlphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
}

// Reads the lines of one head and keeps what decides the framing.
class HeadJudge {
 public:
  explicit HeadJudge(const FramingRules& rules) : rules_(rules) {}

  Refused StartLine(std::string_view line);
  Refused FieldLine(std::string_view line);
  Refused Finish();
  const Framing& framing() const { return framing_; }

 private:
  Refused Target(std::string_view target);
  Refused Host(std::string_view value);
  Refused ContentLength(std::string_view value);
  Refused TransferEncoding(std::string_view value);
  Refused Connection(std::string_view value);
  Refused Body() const;

  const FramingRules& rules_;
  Framing framing_;
  std::size_t fields_ = 0;
  std::string_view authority_;  // of a target in absolute form
  std::string_view host_;
  bool has_length_ = false;
  bool has_coding_ = false;
};

Refused HeadJudge::StartLine(std::string_view line) {
  const std::string_view method = TakeUntil(line, " ");
  const std::string_view target = TakeUntil(line, " ");
  if (!IsToken(method) || target.empty()) return Refuse(400, "The start line is malformed.");
  if (line != "HTTP/1.1") {
    const bool other_version = line.size() == 8 && line.substr(0, 5) == "HTTP/" &&
                               IsDigit(line[5]) && line[6] == '.' && IsDigit(line[7]);
    return other_version ? Refuse(505, "Only HTTP/1.1 is spoken here.")
                         : Refuse(400, "The start line is malformed.");
  }
  const std::optional<Method> known = ParseMethod(method);
  if (!known) return Refuse(501, "The method is not known here.");
  framing_.method = *known;
  return Target(target);
}

Refused HeadJudge::Target(std::string_view target) {
  if (target.size() > rules_.target_bytes_max) return Refuse(414, "The target is too long.");
  const auto printable = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!std::all_of(target.begin(), target.end(), printable)) {
    return Refuse(400, "The target has a character that has to be percent-encoded.");
  }
  framing_.target = target;
  if (target.front() == '/') return kAccepted;
  if (target == "*" && framing_.method == Method::kOptions) return kAccepted;

  const std::string_view scheme = TakeUntil(target, "://");
  if (!EqualsIgnoreCase(scheme, "http") && !EqualsIgnoreCase(scheme, "https")) {
    return Refuse(400, "The target is neither a path nor an http URI.");
  }
  authority_ = target.substr(0, target.find('/'));
  framing_.target = target.substr(authority_.size());
  // Without a path ("http://host", "http://host?x") other readers disagree about the target.
  if (authority_.empty() || framing_.target.empty()) {
    return Refuse(400, "The target's URI lacks a host or a path.");
  }
  return kAccepted;
}

Refused HeadJudge::FieldLine(std::string_view line) {
  if (++fields_ > rules_.fields_max) return Refuse(431, "There are too many header fields.");
  if (line.front() == ' ' || line.front() == '\t') return Refuse(400, "A header line is folded.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Refuse(400, "A header line has no colon.");
  const std::string_view name = line.substr(0, colon);
  if (!IsToken(name)) return Refuse(400, "A header field's name is malformed.");
  const std::string_view value = Trim(line.substr(colon + 1));

  if (EqualsIgnoreCase(name, "host")) return Host(value);
  if (EqualsIgnoreCase(name, "content-length")) return ContentLength(value);
  if (EqualsIgnoreCase(name, "transfer-encoding")) return TransferEncoding(value);
  if (EqualsIgnoreCase(name, "connection") || EqualsIgnoreCase(name, "proxy-connection")) {
    return Connection(value);
  }
  if (EqualsIgnoreCase(name, "expect")) {
    framing_.expects_continue = EqualsIgnoreCase(value, "100-continue");
    if (!framing_.expects_continue) return Refuse(417, "Only 100-continue can be expected.");
  }
  return kAccepted;
}

Refused HeadJudge::Host(std::string_view value) {
  if (!host_.empty()) return Refuse(400, "There are two Host fields.");
  host_ = value;
  std::string_view name = value;
  const std::size_t colon = value.rfind(':');
  if (colon != std::string_view::npos && value.back() != ']') {
    const std::string_view port = value.substr(colon + 1);
    if (!IsDigits(port) || port.size() > 5) return Refuse(400, "The Host field is malformed.");
    name = value.substr(0, colon);
  }
  if (!IsHostName(name)) return Refuse(400, "The Host field is malformed.");
  const bool served = rules_.hosts.empty() || std::any_of(rules_.hosts.begin(), rules_.hosts.end(),
                                                          [name](const auto& host) {
                                                            return EqualsIgnoreCase(host, name);
                                                          });
  return served ? kAccepted : Refuse(421, "This host is not served here.");
}

Refused HeadJudge::ContentLength(std::string_view value) {
  if (has_length_) return Refuse(400, "There are two Content-Length fields.");
  has_length_ = true;
  if (!IsDigits(value) || (value.front() == '0' && value.size() > 1)) {
    return Refuse(400, "Content-Length is not a plain decimal number.");
  }
  if (value.size() > 18) return Refuse(413, "The body is too long.");
  std::uint64_t length = 0;
  for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  framing_.body_bytes = length;
  if (length > 0) framing_.body = BodyKind::kLength;
  return kAccepted;
}

Refused HeadJudge::TransferEncoding(std::string_view value) {
  if (has_coding_) return Refuse(400, "There are two Transfer-Encoding fields.");
  has_coding_ = true;
  if (!EqualsIgnoreCase(value, "chunked")) {
    return Refuse(400, "Transfer-Encoding can only be chunked.");
  }
  framing_.body = BodyKind::kChunked;
  return kAccepted;
}

Refused HeadJudge::Connection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = Trim(TakeUntil(value, ","));
    if (option.empty()) continue;  // RFC 9110 section 5.6.1.2
    if (!IsToken(option)) return Refuse(400, "The Connection field is malformed.");
    if (EqualsIgnoreCase(option, "close")) framing_.close = true;
  }
  return kAccepted;
}

Refused HeadJudge::Finish() {
  if (host_.empty()) return Refuse(400, "The Host field is missing.");
  if (!authority_.empty() && !EqualsIgnoreCase(authority_, host_)) {
    return Refuse(400, "The target's host differs from the Host field.");
  }
  if (has_length_ && has_coding_) {
    return Refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
  }
  if (framing_.body == BodyKind::kNone) framing_.expects_continue = false;
  return Body();
}

Refused HeadJudge::Body() const {
  const Method method = framing_.method;
  if (method == Method::kPost || method == Method::kPut || method == Method::kPatch) {
    return has_length_ || has_coding_ ? kAccepted : Refuse(411, "The body's length is missing.");
  }
  return framing_.body == BodyKind::kNone ? kAccepted
                                          : Refuse(400, "This method cannot have a body.");
}

}  // namespace

tl::expected<std::size_t, FramingRefusal> HeadScanner::Scan(std::string_view bytes) {
  const auto refuse = [](int status, const char* reason) {
    return tl::unexpected(FramingRefusal{status, reason});
  };
  const std::size_t end = std::min(bytes.size(), head_bytes_max_);
  for (; scanned_ < end; ++scanned_) {
    const char c = bytes[scanned_];
    const bool after_cr = scanned_ > 0 && bytes[scanned_ - 1] == '\r';
    if (after_cr != (c == '\n')) return refuse(400, "A line does not end with CR LF.");
    if (c == '\n') {
      const bool blank = scanned_ - line_begin_ == 1;
      line_begin_ = scanned_ + 1;
      if (blank) return line_begin_;
    } else if (IsControl(c) && c != '\t' && c != '\r') {
      return refuse(400, "The head has a control character.");
    }
  }
  if (bytes.size() < head_bytes_max_) return 0;
  return line_begin_ == 0 ? refuse(414, "The start line is too long.")
                          : refuse(431, "The header is too long.");
}

tl::expected<Framing, FramingRefusal> JudgeFraming(std::string_view head,
                                                   const FramingRules& rules) {
  const auto size = HeadScanner(rules).Scan(head);
  if (!size) return tl::unexpected(size.error());
  if (*size != head.size()) return tl::unexpected(FramingRefusal{400, "The head is incomplete."});

  HeadJudge judge(rules);
  Refused refused = judge.StartLine(TakeUntil(head, "\r\n"));
  while (!refused && head != "\r\n") refused = judge.FieldLine(TakeUntil(head, "\r\n"));
  if (!refused) refused = judge.Finish();
  if (refused) return tl::unexpected(*refused);
  return judge.framing();
}

}  // namespace sogoc::gateway
