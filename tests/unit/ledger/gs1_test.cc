#include "node/ledger/gs1.h"

#include <gtest/gtest.h>

#include <string>

namespace sogoc::ledger {
namespace {

TEST(Gs1CheckDigit, FollowsTheGeneralSpecifications) {
  EXPECT_EQ(Gs1CheckDigit("0952012345678"), '8');      // GTIN-14 of the Digital Link standard
  EXPECT_EQ(Gs1CheckDigit("952012345678"), '8');       // the same as GLN-13
  EXPECT_EQ(Gs1CheckDigit("00614141123456789"), '0');  // SSCC-18
  EXPECT_EQ(Gs1CheckDigit("0"), '0');
}

TEST(Gs1CheckDigit, EveryWrongDigitIsRefused) {
  const std::string good = "09520123456788";
  ASSERT_TRUE(IsGtin14(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = good;
      changed[i] = digit;
      EXPECT_EQ(IsGtin14(changed), changed == good) << changed;
    }
  }
}

TEST(Gs1Keys, HaveOneLengthEach) {
  EXPECT_TRUE(IsGln13("9520123456788"));
  EXPECT_FALSE(IsGln13("9520123456789"));
  EXPECT_FALSE(IsGln13("09520123456788"));
  EXPECT_TRUE(IsSscc18("006141411234567890"));
  EXPECT_FALSE(IsSscc18("006141411234567891"));
  EXPECT_FALSE(IsGtin14("9520123456788"));
  EXPECT_FALSE(IsGtin14(""));
  EXPECT_FALSE(IsGtin14("0952012345678X"));
  EXPECT_FALSE(IsGtin14(" 9520123456788"));
}

TEST(PadGtin, GivesTheCanonicalFourteenDigits) {
  EXPECT_EQ(PadGtin("02345673"), "00000002345673");
  EXPECT_EQ(PadGtin("416000336108"), "00416000336108");
  EXPECT_EQ(PadGtin("2112345678900"), "02112345678900");
  EXPECT_EQ(PadGtin("09520123456788"), "09520123456788");
  for (const char* bad : {"", "02345674", "2345673", "123456789", "416000336109", "0416000336108X",
                          "009520123456788"}) {
    EXPECT_FALSE(PadGtin(bad)) << bad;
  }
}

TEST(CompanyPrefix, CoversWhatFollowsTheIndicatorDigit) {
  const std::string gtin = "18935000000011";
  ASSERT_TRUE(IsGtin14(gtin));
  EXPECT_TRUE(IsUnderCompanyPrefix(gtin, "8935"));
  EXPECT_TRUE(IsUnderCompanyPrefix(gtin, "893500000001"));
  EXPECT_FALSE(IsUnderCompanyPrefix(gtin, "1893"));
  EXPECT_FALSE(IsUnderCompanyPrefix(gtin, "8936"));
  EXPECT_FALSE(IsUnderCompanyPrefix(gtin, "893"));
  EXPECT_FALSE(IsUnderCompanyPrefix(gtin, "8935000000011"));
  EXPECT_FALSE(IsUnderCompanyPrefix(gtin, ""));
  EXPECT_FALSE(IsUnderCompanyPrefix("18935000000012", "8935"));
  EXPECT_FALSE(IsUnderCompanyPrefix("8935", "8935"));
  EXPECT_TRUE(IsCompanyPrefix("8930"));
  EXPECT_FALSE(IsCompanyPrefix("89a0"));
}

TEST(CharacterSet82, HasEightyTwoCharacters) {
  int members = 0;
  for (int c = 0; c < 256; ++c) {
    members += IsCharacterSet82(std::string(1, static_cast<char>(c))) ? 1 : 0;
  }
  EXPECT_EQ(members, 82);
  EXPECT_TRUE(IsCharacterSet82("!\"%&'()*+,-./09:;<=>?AZ_az"));
  for (const char* bad : {" ", "#", "$", "@", "[", "\\", "]", "^", "`", "{", "|", "}", "~", "ô"}) {
    EXPECT_FALSE(IsCharacterSet82(bad)) << bad;
  }
}

TEST(LotOrSerial, HasOneToTwentyCharacters) {
  EXPECT_TRUE(IsLotOrSerial("A"));
  EXPECT_TRUE(IsLotOrSerial("LO-2026/03_A.1"));
  EXPECT_TRUE(IsLotOrSerial(std::string(20, 'Z')));
  EXPECT_FALSE(IsLotOrSerial(std::string(21, 'Z')));
  EXPECT_FALSE(IsLotOrSerial(""));
  EXPECT_FALSE(IsLotOrSerial("LÔ1"));
  EXPECT_FALSE(IsLotOrSerial("A B"));
}

TEST(LotOrSerial, DotSegmentsAreRefused) {
  EXPECT_FALSE(IsLotOrSerial("."));
  EXPECT_FALSE(IsLotOrSerial(".."));
  EXPECT_TRUE(IsLotOrSerial("..."));
}

TEST(Gs1Date, IsADayOrAWholeMonth) {
  EXPECT_EQ(ParseGs1Date("261231"), (Gs1Date{26, 12, 31}));
  EXPECT_EQ(ParseGs1Date("260200"), (Gs1Date{26, 2, 0}));
  EXPECT_EQ(ParseGs1Date("240229"), (Gs1Date{24, 2, 29}));
  for (const char* bad : {"", "26123", "2612311", "261301", "260001", "260431", "250229", "26123a",
                          "2612-1", "260132"}) {
    EXPECT_FALSE(ParseGs1Date(bad)) << bad;
  }
}

TEST(Gs1Date, FormatsAsItIsRead) {
  for (const char* text : {"000101", "991231", "260300"}) {
    EXPECT_EQ(FormatGs1Date(*ParseGs1Date(text)), text);
  }
}

TEST(Gs1Date, CenturyIsTheNearestOne) {
  const auto first = [](const char* text, int current_year) {
    return ResolveGs1Date(*ParseGs1Date(text), current_year)->first;
  };
  EXPECT_EQ(first("260101", 2026), 20260101U);
  EXPECT_EQ(first("760101", 2026), 20760101U);  // 50 ahead: this century
  EXPECT_EQ(first("770101", 2026), 19770101U);  // 51 ahead: the last one
  EXPECT_EQ(first("000101", 2049), 20000101U);  // 49 behind: this century
  EXPECT_EQ(first("000101", 2050), 21000101U);  // 50 behind: the next one
  EXPECT_EQ(first("990101", 2001), 19990101U);
}

TEST(Gs1Date, DayZeroIsTheWholeMonth) {
  EXPECT_EQ(ResolveGs1Date({26, 2, 0}, 2026), (DayRange{20260201, 20260228}));
  EXPECT_EQ(ResolveGs1Date({28, 2, 0}, 2026), (DayRange{20280201, 20280229}));
  EXPECT_EQ(ResolveGs1Date({26, 12, 0}, 2026), (DayRange{20261201, 20261231}));
  EXPECT_EQ(ResolveGs1Date({26, 4, 30}, 2026), (DayRange{20260430, 20260430}));
}

TEST(Gs1Date, LeapDayNeedsALeapYear) {
  const Gs1Date leap_day = *ParseGs1Date("000229");
  EXPECT_TRUE(ResolveGs1Date(leap_day, 2026));
  EXPECT_FALSE(ResolveGs1Date(leap_day, 2060));  // 2100 has none
}

}  // namespace
}  // namespace sogoc::ledger
