#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sogoc::tools {

using CsvRecord = std::vector<std::string>;

// The records of a CSV text (RFC 4180): fields may stand in double quotes, lines may end with CRLF
// or LF, a byte order mark is skipped. nullopt if a quote is opened and not closed, or closed in
// the middle of a field.
std::optional<std::vector<CsvRecord>> ParseCsv(const std::string& text);

}  // namespace sogoc::tools
