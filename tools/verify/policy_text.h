#pragma once

// A policy as people hand it on: a tlog-policy file that carries its date in a comment.

#include <optional>
#include <string>
#include <string_view>

#include "crypto/policy.h"
#include "node/base/time.h"

namespace sogoc::tools {

// From an older policy no change is followed, so that keys of long ago lead nobody astray.
inline constexpr std::int64_t kPolicyDaysMax = 90;

struct DatedPolicy {
  crypto::Policy policy;
  std::optional<base::Date> date;  // when a checkpoint was last known to be judged by it
};

// The line "# date: yyyy-mm-dd" is the date.
//   kInvalidArgument  see crypto::ParsePolicy; or there are two dates, or one is malformed
base::Result<DatedPolicy> ReadPolicyText(std::string_view text);
// The same back, under a heading. Requires: CheckPolicy(policy) is ok.
std::string WritePolicyText(const crypto::Policy& policy, base::Date date);

}  // namespace sogoc::tools
