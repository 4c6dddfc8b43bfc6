#pragma once

#include <vector>

#include "tools/sogoc/command.h"

namespace sogoc::tools {

// admin-units import.
std::vector<Command> AdminUnitsImportCommands();

}  // namespace sogoc::tools
