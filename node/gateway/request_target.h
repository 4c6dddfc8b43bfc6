#pragma once

// The target of a request, taken apart. Strict RFC 3986: what two readers could understand
// differently is refused, never repaired.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/gateway/http_message.h"

namespace sogoc::gateway {

struct RequestTarget {
  // Split at '/' first and decoded then, so "%2F" stays inside its segment. "/" is no segment;
  // one slash at the end is ignored.
  std::vector<std::string> path;
  // Split at '&' and the first '='; '+' stands for a space.
  NamedValues query;
};

// Takes an origin-form target ("/a/b?x=1") apart. nullopt when it has a character outside
// RFC 3986's path or query, an incomplete percent-encoding, an encoded control character, bytes
// that are not UTF-8 once decoded, an empty segment, or a segment "." or "..".
std::optional<RequestTarget> ParseRequestTarget(std::string_view target);

}  // namespace sogoc::gateway
