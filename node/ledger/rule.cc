#include "node/ledger/rule.h"

#include <array>

namespace sogoc::ledger {
namespace {

constexpr std::array<std::string_view, 21> kNames = {
    "",    "I1",  "I3",  "I4",  "I5",  "I6",  "I7",  "I8",  "I10", "I11", "I12",
    "I13", "I14", "I15", "I16", "I17", "I18", "I19", "I20", "I21", "I24"};

}  // namespace

std::string_view RuleName(Rule rule) { return kNames[static_cast<std::size_t>(rule)]; }

std::optional<Rule> RuleFromName(std::string_view name) {
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Rule>(i);
  }
  return std::nullopt;
}

}  // namespace sogoc::ledger
