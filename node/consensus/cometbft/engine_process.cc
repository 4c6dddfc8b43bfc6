#include "node/consensus/cometbft/engine_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <future>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "node/storage/file_system.h"

namespace sogoc::cometbft {
namespace {

constexpr std::size_t kLastBytes = 65'536;
constexpr std::size_t kLastLines = 5;
constexpr int kErrorPipe = 3;  // in the child
// What the engine logs when it gives up making blocks. It goes on answering, for ever at the same
// height.
constexpr std::string_view kConsensusFailure = "CONSENSUS FAILURE!!!";
constexpr int kLookMs = 500;
constexpr std::size_t kReadBytes = 16'384;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

bool IsProgram(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string OnPath(const std::string& name) {
  const std::string path = Environment("PATH");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string folder = path.substr(begin, end - begin);
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (IsProgram(file)) return file;
    begin = end + 1;
  }
  return "";
}

// Where scripts/engine_path says that scripts/setup installs it.
std::string InstalledPath() {
  std::string cache = Environment("SOGOC_CACHE");
  if (cache.empty()) {
    std::string base = Environment("XDG_CACHE_HOME");
    if (base.empty()) {
      const std::string home = Environment("HOME");
      base = (home.empty() ? "/var/tmp" : home) + "/.cache";
    }
    cache = base + "/sogoc";
  }
  return cache + "/cometbft-v" + kEngineVersion + "/cometbft";
}

base::Error SystemError(const std::string& what, int cause) {
  const std::string message = what + ": " + std::generic_category().message(cause);
  if (cause == ENOENT || cause == ENOTDIR) return base::NotFound(message);
  if (cause == EACCES || cause == EPERM) return base::PermissionDenied(message);
  return base::Unavailable(message);
}

// A file descriptor with an owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool IsLong(const struct stat& log, const EngineProcessOptions& options) {
  return static_cast<std::uint64_t>(log.st_size) > options.log_bytes_max;
}

// Opens the log for appending, after setting a long one aside.
base::Result<Descriptor> OpenLog(const EngineProcessOptions& options) {
  struct stat status;
  if (::stat(options.log.c_str(), &status) == 0 && IsLong(status, options)) {
    TRY_STATUS(storage::SystemFiles().Rename(options.log, options.log + ".1"));
  }
  Descriptor log(::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) return SystemError("open " + options.log, errno);
  return log;
}

// The part of `text` that says why a Go program ended: the failure without its stack, where a panic
// begins, else the last lines.
std::string_view LastWords(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (const std::size_t failure = text.find(kConsensusFailure); failure != std::string_view::npos) {
    text.remove_prefix(failure);
    text = text.substr(0, text.find('\n'));
    return text.substr(0, text.find(" stack="));
  }
  for (const std::string_view mark : {"panic: ", "fatal error: "}) {
    std::size_t begin = text.rfind("\n" + std::string(mark));
    begin = begin != std::string_view::npos ? begin + 1 : text.starts_with(mark) ? 0 : begin;
    if (begin == std::string_view::npos) continue;
    text.remove_prefix(begin);
    std::size_t end = 0;
    for (std::size_t line = 0; line < kLastLines && end != std::string_view::npos; ++line) {
      end = text.find('\n', end + 1);
    }
    return text.substr(0, end);
  }
  std::size_t end = text.size();
  for (std::size_t line = 0; line < kLastLines; ++line) {
    const std::size_t begin = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    if (begin == std::string_view::npos) return text;
    end = begin;
  }
  return text.substr(end + 1);
}

// What the child needs, made before the fork: between it and the exec nothing may allocate or lock.
struct Launch {
  pid_t parent;
  int output;
  int error_pipe;
  char** argv;
  char** environment;
};

[[noreturn]] void FailInChild(int error_pipe) {
  const int cause = errno;
  // Nothing is left to do if this fails: the parent sees the exit status.
  [[maybe_unused]] const ssize_t ignored = ::write(error_pipe, &cause, sizeof cause);
  ::_exit(127);
}

// In the child, with async-signal-safe calls only.
[[noreturn]] void RunInChild(const Launch& launch) {
  // The parent may be gone already; then nobody would send the signal.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != launch.parent) ::_exit(127);
  ::setpgid(0, 0);  // Ctrl-C is for the node, which stops its engine itself
  struct sigaction ordinary {};
  ordinary.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &ordinary, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int error_pipe = launch.error_pipe;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 ||
      ::dup2(launch.output, STDOUT_FILENO) < 0 || ::dup2(launch.output, STDERR_FILENO) < 0) {
    FailInChild(error_pipe);
  }
  if (error_pipe != kErrorPipe) {
    if (::dup3(error_pipe, kErrorPipe, O_CLOEXEC) < 0) FailInChild(error_pipe);
    error_pipe = kErrorPipe;
  }
  // Sockets of the node that were opened without O_CLOEXEC would outlive their owner.
  if (::close_range(kErrorPipe + 1, ~0U, 0) != 0) {
    const long open_max = ::sysconf(_SC_OPEN_MAX);
    for (int fd = kErrorPipe + 1; fd < open_max; ++fd) ::close(fd);
  }
  ::execve(launch.argv[0], launch.argv, launch.environment);
  FailInChild(error_pipe);
}

