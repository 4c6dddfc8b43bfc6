#pragma once

// The orderer of a ledger that several organisations keep: entries go to the engine in bundles, and
// are answered when this node has executed and stored the block that they came back in.

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "node/consensus/bounded_queue.h"
#include "node/consensus/cometbft/bundle_outbox.h"
#include "node/consensus/cometbft/engine_rpc.h"
#include "node/consensus/cometbft/ledger_application.h"
#include "node/consensus/entry_checker.h"
#include "node/consensus/orderer.h"
#include "node/storage/ledger_store.h"

namespace sogoc::cometbft {

struct BundleOrdererOptions {
  unsigned verify_threads = 2;
  std::size_t waiting_bytes_max = 64 << 20;  // of submissions that wait to be verified
  OutboxLimits outbox = {};
  // How long an entry may wait for its bundle and travel; then its client is told that nothing is
  // known.
  std::chrono::milliseconds decision_max{20'000};
  // As SequencerOptions::admit.
  std::function<base::Status()> admit = [] { return base::Ok(); };
};

// An entry's answer is Error{kUnavailable} also if it was not decided within `decision_max`: then
// it may still be, and the same bytes sent again get the same receipt, from any peer.
class BundleOrderer final : public consensus::Orderer {
 public:
  // Starts the threads. All but `options` must outlive it.
  BundleOrderer(const storage::LedgerStore& store, const consensus::EntryChecker& checker,
                EngineRpc& engine, BundleOrdererOptions options);
  // Takes nothing more; what is not decided by then is answered kUnavailable.
  ~BundleOrderer() override;

  base::Status Submit(std::vector<base::Bytes> entries, consensus::OnAnswered on_answered) override;

  // Answers what the block decided of this node's own bundles. The block must be durable in the
  // store. Thread-safe.
  void OnCommitted(CommittedBlock block);

  std::size_t waiting_bytes() const { return submitted_.weight() + outbox_.waiting_bytes(); }
  std::size_t travelling_bundles() const { return outbox_.travelling_bundles(); }

 private:
  struct Submission {
    std::vector<base::Bytes> entries;
    consensus::OnAnswered on_answered;
  };

  void RunVerifier();
  void RunSender();
  void Pack(std::vector<Submission> submissions);
  // The answer of an entry that needs no block: its bytes are no entry, it stands in the log
  // already, or there is a lasting objection (admission.h).
  std::optional<consensus::EntryAnswer> AnswerAtOnce(const consensus::CheckResult& checked) const;
  void Send(const BundleOutbox::Sealed& bundle);
  // CheckTx refused the bundle for entries that were right when it was packed: they are answered,
  // and the others leave again.
  void SendWithoutRefused(const BundleOutbox::Sealed& bundle, const base::Error& refused);

  const storage::LedgerStore& store_;
  const consensus::EntryChecker& checker_;
  EngineRpc& engine_;
  const BundleOrdererOptions options_;
  consensus::BoundedQueue<Submission> submitted_;
  BundleOutbox outbox_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> verifiers_;
  std::thread sender_;
};

}  // namespace sogoc::cometbft
