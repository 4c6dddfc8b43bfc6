#include "node/base/time.h"

#include <gtest/gtest.h>

namespace sogoc::base {
namespace {

constexpr TimeNs kMs = 1'000'000;
// 2025-07-06T17:00:00Z, midnight between 6 and 7 July in Vietnam.
constexpr TimeNs kMidnight = 1'751'821'200 * kNsPerSecond;

TEST(Date, OnlyDaysThatExistAreDates) {
  for (Date date : {19000101U, 20250706U, 20240229U, 20000229U, 99991231U}) {
    EXPECT_TRUE(IsDate(date)) << date;
  }
  for (Date date : {0U, 18991231U, 100000101U, 20250229U, 19000229U, 21000229U, 20250431U,
                    20251301U, 20250001U, 20250100U, 20250132U, 4294967295U}) {
    EXPECT_FALSE(IsDate(date)) << date;
  }
}

TEST(Date, TheDayChangesAtMidnightInVietnam) {
  EXPECT_EQ(DateAt(kMidnight - 1), 20250706U);
  EXPECT_EQ(DateAt(kMidnight), 20250707U);
  EXPECT_EQ(DateAt(kMidnight + kNsPerDay - 1), 20250707U);
  EXPECT_EQ(DateAt(0), 19700101U);
}

TEST(Date, AYearTurnsInVietnamFirst) {
  const TimeNs new_year = StartOf(20260101);
  EXPECT_EQ(FormatTimeIso(new_year), "2025-12-31T17:00:00.000Z");
  EXPECT_EQ(FormatTimeVietnamese(new_year), "00:00 01/01/2026");
}

TEST(Date, StartIsTheFirstNanosecond) {
  EXPECT_EQ(StartOf(20250707), kMidnight);
  for (Date date : {19700102U, 20240229U, 20240301U, 20251231U, 20380120U, 21060208U}) {
    EXPECT_EQ(DateAt(StartOf(date)), date);
    EXPECT_EQ(DaysBetween(DateAt(StartOf(date) - 1), date), 1);
  }
}

TEST(Date, MonthsKeepTheDayOrClampToTheEnd) {
  EXPECT_EQ(AddMonths(20250706, 36), 20280706U);
  EXPECT_EQ(AddMonths(20250831, 6), 20260228U);
  EXPECT_EQ(AddMonths(20230831, 6), 20240229U);
  EXPECT_EQ(AddMonths(20240229, 36), 20270228U);
  EXPECT_EQ(AddMonths(20240229, 48), 20280229U);
  EXPECT_EQ(AddMonths(20250131, 3), 20250430U);
  EXPECT_EQ(AddMonths(20251130, 1), 20251230U);
  EXPECT_EQ(AddMonths(20251231, 0), 20251231U);
}

TEST(Date, DaysBetweenCountsLeapDaysAndKeepsItsSign) {
  EXPECT_EQ(DaysBetween(20240228, 20240301), 2);
  EXPECT_EQ(DaysBetween(20250228, 20250301), 1);
  EXPECT_EQ(DaysBetween(20000101, 20010101), 366);
  EXPECT_EQ(DaysBetween(21000101, 21010101), 365);
  EXPECT_EQ(DaysBetween(20250706, 20250606), -30);
  EXPECT_EQ(DaysBetween(20250706, 20250706), 0);
}

TEST(Date, IsWrittenTwoWaysAndReadOne) {
  EXPECT_EQ(FormatDateIso(20250706), "2025-07-06");
  EXPECT_EQ(FormatDateVietnamese(20250706), "06/07/2025");
  EXPECT_EQ(ParseDateIso("2025-07-06"), Date{20250706});
  EXPECT_EQ(ParseDateIso("2024-02-29"), Date{20240229});
}

TEST(Date, OtherTextsAreNotRead) {
  for (const char* text : {"", "2025-7-6", "2025-02-29", "06/07/2025", "20250706", "2025-07-061",
                           " 2025-07-06", "2025-07-0x", "2025/07/06", "0000-00-00", "+025-07-06"}) {
    EXPECT_FALSE(ParseDateIso(text)) << text;
  }
}

TEST(Time, IsWrittenInUtcAndInVietnam) {
  const TimeNs time = kMidnight + 62 * kNsPerSecond + 3 * kMs + 999'999;
  EXPECT_EQ(FormatTimeIso(time), "2025-07-06T17:01:02.003Z");
  EXPECT_EQ(FormatTimeVietnamese(time), "00:01 07/07/2025");
  EXPECT_EQ(FormatTimeIso(0), "1970-01-01T00:00:00.000Z");
}

TEST(Time, TheSystemClockIsPastTheseTests) {
  EXPECT_GT(SystemClock().Now(), StartOf(20250101));
  EXPECT_LT(SystemClock().Now(), StartOf(22000101));
}

}  // namespace
}  // namespace sogoc::base
