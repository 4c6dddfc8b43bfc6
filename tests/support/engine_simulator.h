#pragma once

// An engine as its application sees it: four connections, opened in the engine's order, and one
// call after the other on the right one. What to call when is up to the test.
//
// Every call returns its answer, or
//   kFailedPrecondition  the text of an exception; the connection is closed then, and an engine
//                        would stop
//   kUnavailable         the connection has ended, or there is no answer within kEngineWait_s
//   kCorrupt             an answer that would make the engine panic: another kind or order

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "proto/abci.pb.h"
#include "tests/support/engine_connection.h"

namespace sogoc::support {

// What CometBFT 0.38.25 says of itself.
abci::RequestInfo EngineInfo();
// A block as consensus decides it, of a chain without votes. `time_s` since 1970; the hash is made
// from the height.
abci::RequestFinalizeBlock DecidedBlock(std::int64_t height, std::int64_t time_s,
                                        const std::vector<std::string>& txs);
// The same block as a proposal.
abci::RequestProcessProposal ProposedBlock(const abci::RequestFinalizeBlock& block);

class EngineSimulator {
 public:
  // Like the engine, tries again until the application listens, for at most `patience`.
  static base::Result<EngineSimulator> Connect(
      const std::string& address, std::chrono::milliseconds patience = std::chrono::seconds(10));

  EngineConnection& query() { return query_; }
  EngineConnection& snapshot() { return snapshot_; }
  EngineConnection& mempool() { return mempool_; }
  EngineConnection& consensus() { return consensus_; }

  base::Result<abci::ResponseEcho> Echo(const std::string& message);
  base::Result<abci::ResponseInfo> Info(const abci::RequestInfo& request = EngineInfo());
  base::Result<abci::ResponseQuery> Query(const std::string& path, const std::string& data,
                                          std::int64_t height = 0);
  base::Result<abci::ResponseListSnapshots> ListSnapshots();

  base::Result<abci::ResponseCheckTx> CheckTx(const std::string& tx,
                                              abci::CheckTxType type = abci::NEW_TX);
  // Pipelined, with a flush after each 256. Answers in order.
  base::Result<std::vector<abci::ResponseCheckTx>> CheckTxs(const std::vector<std::string>& txs,
                                                            abci::CheckTxType type = abci::NEW_TX);

  base::Result<abci::ResponseInitChain> InitChain(const abci::RequestInitChain& request);
  base::Result<abci::ResponsePrepareProposal> PrepareProposal(
      const abci::RequestPrepareProposal& request);
  base::Result<abci::ResponseProcessProposal> ProcessProposal(
      const abci::RequestProcessProposal& request);
  base::Result<abci::ResponseFinalizeBlock> FinalizeBlock(
      const abci::RequestFinalizeBlock& request);
  base::Result<abci::ResponseCommit> Commit();
  // FinalizeBlock and Commit, as in block sync and replay. kCorrupt also when the number of results
  // is not that of the transactions.
  base::Result<abci::ResponseFinalizeBlock> Apply(const abci::RequestFinalizeBlock& request);

  // Ends all four connections at once, as when the engine is killed.
  void Reset();

 private:
  EngineSimulator(EngineConnection query, EngineConnection snapshot, EngineConnection mempool,
                  EngineConnection consensus);

  base::Status CheckSome(std::span<const std::string> txs, abci::CheckTxType type,
                         std::vector<abci::ResponseCheckTx>& answers);

  EngineConnection query_;
  EngineConnection snapshot_;
  EngineConnection mempool_;
  EngineConnection consensus_;
};

}  // namespace sogoc::support
