#pragma once

// The application that costs nothing, so that what is measured is the engine.

#include <functional>
#include <mutex>
#include <vector>

#include "node/base/bytes.h"
#include "node/consensus/cometbft/application.h"

namespace sogoc::bench {

class NoopApplication final : public cometbft::Application {
 public:
  // Called by Commit with the block's transactions, on the connection's thread.
  using OnCommitted = std::function<void(const std::vector<base::Bytes>& txs)>;

  explicit NoopApplication(OnCommitted on_committed) : on_committed_(std::move(on_committed)) {}

  base::Result<abci::ResponseInfo> Info(const abci::RequestInfo& request) override;
  base::Result<abci::ResponseCheckTx> CheckTx(const abci::RequestCheckTx& request) override;
  base::Result<abci::ResponseQuery> Query(const abci::RequestQuery& request) override;
  base::Result<abci::ResponseInitChain> InitChain(const abci::RequestInitChain& request) override;
  base::Result<abci::ResponsePrepareProposal> PrepareProposal(
      const abci::RequestPrepareProposal& request) override;
  base::Result<abci::ResponseProcessProposal> ProcessProposal(
      const abci::RequestProcessProposal& request) override;
  base::Result<abci::ResponseFinalizeBlock> FinalizeBlock(
      const abci::RequestFinalizeBlock& request) override;
  base::Result<abci::ResponseCommit> Commit() override;

 private:
  const OnCommitted on_committed_;
  // Between FinalizeBlock and Commit; consensus calls come one at a time, Info beside them.
  std::vector<base::Bytes> staged_;
  std::mutex mutex_;
  std::int64_t height_ = 0;
  std::int64_t staged_height_ = 0;
};

}  // namespace sogoc::bench
