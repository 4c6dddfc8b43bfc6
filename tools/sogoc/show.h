#pragma once

// Reads the ledger through the gateway: show …, batch trace.

#include <string>
#include <vector>

#include "node/base/result.h"
#include "proto/api.pb.h"
#include "tools/sogoc/command.h"

namespace sogoc::tools {

std::vector<Command> ShowCommands();

// A trace as an indented tree, a batch to a line. kCorrupt if the nodes' parents make no tree.
base::Result<std::string> DrawTrace(const v1::Trace& trace);

// The fields of a message that are set, one to a line, parts indented. Bytes are hexadecimal.
std::string DrawMessage(const google::protobuf::Message& message);

}  // namespace sogoc::tools
