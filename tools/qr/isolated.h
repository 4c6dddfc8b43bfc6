#pragma once

// Work on hostile input in a child process that has few rights: what crashes or loops there is an
// error here.

#include <chrono>
#include <cstddef>
#include <functional>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::tools {

struct IsolationLimits {
  std::chrono::milliseconds wall_time{60'000};
  unsigned cpu_seconds = 60;
  std::size_t address_bytes = 2ULL << 30;
  std::size_t answer_bytes_max = 4ULL << 20;
};

// Runs `work` in a forked child that has given up its rights (tools/qr/child_rights.h) and returns
// its bytes. The answer comes from a process that may have been taken over: parse it as such. In
// the child `input_fd` is the only open file; it stays open here, too.
//   kInvalidArgument  the child threw, died, took too long or answered too much; the message says
//                     which, as far as known
//   kUnavailable      no process or pipe to be had
// Requires: no other thread of this process holds a lock that `work` needs (single-threaded tools).
base::Result<base::Bytes> RunIsolated(int input_fd, const IsolationLimits& limits,
                                      const std::function<base::Bytes()>& work);

}  // namespace sogoc::tools
