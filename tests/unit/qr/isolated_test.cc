#include "tools/qr/isolated.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/unit/qr/test_pictures.h"

namespace sogoc::tools {
namespace {

using base::Bytes;

std::string ErrorOf(const base::Result<Bytes>& result) {
  return result ? "no error" : result.error().message;
}

// What `work` answers in a child with the usual limits.
base::Result<Bytes> Isolated(const std::function<Bytes()>& work, IsolationLimits limits = {}) {
  const MemoryFile input(base::AsBytes("input"));
  return RunIsolated(input.fd(), limits, work);
}

TEST(Isolated, AnswerComesBack) {
  EXPECT_EQ(Isolated([] { return Bytes{1, 2, 3}; }), (Bytes{1, 2, 3}));
  EXPECT_EQ(Isolated([] { return Bytes{}; }), Bytes{});
  EXPECT_EQ(Isolated([] { return Bytes(1'000'000, 7); }), Bytes(1'000'000, 7));
}

TEST(Isolated, InputCanBeRead) {
  const MemoryFile input(base::AsBytes("input"));
  EXPECT_EQ(RunIsolated(input.fd(), {}, [&] { return ReadPictureFile(input.fd()).value(); }),
            base::ToBytes(base::AsBytes("input")));
}

TEST(Isolated, ACrashIsAnError) {
  const auto result = Isolated([]() -> Bytes {
    signal(SIGABRT, SIG_DFL);
    std::abort();
  });
  EXPECT_EQ(ErrorOf(result), "the decoder stopped by signal 6");
}

TEST(Isolated, AnExceptionIsAnError) {
  const auto result = Isolated([]() -> Bytes { throw std::runtime_error("x"); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(Isolated, ALeavingChildIsAnError) {
  EXPECT_FALSE(Isolated([]() -> Bytes { _exit(0); }));
}

TEST(Isolated, AnAnswerThatIsTooLongIsAnError) {
  IsolationLimits limits;
  limits.answer_bytes_max = 100;
  EXPECT_TRUE(Isolated([] { return Bytes(100); }, limits));
  EXPECT_EQ(ErrorOf(Isolated([] { return Bytes(1'000'000); }, limits)),
            "the decoder answered too much");
}

TEST(Isolated, AChildThatTakesTooLongIsStopped) {
  IsolationLimits limits;
  limits.wall_time = std::chrono::milliseconds(50);
  EXPECT_EQ(ErrorOf(Isolated(
                []() -> Bytes {
                  for (;;) pause();
                },
                limits)),
            "the decoder took too long");
}

TEST(Isolated, AChildThatComputesTooLongIsStopped) {
  IsolationLimits limits;
  limits.cpu_seconds = 1;
  EXPECT_FALSE(Isolated(
      []() -> Bytes {
        while (getppid() != 0) {
        }
        return {};
      },
      limits));
}

TEST(Isolated, NothingCanBeOpened) {
  const auto result = Isolated([] {
    Bytes answer;
    answer.push_back(open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? 0 : 1);
    answer.push_back(open("/tmp/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 ? 0 : 1);
    answer.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? 0 : 1);
    answer.push_back(fcntl(STDERR_FILENO, F_GETFD) < 0 ? 0 : 1);
    answer.push_back(fcntl(100, F_GETFD) < 0 ? 0 : 1);
    return answer;
  });
  EXPECT_EQ(result, (Bytes{0, 0, 0, 0, 0}));
}

TEST(Isolated, CallingProcessKeepsItsRights) {
  ASSERT_TRUE(Isolated([] { return Bytes{}; }));
  const int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  EXPECT_GE(fd, 0);
  close(fd);
}

TEST(Isolated, ManyRunsLeaveNothingBehind) {
  const auto next_descriptor = [] {
    const int fd = dup(STDIN_FILENO);
    close(fd);
    return fd;
  };
  const int before = next_descriptor();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Isolated([] { return Bytes{}; }));
  EXPECT_EQ(next_descriptor(), before);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
TEST(Isolated, MemoryIsLimited) {
  EXPECT_FALSE(Isolated([] { return Bytes{*std::make_unique<Bytes>(3ULL << 30)->data()}; }));
}

TEST(Isolated, OtherProcessesCannotBeSignalled) {
  EXPECT_EQ(Isolated([] { return Bytes{static_cast<std::uint8_t>(kill(getppid(), 0) < 0)}; }),
            Bytes{1});
}
#endif

}  // namespace
}  // namespace sogoc::tools
