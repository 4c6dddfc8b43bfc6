#pragma once

// Runs a piece of a test in a child process, because it ends the process, or may.

#include <functional>
#include <string>

namespace sogoc::support {

// What a child tells its parent while it runs, in memory that outlives it.
class SharedPage {
 public:
  SharedPage();
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  ~SharedPage();

  // The number of things that were acknowledged.
  void set_count(std::uint64_t count);
  std::uint64_t count() const;
  // Why the child gave up.
  void set_message(const std::string& message);
  std::string message() const;

 private:
  struct Page;
  Page* page_;
};

// Forks and runs `body` in the child, whose exit status is what `body` returns; minus the signal if
// one ended it. Requires: no other threads, so RocksDB must not have been used by this process.
int RunInChild(const std::function<int()>& body);

}  // namespace sogoc::support
