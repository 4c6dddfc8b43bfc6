#pragma once

// labels issue: makes the stamps of a run that the office authorised.
//
// No crash may leave a run whose key is on the ledger and whose stamps are nowhere, since the stamp
// key lives only in this process. So the order is: all stamps to FOLDER/stamps.csv.part, durably;
// the signed SetRunKeys to FOLDER/set-run-keys.entry, durably; send it; rename to stamps.csv. Run
// again with the same folder, the command goes on where it stopped.

#include <vector>

#include "tools/sogoc/command.h"

namespace sogoc::tools {

std::vector<Command> LabelsIssueCommands();

}  // namespace sogoc::tools
