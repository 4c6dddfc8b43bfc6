#pragma once

// The embedded orderer: one node decides. A block is whatever waited while the last one was being
// written (group commit). Three stages run side by side: while block N is being written, block N+1
// is executed over it, and entries for N+2 are decoded and verified.

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "crypto/p256.h"
#include "node/base/time.h"
#include "node/consensus/block_times.h"
#include "node/consensus/bounded_queue.h"
#include "node/consensus/entry_checker.h"
#include "node/consensus/execution.h"
#include "node/consensus/orderer.h"
#include "node/storage/ledger_store.h"

namespace sogoc::consensus {

struct SequencerOptions {
  unsigned verify_threads = 2;
  // Of submissions that wait to be verified, and again of those that wait for their block.
  std::size_t waiting_bytes_max = 64 << 20;
  // Of a block's submissions; one that is larger has a block of its own.
  std::size_t block_bytes_max = 4 << 20;
  // Asked before a submission is taken, on the caller's thread: an error (a full disk, say) is its
  // answer.
  std::function<base::Status()> admit = [] { return base::Ok(); };
};

class Sequencer final : public Orderer {
 public:
  // Called on the writer's thread after a block is durable and before its entries are answered.
  using OnBlock = std::function<void(const ledger::ChainHead&)>;

  // Starts the threads. `store`, `clock` and `verifier` must outlive it; nobody else may write to
  // the store.
  Sequencer(storage::LedgerStore& store, const base::Clock& clock,
            const crypto::P256BatchVerifier& verifier, SequencerOptions options, OnBlock on_block);
  // Takes nothing more, finishes and answers what was taken.
  ~Sequencer() override;

  base::Status Submit(std::vector<base::Bytes> entries, OnAnswered on_answered) override;

  // Bytes of submissions that wait; those being verified, executed or written do not count.
  std::size_t waiting_bytes() const { return submitted_.weight() + checked_.weight(); }
  const BlockTimes& block_times() const { return block_times_; }

 private:
  struct Submission {
    std::vector<base::Bytes> entries;
    OnAnswered on_answered;
  };
  struct Checked {
    std::vector<CheckResult> results;
    OnAnswered on_answered;
    std::size_t bytes = 0;
  };
  struct Executed {
    ExecutedSubmissions submissions;
    std::vector<OnAnswered> on_answered;  // one for each submission
  };

  void RunVerifier();
  void RunExecutor();
  void RunWriter();
  Executed Execute(std::vector<Checked> batch);
  // Record time of the next block (decision 11). kUnavailable: the clock is more than 1 s behind
  // the chain.
  base::Result<base::TimeNs> NextTime(base::TimeNs last) const;

  storage::LedgerStore& store_;
  const base::Clock& clock_;
  const EntryChecker checker_;
  const SequencerOptions options_;
  const OnBlock on_block_;
  BlockTimes block_times_;
  BoundedQueue<Submission> submitted_;
  BoundedQueue<Checked> checked_;
  BoundedQueue<Executed> executed_;
  std::vector<std::shared_ptr<const ledger::StagedBlock>> unwritten_;  // the executor's own
  std::vector<std::thread> verifiers_;
  std::thread executor_;
  std::thread writer_;
};

}  // namespace sogoc::consensus
