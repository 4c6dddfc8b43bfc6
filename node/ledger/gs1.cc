#include "node/ledger/gs1.h"

#include <algorithm>
#include <cstddef>

namespace sogoc::ledger {
namespace {

constexpr std::size_t kGtinDigits = 14;
constexpr std::size_t kGtinLengths[] = {8, 12, 13, 14};
constexpr std::size_t kLotCharactersMax = 20;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool HasCheckDigit(std::string_view text, std::size_t length) {
  return text.size() == length && IsDigits(text) &&
         Gs1CheckDigit(text.substr(0, length - 1)) == text.back();
}

bool IsInSet82(char c) {
  constexpr std::string_view kPunctuation = "!\"%&'()*+,-./:;<=>?_";
  return IsDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kPunctuation.find(c) != std::string_view::npos;
}

int TwoDigits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

base::Date MakeDate(int year, int month, int day) {
  return static_cast<base::Date>(year * 10000 + month * 100 + day);
}

base::Date LastDayOfMonth(int year, int month) {
  int day = 31;
  while (!base::IsDate(MakeDate(year, month, day))) --day;
  return MakeDate(year, month, day);
}

}  // namespace

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

char Gs1CheckDigit(std::string_view digits) {
  unsigned sum = 0;
  unsigned weight = 3;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    sum += weight * static_cast<unsigned>(*digit - '0');
    weight = 4 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool IsGtin14(std::string_view text) { return HasCheckDigit(text, kGtinDigits); }
bool IsGln13(std::string_view text) { return HasCheckDigit(text, 13); }
bool IsSscc18(std::string_view text) { return HasCheckDigit(text, 18); }

std::optional<std::string> PadGtin(std::string_view gtin) {
  for (std::size_t length : kGtinLengths) {
    // Leading zeros change neither the weights nor the sum.
    if (HasCheckDigit(gtin, length)) {
      return std::string(kGtinDigits - length, '0') + std::string(gtin);
    }
  }
  return std::nullopt;
}

bool IsCompanyPrefix(std::string_view text) {
  return text.size() >= 4 && text.size() <= 12 && IsDigits(text);
}

bool IsUnderCompanyPrefix(std::string_view gtin14, std::string_view prefix) {
  return IsGtin14(gtin14) && IsCompanyPrefix(prefix) && gtin14.substr(1).starts_with(prefix);
}

bool IsCharacterSet82(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsInSet82);
}

bool IsLotOrSerial(std::string_view text) {
  return !text.empty() && text.size() <= kLotCharactersMax && IsCharacterSet82(text) &&
         text != "." && text != "..";
}

std::optional<Gs1Date> ParseGs1Date(std::string_view yymmdd) {
  if (yymmdd.size() != 6 || !IsDigits(yymmdd)) return std::nullopt;
  const Gs1Date date{TwoDigits(yymmdd, 0), TwoDigits(yymmdd, 2), TwoDigits(yymmdd, 4)};
  if (date.month < 1 || date.month > 12) return std::nullopt;
  // 2000 to 2099 has a 29 February wherever some century has one.
  if (date.day != 0 && !base::IsDate(MakeDate(2000 + date.year, date.month, date.day))) {
    return std::nullopt;
  }
  return date;
}

std::string FormatGs1Date(const Gs1Date& date) {
  std::string text;
  for (int part : {date.year, date.month, date.day}) {
    text.push_back(static_cast<char>('0' + part / 10));
    text.push_back(static_cast<char>('0' + part % 10));
  }
  return text;
}

std::optional<DayRange> ResolveGs1Date(const Gs1Date& date, int current_year) {
  const int ahead = date.year - current_year % 100;
  int year = current_year + ahead;
  if (ahead > 50) year -= 100;
  if (ahead < -49) year += 100;
  if (date.day == 0) {
    return DayRange{MakeDate(year, date.month, 1), LastDayOfMonth(year, date.month)};
  }
  const base::Date day = MakeDate(year, date.month, date.day);
  if (!base::IsDate(day)) return std::nullopt;
  return DayRange{day, day};
}

}  // namespace sogoc::ledger
