#pragma once

// What the ledger says to its engine: the RPC of a CometBFT 0.38 node on this machine.

#include <cstdint>
#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::cometbft {

struct EngineStatus {
  std::string version;
  std::uint64_t height = 0;  // of its newest block
  bool catching_up = false;
  std::uint64_t voting_power = 0;  // of this node's own validator key; 0: it only follows
  std::uint32_t peers = 0;         // connected now
};

class EngineRpc {
 public:
  virtual ~EngineRpc() = default;
  // Gives a transaction to the engine's mempool; on success it is in this mempool (it may have been
  // before), which promises nothing. Thread-safe; blocks, at most 10 s.
  //   kInvalidArgument  CheckTx refused it
  //   kUnavailable      the engine is down, busy or full; the message says which
  virtual base::Status Broadcast(base::ByteView tx) = 0;
  // Thread-safe; blocks, at most 2 s. kUnavailable: the engine does not answer.
  virtual base::Result<EngineStatus> Status() = 0;
};

// Over HTTP to `address` (an IP literal) and `port`, on kept connections that are opened as needed.
std::unique_ptr<EngineRpc> MakeEngineRpc(const std::string& address, std::uint16_t port);

}  // namespace sogoc::cometbft
