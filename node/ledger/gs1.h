#pragma once

// GS1 identifiers and element strings (GS1 General Specifications 22, sections 3 and 7): what is
// well formed. Nothing here says that a number was issued to anybody. Pure, thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include "node/base/time.h"

namespace sogoc::ledger {

// True if `text` is one or more ASCII digits.
bool IsDigits(std::string_view text);

// The check digit that follows `digits` (weights 3, 1, 3 … from the right).
// Requires: IsDigits(digits).
char Gs1CheckDigit(std::string_view digits);

// Exactly that many digits, the last of which is the check digit.
bool IsGtin14(std::string_view text);
bool IsGln13(std::string_view text);
bool IsSscc18(std::string_view text);

// The canonical 14 digits of a GTIN-8, -12, -13 or -14. nullopt: another length, another character,
// or a wrong check digit.
std::optional<std::string> PadGtin(std::string_view gtin);

// A GS1 company prefix: 4 to 12 digits.
bool IsCompanyPrefix(std::string_view text);
// True if the digits of `gtin14` after its indicator digit begin with `prefix`.
// False unless both are well formed.
bool IsUnderCompanyPrefix(std::string_view gtin14, std::string_view prefix);

// GS1 AI encodable character set 82 (General Specifications, figure 7.11-1).
bool IsCharacterSet82(std::string_view text);
// A lot (AI 10) or a serial (AI 21): 1 to 20 characters of that set. "." and "..", which GS1
// allows, are refused: browsers take them out of the path of a Digital Link (RFC 3986, 5.2.4).
bool IsLotOrSerial(std::string_view text);

// A date as AI 11 and 17 carry it, YYMMDD. `day` 0 means "some day of that month" for a production
// date, "the last day of that month" for an expiry date.
struct Gs1Date {
  int year = 0;  // the last two digits
  int month = 0;
  int day = 0;

  bool operator==(const Gs1Date&) const = default;
};

// nullopt unless six digits that are a day of some year with those last two digits, or day 00.
std::optional<Gs1Date> ParseGs1Date(std::string_view yymmdd);
std::string FormatGs1Date(const Gs1Date& date);

// The calendar days that a Gs1Date may mean, both included.
struct DayRange {
  base::Date first = 0;
  base::Date last = 0;

  bool operator==(const DayRange&) const = default;
};

// Puts the century to `date` as seen from `current_year` (General Specifications 7.12: a year more
// than 50 ahead is in the last century, one 50 or more behind is in the next). nullopt if that year
// has no such day (29 February). Requires: 1900 <= current_year <= 9900.
std::optional<DayRange> ResolveGs1Date(const Gs1Date& date, int current_year);

}  // namespace sogoc::ledger
