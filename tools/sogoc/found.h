#pragma once

// Founding a ledger: the entry from which block 0 is made.

#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "proto/entry.pb.h"
#include "tools/sogoc/command.h"

namespace sogoc::tools {

// found.
std::vector<Command> FoundCommands();

// Puts what the description left out: the time, the country, the first day of roles, the first
// parameters, and as governance the organisations of the peers, more than half of them. Sorts the
// peers by name.
void CompleteFounding(base::TimeNs now, v1::Found& found);

}  // namespace sogoc::tools
