#pragma once

// A progress bar on a terminal; nothing elsewhere.

#include <cstdint>
#include <string>

#include "tools/sogoc/session.h"

namespace sogoc::tools {

// Not thread-safe. The line is cleared when the object goes.
class Progress {
 public:
  // `what` is counted: "stamps". Appears only once work has lasted half a second.
  Progress(const Surroundings& surroundings, std::string what, std::uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // `done` of `total` are done.
  void Set(std::uint64_t done);

 private:
  const Surroundings& surroundings_;
  const std::string what_;
  const std::uint64_t total_;
  const base::TimeNs start_;
  base::TimeNs drawn_ = 0;
};

}  // namespace sogoc::tools
