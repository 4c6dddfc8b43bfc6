#pragma once

#include <string_view>

namespace sogoc::base {

// True when `text` is well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, at most
// U+10FFFF).
bool IsUtf8(std::string_view text);

}  // namespace sogoc::base
