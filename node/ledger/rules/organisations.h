#pragma once

// What founding shares with the operations on organisations.

#include "node/ledger/rules/operation_context.h"

namespace sogoc::ledger::rules {

// Form of a new organisation and its keys, then its records. No authority is checked.
Outcome Admit(const v1::AdmitOrganisation& op, OperationContext& ctx);
// Form of a grant, then its record. No authority is checked.
Outcome Grant(const v1::GrantRole& op, OperationContext& ctx);
// Ends all keys of the organisation and gives it a new managing key. No authority is checked.
Outcome ReplaceKeys(const v1::ReplaceLostKeys& op, OperationContext& ctx);

}  // namespace sogoc::ledger::rules
