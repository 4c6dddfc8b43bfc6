#include "node/storage/fail_stop.h"

#include <unistd.h>

#include <string>

namespace sogoc::storage {

void FailStop(std::string_view message) {
  std::string line = "sogoc: fail-stop: ";
  line.append(message);
  line.push_back('\n');
  // One call, so that lines of several threads do not mix. Nobody is left to hear of a failure.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(kFailStopExitCode);
}

}  // namespace sogoc::storage
