#pragma once

#include <string>

namespace sogoc::tools {

// `text` from outside, fit for a terminal: control characters become '?', so that nothing that a
// node says can move the cursor or change what stands above.
std::string Printable(std::string text);

}  // namespace sogoc::tools
