#pragma once

// A program of ours as a child process. It is killed when the test ends, however it ends.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sogoc::support {

// One thread at a time.
class Process {
 public:
  // Starts BinDir()/`program`. Its two outputs are one pipe.
  Process(const std::string& program, const std::vector<std::string>& arguments);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // SIGKILL, unless it has ended

  // The next line of output without its end; nullopt at the end of output, or after 30 s of
  // silence.
  std::optional<std::string> ReadLine();
  void Signal(int signal) const;
  // Reads output to its end and waits. The exit status, or minus the signal that ended it; a
  // process that is silent for 30 s is killed first.
  int Wait();
  // All that was read.
  const std::string& output() const { return output_; }

 private:
  bool ReadMore();

  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
  std::size_t line_begin_ = 0;
};

// A `sogoc-node run` that is serving. Fails the test if it does not come to that.
class NodeProcess {
 public:
  explicit NodeProcess(const std::string& directory);
  Process& process() { return process_; }
  const std::string& url() const { return url_; }

 private:
  Process process_;
  std::string url_;
};

}  // namespace sogoc::support
