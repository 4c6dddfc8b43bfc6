#pragma once

// The messages between peers and their frames (docs/format/peer.md). Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/base/time.h"
#include "node/peer/checkpoint_book.h"

namespace sogoc::peer {

// Changes when a peer of the old version would misread the new one.
inline constexpr std::uint32_t kPeerProtocol = 1;
inline constexpr std::size_t kPeerFrameHeadBytes = 4;
inline constexpr std::size_t kPeerMessageBytesMax = 8'192;
// For the side that has dialled: the parts of files that it asked for come to it.
inline constexpr std::size_t kPeerPartMessageBytesMax = 61'440;
inline constexpr std::size_t kBlobPartBytes = 60'000;
inline constexpr std::size_t kBlobHashesMax = 200;  // in one message
inline constexpr std::size_t kBlobQueriesMax = 16;  // without an answer, on one link

struct PeerHello {
  std::uint32_t protocol = kPeerProtocol;
  base::Digest ledger_id{};
  std::optional<base::Digest> genesis_hash;  // of the engine's genesis file; none without an engine
  std::string name;                          // of the peer, as on the ledger
  std::string program_version;
  base::TimeNs clock = 0;
  bool operator==(const PeerHello&) const = default;
};

inline constexpr std::size_t kValidatorBytes = 20;

// How far an engine has come, and the key that it votes with.
struct ValidatorReach {
  base::Bytes validator;  // the key's address, of kValidatorBytes; empty: it does not vote
  std::uint64_t engine_height = 0;
  bool operator==(const ValidatorReach&) const = default;
};

struct PeerHeartbeat {
  base::TimeNs clock = 0;
  base::TimeNs answered_clock = 0;  // of the heartbeat that this one answers; 0: none
  ledger::Height height = 0;        // of the newest durable block
  std::uint64_t size = 0;           // of its log
  ValidatorReach reach;             // of the sender
  std::uint64_t final_size = 0;     // of the newest log with a quorum
  ValidatorReach heard_reach;       // the farthest that the sender has heard from the receiver
  bool operator==(const PeerHeartbeat&) const = default;
};

// The last message: why its sender closes the link.
struct PeerGoodbye {
  std::string reason;
  bool operator==(const PeerGoodbye&) const = default;
};

// See peer.proto for these four.
struct BlobHave {
  std::vector<base::Digest> hashes;
  bool operator==(const BlobHave&) const = default;
};
struct BlobQuery {
  std::vector<base::Digest> hashes;
  bool operator==(const BlobQuery&) const = default;
};
struct BlobRequest {
  base::Digest hash{};
  std::uint32_t offset = 0;
  bool operator==(const BlobRequest&) const = default;
};
struct BlobPart {
  base::Digest hash{};
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  base::Bytes bytes;
  bool operator==(const BlobPart&) const = default;
};

// monostate: of a kind that this version does not know; to be skipped.
using PeerMessage = std::variant<std::monostate, PeerHello, PeerHeartbeat, Cosigned, PeerGoodbye,
                                 BlobHave, BlobQuery, BlobRequest, BlobPart>;

// Length and message. Requires: texts within the limits of DecodePeerMessage.
std::string EncodePeerFrame(const PeerMessage& message);

// The length that a frame's first four bytes give. kInvalidArgument: 0, or over the limit.
base::Result<std::size_t> DecodePeerFrameHead(base::ByteView head,
                                              std::size_t bytes_max = kPeerMessageBytesMax);
// kInvalidArgument unless it is a PeerMessage whose fields have their sizes and whose texts are
// printable ASCII (names: what a note key's name may be).
base::Result<PeerMessage> DecodePeerMessage(base::ByteView bytes,
                                            std::size_t bytes_max = kPeerMessageBytesMax);

}  // namespace sogoc::peer
