#pragma once

// The peers of the ledger as one gateway sees them.

#include <string>
#include <vector>

#include "proto/api.pb.h"
#include "tools/sogoc/command.h"

namespace sogoc::tools {

std::vector<Command> PeersCommands();

// A line for each peer, the one that answers first, and below it what is wrong.
std::string DrawPeers(const v1::PeersStatus& status);

}  // namespace sogoc::tools
