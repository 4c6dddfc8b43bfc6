#include "node/ledger/known_rules.h"

#include "node/ledger/header.h"
#include "node/ledger/records.h"

namespace sogoc::ledger {

base::Status CheckRulesKnown(const StateView& state) {
  const auto ledger = Load<LedgerRecord>(state, LedgerKey());
  if (!ledger || ledger->rules_version <= kRulesVersion) return base::Ok();
  return base::FailedPrecondition("rules version " + std::to_string(ledger->rules_version) +
                                  " is in force on this ledger, and this program knows only " +
                                  std::to_string(kRulesVersion) +
                                  ": install the program of the other peers");
}

}  // namespace sogoc::ledger
