#include "node/storage/fail_stop.h"

#include <gtest/gtest.h>

namespace sogoc::storage {
namespace {

TEST(FailStopDeathTest, EndsTheProcessWithItsStatusAndSaysWhy) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(FailStop("sync store/000007.log: Input/output error"),
              testing::ExitedWithCode(kFailStopExitCode),
              "fail-stop: sync store/000007.log: Input/output error\n");
}

}  // namespace
}  // namespace sogoc::storage
