#pragma once

// The GS1 application identifiers that may follow a GTIN in the query of a Digital Link (GS1
// barcode syntax dictionary, 2026: rows marked as data attributes that do not exclude AI 01).

#include <string_view>

namespace sogoc::ledger {

enum class AttributeCheck {
  kGood,
  kUnknown,  // no such AI, or it has no place in the query of a GTIN
  kBadValue
};

// Judges length and characters of `value`, and for AI 11 to 17 the date. What a value means
// (country codes, check digits of further keys, which AIs need which) is not judged: nothing here
// reads it. Pure.
AttributeCheck CheckAttribute(std::string_view ai, std::string_view value);

}  // namespace sogoc::ledger
