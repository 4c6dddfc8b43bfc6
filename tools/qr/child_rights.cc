#include "tools/qr/child_rights.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace sogoc::tools {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHasSanitizer = true;
#elif defined(__has_feature)
constexpr bool kHasSanitizer = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kHasSanitizer = false;
#endif

// Memory, the pipe, locks of malloc, leaving, and what abort() needs.
constexpr std::array kAllowedCalls = {
    SYS_read,    SYS_write,          SYS_brk,          SYS_mmap,          SYS_munmap,    SYS_mremap,
    SYS_madvise, SYS_futex,          SYS_exit,         SYS_exit_group,    SYS_getpid,    SYS_gettid,
    SYS_tgkill,  SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_clock_gettime, SYS_getrandom,
};

bool Limit(decltype(RLIMIT_CPU) resource, rlim_t value) {
  const rlimit limit{value, value};
  return setrlimit(resource, &limit) == 0;
}

void CloseRange(unsigned first, unsigned last) {
  if (first <= last) close_range(first, last, 0);
}

void CloseAllBut(int input_fd, int output_fd) {
  const auto low = static_cast<unsigned>(std::min(input_fd, output_fd));
  const auto high = static_cast<unsigned>(std::max(input_fd, output_fd));
  if (low > 0) CloseRange(0, low - 1);
  if (high > 0) CloseRange(low + 1, high - 1);
  CloseRange(high + 1, std::numeric_limits<unsigned>::max());
}

// A kernel without filters leaves the other limits in force.
void FilterSystemCalls() {
#if defined(__x86_64__)
  constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  const auto skip_unless_equal = [](std::uint32_t value) {
    return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  };
  const auto answer = [](std::uint32_t value) {
    return sock_filter BPF_STMT(BPF_RET | BPF_K, value);
  };

  std::vector<sock_filter> program = {
      load(offsetof(seccomp_data, arch)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      answer(SECCOMP_RET_KILL_PROCESS),
      load(offsetof(seccomp_data, nr)),
  };
  for (long call : kAllowedCalls) {
    program.push_back(skip_unless_equal(static_cast<std::uint32_t>(call)));
    program.push_back(answer(SECCOMP_RET_ALLOW));
  }
  program.push_back(answer(SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

}  // namespace

bool GiveUpRights(int input_fd, int output_fd, unsigned cpu_seconds, std::size_t address_bytes) {
  CloseAllBut(input_fd, output_fd);
  const bool limited =
      prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      prctl(PR_SET_DUMPABLE, 0) == 0 && Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_FSIZE, 0) &&
      Limit(RLIMIT_NPROC, 0) && Limit(RLIMIT_NOFILE, 0) && Limit(RLIMIT_CPU, cpu_seconds) &&
      (kHasSanitizer || Limit(RLIMIT_AS, address_bytes));
  if (limited && !kHasSanitizer) FilterSystemCalls();
  return limited;
}

}  // namespace sogoc::tools
