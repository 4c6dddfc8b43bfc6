#include "node/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace sogoc::base {
namespace {

// The generic pattern of RFC 3629 section 3, in `size` bytes, whether that is allowed or not.
std::string Encode(std::uint32_t point, int size) {
  std::string bytes;
  for (int i = size - 1; i > 0; --i) {
    bytes.insert(0, 1, static_cast<char>(0x80 | (point & 0x3f)));
    point >>= 6;
  }
  const std::uint32_t mark[] = {0, 0, 0xc0, 0xe0, 0xf0};
  return bytes.insert(0, 1, static_cast<char>(mark[size] | point));
}

int ShortestSize(std::uint32_t point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

TEST(Utf8, AcceptsTheShortestFormOfEveryCodePointOnly) {
  for (std::uint32_t point = 0; point < 0x200000; ++point) {
    const int shortest = ShortestSize(point);
    const bool exists = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    ASSERT_EQ(IsUtf8(Encode(point, shortest)), exists) << point;
    for (int size = shortest + 1; size <= 4; ++size) ASSERT_FALSE(IsUtf8(Encode(point, size)));
  }
}

TEST(Utf8, RefusesCutAndStrayBytes) {
  const std::string text = "Mỗi xã một sản phẩm 🌾";
  ASSERT_TRUE(IsUtf8(text));
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_FALSE(IsUtf8(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(IsUtf8("M\xe1\xbb"));
  EXPECT_FALSE(IsUtf8("\x80"));
  EXPECT_FALSE(IsUtf8("\xff"));
  EXPECT_FALSE(IsUtf8("\xe1i\x97"));
}

}  // namespace
}  // namespace sogoc::base
