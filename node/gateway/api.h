#pragma once

// The gateway's API (docs/api.md): requests to responses over the store, the orderer and the
// cosigner. Knows no sockets.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/base/time.h"
#include "node/consensus/orderer.h"
#include "node/gateway/own_standing.h"
#include "node/gateway/router.h"
#include "node/peer/cosigner.h"
#include "node/peer/peer_status.h"
#include "node/storage/ledger_blobs.h"
#include "node/storage/ledger_store.h"

namespace sogoc::gateway {

// Runs work that reads the store, away from the I/O threads. Thread-safe.
using RunInBackground = std::function<void(std::function<void()>)>;

// The files that the ledger names (storage/ledger_blobs.h).
struct BlobServices {
  storage::LedgerBlobs* store = nullptr;  // null: this node keeps none
  // Tells the other peers that this node has a new one. Empty where there are none.
  std::function<void(const base::Digest& hash)> announce;
  // Looks for one at the other peers. Calls `done` once, on any thread, within a few seconds: when
  // this node has it, or when nobody has, or not in time. Empty where there are none.
  std::function<void(const base::Digest& hash, std::function<void()> done)> fetch;
};

struct ApiServices {
  const storage::LedgerStore& store;
  consensus::Orderer& orderer;
  peer::Cosigner& cosigner;
  const base::Clock& clock;
  RunInBackground run;
  std::string resolver_host;  // the host of the stamps that lead here
  std::string peer_name;      // of this peer
  // The other peers; null where the node has no links. Thread-safe.
  std::function<std::vector<peer::PeerStatus>()> peers;
  // How long an answer may wait for a quorum, within the time that the server gives a handler.
  std::chrono::milliseconds final_wait{20'000};
  // How this node itself stands; null: nothing is wrong with it. Thread-safe.
  std::function<OwnStanding()> own = nullptr;
  BlobServices blobs = {};
};

// Adds all routes. The services must outlive the router's use.
void AddApiRoutes(const ApiServices& services, Router& router);

}  // namespace sogoc::gateway
