#include "node/base/bytes.h"

#include <gtest/gtest.h>

#include <random>

namespace sogoc::base {
namespace {

struct Vector {
  const char* plain;
  const char* encoded;
};

// RFC 4648 section 10.
constexpr Vector kBase64Vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};
// The same without padding.
constexpr Vector kBase32Vectors[] = {
    {"", ""},
    {"f", "MY"},
    {"fo", "MZXQ"},
    {"foo", "MZXW6"},
    {"foob", "MZXW6YQ"},
    {"fooba", "MZXW6YTB"},
    {"foobar", "MZXW6YTBOI"},
};

TEST(Bytes, IntegersAreBigEndian) {
  Bytes out;
  AppendU16(out, 0x0102);
  AppendU32(out, 0x03040506);
  AppendU64(out, 0x0708090a0b0c0d0e);
  EXPECT_EQ(ToHex(out), "0102030405060708090a0b0c0d0e");
}

TEST(Bytes, IntegersReadBackAtTheirBorders) {
  for (std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xff},
                              std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    Bytes out;
    AppendU64(out, value);
    AppendU32(out, static_cast<std::uint32_t>(value));
    ASSERT_EQ(out.size(), 12U);
    EXPECT_EQ(ReadU64(out), value);
    EXPECT_EQ(ReadU32(ByteView(out).subspan(8)), static_cast<std::uint32_t>(value));
  }
}

TEST(Bytes, AppendKeepsWhatIsThere) {
  Bytes out = {1};
  Append(out, AsBytes("ab"));
  Append(out, {});
  EXPECT_EQ(out, (Bytes{1, 'a', 'b'}));
}

TEST(Bytes, TextAndBytesKeepZeros) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(ToText(AsBytes(text)), text);
  EXPECT_EQ(ToBytes(AsBytes(text)), (Bytes{'a', 0, 'b'}));
  EXPECT_TRUE(Equal(AsBytes(text), AsBytes(text)));
  EXPECT_FALSE(Equal(AsBytes(text), AsBytes("a")));
}

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  EXPECT_EQ(ToHex(Bytes{0x00, 0x9a, 0xff}), "009aff");
  EXPECT_EQ(FromHex("009aff"), (Bytes{0x00, 0x9a, 0xff}));
  EXPECT_EQ(FromHex("009AFF"), (Bytes{0x00, 0x9a, 0xff}));
  EXPECT_EQ(FromHex(""), Bytes{});
}

TEST(Hex, RefusesOtherTexts) {
  for (const char* text : {"0", "000", "0g", "g0", "0x00", " 00", "00 ", "0\xc3"}) {
    EXPECT_FALSE(FromHex(text)) << text;
  }
}

TEST(Hex, DigestsHaveExactlyThirtyTwoBytes) {
  const std::string text = std::string(62, '0') + "2a";
  const std::optional<Digest> digest = DigestFromHex(text);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->back(), 0x2a);
  EXPECT_EQ(ToHex(*digest), text);
  EXPECT_FALSE(DigestFromHex(text.substr(2)));
  EXPECT_FALSE(DigestFromHex(text + "00"));
  EXPECT_FALSE(DigestFromHex(text.substr(1) + "x"));
  EXPECT_FALSE(DigestFromBytes(Bytes(31)));
  EXPECT_FALSE(DigestFromBytes(Bytes(33)));
  EXPECT_TRUE(DigestFromBytes(Bytes(32)));
}

TEST(Base64, MatchesTheRfcVectors) {
  for (const auto& [plain, encoded] : kBase64Vectors) {
    EXPECT_EQ(ToBase64(AsBytes(plain)), encoded);
    EXPECT_EQ(FromBase64(encoded), ToBytes(AsBytes(plain))) << encoded;
  }
  EXPECT_EQ(ToBase64(Bytes{0xfb, 0xff, 0xfe}), "+//+");
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const char* text : {
           "Zg",                              // no padding
           "Zg=",                             // half of it
           "Zm9v====", "====", "=", "Zg===",  // too much of it
           "Zh==", "Zm9=",                    // unused bits that are not zero
           "Z===",                            // impossible length
           "Zg==Zg==", "Z=g=",                // padding inside
           "Zm 9v", "Zm9v\n", " Zg=",         // white space
           "-__-",                            // the URL alphabet
       }) {
    EXPECT_FALSE(FromBase64(text)) << text;
  }
  EXPECT_FALSE(FromBase64(std::string_view("Zm9\0", 4)));
}

TEST(Base32, MatchesTheRfcVectors) {
  for (const auto& [plain, encoded] : kBase32Vectors) {
    EXPECT_EQ(ToBase32(AsBytes(plain)), encoded);
    EXPECT_EQ(FromBase32(encoded), ToBytes(AsBytes(plain))) << encoded;
  }
}

TEST(Base32, RefusesEverySecondSpelling) {
  for (const char* text : {
           "my", "My",               // lower case
           "MY======",               // padding
           "MZ", "MZXX", "MZXW7",    // unused bits that are not zero
           "M", "MZX", "MZXW6Y",     // impossible lengths
           "M0", "M1", "M8", "MY ",  // not in the alphabet
       }) {
    EXPECT_FALSE(FromBase32(text)) << text;
  }
}

TEST(TextForms, AnyBytesComeBack) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (std::size_t size = 0; size < 130; ++size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    EXPECT_EQ(FromHex(ToHex(bytes)), bytes);
    EXPECT_EQ(FromBase64(ToBase64(bytes)), bytes);
    EXPECT_EQ(FromBase32(ToBase32(bytes)), bytes);
  }
}

}  // namespace
}  // namespace sogoc::base
