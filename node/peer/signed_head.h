#pragma once

// A head of the chain with the signatures that this node knows of.

#include <cstddef>
#include <string>

#include "crypto/policy.h"
#include "node/ledger/block.h"

namespace sogoc::peer {

struct SignedHead {
  ledger::ChainHead head;
  std::string note;                   // the checkpoint as a signed note; empty: nobody signed yet
  crypto::CheckpointVerdict verdict;  // its worth under the policy of this head
  std::size_t quorum_needed = 0;      // of that policy
  std::size_t cosigners_known = 0;
};

// How far the peers stand behind one block.
struct Standing {
  bool final = false;             // a checkpoint that covers it carries a quorum
  std::size_t cosigned = 0;       // peers that cosigned a checkpoint that covers it
  std::size_t quorum_needed = 0;  // of the policy of its height, or of a newer one
  std::size_t cosigners_known = 0;
};

}  // namespace sogoc::peer
