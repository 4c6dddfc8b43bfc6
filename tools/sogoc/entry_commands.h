#pragma once

// The commands that state something: one for each operation, and those for whole entries.

#include <vector>

#include "tools/sogoc/command.h"

namespace sogoc::tools {

// One for each row of OperationRows.
std::vector<Command> OperationCommands();

// entry sign, entry show, entry submit.
std::vector<Command> EntryCommands();

}  // namespace sogoc::tools
