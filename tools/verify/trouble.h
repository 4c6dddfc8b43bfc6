#pragma once

// Why something that a peer said cannot be believed, in words for people.

#include <string>

namespace sogoc::tools {

struct Trouble {
  std::string name;  // stable: docs/verdicts.md
  std::string vi;
  std::string en;
};

}  // namespace sogoc::tools
