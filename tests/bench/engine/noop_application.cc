#include "tests/bench/engine/noop_application.h"

#include "node/consensus/cometbft/proposal.h"

namespace sogoc::bench {
namespace {

constexpr std::size_t kTxHeadBytes = 16;  // what the generator needs to know a transaction again

}  // namespace

base::Result<abci::ResponseInfo> NoopApplication::Info(const abci::RequestInfo&) {
  const std::lock_guard lock(mutex_);
  abci::ResponseInfo response;
  response.set_app_version(1);
  response.set_last_block_height(height_);
  return response;
}

base::Result<abci::ResponseCheckTx> NoopApplication::CheckTx(const abci::RequestCheckTx&) {
  return abci::ResponseCheckTx();
}

base::Result<abci::ResponseQuery> NoopApplication::Query(const abci::RequestQuery&) {
  return abci::ResponseQuery();
}

base::Result<abci::ResponseInitChain> NoopApplication::InitChain(const abci::RequestInitChain&) {
  return abci::ResponseInitChain();
}

base::Result<abci::ResponsePrepareProposal> NoopApplication::PrepareProposal(
    const abci::RequestPrepareProposal& request) {
  abci::ResponsePrepareProposal response;
  auto left = static_cast<std::size_t>(request.max_tx_bytes());
  for (const std::string& tx : request.txs()) {
    const std::size_t bytes = cometbft::ProposalBytesOf(tx.size());
    if (bytes > left) break;
    left -= bytes;
    response.add_txs(tx);
  }
  return response;
}

base::Result<abci::ResponseProcessProposal> NoopApplication::ProcessProposal(
    const abci::RequestProcessProposal&) {
  abci::ResponseProcessProposal response;
  response.set_status(abci::ResponseProcessProposal::ACCEPT);
  return response;
}

base::Result<abci::ResponseFinalizeBlock> NoopApplication::FinalizeBlock(
    const abci::RequestFinalizeBlock& request) {
  abci::ResponseFinalizeBlock response;
  staged_.clear();
  staged_height_ = request.height();
  for (const std::string& tx : request.txs()) {
    staged_.push_back(base::ToBytes(base::AsBytes(tx).first(std::min(tx.size(), kTxHeadBytes))));
    response.add_tx_results();
  }
  // It never changes, so the engine makes no empty block to prove it.
  response.set_app_hash(std::string(32, '\0'));
  return response;
}

base::Result<abci::ResponseCommit> NoopApplication::Commit() {
  {
    const std::lock_guard lock(mutex_);
    height_ = staged_height_;
  }
  on_committed_(staged_);
  return abci::ResponseCommit();
}

}  // namespace sogoc::bench
