// The framing filter never crashes, and what it accepts Beast's parser understands in the same
// way: method, target, body kind, body length, end of the head.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "node/gateway/framing_filter.h"
#include "node/gateway/request_target.h"
#include "tests/support/framing_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sogoc;
  const std::string_view head(reinterpret_cast<const char*>(data), size);
  const auto framing = gateway::JudgeFraming(head, {});
  if (!framing) return 0;
  static_cast<void>(gateway::ParseRequestTarget(framing->target));
  const std::string difference = support::DifferenceFromBeast(head, *framing);
  if (difference.empty()) return 0;
  std::fprintf(stderr, "%s\n", difference.c_str());
  std::abort();
}
