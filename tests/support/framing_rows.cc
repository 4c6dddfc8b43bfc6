#include "tests/support/framing_rows.h"

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "tests/support/paths.h"

namespace sogoc::support {
namespace {

std::string Unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    switch (text.at(++i)) {
      case 'r':
        bytes += '\r';
        break;
      case 'n':
        bytes += '\n';
        break;
      case 't':
        bytes += '\t';
        break;
      case '\\':
        bytes += '\\';
        break;
      case 'x':
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default:
        std::abort();
    }
  }
  return bytes;
}

}  // namespace

std::vector<FramingRow> ReadFramingRows() {
  std::ifstream in(SourceDir() / "tests/vectors/framings.txt");
  std::vector<FramingRow> rows;
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    if (text.empty() || text.front() == '#') continue;
    const std::size_t tab = text.find('\t');
    if (tab == std::string::npos) std::abort();
    rows.push_back({line, text.substr(0, tab), Unescape(text.substr(tab + 1))});
  }
  if (rows.empty()) std::abort();
  return rows;
}

}  // namespace sogoc::support
