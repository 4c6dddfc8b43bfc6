// sogoc: the command-line client. What it can do stands in docs/cli.md.

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "crypto/secret.h"
#include "tools/sogoc/command_line.h"

int main(int argc, char** argv) {
  using namespace sogoc;
  if (const base::Status hidden = crypto::DisableCoreDumps(); !hidden) {
    std::cerr << "sogoc: " << hidden.error().message << "\n";
    return static_cast<int>(tools::Exit::kFailed);
  }
  const base::SystemClock clock;
  const tools::Surroundings surroundings{
      std::cout, std::cerr, clock,
      [](std::chrono::seconds time) { std::this_thread::sleep_for(time); },
      isatty(STDERR_FILENO) == 1};
  const auto exit =
      tools::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc), surroundings);
  std::cout.flush();
  return static_cast<int>(std::cout ? exit : tools::Exit::kFailed);
}
