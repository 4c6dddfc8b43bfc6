#include "node/app/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace sogoc::app {
namespace {

// The fields of /proc/self/stat from the third on: the second, the program's name, may hold blanks.
std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 2)));
  std::vector<double> numbers;
  for (std::string field; fields >> field;) {
    numbers.push_back(field.size() == 1 && field[0] > '9' ? 0 : std::stod(field));
  }
  return numbers;
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

std::uint64_t OpenFiles() {
  std::uint64_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  // Numbers of proc(5), less 3.
  constexpr std::size_t kUserTime = 11;
  constexpr std::size_t kSystemTime = 12;
  constexpr std::size_t kThreads = 17;
  constexpr std::size_t kStartTime = 19;
  constexpr std::size_t kResidentPages = 21;
  ProcessFigures figures;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (const std::vector<double> fields = StatFields(); fields.size() > kResidentPages) {
    figures.cpu_seconds = (fields[kUserTime] + fields[kSystemTime]) / ticks;
    figures.threads = static_cast<std::uint64_t>(fields[kThreads]);
    figures.start_time = BootTime() + fields[kStartTime] / ticks;
    figures.resident_bytes = static_cast<std::uint64_t>(fields[kResidentPages]) * page;
  }
  figures.open_files = OpenFiles();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.open_files_max = limit.rlim_cur;
  return figures;
}

}  // namespace sogoc::app
