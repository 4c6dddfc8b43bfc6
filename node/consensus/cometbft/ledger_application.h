#pragma once

// The ledger as the engine's application: FinalizeBlock executes the entries of all bundles and
// stages, Commit writes one batch with the engine's height. The app hash is the leaf hash of the
// newest header: an engine block without accepted entries leaves it as it is.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "node/consensus/block_times.h"
#include "node/consensus/cometbft/application.h"
#include "node/consensus/cometbft/checked_bundles.h"
#include "node/consensus/entry_checker.h"
#include "node/consensus/execution.h"
#include "node/storage/ledger_store.h"

namespace sogoc::cometbft {

struct DecidedBundle {
  base::Digest hash{};  // SHA-256 of the transaction
  consensus::Decision decision;
};

// A block of the engine that is durable here.
struct CommittedBlock {
  std::uint64_t engine_height = 0;
  base::TimeNs time = 0;
  std::shared_ptr<const ledger::StagedBlock> block;  // null: no entry was accepted
  std::vector<DecidedBundle> bundles;                // in order
  // Addresses of the validators whose votes for the engine's block before are in this one.
  std::vector<base::Bytes> voters;
};

// Signed proof that a validator voted twice, or lied to a light client.
struct ValidatorMisbehavior {
  std::string peer;  // its name on the ledger; the address in hexadecimal if it has none any more
  std::string kind;  // as ABCI names it
  std::uint64_t engine_height = 0;
};

struct ApplicationCallbacks {
  // Both on the engine's consensus thread, when a block is durable and before the engine is told.
  std::function<void(CommittedBlock)> on_committed = [](const CommittedBlock&) {};
  std::function<void(const ValidatorMisbehavior&)> on_misbehavior =
      [](const ValidatorMisbehavior&) {};
};

class LedgerApplication final : public Application {
 public:
  // `store` and `checker` must outlive it; nobody else may write to the store. `chain_id` is the
  // network's (engine_files.h).
  LedgerApplication(storage::LedgerStore& store, const consensus::EntryChecker& checker,
                    std::string chain_id, ApplicationCallbacks callbacks);

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

  // Thread-safe.
  const consensus::BlockTimes& block_times() const { return block_times_; }

 private:
  struct Staged {
    CommittedBlock block;
    std::vector<ValidatorMisbehavior> misbehavior;
  };

  // nullopt: the bundle may travel. Else why not.
  std::optional<std::string> Objection(base::ByteView tx);
  // The results of a transaction's entries; none, if it is no bundle. `hash` is its SHA-256.
  std::vector<consensus::CheckResult> Check(base::ByteView tx, const base::Digest& hash);
  consensus::ExecutedSubmissions Execute(
      std::vector<std::vector<consensus::CheckResult>> submissions, base::TimeNs time);

  storage::LedgerStore& store_;
  const consensus::EntryChecker& checker_;
  const std::string chain_id_;
  const ApplicationCallbacks callbacks_;
  consensus::BlockTimes block_times_;
  CheckedBundles checked_bundles_;

  // The consensus thread's own.
  std::uint64_t initial_height_ = 1;
  std::optional<Staged> staged_;

  std::mutex commit_mutex_;  // held while the store's engine height and head change
};

}  // namespace sogoc::cometbft
