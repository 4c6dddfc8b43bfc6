#include "node/ledger/gs1_attributes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "node/ledger/gs1.h"

namespace sogoc::ledger {
namespace {

// AIs `first` to `last`, written with `ai_digits` digits. The value has min to max characters of
// set 82, of which the leading `digits` are digits.
struct Row {
  std::uint8_t ai_digits;
  std::uint16_t first, last;
  std::uint8_t digits, min, max;
};

constexpr Row Number(int ai_digits, int first, int last, int min, int max) {
  return {static_cast<std::uint8_t>(ai_digits), static_cast<std::uint16_t>(first),
          static_cast<std::uint16_t>(last),     static_cast<std::uint8_t>(max),
          static_cast<std::uint8_t>(min),       static_cast<std::uint8_t>(max)};
}

constexpr Row Text(int ai_digits, int first, int last, int max, int min = 1, int digits = 0) {
  return {static_cast<std::uint8_t>(ai_digits), static_cast<std::uint16_t>(first),
          static_cast<std::uint16_t>(last),     static_cast<std::uint8_t>(digits),
          static_cast<std::uint8_t>(min),       static_cast<std::uint8_t>(max)};
}

constexpr std::array kRows = {
    Number(2, 0, 0, 18, 18),  // SSCC
    Number(2, 11, 13, 6, 6),  // dates
    Number(2, 15, 17, 6, 6),  // dates
    Number(2, 20, 20, 2, 2),
    Number(2, 30, 30, 1, 8),
    Text(2, 90, 90, 30),
    Text(2, 91, 99, 90),  // company's own
    Text(3, 240, 241, 30),
    Number(3, 242, 242, 1, 6),
    Text(3, 243, 243, 20),
    Text(3, 250, 251, 30),
    Text(3, 253, 253, 30, 13, 13),
    Text(3, 400, 401, 30),
    Number(3, 402, 402, 17, 17),
    Text(3, 403, 403, 30),
    Number(3, 410, 417, 13, 13),  // GLNs
    Text(3, 420, 420, 20),
    Text(3, 421, 421, 12, 4, 3),
    Number(3, 422, 422, 3, 3),  // country of origin
    Number(3, 423, 423, 3, 15),
    Number(3, 424, 424, 3, 3),
    Number(3, 425, 425, 3, 15),
    Number(3, 426, 426, 3, 3),
    Text(3, 427, 427, 3),
    Text(3, 710, 717, 20),
    Number(4, 3100, 3169, 6, 6),  // measures
    Number(4, 3200, 3379, 6, 6),
    Number(4, 3400, 3579, 6, 6),
    Number(4, 3600, 3699, 6, 6),
    Number(4, 3900, 3909, 1, 15),  // amounts
    Number(4, 3910, 3919, 4, 18),
    Number(4, 3920, 3929, 1, 15),
    Number(4, 3930, 3939, 4, 18),
    Number(4, 3940, 3943, 4, 4),
    Number(4, 3950, 3955, 6, 6),
    Text(4, 4300, 4301, 35),  // logistics
    Text(4, 4302, 4306, 70),
    Text(4, 4307, 4307, 2, 2),
    Text(4, 4308, 4308, 30),
    Number(4, 4309, 4309, 20, 20),
    Text(4, 4310, 4311, 35),
    Text(4, 4312, 4316, 70),
    Text(4, 4317, 4317, 2, 2),
    Text(4, 4318, 4318, 20),
    Text(4, 4319, 4319, 30),
    Text(4, 4320, 4320, 35),
    Number(4, 4321, 4323, 1, 1),
    Number(4, 4324, 4325, 10, 10),
    Number(4, 4326, 4326, 6, 6),
    Text(4, 4330, 4333, 7, 6, 6),
    Number(4, 7001, 7001, 13, 13),
    Text(4, 7002, 7002, 30),
    Number(4, 7003, 7003, 10, 10),
    Number(4, 7004, 7004, 1, 4),
    Text(4, 7005, 7005, 12),
    Number(4, 7006, 7006, 6, 6),
    Number(4, 7007, 7007, 6, 12),  // harvest
    Text(4, 7008, 7008, 3),
    Text(4, 7009, 7009, 10),
    Text(4, 7010, 7010, 2),
    Number(4, 7011, 7011, 6, 10),
    Text(4, 7020, 7022, 20),
    Text(4, 7023, 7023, 30),
    Text(4, 7030, 7039, 30, 4, 3),  // processors
    Text(4, 7041, 7041, 4),
    Text(4, 7230, 7239, 30, 3),  // certificates
    Text(4, 7240, 7240, 20),
    Number(4, 7241, 7241, 2, 2),
    Text(4, 7242, 7242, 25),
    Number(4, 7250, 7250, 8, 8),
    Number(4, 7251, 7251, 12, 12),
    Number(4, 7252, 7252, 1, 1),
    Text(4, 7253, 7254, 40),
    Text(4, 7255, 7255, 10),
    Text(4, 7256, 7256, 90),
    Text(4, 7257, 7257, 70),
    Text(4, 7258, 7258, 3, 3),
    Text(4, 7259, 7259, 40),
    Number(4, 8001, 8001, 14, 14),
    Text(4, 8002, 8002, 20),
    Text(4, 8003, 8003, 30, 14, 14),
    Text(4, 8004, 8004, 30),
    Number(4, 8005, 8005, 6, 6),
    Text(4, 8007, 8007, 34),
    Number(4, 8008, 8008, 8, 12),
    Text(4, 8009, 8009, 50),
    Text(4, 8010, 8010, 30),
    Text(4, 8012, 8012, 20),
    Text(4, 8013, 8013, 25),
    Number(4, 8017, 8018, 18, 18),
    Number(4, 8026, 8026, 18, 18),
    Text(4, 8030, 8030, 90),
    Text(4, 8110, 8110, 70),
    Number(4, 8111, 8111, 4, 4),
    Text(4, 8112, 8112, 70),
};

// In 31nn to 36nn the last digit says how many decimals follow the point.
bool IsBadMeasure(unsigned number) { return number >= 3100 && number <= 3699 && number % 10 > 5; }

const Row* FindRow(std::string_view ai) {
  if (ai.size() > 4 || !IsDigits(ai)) return nullptr;
  unsigned number = 0;
  for (char digit : ai) number = number * 10 + static_cast<unsigned>(digit - '0');
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& candidate) {
    return candidate.ai_digits == ai.size() && number >= candidate.first &&
           number <= candidate.last;
  });
  return row == kRows.end() || IsBadMeasure(number) ? nullptr : &*row;
}

}  // namespace

AttributeCheck CheckAttribute(std::string_view ai, std::string_view value) {
  const Row* row = FindRow(ai);
  if (row == nullptr) return AttributeCheck::kUnknown;
  const std::string_view digits = value.substr(0, row->digits);
  const bool is_date = ai >= "11" && ai <= "17" && ai.size() == 2;
  const bool good = value.size() >= row->min && value.size() <= row->max &&
                    (digits.empty() || IsDigits(digits)) && IsCharacterSet82(value) &&
                    (!is_date || ParseGs1Date(value).has_value());
  return good ? AttributeCheck::kGood : AttributeCheck::kBadValue;
}

}  // namespace sogoc::ledger
