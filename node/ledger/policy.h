#pragma once

// The policy record as what a verifier needs (design section 4, Policy).

#include <optional>

#include "crypto/policy.h"
#include "node/ledger/state_view.h"

namespace sogoc::ledger {

// Log keys of all peers under the ledger's origin, the policy's cosigners with their keys, and the
// quorum. nullopt if the state holds no ledger.
std::optional<crypto::Policy> PolicyOf(const StateView& state);

}  // namespace sogoc::ledger
