#include "tools/sogoc/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "crypto/p256.h"
#include "crypto/sha256.h"
#include "node/ledger/gs1.h"
#include "node/ledger/limits.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;

constexpr std::uint64_t kVietnamSeconds = 7 * 3'600;

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (!ledger::IsDigits(text) || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Splits at the first `parts - 1` colons.
std::optional<std::vector<std::string>> SplitAtColons(const std::string& text, std::size_t parts) {
  std::vector<std::string> out;
  std::size_t from = 0;
  while (out.size() + 1 < parts) {
    const std::size_t colon = text.find(':', from);
    if (colon == std::string::npos) return std::nullopt;
    out.push_back(text.substr(from, colon - from));
    from = colon + 1;
  }
  out.push_back(text.substr(from));
  const bool empty =
      std::any_of(out.begin(), out.end(), [](const std::string& part) { return part.empty(); });
  return empty ? std::nullopt : std::optional(out);
}

// "08:30" or "08:30:15" as seconds of the day.
std::optional<std::uint64_t> SecondsOfDay(std::string_view text) {
  if (text.size() != 5 && text.size() != 8) return std::nullopt;
  const auto hours = Number(text.substr(0, 2));
  const auto minutes = Number(text.substr(3, 2));
  const auto seconds = text.size() == 8 ? Number(text.substr(6, 2)) : 0;
  const bool colons = text[2] == ':' && (text.size() == 5 || text[5] == ':');
  if (!colons || !hours || !minutes || !seconds) return std::nullopt;
  if (*hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  return *hours * 3'600 + *minutes * 60 + *seconds;
}

// Takes "Z" or "+07:00" off the end of `clock`; what it says, in seconds east of UTC.
std::optional<std::int64_t> TakeZone(std::string& clock) {
  if (!clock.empty() && clock.back() == 'Z') {
    clock.pop_back();
    return 0;
  }
  const std::size_t sign = clock.find_first_of("+-");
  if (sign == std::string::npos) return static_cast<std::int64_t>(kVietnamSeconds);
  const std::string zone = clock.substr(sign + 1);
  const auto seconds = zone.size() == 5 ? SecondsOfDay(zone) : std::nullopt;
  if (!seconds) return std::nullopt;
  const auto east = static_cast<std::int64_t>(*seconds);
  const bool west = clock[sign] == '-';
  clock.resize(sign);
  return west ? -east : east;
}

struct UnitSuffix {
  std::string_view suffix;
  v1::Unit unit;
  std::uint64_t factor;
};
constexpr std::array<UnitSuffix, 7> kUnits{{{"", v1::UNIT_UNSPECIFIED, 1},
                                            {"t", v1::GRAM, 1'000'000},
                                            {"kg", v1::GRAM, 1'000},
                                            {"g", v1::GRAM, 1},
                                            {"l", v1::MILLILITRE, 1'000},
                                            {"ml", v1::MILLILITRE, 1},
                                            {"pcs", v1::PIECE, 1}}};

}  // namespace

Result<std::uint64_t> ParseWhole(const std::string& text) {
  const auto value = Number(text);
  if (!value) return InvalidArgument(Quoted(text) + " is not a whole number: digits only");
  return *value;
}

Result<std::uint32_t> ParseDate(const std::string& text, base::TimeNs now) {
  if (text == "today") return base::DateAt(now);
  const auto date = base::ParseDateIso(text);
  if (!date) return InvalidArgument(Quoted(text) + " is not a date: write 2026-07-01, or today");
  return *date;
}

Result<std::uint64_t> ParseTime(const std::string& text, base::TimeNs now) {
  if (text == "now") return now / base::kNsPerSecond;
  const base::Error bad = InvalidArgument(
      Quoted(text) + " is not a time: write 2026-07-01T08:30 (Vietnam), 2026-07-01T01:30Z, or now");
  const auto date = base::ParseDateIso(text.substr(0, 10));
  if (!date || *date < 19'700'102) return bad;
  const std::uint64_t midnight = base::StartOf(*date) / base::kNsPerSecond;
  if (text.size() == 10) return midnight;
  if (text[10] != 'T' && text[10] != ' ') return bad;
  std::string clock = text.substr(11);
  const auto east = TakeZone(clock);
  const auto seconds = SecondsOfDay(clock);
  if (!east || !seconds) return bad;
  return midnight + kVietnamSeconds + *seconds - static_cast<std::uint64_t>(*east);
}

Result<std::uint64_t> ParseDuration(const std::string& text) {
  const base::Error bad =
      InvalidArgument(Quoted(text) + " is not a duration: write 30d, 12h, 90m or 45s");
  if (text.empty()) return bad;
  constexpr std::array<std::pair<char, std::uint64_t>, 4> kFactors{
      {{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};
  const auto factor = std::find_if(kFactors.begin(), kFactors.end(),
                                   [&](const auto& each) { return each.first == text.back(); });
  const auto value = Number(std::string_view(text).substr(0, text.size() - 1));
  if (factor == kFactors.end() || !value || *value == 0 || *value > 1'000'000) return bad;
  return *value * factor->second;
}

Result<Amount> ParseAmount(const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string suffix = text.substr(digits);
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                 [&](const UnitSuffix& each) { return each.suffix == suffix; });
  const auto value = Number(std::string_view(text).substr(0, digits));
  if (unit == kUnits.end() || !value) {
    return InvalidArgument(Quoted(text) +
                           " is not an amount: a whole number with t, kg, g, l, ml or pcs; "
                           "for one and a half kilograms write 1500g");
  }
  if (*value == 0 || *value > ledger::kAmountMax / unit->factor) {
    return InvalidArgument(Quoted(text) + " is nothing, or more than the ledger counts");
  }
  return Amount{*value * unit->factor, unit->unit};
}

Result<std::uint32_t> ParsePoints(const std::string& text) {
  const std::size_t mark = std::min(text.find_first_of(".,"), text.size());
  std::string cents = mark < text.size() ? text.substr(mark + 1) : "0";
  if (cents.size() == 1) cents += '0';
  const auto points = Number(std::string_view(text).substr(0, mark));
  const auto hundredths = Number(cents);
  if (!points || !hundredths || cents.size() != 2 || *points > 100 ||
      *points * 100 + *hundredths > 10'000) {
    return InvalidArgument(Quoted(text) + " is not a score: 0 to 100 points, written 32 or 32,75");
  }
  return static_cast<std::uint32_t>(*points * 100 + *hundredths);
}

Result<std::string> ParseGtin(const std::string& text) {
  const auto gtin = ledger::PadGtin(text);
  if (!gtin) {
    return InvalidArgument(Quoted(text) +
                           " is not a GTIN: 8, 12, 13 or 14 digits with the right check digit");
  }
  return *gtin;
}

Result<std::string> ParseDigest(const std::string& text) {
  if (!text.empty() && text.front() == '@') {
    std::ifstream file(text.substr(1), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file || !content) return base::NotFound("cannot read " + text.substr(1));
    return base::ToText(crypto::Sha256(base::AsBytes(content.str())));
  }
  const auto digest = base::DigestFromHex(text);
  if (!digest) {
    return InvalidArgument(
        Quoted(text) + " is no SHA-256: write 64 hexadecimal digits, or @FILE to take a file's");
  }
  return base::ToText(*digest);
}

Result<std::string> ParsePublicKey(const std::string& text) {
  const auto bytes = base::FromHex(text);
  if (!bytes || !crypto::IsP256PublicKey(*bytes)) {
    return InvalidArgument(Quoted(text) + " is no public key: 66 hexadecimal digits");
  }
  return base::ToText(*bytes);
}

Result<v1::SerialRange> ParseRange(const std::string& text) {
  const std::size_t dash = text.find('-');
  const auto first = Number(std::string_view(text).substr(0, dash));
  const auto last =
      dash == std::string::npos ? first : Number(std::string_view(text).substr(dash + 1));
  if (!first || !last || *first == 0 || *last < *first || *last > ledger::kSerialMax) {
    return InvalidArgument(Quoted(text) + " is no range of serials: write 100-199, or 100");
  }
  v1::SerialRange range;
  range.set_first(*first);
  range.set_count(*last - *first + 1);
  return range;
}

Result<v1::Input> ParseInput(const std::string& text) {
  const base::Error bad = InvalidArgument(
      Quoted(text) + " is no input: write gtin:lot:amount, as 8935000000014:L1:50kg");
  v1::Input input;
  std::string rest = text;
  if (rest.size() > 64 && rest[64] == ':') {
    const auto ledger_id = base::DigestFromHex(rest.substr(0, 64));
    if (!ledger_id) return bad;
    input.set_ledger_id(base::ToText(*ledger_id));
    rest = rest.substr(65);
  }
  const std::size_t first = rest.find(':');
  const std::size_t last = rest.rfind(':');
  if (first == last) return bad;
  TRY(*input.mutable_gtin(), ParseGtin(rest.substr(0, first)));
  input.set_lot(rest.substr(first + 1, last - first - 1));
  if (!ledger::IsLotOrSerial(input.lot())) return bad;
  TRY(const Amount amount, ParseAmount(rest.substr(last + 1)));
  input.set_amount(amount.value);
  return input;
}

Result<v1::DecisionRef> ParseDecision(const std::string& text, base::TimeNs now) {
  const auto parts = SplitAtColons(text, 3);
  if (!parts) {
    return InvalidArgument(Quoted(text) +
                           " is no decision: write issuer:date:number, "
                           "as ubnd-ha-tinh:2026-07-01:156/QĐ-UBND");
  }
  TRY(const std::uint32_t date, ParseDate((*parts)[1], now));
  v1::DecisionRef decision;
  decision.set_issuer((*parts)[0]);
  decision.set_date(date);
  decision.set_number((*parts)[2]);
  return decision;
}

Result<v1::ScoreRef> ParseScore(const std::string& text) {
  const auto parts = SplitAtColons(text, 2);
  if (!parts) {
    return InvalidArgument(Quoted(text) + " is no score sheet: write council:session");
  }
  v1::ScoreRef score;
  score.set_council((*parts)[0]);
  score.set_session((*parts)[1]);
  return score;
}

Result<v1::Residence> ParseResidence(const std::string& text, base::TimeNs now) {
  const auto parts = SplitAtColons(text, 2);
  if (!parts) {
    return InvalidArgument(Quoted(text) +
                           " is no residence: write commune:since, as 18073:2021-01-01");
  }
  TRY(const std::uint32_t since, ParseDate((*parts)[1], now));
  v1::Residence residence;
  residence.set_commune((*parts)[0]);
  residence.set_since(since);
  return residence;
}

}  // namespace sogoc::tools
