#pragma once

// Four engines on this machine with the configuration that our nodes give theirs, each with the
// application that costs nothing.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/consensus/cometbft/abci_server.h"
#include "node/consensus/cometbft/engine_process.h"
#include "node/consensus/cometbft/engine_rpc.h"
#include "tests/bench/engine/noop_application.h"

namespace sogoc::bench {

class BareNetwork {
 public:
  // Called when the engine `peer` has committed a block.
  using OnCommitted = std::function<void(std::size_t peer, const std::vector<base::Bytes>& txs)>;

  // Peer i listens on HOSTS.(i+1); its files go to `folder`, which must be there. Returns when all
  // are connected.
  static base::Result<std::unique_ptr<BareNetwork>> Start(const std::string& program,
                                                          const std::string& folder,
                                                          const std::string& hosts,
                                                          OnCommitted on_committed);

  std::size_t size() const { return peers_.size(); }
  cometbft::EngineRpc& rpc(std::size_t peer) { return *peers_[peer]->rpc; }
  pid_t pid(std::size_t peer) const { return peers_[peer]->engine->pid(); }

 private:
  struct Peer {
    std::unique_ptr<NoopApplication> application;
    std::unique_ptr<cometbft::AbciServer> server;
    std::unique_ptr<cometbft::EngineProcess> engine;  // ends before its server
    std::unique_ptr<cometbft::EngineRpc> rpc;
  };

  base::Status AwaitConnected();

  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace sogoc::bench
