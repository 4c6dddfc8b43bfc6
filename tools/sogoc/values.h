#pragma once

// How people write the values of flags, and what these become in an operation. Every error is
// kInvalidArgument and says how to write the value, unless another code is named. Pure but for
// ParseDigest, which may read a file.

#include <cstdint>
#include <string>

#include "node/base/result.h"
#include "node/base/time.h"
#include "proto/entry.pb.h"

namespace sogoc::tools {

// Digits only.
base::Result<std::uint64_t> ParseWhole(const std::string& text);

// "2026-07-01" as 20260701; "today" is the day of `now` in UTC+7.
base::Result<std::uint32_t> ParseDate(const std::string& text, base::TimeNs now);

// POSIX seconds. "now"; "2026-07-01" (its first second); "2026-07-01T08:30" with seconds or
// without, a blank instead of the T, and "Z" or "+07:00" after it. Without zone it is UTC+7.
base::Result<std::uint64_t> ParseTime(const std::string& text, base::TimeNs now);

// Seconds: "30d", "12h", "90m", "45s".
base::Result<std::uint64_t> ParseDuration(const std::string& text);

// A whole number of grams, millilitres or pieces, written with a unit (t, kg, g, l, ml, pcs) or
// without (then UNIT_UNSPECIFIED). No fractions: "1.500" means two things in two countries.
struct Amount {
  std::uint64_t value = 0;
  v1::Unit unit = v1::UNIT_UNSPECIFIED;
};
base::Result<Amount> ParseAmount(const std::string& text);

// "87,5" or "87.50" points as 8750 hundredths; at most 100 points.
base::Result<std::uint32_t> ParsePoints(const std::string& text);

// A GTIN-8, -12, -13 or -14 as 14 digits; the check digit is checked.
base::Result<std::string> ParseGtin(const std::string& text);

// 32 bytes: 64 hexadecimal digits, or @FILE for the SHA-256 of a file.
//   kNotFound  the file cannot be read
base::Result<std::string> ParseDigest(const std::string& text);

// A compressed P-256 point, 66 hexadecimal digits.
base::Result<std::string> ParsePublicKey(const std::string& text);

// "100-199", or "100" for a single serial.
base::Result<v1::SerialRange> ParseRange(const std::string& text);

// "gtin:lot:amount", or "ledger_id:gtin:lot:amount" for a batch of another ledger. A lot may hold
// colons.
base::Result<v1::Input> ParseInput(const std::string& text);

// "issuer:date:number", "council:session", "commune:since".
base::Result<v1::DecisionRef> ParseDecision(const std::string& text, base::TimeNs now);
base::Result<v1::ScoreRef> ParseScore(const std::string& text);
base::Result<v1::Residence> ParseResidence(const std::string& text, base::TimeNs now);

}  // namespace sogoc::tools
