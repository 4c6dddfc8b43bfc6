#pragma once

// How this node stands with each other peer: written by the links, read by whoever shows it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "node/base/time.h"
#include "node/ledger/header.h"
#include "node/peer/peer_message.h"

namespace sogoc::peer {

struct PeerStatus {
  std::string name;
  std::string address;  // "HOST:PORT" where it is dialled; empty: the ledger names none
  // Since when this node's link to it, and its link to this node, stand. 0: down.
  base::TimeNs dialled_since = 0;
  base::TimeNs heard_since = 0;
  // What is wrong with the one and the other, as a sentence; empty: nothing.
  std::string dial_problem;
  std::string hear_problem;
  std::string version;           // of its program, as it said last; empty: not heard yet
  bool genesis_differs = false;  // its engine was founded on another genesis file
  std::optional<std::chrono::nanoseconds> clock_offset;  // its clock minus this one's
  // From its last heartbeat.
  base::TimeNs heartbeat_at = 0;  // by this node's clock; 0: none yet
  ledger::Height height = 0;
  std::uint64_t size = 0;
  std::uint64_t engine_height = 0;
  std::uint64_t final_size = 0;
  ValidatorReach
      farthest;  // that it has told since this program started, with the key it votes with
  ValidatorReach remembered;  // the farthest that it has heard from this node
  // Its cosignatures since the start of this program, and how many of them were of no use (see
  // LineFate).
  std::uint64_t cosignatures = 0;
  std::uint64_t cosignatures_refused = 0;
  // Files that it has given, and what it said of files that was wrong or not asked for.
  std::uint64_t blobs_fetched = 0;
  std::uint64_t blobs_refused = 0;
  std::uint64_t frames_dropped = 0;  // that this node had for it and could not send in time
};

// Thread-safe.
class PeerTable {
 public:
  // Keeps what is known of those that stay.
  void SetPeers(const std::map<std::string, std::string>& address_by_name);
  // Nothing happens for a peer that is not in the table.
  void Update(const std::string& name, const std::function<void(PeerStatus&)>& change);
  std::vector<PeerStatus> All() const;  // ascending by name
  // What Update left there; empty for a peer that is not in the table.
  ValidatorReach Farthest(const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, PeerStatus> peers_;
};

}  // namespace sogoc::peer
