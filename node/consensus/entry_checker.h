#pragma once

// The stage before ordering: decodes entries and verifies their signatures, in batches and each
// once.

#include <vector>

#include "crypto/p256.h"
#include "node/consensus/verified_signatures.h"
#include "node/ledger/block.h"

namespace sogoc::consensus {

// A decoded entry, or why it is none.
using CheckResult = base::Result<ledger::CheckedEntry>;

// Thread-safe. `state` must be safe to read from several threads.
class EntryChecker {
 public:
  EntryChecker(const ledger::StateView& state, const crypto::P256BatchVerifier& verifier)
      : state_(state), verifier_(verifier) {}

  // One result for each entry, decoded with every field that this program knows: which of them the
  // rules in force know, execution decides (execution.h). An entry whose key the state knows and
  // whose signature is right carries `verified_with`. A key that the state does not know yet may be
  // in a block just being written, so such an entry passes unverified and execution looks again; a
  // wrong signature passes too, to be refused in its place. A public key never changes its id, so
  // an older state is good enough. A signature that was found right before is not verified again.
  std::vector<CheckResult> Check(const std::vector<base::Bytes>& entries) const;

 private:
  const ledger::StateView& state_;
  const crypto::P256BatchVerifier& verifier_;
  mutable VerifiedSignatures verified_;
};

}  // namespace sogoc::consensus
