#pragma once

// Files that the ledger names by their SHA-256: blob put, blob get.

#include <vector>

#include "tools/sogoc/command.h"

namespace sogoc::tools {

std::vector<Command> BlobCommands();

}  // namespace sogoc::tools
