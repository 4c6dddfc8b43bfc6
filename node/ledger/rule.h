#pragma once

// The invariants of the trade that the ledger enforces (docs/rules.md). Each stands in one place of
// the code, behind its number.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sogoc::ledger {

enum class Rule : std::uint8_t {
  kNone,  // form and reference checks that carry no number
  kI1,    // signed by a key valid for the author, who holds the role
  kI3,    // star = band(total) of the regime; parts within their maxima
  kI4,    // the level may grant that star on the decision's date
  kI5,    // the committee's unit contains the producer's commune on that date
  kI6,    // mandatory criteria passed
  kI7,    // valid_to = 36 months on
  kI8,    // at most one valid certificate of a product at any instant
  kI10,   // labels <= sellable units
  kI11,   // activated <= printed <= authorised
  kI12,   // serial ranges of a GTIN never overlap
  kI13,   // labels need a certificate in force with the star that is printed
  kI14,   // labels of an expired certificate stay genuine; the star is shown as past
  kI15,   // a revoked certificate makes its labels "certificate revoked", not counterfeit
  kI16,   // dates of batches and inputs; no cycles
  kI17,   // inputs drawn <= quantity of the input batch
  kI18,   // stage events have a place and a past time
  kI19,   // a recall reaches every descendant batch
  kI20,   // no activation before printing; one batch per label
  kI21,   // check digits, character sets
  kI24,   // admin units as of the date
};

// "I10"; empty for kNone.
std::string_view RuleName(Rule rule);
std::optional<Rule> RuleFromName(std::string_view name);

// Which rules are applied: all of them. Tests switch one off to show that a test of its name fails
// then; nothing in a product does (scripts/check verifies it).
class RuleSet {
 public:
  bool Applies(Rule rule) const { return ((off_ >> static_cast<unsigned>(rule)) & 1U) == 0; }
  static RuleSet WithoutForTest(Rule rule) {
    RuleSet rules;
    rules.off_ = 1U << static_cast<unsigned>(rule);
    return rules;
  }

 private:
  std::uint32_t off_ = 0;
};

}  // namespace sogoc::ledger
