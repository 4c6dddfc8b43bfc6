#include "tests/integration/node/node_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/paths.h"

namespace sogoc::support {
namespace {

constexpr int kSilenceMax_ms = 30'000;

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments) {
  const std::string path = (BinDir() / program).string();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  pid_ = ::fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
}

Process::~Process() {
  if (pid_ > 0) {
    Signal(SIGKILL);
    Wait();
  }
  ::close(pipe_);
}

void Process::Signal(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

bool Process::ReadMore() {
  pollfd wait{pipe_, POLLIN, 0};
  if (::poll(&wait, 1, kSilenceMax_ms) != 1) {
    Signal(SIGKILL);
    return false;
  }
  char buffer[4096];
  const ssize_t size = ::read(pipe_, buffer, sizeof buffer);
  if (size <= 0) return false;
  output_.append(buffer, static_cast<std::size_t>(size));
  return true;
}

std::optional<std::string> Process::ReadLine() {
  std::size_t end;
  while ((end = output_.find('\n', line_begin_)) == std::string::npos) {
    if (!ReadMore()) return std::nullopt;
  }
  std::string line = output_.substr(line_begin_, end - line_begin_);
  line_begin_ = end + 1;
  return line;
}

int Process::Wait() {
  while (ReadMore()) {
  }
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) std::abort();
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

NodeProcess::NodeProcess(const std::string& directory)
    : process_("sogoc-node", {"run", directory}) {
  while (url_.empty()) {
    const auto line = process_.ReadLine();
    if (!line) {
      ADD_FAILURE() << "the node does not serve: " << process_.output();
      return;
    }
    const std::size_t begin = line->find(" at http://");
    if (line->starts_with("Ledger ") && begin != std::string::npos) {
      url_ = line->substr(begin + 4, line->find('/', begin + 11) - begin - 4);
    }
  }
}

}  // namespace sogoc::support
