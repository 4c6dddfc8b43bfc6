#include "node/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sogoc::base {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return InvalidArgument("odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  TRY(const int half, Half(value));
  TRY(int quarter, Half(half));
  return quarter;
}

Status CheckEven(int value) {
  TRY_STATUS(Half(value));
  return Ok();
}

TEST(Result, ADefaultOneIsAnError) {
  Result<int> result;
  EXPECT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_FALSE(Status());
}

TEST(Result, OkHoldsNoError) {
  EXPECT_TRUE(Ok());
  EXPECT_EQ(*Ok(), Unit());
}

TEST(Result, TryGoesOnWithTheValue) {
  const Result<int> result = Quarter(8);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 2);
  EXPECT_TRUE(CheckEven(2));
}

TEST(Result, TryReturnsTheFirstError) {
  for (int value : {7, 6}) {
    const Result<int> result = Quarter(value);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(result.error().message, "odd");
  }
  EXPECT_FALSE(CheckEven(3));
}

TEST(Result, TryMovesValuesThatCannotBeCopied) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
  const auto pass = [&]() -> Result<int> {
    TRY(const std::unique_ptr<int> value, make());
    return *value;
  };
  EXPECT_EQ(*pass(), 5);
}

TEST(Result, AnErrorOfAnyKindConverts) {
  const auto text = [](bool found) -> Result<std::string> {
    if (!found) return NotFound("no such lot");
    return "lot";
  };
  EXPECT_EQ(*text(true), "lot");
  EXPECT_EQ(text(false).error().code, ErrorCode::kNotFound);
}

TEST(Result, EveryCodeHasItsMakerAndName) {
  const std::pair<Error, std::string> cases[] = {
      {InvalidArgument("m"), "invalid_argument"},
      {NotFound("m"), "not_found"},
      {Unavailable("m"), "unavailable"},
      {FailedPrecondition("m"), "failed_precondition"},
      {PermissionDenied("m"), "permission_denied"},
      {Corrupt("m"), "corrupt"},
  };
  for (const auto& [error, name] : cases) {
    EXPECT_EQ(ErrorCodeName(error.code), name);
    EXPECT_EQ(error.message, "m");
  }
}

}  // namespace
}  // namespace sogoc::base