std::string HowItEnded(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? "with status " + std::to_string(info.si_status)
                                    : "by signal " + std::to_string(info.si_status);
}

}  // namespace

base::Result<std::string> FindEngine(const std::string& program) {
  const std::string chosen = Environment("COMETBFT_BIN");
  if (!chosen.empty()) {
    if (IsProgram(chosen)) return chosen;
    return base::NotFound("COMETBFT_BIN is " + chosen + ", which is no program");
  }
  if (program.find('/') != std::string::npos) {
    if (IsProgram(program)) return program;
  } else if (const std::string found = OnPath(program); !found.empty()) {
    return found;
  }
  const std::string installed = InstalledPath();
  if (IsProgram(installed)) return installed;
  return base::NotFound(
      "the engine, CometBFT v" + std::string(kEngineVersion) + ", is not here: " +
      (program.empty() ? "" : program + " is no program that can be found, ") + installed +
      " is not there either. Install it with scripts/setup --engine-only, or with "
      "go install github.com/cometbft/cometbft/cmd/cometbft@v" +
      kEngineVersion + ", and name it in node.toml or COMETBFT_BIN");
}

class EngineProcess::Impl {
 public:
  explicit Impl(EngineProcessOptions options) : options_(std::move(options)) {}
  ~Impl() { Stop(); }

  base::Status Start() {
    TRY(log_, OpenLog(options_));
    std::promise<base::Status> started;
    auto result = started.get_future();
    // The child's death signal comes when the *thread* that made it ends, so it is made by the one
    // that waits for it.
    watcher_ = std::thread([this, &started] { Watch(started); });
    return result.get();
  }

  void Stop() {
    const std::lock_guard stop(stop_mutex_);
    {
      std::unique_lock lock(mutex_);
      stopping_ = true;
      if (running_) {
        ::kill(pid_, SIGTERM);
        if (!ended_.wait_for(lock, options_.stop_time, [this] { return !running_; }))
          ::kill(pid_, SIGKILL);
      }
    }
    if (watcher_.joinable()) watcher_.join();
  }

  pid_t pid() const { return pid_; }

 private:
  void Watch(std::promise<base::Status>& started) {
    base::Status launched = Spawn();
    const bool runs = launched.has_value();
    started.set_value(std::move(launched));  // `started` is gone from here on
    if (!runs) return;
    const siginfo_t info = AwaitEnd();
    bool asked = false;
    {
      const std::lock_guard lock(mutex_);
      ::waitpid(pid_, nullptr, 0);
      running_ = false;
      asked = stopping_;
    }
    ended_.notify_all();
    if (!asked && options_.on_exit) options_.on_exit(Sentence(info));
  }

