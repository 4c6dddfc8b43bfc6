#include "node/ledger/peer_endpoint.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sogoc::ledger {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::size_t kNodeIdBytes = 40;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLowerHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
bool IsNameCharacter(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '-'; }

// Decimal, no sign, no leading zero.
std::optional<std::uint32_t> ParseNumber(std::string_view text, std::uint32_t max) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), IsDigit) ||
      (text.size() > 1 && text[0] == '0')) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number <= max ? std::optional(number) : std::nullopt;
}

// Calls `visit` for each piece; false as soon as it says so.
template <class Visit>
bool EachPiece(std::string_view text, char separator, Visit visit) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!visit(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool IsIpv4(std::string_view text) {
  unsigned parts = 0;
  return EachPiece(text, '.',
                   [&](std::string_view part) {
                     ++parts;
                     return ParseNumber(part, 255).has_value();
                   }) &&
         parts == 4;
}

// Groups of hexadecimal digits; nullopt unless all are well-formed. Empty text has none.
std::optional<unsigned> CountGroups(std::string_view text) {
  unsigned groups = 0;
  if (text.empty()) return groups;
  const bool formed = EachPiece(text, ':', [&](std::string_view group) {
    ++groups;
    return !group.empty() && group.size() <= 4 &&
           std::all_of(group.begin(), group.end(), IsLowerHex);
  });
  return formed ? std::optional(groups) : std::nullopt;
}

bool IsIpv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return CountGroups(text) == 8U;
  const auto before = CountGroups(text.substr(0, gap));
  const auto after = CountGroups(text.substr(gap + 2));
  return before && after && *before + *after < 8;
}

// RFC 1123. A last label of digits only would be taken for an address by some programs.
bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kHostBytesMax) return false;
  std::string_view last;
  return EachPiece(text, '.',
                   [&](std::string_view label) {
                     last = label;
                     return !label.empty() && label.size() <= kLabelBytesMax &&
                            label.front() != '-' && label.back() != '-' &&
                            std::all_of(label.begin(), label.end(), IsNameCharacter);
                   }) &&
         !std::all_of(last.begin(), last.end(), IsDigit);
}

// What is wrong with it, or nothing. `port` 0: it has to be given.
const char* ReadAuthority(std::string_view text, std::uint16_t default_port, HostPort& out) {
  std::string_view host;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return "']' is missing";
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!IsIpv6(host)) return "not an IPv6 address in brackets";
    if (!text.empty() && text[0] != ':') return "only a port may follow the host";
  } else {
    host = text.substr(0, text.find(':'));
    text.remove_prefix(host.size());
    if (!IsIpv4(host) && !IsName(host))
      return "the host is neither a name in lower case nor an IP address";
  }
  out.host = std::string(host);
  out.port = default_port;
  if (text.empty()) return default_port == 0 ? "the port is missing" : nullptr;
  const auto port = ParseNumber(text.substr(1), 65'535);
  if (!port || *port == 0) return "the port is not a number from 1 to 65535";
  out.port = static_cast<std::uint16_t>(*port);
  return nullptr;
}

base::Error Wrong(std::string_view text, const std::string& what) {
  return base::InvalidArgument("\"" + std::string(text) + "\": " + what);
}

}  // namespace

std::string PeerEndpoint::Authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<PeerEndpoint> ParsePeerEndpoint(std::string_view text) {
  PeerEndpoint endpoint;
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme =
      scheme_end == std::string_view::npos ? std::string_view() : text.substr(0, scheme_end);
  std::uint16_t default_port = 0;
  if (scheme == "https" || scheme == "http") {
    endpoint.tls = scheme == "https";
    default_port = endpoint.tls ? 443 : 80;
  } else if (scheme == "peer") {
    endpoint.kind = EndpointKind::kPeer;
  } else if (scheme == "p2p") {
    endpoint.kind = EndpointKind::kEngine;
  } else {
    return Wrong(text, "an endpoint begins with https://, http://, peer:// or p2p://");
  }
  std::string_view rest = text.substr(scheme_end + 3);
  if (endpoint.kind == EndpointKind::kEngine) {
    const std::string_view id = rest.substr(0, rest.find('@'));
    if (id.size() != kNodeIdBytes || id.size() == rest.size() ||
        !std::all_of(id.begin(), id.end(), IsLowerHex)) {
      return Wrong(text, "p2p:// is followed by the engine's id, 40 lower-case hex digits, and @");
    }
    endpoint.node_id = std::string(id);
    rest.remove_prefix(id.size() + 1);
  }
  HostPort address;
  if (const char* wrong = ReadAuthority(rest, default_port, address)) return Wrong(text, wrong);
  endpoint.host = std::move(address.host);
  endpoint.port = address.port;
  return endpoint;
}

base::Result<HostPort> ParseHostPort(std::string_view text) {
  HostPort address;
  if (const char* wrong = ReadAuthority(text, 0, address)) return Wrong(text, wrong);
  return address;
}

std::optional<PeerEndpoint> FindEndpoint(const PeerRecord& peer, EndpointKind kind) {
  for (const std::string& text : peer.endpoints) {
    auto endpoint = ParsePeerEndpoint(text);
    if (endpoint && endpoint->kind == kind) return *std::move(endpoint);
  }
  return std::nullopt;
}

}  // namespace sogoc::ledger
