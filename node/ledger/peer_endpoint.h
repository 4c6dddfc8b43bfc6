#pragma once

// Where a peer can be reached: the texts of PeerRecord::endpoints.
//
//   https://HOST[:PORT], http://HOST[:PORT]   its gateway
//   peer://HOST:PORT                          exchange of cosignatures, mutual TLS
//   p2p://NODEID@HOST:PORT                    its engine; NODEID = 40 hex digits of the engine's
//   key
//
// HOST is a name in lower case, an IPv4 address, or an IPv6 address in brackets.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/result.h"
#include "node/ledger/records.h"

namespace sogoc::ledger {

enum class EndpointKind : std::uint8_t { kGateway, kPeer, kEngine };

struct PeerEndpoint {
  EndpointKind kind = EndpointKind::kGateway;
  bool tls = true;      // of a gateway
  std::string node_id;  // of an engine
  std::string host;     // an IPv6 address without its brackets
  std::uint16_t port = 0;

  // HOST:PORT, with the brackets.
  std::string Authority() const;
  bool operator==(const PeerEndpoint&) const = default;
};

// kInvalidArgument: a sentence that quotes the text. Strict: nothing may follow the port, and
// nothing is guessed but 443 and 80.
base::Result<PeerEndpoint> ParsePeerEndpoint(std::string_view text);

// HOST:PORT alone, as above; kInvalidArgument.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
base::Result<HostPort> ParseHostPort(std::string_view text);

// The first endpoint of that kind. A text that does not parse is passed over: the ledger takes any.
std::optional<PeerEndpoint> FindEndpoint(const PeerRecord& peer, EndpointKind kind);

}  // namespace sogoc::ledger