  // The process stays a zombie until it is reaped under the lock: its number is not another's.
  siginfo_t AwaitEnd() {
    // Without such a descriptor (-1), poll only passes the time.
    const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    pollfd events[] = {{process.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}};
    while (true) {
      ::poll(events, std::size(events), kLookMs);
      siginfo_t info{};
      const int waited =
          ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG);
      if (!CopyOutput()) events[1].fd = -1;  // closed: there is nothing more to wait for
      if (waited == 0 && info.si_pid != 0) return info;
      if (waited != 0 && errno != EINTR) return info;
    }
  }

  // What the engine has printed goes into the log, and passes here so that a failure is seen even
  // if the log's disk is full. False: it will print nothing more.
  bool CopyOutput() {
    char bytes[kReadBytes];
    ssize_t size;
    while ((size = ::read(output_.get(), bytes, sizeof bytes)) > 0) {
      const std::string_view text(bytes, static_cast<std::size_t>(size));
      // A line that does not fit on the disk is lost.
      [[maybe_unused]] const ssize_t ignored = ::write(log_.get(), text.data(), text.size());
      SetLongLogAside();
      // Also a mark of which the last look saw a part.
      const std::size_t begin = tail_.size() - std::min(tail_.size(), kConsensusFailure.size());
      tail_ += text;
      if (!consensus_failed_ && tail_.find(kConsensusFailure, begin) != std::string::npos) {
        consensus_failed_ = true;
        ::kill(pid_, SIGKILL);
      }
      if (!consensus_failed_ && tail_.size() > kLastBytes)
        tail_.erase(0, tail_.size() - kLastBytes);
    }
    return size != 0;
  }

  // One that cannot be set aside goes on growing.
  void SetLongLogAside() {
    struct stat status;
    if (::fstat(log_.get(), &status) != 0 || !IsLong(status, options_)) return;
    if (auto fresh = OpenLog(options_)) log_ = *std::move(fresh);
  }

  std::string Sentence(const siginfo_t& info) const {
    const std::string lines(LastWords(tail_));
    std::string text = consensus_failed_ ? "the engine stopped making blocks and was ended"
                                         : "the engine ended " + HowItEnded(info);
    text += lines.empty() ? " and printed nothing"
                          : ". It last wrote to " + options_.log + ":\n" + lines;
    return text;
  }

  base::Status Spawn() {
    std::vector<std::string> words = {options_.program, "start", "--home", options_.home};
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return SystemError("pipe", errno);
    const Descriptor read_end(ends[0]);
    Descriptor write_end(ends[1]);
    if (::pipe2(ends, O_CLOEXEC) != 0) return SystemError("pipe", errno);
    output_ = Descriptor(ends[0]);
    const Descriptor child_output(ends[1]);
    if (::fcntl(output_.get(), F_SETFL, O_NONBLOCK) != 0) return SystemError("fcntl", errno);
    const Launch launch{::getpid(), child_output.get(), write_end.get(), argv.data(), environ};
    const pid_t pid = ::fork();
    if (pid < 0) return SystemError("fork", errno);
    if (pid == 0) RunInChild(launch);
    write_end = Descriptor();
    // Ends without a byte when the program has begun.
    int cause = 0;
    ssize_t size;
    while ((size = ::read(read_end.get(), &cause, sizeof cause)) < 0 && errno == EINTR) {
    }
    if (size != 0) {
      ::waitpid(pid, nullptr, 0);
      return SystemError("run " + options_.program, size == sizeof cause ? cause : EIO);
    }
    pid_ = pid;
    const std::lock_guard lock(mutex_);
    running_ = true;
    return base::Ok();
  }

  const EngineProcessOptions options_;
  Descriptor log_;
  Descriptor output_;              // of the engine; the watcher's, like the next two
  std::string tail_;               // the end of what it printed
  bool consensus_failed_ = false;  // it said so
  pid_t pid_ = -1;                 // set before Start returns

  std::mutex stop_mutex_;  // one Stop at a time
  std::mutex mutex_;       // guards the rest
  std::condition_variable ended_;
  bool running_ = false;
  bool stopping_ = false;

  std::thread watcher_;
};

base::Result<std::unique_ptr<EngineProcess>> EngineProcess::Start(EngineProcessOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  TRY_STATUS(impl->Start());
  return std::unique_ptr<EngineProcess>(new EngineProcess(std::move(impl)));
}

EngineProcess::EngineProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EngineProcess::~EngineProcess() = default;

void EngineProcess::Stop() { impl_->Stop(); }
pid_t EngineProcess::pid() const { return impl_->pid(); }

}  // namespace sogoc::cometbft
