#pragma once

// What the engine asks of the ledger: the calls of ABCI 2.0 that a default CometBFT 0.38 node
// makes. The server (abci_server.h) brings them here from the socket; it answers all others itself.

#include "node/base/result.h"
#include "proto/abci.pb.h"

namespace sogoc::cometbft {

// An error of any member is one that the engine must not survive: it is told by an exception and
// stops (ABCI has no other answer to "I cannot"). What a transaction or a proposal has wrong is an
// answer, not an error.
//
// Threads: InitChain, PrepareProposal, ProcessProposal, FinalizeBlock and Commit come from one
// thread at a time, in the engine's order. Info, CheckTx and Query come from any thread, beside
// them.
class Application {
 public:
  virtual ~Application() = default;

  // Last committed engine height and app hash. kFailedPrecondition: an engine of a version that
  // this program does not speak with.
  virtual base::Result<abci::ResponseInfo> Info(const abci::RequestInfo& request) = 0;
  // Admission to the mempool: form, signature and expiry only.
  virtual base::Result<abci::ResponseCheckTx> CheckTx(const abci::RequestCheckTx& request) = 0;
  virtual base::Result<abci::ResponseQuery> Query(const abci::RequestQuery& request) = 0;

  // Repeatable until the first Commit. kFailedPrecondition: a genesis of another network.
  virtual base::Result<abci::ResponseInitChain> InitChain(
      const abci::RequestInitChain& request) = 0;
  virtual base::Result<abci::ResponsePrepareProposal> PrepareProposal(
      const abci::RequestPrepareProposal& request) = 0;
  // A pure function of the proposal's bytes.
  virtual base::Result<abci::ResponseProcessProposal> ProcessProposal(
      const abci::RequestProcessProposal& request) = 0;
  // Executes and stages; repeatable until Commit. kFailedPrecondition: not the height after the
  // last one.
  virtual base::Result<abci::ResponseFinalizeBlock> FinalizeBlock(
      const abci::RequestFinalizeBlock& request) = 0;
  // Makes durable what FinalizeBlock staged. kFailedPrecondition: nothing is staged.
  virtual base::Result<abci::ResponseCommit> Commit() = 0;
};

}  // namespace sogoc::cometbft
