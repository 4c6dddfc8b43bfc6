#include "node/base/utf8.h"

#include <cstddef>

namespace sogoc::base {
namespace {

struct Sequence {
  std::size_t size = 0;  // 0: not a lead byte
  unsigned char second_min = 0x80, second_max = 0xbf;
};

// RFC 3629 section 4: the lead byte fixes the length and the range of the second byte, which is
// where longer forms, surrogates and numbers above U+10FFFF are ruled out.
Sequence SequenceOf(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xc2) return {};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

bool Matches(std::string_view text, Sequence sequence) {
  if (sequence.size == 0 || text.size() < sequence.size) return false;
  for (std::size_t i = 1; i < sequence.size; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool second = i == 1;
    if (c < (second ? sequence.second_min : 0x80)) return false;
    if (c > (second ? sequence.second_max : 0xbf)) return false;
  }
  return true;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const Sequence sequence = SequenceOf(static_cast<unsigned char>(text[0]));
    if (!Matches(text, sequence)) return false;
    text.remove_prefix(sequence.size);
  }
  return true;
}

}  // namespace sogoc::base
