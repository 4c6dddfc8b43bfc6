#pragma once

// The one way out when the disk can no longer be trusted.

#include <string_view>

namespace sogoc::storage {

// The exit status of a process that stopped itself: EX_SOFTWARE of sysexits.h.
inline constexpr int kFailStopExitCode = 70;

// Writes `message` to standard error and ends the process at once: no destructor runs, nothing is
// flushed, retried or repaired. After a failed write or sync nobody knows what is on the disk (the
// kernel marks the pages clean), so the next start recovers along the normal path instead.
// Thread-safe.
[[noreturn]] void FailStop(std::string_view message);

}  // namespace sogoc::storage
