#pragma once

// The engine as a child process of the node.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "node/base/result.h"

namespace sogoc::cometbft {

inline constexpr const char* kEngineVersion = "0.38.25";

// The engine's program: $COMETBFT_BIN if set; else `program`, a path or a name on the PATH; else
// the one that scripts/setup installs. kNotFound: a sentence that says how to get it.
base::Result<std::string> FindEngine(const std::string& program);

struct EngineProcessOptions {
  std::string program;  // a path
  std::string home;     // with the files of engine_files.h
  // What it prints is appended to `log`; whenever that has more than `log_bytes_max`, it becomes
  // `log`.1, in the place of an older one.
  std::string log;
  std::uint64_t log_bytes_max = 16 << 20;
  std::chrono::milliseconds stop_time{10'000};  // until it is killed
  // Called at most once, from a thread of this object, when the engine ends unasked, or was ended
  // since it said that its consensus failed (it would go on answering, at one height); gets a
  // sentence with its last lines. May end this process, may not call or destroy this object.
  std::function<void(const std::string&)> on_exit;
};

// `program start --home home`, in a process group of its own, with our environment. It is killed
// when this process ends, however it ends.
class EngineProcess {
 public:
  // kUnavailable, kPermissionDenied, kNotFound: the program cannot be run, or the log not written.
  static base::Result<std::unique_ptr<EngineProcess>> Start(EngineProcessOptions options);
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;
  ~EngineProcess();  // Stop()

  // Asks it to end, kills it after stop_time, and waits until it is gone. Thread-safe; again is
  // nothing.
  void Stop();
  // Of a process that may have ended.
  pid_t pid() const;

 private:
  class Impl;
  explicit EngineProcess(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sogoc::cometbft
