#include "tests/support/engine_simulator.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace sogoc::support {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kPipelined = 256;  // as many requests wait in the engine's own queue

base::Result<EngineConnection> ConnectBefore(const std::string& address,
                                             steady_clock::time_point deadline) {
  for (;;) {
    auto connection = EngineConnection::Connect(address);
    if (connection || steady_clock::now() >= deadline) return connection;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

abci::RequestInfo EngineInfo() {
  abci::RequestInfo info;
  info.set_version("0.38.25");
  info.set_block_version(11);
  info.set_p2p_version(8);
  info.set_abci_version("2.0.0");
  return info;
}

abci::RequestFinalizeBlock DecidedBlock(std::int64_t height, std::int64_t time_s,
                                        const std::vector<std::string>& txs) {
  abci::RequestFinalizeBlock block;
  for (const std::string& tx : txs) block.add_txs(tx);
  block.mutable_decided_last_commit();
  std::string hash = std::to_string(height);
  hash.resize(32, 'h');
  block.set_hash(hash);
  block.set_height(height);
  block.mutable_time()->set_seconds(time_s);
  block.set_next_validators_hash(std::string(32, 'v'));
  block.set_proposer_address(std::string(20, 'p'));
  return block;
}

abci::RequestProcessProposal ProposedBlock(const abci::RequestFinalizeBlock& block) {
  abci::RequestProcessProposal proposal;
  *proposal.mutable_txs() = block.txs();
  *proposal.mutable_proposed_last_commit() = block.decided_last_commit();
  *proposal.mutable_misbehavior() = block.misbehavior();
  proposal.set_hash(block.hash());
  proposal.set_height(block.height());
  *proposal.mutable_time() = block.time();
  proposal.set_next_validators_hash(block.next_validators_hash());
  proposal.set_proposer_address(block.proposer_address());
  return proposal;
}

EngineSimulator::EngineSimulator(EngineConnection query, EngineConnection snapshot,
                                 EngineConnection mempool, EngineConnection consensus)
    : query_(std::move(query)),
      snapshot_(std::move(snapshot)),
      mempool_(std::move(mempool)),
      consensus_(std::move(consensus)) {}

base::Result<EngineSimulator> EngineSimulator::Connect(const std::string& address,
                                                       std::chrono::milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  TRY(EngineConnection query, ConnectBefore(address, deadline));
  TRY(EngineConnection snapshot, ConnectBefore(address, deadline));
  TRY(EngineConnection mempool, ConnectBefore(address, deadline));
  TRY(EngineConnection consensus, ConnectBefore(address, deadline));
  return EngineSimulator(std::move(query), std::move(snapshot), std::move(mempool),
                         std::move(consensus));
}

base::Result<abci::ResponseEcho> EngineSimulator::Echo(const std::string& message) {
  abci::Request request;
  request.mutable_echo()->set_message(message);
  TRY(abci::Response response, query_.Call(request));
  return std::move(*response.mutable_echo());
}

base::Result<abci::ResponseInfo> EngineSimulator::Info(const abci::RequestInfo& info) {
  abci::Request request;
  *request.mutable_info() = info;
  TRY(abci::Response response, query_.Call(request));
  return std::move(*response.mutable_info());
}

base::Result<abci::ResponseQuery> EngineSimulator::Query(const std::string& path,
                                                         const std::string& data,
                                                         std::int64_t height) {
  abci::Request request;
  request.mutable_query()->set_path(path);
  request.mutable_query()->set_data(data);
  request.mutable_query()->set_height(height);
  TRY(abci::Response response, query_.Call(request));
  return std::move(*response.mutable_query());
}

base::Result<abci::ResponseListSnapshots> EngineSimulator::ListSnapshots() {
  abci::Request request;
  request.mutable_list_snapshots();
  TRY(abci::Response response, snapshot_.Call(request));
  return std::move(*response.mutable_list_snapshots());
}

base::Result<abci::ResponseCheckTx> EngineSimulator::CheckTx(const std::string& tx,
                                                             abci::CheckTxType type) {
  TRY(auto responses, CheckTxs({tx}, type));
  return std::move(responses.at(0));
}

base::Result<std::vector<abci::ResponseCheckTx>> EngineSimulator::CheckTxs(
    const std::vector<std::string>& txs, abci::CheckTxType type) {
  std::vector<abci::ResponseCheckTx> answers;
  while (answers.size() < txs.size()) {
    const std::size_t count = std::min(kPipelined, txs.size() - answers.size());
    TRY_STATUS(CheckSome(std::span(txs).subspan(answers.size(), count), type, answers));
  }
  return answers;
}

base::Status EngineSimulator::CheckSome(std::span<const std::string> txs, abci::CheckTxType type,
                                        std::vector<abci::ResponseCheckTx>& answers) {
  std::string frames;
  abci::Request request;
  for (const std::string& tx : txs) {
    request.mutable_check_tx()->set_tx(tx);
    request.mutable_check_tx()->set_type(type);
    frames += Frame(request);
  }
  request.mutable_flush();
  TRY_STATUS(mempool_.SendRaw(frames + Frame(request)));
  for (std::size_t i = 0; i < txs.size(); ++i) {
    TRY(abci::Response response, mempool_.Receive());
    if (response.has_exception()) return base::FailedPrecondition(response.exception().error());
    if (!response.has_check_tx()) return base::Corrupt("not an answer to CheckTx");
    answers.push_back(std::move(*response.mutable_check_tx()));
  }
  TRY(const abci::Response flushed, mempool_.Receive());
  if (!flushed.has_flush()) return base::Corrupt("not the answer to a flush");
  return base::Ok();
}

base::Result<abci::ResponseInitChain> EngineSimulator::InitChain(
    const abci::RequestInitChain& init_chain) {
  abci::Request request;
  *request.mutable_init_chain() = init_chain;
  TRY(abci::Response response, consensus_.Call(request));
  return std::move(*response.mutable_init_chain());
}

base::Result<abci::ResponsePrepareProposal> EngineSimulator::PrepareProposal(
    const abci::RequestPrepareProposal& prepare) {
  abci::Request request;
  *request.mutable_prepare_proposal() = prepare;
  TRY(abci::Response response, consensus_.Call(request));
  return std::move(*response.mutable_prepare_proposal());
}

base::Result<abci::ResponseProcessProposal> EngineSimulator::ProcessProposal(
    const abci::RequestProcessProposal& process) {
  abci::Request request;
  *request.mutable_process_proposal() = process;
  TRY(abci::Response response, consensus_.Call(request));
  if (response.process_proposal().status() == abci::ResponseProcessProposal::UNKNOWN) {
    return base::Corrupt("ProcessProposal without a verdict");
  }
  return std::move(*response.mutable_process_proposal());
}

base::Result<abci::ResponseFinalizeBlock> EngineSimulator::FinalizeBlock(
    const abci::RequestFinalizeBlock& block) {
  abci::Request request;
  *request.mutable_finalize_block() = block;
  TRY(abci::Response response, consensus_.Call(request));
  return std::move(*response.mutable_finalize_block());
}

base::Result<abci::ResponseCommit> EngineSimulator::Commit() {
  abci::Request request;
  request.mutable_commit();
  TRY(abci::Response response, consensus_.Call(request));
  return std::move(*response.mutable_commit());
}

base::Result<abci::ResponseFinalizeBlock> EngineSimulator::Apply(
    const abci::RequestFinalizeBlock& block) {
  TRY(abci::ResponseFinalizeBlock answer, FinalizeBlock(block));
  if (answer.tx_results_size() != block.txs_size()) {
    return base::Corrupt(std::to_string(answer.tx_results_size()) + " results for " +
                         std::to_string(block.txs_size()) + " transactions");
  }
  TRY_STATUS(Commit());
  return answer;
}

void EngineSimulator::Reset() {
  for (EngineConnection* each : {&query_, &snapshot_, &mempool_, &consensus_}) each->Reset();
}

}  // namespace sogoc::support
