#pragma once

// Reads tests/vectors/framings.txt.

#include <string>
#include <vector>

namespace sogoc::support {

struct FramingRow {
  int line = 0;  // in the file
  std::string verdict;
  std::string head;
};

// Every row, escapes resolved. Ends the process if the file cannot be read.
std::vector<FramingRow> ReadFramingRows();

}  // namespace sogoc::support
