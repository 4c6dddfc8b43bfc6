#include "tools/qr/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>

#include "tools/qr/child_rights.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;
using base::Unavailable;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kLengthBytes = 4;

// Exit codes of the child.
constexpr int kDone = 0;
constexpr int kThrew = 1;
constexpr int kKeptRights = 2;
constexpr int kCannotAnswer = 3;

bool WriteAll(int fd, base::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

// The answer's length and the answer: a length that fits shows the parent that nothing is missing.
int RunChild(int input_fd, int output_fd, const IsolationLimits& limits,
             const std::function<base::Bytes()>& work) {
  if (!GiveUpRights(input_fd, output_fd, limits.cpu_seconds, limits.address_bytes)) {
    return kKeptRights;
  }
  try {
    const base::Bytes answer = work();
    base::Bytes length;
    base::AppendU32(length, static_cast<std::uint32_t>(answer.size()));
    return WriteAll(output_fd, length) && WriteAll(output_fd, answer) ? kDone : kCannotAnswer;
  } catch (const std::exception&) {
    return kThrew;
  }
}

// Kills and reaps the child when it goes.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { Stop(); }

  // How it ended: by itself, or by our kill if it still ran.
  std::string Stop() {
    if (pid_ == 0) return "";
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    if (WIFSIGNALED(status)) return "stopped by signal " + std::to_string(WTERMSIG(status));
    switch (WEXITSTATUS(status)) {
      case kThrew:
        return "gave up, probably for lack of memory";
      case kKeptRights:
        return "could not be isolated";
      default:
        return "gave no answer";
    }
  }

 private:
  pid_t pid_;
};

// False: not one more byte before `deadline`.
bool WaitForInput(int fd, SteadyClock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) return false;
    pollfd wanted{fd, POLLIN, 0};
    if (poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000))) > 0) {
      return true;
    }
  }
}

enum class Reading { kEnd, kTooLate, kTooMuch };

Reading ReadUntilEnd(int fd, const IsolationLimits& limits, base::Bytes& received) {
  const auto deadline = SteadyClock::now() + limits.wall_time;
  std::array<std::uint8_t, 1 << 14> buffer;
  while (WaitForInput(fd, deadline)) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Reading::kEnd;
    base::Append(received, {buffer.data(), static_cast<std::size_t>(got)});
    if (received.size() > kLengthBytes + limits.answer_bytes_max) return Reading::kTooMuch;
  }
  return Reading::kTooLate;
}

}  // namespace

Result<base::Bytes> RunIsolated(int input_fd, const IsolationLimits& limits,
                                const std::function<base::Bytes()>& work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Unavailable(std::string("no pipe: ") + std::strerror(errno));
  }
  const pid_t pid = fork();
  if (pid == 0) _exit(RunChild(input_fd, ends[1], limits, work));
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return Unavailable(std::string("no child process: ") + std::strerror(errno));
  }
  Child child(pid);
  base::Bytes received;
  const Reading reading = ReadUntilEnd(ends[0], limits, received);
  close(ends[0]);
  const std::string end = child.Stop();
  if (reading == Reading::kTooLate) return InvalidArgument("the decoder took too long");
  if (reading == Reading::kTooMuch) return InvalidArgument("the decoder answered too much");
  if (received.size() < kLengthBytes || received.size() - kLengthBytes != base::ReadU32(received)) {
    return InvalidArgument("the decoder " + end);
  }
  received.erase(received.begin(), received.begin() + kLengthBytes);
  return received;
}

}  // namespace sogoc::tools
