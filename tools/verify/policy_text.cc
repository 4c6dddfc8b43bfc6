#include "tools/verify/policy_text.h"

namespace sogoc::tools {
namespace {

constexpr std::string_view kDate = "# date: ";

}  // namespace

base::Result<DatedPolicy> ReadPolicyText(std::string_view text) {
  DatedPolicy out;
  TRY(out.policy, crypto::ParsePolicy(text));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(kDate)) continue;
    const auto date = base::ParseDateIso(std::string(line.substr(kDate.size())));
    if (!date || out.date) {
      return base::InvalidArgument("the policy needs one date, as in \"# date: 2026-07-01\"");
    }
    out.date = date;
  }
  return out;
}

std::string WritePolicyText(const crypto::Policy& policy, base::Date date) {
  return "# Who signs the checkpoints of " + policy.logs.front().name +
         ", and how many of them must (c2sp.org/tlog-policy)\n" + std::string(kDate) +
         base::FormatDateIso(date) + "\n" + crypto::FormatPolicy(policy);
}

}  // namespace sogoc::tools
