#pragma once

// Whether this program can judge what a ledger gets next.

#include "node/base/result.h"
#include "node/ledger/state_view.h"

namespace sogoc::ledger {

// Ok if this program knows the rules in force after `state`, and so decides as the other peers do.
//   kFailedPrecondition  they are newer than the program; the message says so and what to do
base::Status CheckRulesKnown(const StateView& state);

}  // namespace sogoc::ledger
