#pragma once

// What a rule sees: the state with this entry's writes so far, and who says what when.

#include <string>
#include <vector>

#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "node/ledger/records.h"
#include "node/ledger/refusal.h"
#include "node/ledger/state_view.h"

namespace sogoc::ledger::rules {

// nullopt: the operation is accepted and its writes are in ctx.state.
using Outcome = std::optional<Refusal>;
inline constexpr std::nullopt_t kAccepted = std::nullopt;

inline Refusal Refuse(RefusalCode code, std::vector<std::string> arguments = {}) {
  return {code, std::move(arguments)};
}

struct OperationContext {
  StateOverlay& state;
  const Entry& entry;
  std::uint32_t position;  // of the operation in its entry
  EntryIndex index;        // that the entry gets if it is accepted
  base::TimeNs time;       // record time
  Height height;
  const LedgerRecord& ledger;
  const OrganisationRecord& author_record;
  bool key_manages_keys;  // of the signing key
  RuleSet rules;
  // Canonical bytes of Change messages that reached their threshold: in effect from the next height
  // on.
  std::vector<Bytes>& approved_changes;

  const std::string& author() const { return entry.body.author(); }
  Date today() const { return base::DateAt(time); }
  Fact Says() const { return {index, time, author(), entry.key_id}; }

  // True if a numbered rule is applied and `holds` is false.
  bool Violated(Rule rule, bool holds) const { return !holds && rules.Applies(rule); }
};

}  // namespace sogoc::ledger::rules

// REFUSE_UNLESS(condition, kUnknownBatch, gtin, lot);
#define REFUSE_UNLESS(condition, code, ...) \
  if (!(condition)) return ::sogoc::ledger::rules::Refuse(RefusalCode::code, {__VA_ARGS__})

// The same for a numbered rule: skipped where a test has switched the rule off. Needs `ctx`.
#define RULE(number, condition, code, ...)                      \
  if (ctx.Violated(Rule::number, static_cast<bool>(condition))) \
  return ::sogoc::ledger::rules::Refuse(RefusalCode::code, {__VA_ARGS__})

// TRY_RULE(CheckText(…)); passes a refusal on.
#define TRY_RULE(expression)                           \
  do {                                                 \
    if (auto refusal_ = (expression)) return refusal_; \
  } while (false)
