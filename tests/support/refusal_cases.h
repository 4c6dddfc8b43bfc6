#pragma once

// For every refusal, something that people do and that is refused so.

#include <functional>
#include <vector>

#include "tests/support/scenario.h"

namespace sogoc::support {

struct RefusalCase {
  ledger::RefusalCode code;
  std::function<ledger::EntryOutcome(Scenario&)> provoke;  // on a new ledger
  WorldOptions options = {};
};

// Ascending by code, one a code.
std::vector<RefusalCase> RefusalCases();

}  // namespace sogoc::support
