#pragma once

// What the system says of this process.

#include <cstdint>

namespace sogoc::app {

// What cannot be read is 0.
struct ProcessFigures {
  double cpu_seconds = 0;  // user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
  double start_time = 0;  // POSIX seconds
};

ProcessFigures ReadProcessFigures();

}  // namespace sogoc::app
