#pragma once

// An engine of one validator in this process: no network, no disk, and whatever is given to it is
// in its next block. Blocks are made when asked for, or on a thread of its own.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "node/base/time.h"
#include "node/consensus/cometbft/application.h"
#include "node/consensus/cometbft/engine_rpc.h"
#include "node/ledger/records.h"
#include "tests/support/engine_simulator.h"

namespace sogoc::support {

// The genesis of a network with these peers as validators.
abci::RequestInitChain GenesisRequest(const std::string& chain_id, base::TimeNs time,
                                      const ledger::PeersRecord& peers,
                                      std::int64_t initial_height = 1);
// A decided block. Its time is `genesis` and a second for each height.
abci::RequestFinalizeBlock BlockRequest(std::uint64_t height, base::TimeNs genesis,
                                        const std::vector<std::string>& txs);

// An error of the application, which would end an engine, fails the test. Thread-safe, but blocks
// are made by one thread at a time.
class LoopbackEngine final : public cometbft::EngineRpc {
 public:
  // Asked before CheckTx, without the engine's lock: an error is the answer to Broadcast.
  using OnBroadcast = std::function<base::Status(base::ByteView tx)>;

  // `application` must outlive it. Goes on after the application's last block.
  LoopbackEngine(cometbft::Application& application, base::TimeNs genesis);
  ~LoopbackEngine() override;

  base::Status Broadcast(base::ByteView tx) override;
  base::Result<cometbft::EngineStatus> Status() override;

  void SetOnBroadcast(OnBroadcast on_broadcast);
  // Drops what is in the mempool, as a restart of the engine does.
  void Forget();
  // Waits until that many transactions are in the mempool.
  void AwaitMempool(std::size_t count);

  // Proposes, finalizes and commits what is in the mempool; perhaps nothing.
  abci::ResponseFinalizeBlock MakeBlock();
  // Finalizes and commits these, without a proposal, as when catching up.
  abci::ResponseFinalizeBlock Apply(const std::vector<std::string>& txs);
  // From now on a thread makes a block as soon as the mempool is not empty.
  void Run();
  void Stop();

  std::uint64_t height() const { return height_; }

 private:
  void MakeBlocks();

  cometbft::Application& application_;
  const base::TimeNs genesis_;
  std::atomic<std::uint64_t> height_;
  std::thread maker_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  OnBroadcast on_broadcast_;
  std::vector<std::string> mempool_;
  std::set<std::string> seen_;  // its cache
  bool running_ = false;
};

}  // namespace sogoc::support
