#include "tools/sogoc/csv.h"

namespace sogoc::tools {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

// Reads the field at `at`, which then stands on what follows it. False: a stray quote.
bool ReadField(std::string_view text, std::size_t& at, std::string& field) {
  if (at >= text.size() || text[at] != '"') {
    while (at < text.size() && text[at] != ',' && !IsLineEnd(text[at])) {
      if (text[at] == '"') return false;
      field += text[at++];
    }
    return true;
  }
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      field += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '"') {
      field += text[++at];
    } else {
      ++at;
      return at == text.size() || text[at] == ',' || IsLineEnd(text[at]);
    }
  }
  return false;
}

}  // namespace

std::optional<std::vector<CsvRecord>> ParseCsv(const std::string& text) {
  std::vector<CsvRecord> records;
  std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (at < text.size()) {
    CsvRecord record;
    do {
      if (!record.empty()) ++at;  // the comma
      record.emplace_back();
      if (!ReadField(text, at, record.back())) return std::nullopt;
    } while (at < text.size() && text[at] == ',');
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] == '\n') ++at;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace sogoc::tools
