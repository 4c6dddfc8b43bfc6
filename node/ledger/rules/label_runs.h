#pragma once

// What the operations on label runs and their exceptions share.

#include "node/ledger/rules/operation_context.h"

namespace sogoc::ledger::rules {

struct RunAndBatch {
  LabelRunRecord run;
  BatchRecord batch;
};
Outcome LoadRun(const OperationContext& ctx, const std::string& gtin, std::uint64_t first,
                RunAndBatch& out);

}  // namespace sogoc::ledger::rules
