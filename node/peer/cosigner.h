#pragma once

// Signs the chain's head for this peer: the log's own line and its cosignature (design section 4,
// Checkpoint). What it is about to sign is written down durably first; it never signs a head that
// does not extend the last one, and it signs an unchanged head anew every 10 s, so that its age
// shows.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "crypto/ed25519.h"
#include "crypto/log_tree.h"
#include "crypto/policy.h"
#include "node/base/time.h"
#include "node/ledger/block.h"
#include "node/storage/file_system.h"

namespace sogoc::peer {

// A head of the chain with all signatures that this node knows of.
struct SignedHead {
  ledger::ChainHead head;
  std::string note;                   // the checkpoint as a signed note
  crypto::CheckpointVerdict verdict;  // its worth under the ledger's policy when it was signed
};

struct CosignerOptions {
  std::string origin;      // of the ledger
  std::string name;        // this peer's key name
  std::string state_path;  // file that remembers what was signed
  base::TimeNs resign_after = 10 * base::kNsPerSecond;
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
      CosignerOptions options, crypto::Ed25519PrivateKey log_key,
      crypto::Ed25519PrivateKey cosigner_key, const ledger::ChainHead& head, PolicyAt policy_at,
      const crypto::LogNodeReader& read, const base::Clock& clock, storage::FileSystem& files);
  ~Cosigner();

  // The chain is durable up to `head`, which extends every head given before; it will be signed
  // soon. Heads may be skipped; one that goes back ends the process. Thread-safe.
  void Extend(const ledger::ChainHead& head);
  // The newest signed head. Thread-safe, never null.
  std::shared_ptr<const SignedHead> Latest() const;
  // Calls `done` once a head of at least that height is signed: on the cosigner's thread, or at
  // once on the caller's if there is one. Dropped if the cosigner ends before. `done` must not
  // block.
  void AfterSigning(ledger::Height height, std::function<void()> done);

 private:
  Cosigner(CosignerOptions options, crypto::Ed25519PrivateKey log_key,
           crypto::Ed25519PrivateKey cosigner_key, PolicyAt policy_at, const base::Clock& clock,
           storage::FileSystem& files);
  void Run();
  base::Status Sign(const ledger::ChainHead& head);
  void Publish(std::shared_ptr<const SignedHead> signed_head);

  const CosignerOptions options_;
  const crypto::Ed25519PrivateKey log_key_;
  const crypto::Ed25519PrivateKey cosigner_key_;
  const PolicyAt policy_at_;
  const base::Clock& clock_;
  storage::FileSystem& files_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  ledger::ChainHead wanted_;
  std::shared_ptr<const SignedHead> latest_;
  std::multimap<ledger::Height, std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sogoc::peer
