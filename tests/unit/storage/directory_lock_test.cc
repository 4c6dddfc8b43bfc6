#include "node/storage/directory_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

TEST(DirectoryLock, SecondOwnerIsRefusedAndToldTheFirstOnesProcess) {
  const support::TempDirectory directory;
  const auto first = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(first);
  const auto second = DirectoryLock::Acquire(directory.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kFailedPrecondition);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid()) + ";"),
            std::string::npos);
}

TEST(DirectoryLock, IsFreeOnceTheOwnerIsGone) {
  const support::TempDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = DirectoryLock::Acquire(directory.path());
    ::_exit(lock ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(DirectoryLock::Acquire(directory.path()));
}

TEST(DirectoryLock, MovesWithItsObject) {
  const support::TempDirectory directory;
  auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  std::optional<DirectoryLock> moved = std::move(*lock);
  EXPECT_FALSE(DirectoryLock::Acquire(directory.path()));
  moved.reset();
  EXPECT_TRUE(DirectoryLock::Acquire(directory.path()));
}

TEST(DirectoryLock, MissingDirectoryIsNotFound) {
  EXPECT_EQ(DirectoryLock::Acquire("/nonexistent/place").error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sogoc::storage
