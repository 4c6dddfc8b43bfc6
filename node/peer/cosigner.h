#pragma once

// Signs the heads of the chain for this peer: the log's own line and its cosignature (design
// section 4, Checkpoint), and collects what the other peers sign. What it is about to sign is
// written down durably first; it never signs a head that does not extend the last one, and it signs
// an unchanged head anew every 10 s, so that its age shows.
//
// Every head is signed in order, so that all peers sign the same ones; where more than 16 wait, as
// while catching up, the oldest are skipped. A peer whose key the policy of a head does not name
// cosigns nothing, but collects and serves what the others sign.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "crypto/ed25519.h"
#include "crypto/log_tree.h"
#include "crypto/policy.h"
#include "node/base/time.h"
#include "node/ledger/block.h"
#include "node/peer/checkpoint_book.h"
#include "node/peer/final_times.h"
#include "node/peer/final_waiters.h"
#include "node/peer/signed_head.h"
#include "node/storage/file_system.h"

namespace sogoc::peer {

struct CosignerOptions {
  std::string origin;      // of the ledger
  std::string name;        // this peer's key name
  std::string state_path;  // file that remembers what was signed
  base::TimeNs resign_after = 10 * base::kNsPerSecond;
};

struct CosignerKeys {
  crypto::Ed25519PrivateKey log;
  crypto::Ed25519PrivateKey cosigner;
};

// Called on the cosigner's thread, or on the thread of Start or Receive; must not block. None is
// required.
struct CosignerHooks {
  // Ok while this peer may sign by its clock (rule R9). While it is not, the peer cosigns nothing.
  std::function<base::Status()> check_clock;
  // This peer has cosigned: for the links to the others.
  std::function<void(const Cosigned&)> cosigned;
  // Somebody signed another log.
  std::function<void(const ForkEvidence&)> fork;
  // See CheckpointBook::Change::policy_ends.
  std::function<void(const SignedHead&)> policy_end;
};

class Cosigner {
 public:
  // The policy under which a head is judged.
  using PolicyAt = std::function<crypto::Policy(const ledger::ChainHead&)>;

  // Reads what was signed before, checks that `head` extends it, signs `head`, and starts a thread.
  //   kCorrupt             the state file is damaged
  //   kFailedPrecondition  `head` does not extend what this peer signed before: the store was
  //                        rolled back or is another one; the message names both sizes
  //   otherwise            the state file cannot be written (file_system.h)
  // `read` serves the log's hashes; `read`, `clock` and `files` must outlive it and be thread-safe.
  static base::Result<std::unique_ptr<Cosigner>> Start(
      CosignerOptions options, CosignerKeys keys, const ledger::ChainHead& head, PolicyAt policy_at,
      const crypto::LogNodeReader& read, const base::Clock& clock, storage::FileSystem& files,
      CosignerHooks hooks = {});
  ~Cosigner();

  // The chain is durable up to `head`, which extends every head given before; it will be signed
  // soon. Heads may be left out; one that goes back ends the process. Thread-safe.
  void Extend(const ledger::ChainHead& head);
  // What another peer, whose certificate was checked, has signed. Thread-safe.
  LineFate Receive(const std::string& peer, const Cosigned& said);

  // What is served: the newest head with a quorum; before there is one, the newest head, with the
  // lines known (none: its note is empty). Never null; never goes back from one with a quorum to an
  // older one or to one without. Thread-safe.
  std::shared_ptr<const SignedHead> Latest() const;
  // The newest head, whoever has signed it. Never null. Thread-safe.
  std::shared_ptr<const SignedHead> Newest() const { return book_.newest_head(); }
  // How far the peers stand behind this height. Thread-safe.
  Standing StandingOf(ledger::Height height) const { return book_.StandingOf(height); }
  // True if this peer's own cosignature is a quorum of the newest head's policy: then every head is
  // final as soon as it is signed. Thread-safe.
  bool IsQuorumAlone() const;
  // Ok if this peer cosigned the newest head that it looked at, else why not, as a sentence.
  // Thread-safe.
  base::Status Signing() const;

  // How long blocks given to Extend had no quorum behind them. Thread-safe.
  base::Durations::Totals final_times() const { return final_times_.times().totals(); }

  // Calls `done` once a quorum stands behind a head of at least that height: on the cosigner's
  // thread or one of Receive, or at once on the caller's if it is so already. Dropped if the
  // cosigner ends before. `done` must not block. Thread-safe.
  void AfterFinal(ledger::Height height, std::function<void()> done);
  // The same, but calls `done` after about `limit` in any case, and tells it whether it is so.
  void AwaitFinal(ledger::Height height, std::chrono::nanoseconds limit, FinalWaiters::Done done);

 private:
  struct Waiting {
    ledger::ChainHead head;
    crypto::Policy policy;
  };

  Cosigner(CosignerOptions options, CosignerKeys keys, PolicyAt policy_at,
           const crypto::LogNodeReader& read, const base::Clock& clock, storage::FileSystem& files,
           CosignerHooks hooks);
  void Run();
  std::vector<Waiting> WithPolicies(const std::vector<ledger::ChainHead>& heads) const;
  base::Status SignNew(const std::vector<Waiting>& batch);
  base::Status SignAgain();
  bool IsLogKey(const crypto::Policy& policy) const;
  bool IsCosigner(const crypto::Policy& policy) const;
  base::Status CheckMaySign(const crypto::Policy& policy) const;
  void SetSigning(base::Status signing);
  base::Status WriteDown(const ledger::ChainHead& head);
  Cosigned SignLines(const Waiting& waiting, bool log, bool cosign) const;
  void Tell(const CheckpointBook::Change& change);
  bool IsFinal(ledger::Height height) const;
  void Wait(ledger::Height height, std::optional<FinalWaiters::Time> deadline,
            FinalWaiters::Done done);

  const CosignerOptions options_;
  const CosignerKeys keys_;
  const crypto::NoteKey log_key_;
  const crypto::NoteKey cosigner_key_;
  const PolicyAt policy_at_;
  const base::Clock& clock_;
  storage::FileSystem& files_;
  const CosignerHooks hooks_;
  CheckpointBook book_;

  // Of the thread that signs: Start's, then thread_.
  std::optional<Waiting> last_;
  base::Digest written_{};  // hash of the head that was written down last

  mutable std::mutex mutex_;  // guards all below; is taken before the book's, never after
  std::condition_variable changed_;
  std::vector<ledger::ChainHead> queue_;  // not signed yet
  ledger::ChainHead newest_;              // of what was given
  FinalTimes final_times_;
  FinalWaiters waiters_;
  FinalWaiters::Time wake_at_{};  // when the thread looks at them next, while it sleeps
  base::Status signing_ = base::Ok();
  bool alone_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sogoc::peer
