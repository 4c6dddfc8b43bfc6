#pragma once

// Reads a command line and runs its command.

#include <string>
#include <vector>

#include "tools/sogoc/command.h"
#include "tools/sogoc/session.h"

namespace sogoc::tools {

// Every command of the program, in the order of its help.
std::vector<Command> AllCommands();

// Runs `arguments` (without the program's name). Help and results go to out; mistakes go to err
// with what to do about them. Never throws.
Exit RunCommandLine(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace sogoc::tools
