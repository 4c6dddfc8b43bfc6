#pragma once

// Points in time and calendar days. A day is a day in Vietnam (UTC+7, without summer time), which
// is what decisions, certificates and expiry dates are about.

#include <cstdint>
#include <optional>
#include <string>

namespace sogoc::base {

using TimeNs = std::uint64_t;  // nanoseconds since 1970-01-01T00:00:00Z
inline constexpr TimeNs kNsPerSecond = 1'000'000'000;
inline constexpr TimeNs kNsPerDay = 86'400 * kNsPerSecond;

// A calendar day written as the number yyyymmdd: ordered, and readable wherever it is printed.
using Date = std::uint32_t;

// True for days that exist, 1900-01-01 to 9999-12-31.
bool IsDate(std::uint32_t yyyymmdd);
// The day in UTC+7 on which `time` falls.
Date DateAt(TimeNs time);
// The first nanosecond of `date` in UTC+7. Requires IsDate(date) and date >= 19700102.
TimeNs StartOf(Date date);
// The corresponding day `months` later, clamped to the end of the month (31 Aug + 6 = 28/29 Feb).
Date AddMonths(Date date, unsigned months);
// Days from `from` to `to`; negative when `to` is earlier.
std::int64_t DaysBetween(Date from, Date to);

std::string FormatDateIso(Date date);         // 2025-07-06
std::string FormatDateVietnamese(Date date);  // 06/07/2025
std::optional<Date> ParseDateIso(const std::string& text);
std::string FormatTimeIso(TimeNs time);         // 2025-07-06T01:02:03.004Z, UTC
std::string FormatTimeVietnamese(TimeNs time);  // 08:02 06/07/2025, UTC+7

// Where a program gets the time from: an argument, so that tests choose it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeNs Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimeNs Now() const override;
};

}  // namespace sogoc::base
