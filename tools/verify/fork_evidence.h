#pragma once

// Keeps what shows that two contradicting checkpoints were signed, for people and courts.

#include <string>
#include <vector>

#include "node/base/result.h"
#include "tools/verify/log_watch.h"

namespace sogoc::tools {

// The peers that signed both, by name; log keys by their id.
std::vector<std::string> SignersOfBoth(const Fork& fork);

// Writes both notes as they were served, and a text that says what they are, into `directory`,
// which is made if there is none. The paths written; what is there already is written again.
//   kPermissionDenied  a file cannot be written
base::Result<std::vector<std::string>> WriteForkEvidence(const Fork& fork,
                                                         const std::string& directory);

}  // namespace sogoc::tools
