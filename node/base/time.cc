#include "node/base/time.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace sogoc::base {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr TimeNs kVietnamOffset = 7 * 3600 * kNsPerSecond;

year_month_day ToCivil(Date date) {
  return {year(static_cast<int>(date / 10'000)), month(date / 100 % 100), day(date % 100)};
}

Date FromCivil(year_month_day civil) {
  return static_cast<Date>(static_cast<int>(civil.year())) * 10'000 +
         static_cast<unsigned>(civil.month()) * 100 + static_cast<unsigned>(civil.day());
}

struct Civil {
  Date date;
  unsigned hour, minute, second, millisecond;
};

Civil CivilAt(TimeNs time) {
  const auto days = static_cast<int>(time / kNsPerDay);
  const TimeNs rest = time % kNsPerDay;
  const auto seconds = static_cast<unsigned>(rest / kNsPerSecond);
  return {FromCivil(year_month_day(sys_days(std::chrono::days(days)))), seconds / 3600,
          seconds / 60 % 60, seconds % 60, static_cast<unsigned>(rest / 1'000'000 % 1'000)};
}

template <class... Args>
std::string Format(const char* format, Args... args) {
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof buffer, format, args...);
  return {buffer, static_cast<std::size_t>(std::max(length, 0))};
}

}  // namespace

bool IsDate(std::uint32_t yyyymmdd) {
  return yyyymmdd >= 19'000'101 && yyyymmdd <= 99'991'231 && ToCivil(yyyymmdd).ok();
}

Date DateAt(TimeNs time) { return CivilAt(time + kVietnamOffset).date; }

TimeNs StartOf(Date date) {
  const auto days = sys_days(ToCivil(date)).time_since_epoch().count();
  return static_cast<TimeNs>(days) * kNsPerDay - kVietnamOffset;
}

Date AddMonths(Date date, unsigned months) {
  const year_month_day moved = ToCivil(date) + std::chrono::months(months);
  if (moved.ok()) return FromCivil(moved);
  return FromCivil(year_month_day(moved.year() / moved.month() / std::chrono::last));
}

std::int64_t DaysBetween(Date from, Date to) {
  return (sys_days(ToCivil(to)) - sys_days(ToCivil(from))).count();
}

std::string FormatDateIso(Date date) {
  return Format("%04u-%02u-%02u", date / 10'000, date / 100 % 100, date % 100);
}

std::string FormatDateVietnamese(Date date) {
  return Format("%02u/%02u/%04u", date % 100, date / 100 % 100, date / 10'000);
}

std::optional<Date> ParseDateIso(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  Date date = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    date = date * 10 + static_cast<Date>(text[i] - '0');
  }
  if (!IsDate(date)) return std::nullopt;
  return date;
}

std::string FormatTimeIso(TimeNs time) {
  const Civil c = CivilAt(time);
  return Format("%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", c.date / 10'000, c.date / 100 % 100,
                c.date % 100, c.hour, c.minute, c.second, c.millisecond);
}

std::string FormatTimeVietnamese(TimeNs time) {
  const Civil c = CivilAt(time + kVietnamOffset);
  return Format("%02u:%02u %02u/%02u/%04u", c.hour, c.minute, c.date % 100, c.date / 100 % 100,
                c.date / 10'000);
}

TimeNs SystemClock::Now() const {
  return static_cast<TimeNs>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count());
}

}  // namespace sogoc::base
