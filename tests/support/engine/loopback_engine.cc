#include "tests/support/engine/loopback_engine.h"

#include <gtest/gtest.h>

#include "node/consensus/cometbft/genesis_params.h"
#include "node/consensus/cometbft/validators.h"

namespace sogoc::support {
namespace {

constexpr std::int64_t kProposalBytesMax = (2 << 20) - 1'175;

google::protobuf::Timestamp Timestamp(base::TimeNs time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(static_cast<std::int64_t>(time / base::kNsPerSecond));
  timestamp.set_nanos(static_cast<std::int32_t>(time % base::kNsPerSecond));
  return timestamp;
}

// An engine would have stopped.
template <class Response>
Response Must(const char* call, base::Result<Response> response) {
  if (response) return *std::move(response);
  ADD_FAILURE() << call << ": " << response.error().message;
  return {};
}

}  // namespace

abci::RequestInitChain GenesisRequest(const std::string& chain_id, base::TimeNs time,
                                      const ledger::PeersRecord& peers,
                                      std::int64_t initial_height) {
  abci::RequestInitChain request;
  *request.mutable_time() = Timestamp(time);
  request.set_chain_id(chain_id);
  request.set_initial_height(initial_height);
  *request.mutable_consensus_params() = cometbft::GenesisParams();
  request.set_app_state_bytes(cometbft::kGenesisAppState);
  for (const ledger::PeerRecord& peer : peers.peers) {
    abci::ValidatorUpdate& validator = *request.add_validators();
    validator.mutable_pub_key()->set_ed25519(base::ToText(peer.validator_key));
    validator.set_power(cometbft::kValidatorPower);
  }
  return request;
}

abci::RequestFinalizeBlock BlockRequest(std::uint64_t height, base::TimeNs genesis,
                                        const std::vector<std::string>& txs) {
  abci::RequestFinalizeBlock request = DecidedBlock(static_cast<std::int64_t>(height), 0, txs);
  *request.mutable_time() = Timestamp(genesis + height * base::kNsPerSecond);
  return request;
}

LoopbackEngine::LoopbackEngine(cometbft::Application& application, base::TimeNs genesis)
    : application_(application), genesis_(genesis) {
  height_ =
      static_cast<std::uint64_t>(Must("Info", application.Info(EngineInfo())).last_block_height());
}

LoopbackEngine::~LoopbackEngine() { Stop(); }

base::Status LoopbackEngine::Broadcast(base::ByteView tx) {
  OnBroadcast on_broadcast;
  {
    const std::lock_guard lock(mutex_);
    on_broadcast = on_broadcast_;
  }
  if (on_broadcast) TRY_STATUS(on_broadcast(tx));
  const std::string text = base::ToText(tx);
  {
    const std::lock_guard lock(mutex_);
    if (seen_.contains(text)) return base::Ok();
  }
  abci::RequestCheckTx request;
  request.set_tx(text);
  const auto checked = Must("CheckTx", application_.CheckTx(request));
  if (checked.code() != 0) return base::InvalidArgument(checked.log());
  const std::lock_guard lock(mutex_);
  seen_.insert(text);
  mempool_.push_back(text);
  changed_.notify_all();
  return base::Ok();
}

base::Result<cometbft::EngineStatus> LoopbackEngine::Status() {
  return cometbft::EngineStatus{"0.38.25", height_, false, cometbft::kValidatorPower, 0};
}

void LoopbackEngine::SetOnBroadcast(OnBroadcast on_broadcast) {
  const std::lock_guard lock(mutex_);
  on_broadcast_ = std::move(on_broadcast);
}

void LoopbackEngine::Forget() {
  const std::lock_guard lock(mutex_);
  mempool_.clear();
  seen_.clear();
}

void LoopbackEngine::AwaitMempool(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return mempool_.size() >= count; });
}

abci::ResponseFinalizeBlock LoopbackEngine::MakeBlock() {
  abci::RequestPrepareProposal prepare;
  prepare.set_max_tx_bytes(kProposalBytesMax);
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& tx : mempool_) prepare.add_txs(tx);
  }
  const auto proposal = Must("PrepareProposal", application_.PrepareProposal(prepare));
  abci::RequestProcessProposal process;
  *process.mutable_txs() = proposal.txs();
  EXPECT_EQ(Must("ProcessProposal", application_.ProcessProposal(process)).status(),
            abci::ResponseProcessProposal::ACCEPT);
  return Apply({proposal.txs().begin(), proposal.txs().end()});
}

abci::ResponseFinalizeBlock LoopbackEngine::Apply(const std::vector<std::string>& txs) {
  const std::uint64_t height = height_ + 1;
  auto response =
      Must("FinalizeBlock", application_.FinalizeBlock(BlockRequest(height, genesis_, txs)));
  EXPECT_EQ(static_cast<std::size_t>(response.tx_results_size()), txs.size());
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& tx : txs) {
      seen_.insert(tx);
      std::erase(mempool_, tx);
    }
  }
  Must("Commit", application_.Commit());
  height_ = height;
  return response;
}

void LoopbackEngine::Run() {
  running_ = true;
  maker_ = std::thread([this] { MakeBlocks(); });
}

void LoopbackEngine::Stop() {
  if (!maker_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
  }
  maker_.join();
}

void LoopbackEngine::MakeBlocks() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !running_ || !mempool_.empty(); });
      if (!running_) return;
    }
    MakeBlock();
  }
}

}  // namespace sogoc::support
