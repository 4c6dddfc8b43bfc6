#include "tools/sogoc/values.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "crypto/sha256.h"
#include "node/base/bytes.h"
#include "tests/support/temp_directory.h"

namespace sogoc::tools {
namespace {

constexpr base::TimeNs kNow = 1'782'954'000 * base::kNsPerSecond;  // 2026-07-02 08:00, UTC+7

template <class T>
std::optional<T> Value(base::Result<T> result) {
  return result ? std::optional<T>(std::move(*result)) : std::nullopt;
}

TEST(Values, WholeNumbersAreDigitsOnly) {
  EXPECT_EQ(Value(ParseWhole("18446744073709551615")), 18'446'744'073'709'551'615U);
  for (const char* text : {"", "-1", "+1", "1.000", " 1", "1 ", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(ParseWhole(text)) << text;
  }
}

TEST(Values, DatesAreIsoOrToday) {
  EXPECT_EQ(Value(ParseDate("2028-02-29", kNow)), 20280229U);
  EXPECT_EQ(Value(ParseDate("today", kNow)), 20260702U);
  for (const char* text : {"", "2026-02-29", "01/07/2026", "20260701", "2026-7-1"}) {
    EXPECT_FALSE(ParseDate(text, kNow)) << text;
  }
}

TEST(Values, TimesWithoutZoneAreVietnamese) {
  const std::uint64_t eight = 1'782'954'000;
  EXPECT_EQ(Value(ParseTime("now", kNow)), eight);
  for (const char* text :
       {"2026-07-02T08:00", "2026-07-02 08:00", "2026-07-02T08:00:00", "2026-07-02T01:00Z",
        "2026-07-02T08:00:00+07:00", "2026-07-01T20:00-05:00"}) {
    EXPECT_EQ(Value(ParseTime(text, kNow)), eight) << text;
  }
  EXPECT_EQ(Value(ParseTime("2026-07-02", kNow)), eight - 8 * 3'600);
  for (const char* text :
       {"", "2026-07-02T", "2026-07-02T8:00", "2026-07-02T24:00", "2026-07-02T08:60",
        "2026-07-02T08:00+7", "2026-07-02T08:00:00.5", "2026-13-01T08:00", "1969-01-01T00:00",
        "2026-07-02_08:00", "2026-07-02T08:00+07:00Z"}) {
    EXPECT_FALSE(ParseTime(text, kNow)) << text;
  }
}

TEST(Values, DurationsHaveAUnit) {
  EXPECT_EQ(Value(ParseDuration("30d")), 2'592'000U);
  EXPECT_EQ(Value(ParseDuration("12h")), 43'200U);
  EXPECT_EQ(Value(ParseDuration("90m")), 5'400U);
  EXPECT_EQ(Value(ParseDuration("45s")), 45U);
  for (const char* text : {"", "30", "d", "0d", "-1d", "1w", "99999999d"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(Values, AmountsAreWholeAndMayHaveAUnit) {
  const auto is = [](const char* text, std::uint64_t value, v1::Unit unit) {
    const auto amount = ParseAmount(text);
    EXPECT_TRUE(amount && amount->value == value && amount->unit == unit) << text;
  };
  is("500kg", 500'000, v1::GRAM);
  is("2t", 2'000'000, v1::GRAM);
  is("7g", 7, v1::GRAM);
  is("3l", 3'000, v1::MILLILITRE);
  is("330ml", 330, v1::MILLILITRE);
  is("12pcs", 12, v1::PIECE);
  is("12", 12, v1::UNIT_UNSPECIFIED);
  for (const char* text : {"", "kg", "0kg", "1.5kg", "1,5kg", "1.500kg", "5 kg", "5KG", "5lb",
                           "1000000000000001", "1000000001t", "-5kg"}) {
    EXPECT_FALSE(ParseAmount(text)) << text;
  }
}

TEST(Values, PointsHaveTwoDecimalsAtMost) {
  EXPECT_EQ(Value(ParsePoints("87,5")), 8'750U);
  EXPECT_EQ(Value(ParsePoints("87.05")), 8'705U);
  EXPECT_EQ(Value(ParsePoints("0")), 0U);
  EXPECT_EQ(Value(ParsePoints("100")), 10'000U);
  for (const char* text : {"", "100,01", "101", "1,234", "1,", ",5", "-1", "8750x"}) {
    EXPECT_FALSE(ParsePoints(text)) << text;
  }
}

TEST(Values, ShortGtinsGetTheirZeros) {
  EXPECT_EQ(Value(ParseGtin("8935000000014")), "08935000000014");
  EXPECT_EQ(Value(ParseGtin("08935000000014")), "08935000000014");
  EXPECT_FALSE(ParseGtin("8935000000012"));
  EXPECT_FALSE(ParseGtin("893500000001"));
}

TEST(Values, ADigestIsHexadecimalOrAFiles) {
  const support::TempDirectory folder;
  std::ofstream(folder / "x") << "abc";
  const std::string abc = base::ToText(crypto::Sha256(base::AsBytes("abc")));
  EXPECT_EQ(Value(ParseDigest("@" + (folder / "x"))), abc);
  EXPECT_EQ(Value(ParseDigest(base::ToHex(base::AsBytes(abc)))), abc);
  EXPECT_EQ(ParseDigest("@" + (folder / "y")).error().code, base::ErrorCode::kNotFound);
  EXPECT_FALSE(ParseDigest("@" + folder.path()));
  for (const char* text : {"", "abcd", "@"}) EXPECT_FALSE(ParseDigest(text)) << text;
}

TEST(Values, APublicKeyIsAPoint) {
  const std::string key = "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
  EXPECT_TRUE(ParsePublicKey(key));
  EXPECT_FALSE(ParsePublicKey("05" + key.substr(2)));
  EXPECT_FALSE(ParsePublicKey(key.substr(2)));
}

TEST(Values, RangesIncludeBothEnds) {
  EXPECT_EQ(ParseRange("100-199")->count(), 100U);
  EXPECT_EQ(ParseRange("100")->first(), 100U);
  EXPECT_EQ(ParseRange("100")->count(), 1U);
  for (const char* text : {"", "-", "0-5", "5-4", "1-", "-1", "1-2-3", "1–2"}) {
    EXPECT_FALSE(ParseRange(text)) << text;
  }
}

TEST(Values, InputsMayComeFromAnotherLedgerAndLotsMayHoldColons) {
  const auto input = ParseInput("8935000000014:A:B:50kg");
  ASSERT_TRUE(input);
  EXPECT_EQ(input->lot(), "A:B");
  EXPECT_EQ(input->amount(), 50'000U);
  EXPECT_TRUE(input->ledger_id().empty());
  const auto foreign = ParseInput(std::string(64, 'a') + ":8935000000014:L1:3pcs");
  ASSERT_TRUE(foreign);
  EXPECT_EQ(foreign->ledger_id(), std::string(32, '\xaa'));
  for (const char* text : {"", "8935000000014:L1", "8935000000014::5",
                           "8935000000014:L1:", "123:L1:5kg", "8935000000014:một lô:5kg"}) {
    EXPECT_FALSE(ParseInput(text)) << text;
  }
}

TEST(Values, ReferencesAreSplitAtTheirFirstColons) {
  const auto decision = ParseDecision("ubnd:2026-07-01:156/QĐ:A", kNow);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->number(), "156/QĐ:A");
  EXPECT_EQ(ParseScore("hd-tinh:dot-1")->session(), "dot-1");
  EXPECT_EQ(ParseResidence("18073:2021-01-01", kNow)->since(), 20210101U);
  for (const char* text : {"", "a:b", "a::c", ":2026-07-01:c", "a:2026-07-32:c"}) {
    EXPECT_FALSE(ParseDecision(text, kNow)) << text;
  }
  EXPECT_FALSE(ParseScore("hd-tinh"));
  EXPECT_FALSE(ParseResidence("18073", kNow));
}

}  // namespace
}  // namespace sogoc::tools
