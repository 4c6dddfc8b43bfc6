#include "node/consensus/cometbft/ledger_application.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "crypto/sha256.h"
#include "node/consensus/cometbft/admission.h"
#include "node/consensus/cometbft/bundle.h"
#include "node/consensus/cometbft/genesis_params.h"
#include "node/consensus/cometbft/proposal.h"
#include "node/consensus/cometbft/validators.h"
#include "node/ledger/records.h"

namespace sogoc::cometbft {
namespace {

constexpr const char* kAbciVersion = "2.0.0";
constexpr std::uint64_t kBlockVersion = 11;
constexpr std::uint32_t kRefusedCode = 1;

// What a stranger sent, fit for a message.
std::string Printable(std::string text) {
  text.resize(std::min<std::size_t>(text.size(), 40));
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

base::TimeNs ToNs(const google::protobuf::Timestamp& time) {
  if (time.seconds() < 0) return 0;
  return static_cast<base::TimeNs>(time.seconds()) * base::kNsPerSecond +
         static_cast<base::TimeNs>(time.nanos());
}

ledger::PeersRecord PeersOf(const ledger::StateView& state) {
  return ledger::Load<ledger::PeersRecord>(state, ledger::PeersKey())
      .value_or(ledger::PeersRecord{});
}

std::vector<base::Bytes> Voters(const abci::RequestFinalizeBlock& request) {
  std::vector<base::Bytes> voters;
  for (const abci::VoteInfo& vote : request.decided_last_commit().votes()) {
    if (vote.block_id_flag() != abci::BLOCK_ID_FLAG_COMMIT &&
        vote.block_id_flag() != abci::BLOCK_ID_FLAG_NIL) {
      continue;
    }
    voters.push_back(base::ToBytes(base::AsBytes(vote.validator().address())));
  }
  return voters;
}

std::vector<base::ByteView> Views(const google::protobuf::RepeatedPtrField<std::string>& txs) {
  std::vector<base::ByteView> views;
  views.reserve(static_cast<std::size_t>(txs.size()));
  for (const std::string& tx : txs) views.push_back(base::AsBytes(tx));
  return views;
}

}  // namespace

LedgerApplication::LedgerApplication(storage::LedgerStore& store,
                                     const consensus::EntryChecker& checker, std::string chain_id,
                                     ApplicationCallbacks callbacks)
    : store_(store),
      checker_(checker),
      chain_id_(std::move(chain_id)),
      callbacks_(std::move(callbacks)) {}

base::Result<abci::ResponseInfo> LedgerApplication::Info(const abci::RequestInfo& request) {
  if (request.abci_version() != kAbciVersion || request.block_version() != kBlockVersion) {
    return base::FailedPrecondition(
        "this node speaks ABCI 2.0.0 and block protocol 11 (CometBFT 0.38), the engine " +
        Printable(request.version()) + " speaks ABCI " + Printable(request.abci_version()) +
        " and block protocol " + std::to_string(request.block_version()) +
        "; scripts/setup installs the right engine");
  }
  // Never a height with the hash before it.
  const std::lock_guard lock(commit_mutex_);
  abci::ResponseInfo info;
  info.set_data(chain_id_);
  info.set_app_version(kAppVersion);
  info.set_last_block_height(static_cast<std::int64_t>(store_.EngineHeight().value_or(0)));
  info.set_last_block_app_hash(base::ToText(store_.Head()->hash));
  return info;
}

base::Result<abci::ResponseCheckTx> LedgerApplication::CheckTx(
    const abci::RequestCheckTx& request) {
  abci::ResponseCheckTx response;
  if (const auto objection = Objection(base::AsBytes(request.tx()))) {
    response.set_code(kRefusedCode);
    response.set_log(*objection);
  }
  return response;
}

std::optional<std::string> LedgerApplication::Objection(base::ByteView tx) {
  const auto bundle = DecodeBundle(tx);
  if (!bundle) return bundle.error().message;
  const base::TimeNs head_time = store_.Head()->header.time;
  std::vector<consensus::CheckResult> results = checker_.Check(bundle->entries);
  for (const consensus::CheckResult& checked : results) {
    if (!checked) return checked.error().message;
    if (auto objection = LastingObjection(*checked, store_, head_time)) return objection;
  }
  checked_bundles_.Keep(crypto::Sha256(tx), tx.size(), std::move(results));
  return std::nullopt;
}

std::vector<consensus::CheckResult> LedgerApplication::Check(base::ByteView tx,
                                                             const base::Digest& hash) {
  if (auto known = checked_bundles_.Take(hash)) return *std::move(known);
  const auto bundle = DecodeBundle(tx);
  return bundle ? checker_.Check(bundle->entries) : std::vector<consensus::CheckResult>();
}

base::Result<abci::ResponseQuery> LedgerApplication::Query(const abci::RequestQuery&) {
  abci::ResponseQuery response;
  response.set_code(kRefusedCode);
  response.set_log("the gateway answers questions, with proofs that do not rest on this engine");
  return response;
}

base::Result<abci::ResponseInitChain> LedgerApplication::InitChain(
    const abci::RequestInitChain& request) {
  staged_.reset();
  if (request.chain_id() != chain_id_) {
    return base::FailedPrecondition("the engine's genesis is of the network " +
                                    Printable(request.chain_id()) + ", this ledger is " +
                                    chain_id_);
  }
  if (store_.EngineHeight()) {
    return base::FailedPrecondition(
        "the engine starts from nothing, but this ledger has its block " +
        std::to_string(*store_.EngineHeight()) +
        ": the engine's data folder was lost or is another one. Restore both folders together, or "
        "move both aside and let the peer catch up");
  }
  if (const auto problem = CompareValidators(request.validators(), PeersOf(store_))) {
    return base::FailedPrecondition("the engine's genesis does not fit this ledger: " + *problem);
  }
  // The engine keeps the genesis of its first start, whatever the file says later.
  if (request.consensus_params().SerializeAsString() != GenesisParams().SerializeAsString() ||
      request.app_state_bytes() != kGenesisAppState) {
    return base::FailedPrecondition(
        "the engine's genesis has other consensus_params, or another app_state, than this "
        "ledger's");
  }
  if (ToNs(request.time()) <= store_.Head()->header.time) {
    return base::FailedPrecondition("the engine's genesis time is not after the ledger's head");
  }
  initial_height_ = static_cast<std::uint64_t>(std::max<std::int64_t>(1, request.initial_height()));
  abci::ResponseInitChain response;
  response.set_app_hash(base::ToText(store_.Head()->hash));
  return response;
}

base::Result<abci::ResponsePrepareProposal> LedgerApplication::PrepareProposal(
    const abci::RequestPrepareProposal& request) {
  abci::ResponsePrepareProposal response;
  const auto bytes_max =
      static_cast<std::size_t>(std::max<std::int64_t>(0, request.max_tx_bytes()));
  for (std::string& bundle : ChooseBundles(Views(request.txs()), bytes_max)) {
    response.add_txs(std::move(bundle));
  }
  return response;
}

base::Result<abci::ResponseProcessProposal> LedgerApplication::ProcessProposal(
    const abci::RequestProcessProposal& request) {
  abci::ResponseProcessProposal response;
  response.set_status(abci::ResponseProcessProposal::ACCEPT);
  for (const base::ByteView tx : Views(request.txs())) {
    const auto bundle = DecodeBundle(tx);
    if (bundle) continue;
    // The engine has verified that this peer signed the proposal.
    spdlog::warn("a proposal of {} for the engine's block {} is refused: {}",
                 PeerOfValidator(base::AsBytes(request.proposer_address()), PeersOf(store_)),
                 request.height(), bundle.error().message);
    response.set_status(abci::ResponseProcessProposal::REJECT);
    break;
  }
  return response;
}

consensus::ExecutedSubmissions LedgerApplication::Execute(
    std::vector<std::vector<consensus::CheckResult>> submissions, base::TimeNs time) {
  if (submissions.empty()) return {};
  const base::Stopwatch watch(block_times_.execute);
  return consensus::ExecuteSubmissions(store_, std::move(submissions), time);
}

base::Result<abci::ResponseFinalizeBlock> LedgerApplication::FinalizeBlock(
    const abci::RequestFinalizeBlock& request) {
  staged_.reset();
  const auto last = store_.EngineHeight();
  const std::uint64_t expected = last ? *last + 1 : initial_height_;
  if (request.height() < 0 || static_cast<std::uint64_t>(request.height()) != expected) {
    return base::FailedPrecondition("the engine sent its block " +
                                    std::to_string(request.height()) +
                                    "; this ledger needs block " + std::to_string(expected));
  }
  const auto head = store_.Head();
  CommittedBlock block{expected, ToNs(request.time()), nullptr, {}, Voters(request)};
  if (block.time <= head->header.time) {
    return base::FailedPrecondition("the engine's block " + std::to_string(expected) +
                                    " is not later than the ledger's head");
  }
  std::vector<std::vector<consensus::CheckResult>> submissions;
  abci::ResponseFinalizeBlock response;
  for (const base::ByteView tx : Views(request.txs())) {
    response.add_tx_results();  // code 0 always: what the rules say is not consensus (decision 26)
    // Honest validators refuse a proposal with anything else; where one was decided all the same,
    // it holds no entries.
    const base::Digest hash = crypto::Sha256(tx);
    submissions.push_back(Check(tx, hash));
    block.bundles.push_back({hash, {}});
  }
  auto executed = Execute(std::move(submissions), block.time);
  for (std::size_t i = 0; i < block.bundles.size(); ++i) {
    block.bundles[i].decision = std::move(executed.decisions[i]);
  }
  block.block = executed.block;
  response.set_app_hash(base::ToText(block.block ? block.block->hash : head->hash));
  if (block.block && block.block->state.contains(ledger::PeersKey())) {
    const ledger::StagedView after(store_, block.block);
    for (abci::ValidatorUpdate& update : ValidatorUpdates(PeersOf(store_), PeersOf(after))) {
      *response.add_validator_updates() = std::move(update);
    }
  }
  staged_ = Staged{std::move(block), {}};
  for (const abci::Misbehavior& proof : request.misbehavior()) {
    staged_->misbehavior.push_back(
        {PeerOfValidator(base::AsBytes(proof.validator().address()), PeersOf(store_)),
         abci::MisbehaviorType_Name(proof.type()), static_cast<std::uint64_t>(proof.height())});
  }
  return response;
}

base::Result<abci::ResponseCommit> LedgerApplication::Commit() {
  if (!staged_) return base::FailedPrecondition("the engine commits what it did not finalize");
  auto [committed, misbehavior] = *std::move(staged_);
  staged_.reset();
  {
    const std::lock_guard lock(commit_mutex_);
    if (committed.block) {
      const base::Stopwatch watch(block_times_.commit);
      store_.Commit(*committed.block, committed.engine_height);
    } else {
      store_.CommitEngineHeight(committed.engine_height);
    }
  }
  for (const ValidatorMisbehavior& proof : misbehavior) callbacks_.on_misbehavior(proof);
  callbacks_.on_committed(std::move(committed));
  return abci::ResponseCommit();
}

}  // namespace sogoc::cometbft
