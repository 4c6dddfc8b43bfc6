#include "node/ledger/digital_link.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "node/ledger/gs1_attributes.h"

namespace sogoc::ledger {
namespace {

const std::string kLink = "https://id.gs1.org/01/09520123456788";

DigitalLink Parsed(const std::string& uri) {
  const base::Result<DigitalLink> link = ParseDigitalLink(uri);
  EXPECT_TRUE(link) << uri << ": " << (link ? "" : link.error().message);
  return link.value_or(DigitalLink{});
}

void ExpectRefused(const std::vector<std::string>& uris) {
  for (const std::string& uri : uris) {
    const base::Result<DigitalLink> link = ParseDigitalLink(uri);
    ASSERT_FALSE(link) << uri;
    EXPECT_EQ(link.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_FALSE(link.error().message.empty());
  }
}

TEST(DigitalLinkUri, GivesItsParts) {
  const DigitalLink link = Parsed(
      "https://id.gs1.org/01/09520123456788/22/2A/10/ABC1/21/12345?11=260100&17=180426&s=QQ");
  EXPECT_EQ(link.host, "id.gs1.org");
  EXPECT_EQ(link.stem, "");
  EXPECT_EQ(link.gtin, "09520123456788");
  EXPECT_EQ(link.variant, "2A");
  EXPECT_EQ(link.lot, "ABC1");
  EXPECT_EQ(link.serial, "12345");
  EXPECT_EQ(link.claims.production, (Gs1Date{26, 1, 0}));
  EXPECT_EQ(link.claims.expiry, (Gs1Date{18, 4, 26}));
  EXPECT_EQ(link.signature, "QQ");
}

TEST(DigitalLinkUri, EverySubsetOfQualifiersInOrderIsRead) {
  for (const char* path : {"", "/22/2A", "/10/ABC123", "/21/12345", "/22/2A/10/B", "/22/2A/21/C",
                           "/10/B/21/C", "/22/2A/10/B/21/C", "/235/XYZ"}) {
    Parsed(kLink + path);
  }
}

TEST(DigitalLinkUri, QualifiersOutOfOrderOrTwiceAreRefused) {
  ExpectRefused({kLink + "/21/1/10/B", kLink + "/10/B/22/2A", kLink + "/21/1/22/2A",
                 kLink + "/10/B/10/B", kLink + "/21/1/21/1", kLink + "/22/A/235/B",
                 kLink + "/235/B/21/A", kLink + "/235/B/235/C"});
}

TEST(DigitalLinkUri, OtherAisInThePathAreRefused) {
  ExpectRefused({kLink + "/99/ABC", kLink + "/89/ABC123", kLink + "/17/260101", kLink + "/x/y",
                 kLink + "/254/1", kLink + "/%31%30/B", kLink + "/010/B",
                 "https://a/00/006141411234567890", "https://a/8004/9520614141234567",
                 kLink + "/00/006141411234567890", "https://a/gtin/12312312312333"});
}

TEST(DigitalLinkUri, GtinIsFourteenDigitsWithItsCheckDigit) {
  ExpectRefused({"https://a/01/2112345678900", "https://a/01/416000336108", "https://a/01/02345673",
                 "https://a/01/09520123456789", "https://a/01/0952012345678X", "https://a/01/",
                 "https://a/01", "https://a/01//12312312312333", "https://a/01/009520123456788"});
  EXPECT_EQ(Parsed("https://a/01/%30952012345678%38").gtin, "09520123456788");
}

TEST(DigitalLinkUri, SchemeIsOfOneCase) {
  for (const char* scheme : {"http", "https", "HTTP", "HTTPS"}) {
    Parsed(scheme + std::string("://a/01/12312312312333"));
  }
  ExpectRefused({"", "ftp://", "ftp://a/01/12312312312333", "HtTp://a/01/12312312312333",
                 "Https://a/01/12312312312333", "https:/a/01/12312312312333",
                 "//a/01/12312312312333", "a/01/12312312312333", " https://a/01/12312312312333",
                 "https:\\\\a\\01\\12312312312333"});
}

TEST(DigitalLinkUri, HostIsLowerCasedAndKeepsItsPort) {
  EXPECT_EQ(Parsed("HTTPS://TEM.OCOP.EXAMPLE/01/12312312312333").host, "tem.ocop.example");
  EXPECT_EQ(Parsed("https://Tem.Ocop.example/01/12312312312333").host, "tem.ocop.example");
  EXPECT_EQ(Parsed("https://a:65535/01/12312312312333").host, "a:65535");
  for (const char* host :
       {"xn--fsq.xn--0zwm56d", "a.", "192.0.2.1", "3232235777", "[2001:db8::1]"}) {
    EXPECT_EQ(Parsed("https://" + std::string(host) + "/01/12312312312333").host, host);
  }
  ExpectRefused({"https:///01/12312312312333", "https://[fe80::1%25lo]/01/12312312312333",
                 "https://$a/01/12312312312333", "https://a$/01/12312312312333",
                 "https://u@a/01/12312312312333", "https://a_b/01/12312312312333",
                 "https://a?/01/12312312312333", "https://a#/01/12312312312333",
                 "https://" + std::string(254, 'a') + "/01/12312312312333"});
}

TEST(DigitalLinkUri, NoPathIsRefused) {
  ExpectRefused({"http://", "http:///", "http://a", "http://a/", "http://a/b", "http://a/b/",
                 "https://00/006141411234567890", "https://01/12312312312333"});
}

TEST(DigitalLinkUri, StemIsKeptAndTheRightmostKeyCounts) {
  EXPECT_EQ(Parsed("https://a/stem/01/12312312312333").stem, "/stem");
  EXPECT_EQ(Parsed("https://a/more/stem/01/12312312312333/10/B").stem, "/more/stem");
  EXPECT_EQ(Parsed("https://a/01/faux/01/12312312312333").stem, "/01/faux");
  EXPECT_EQ(Parsed("https://a/00/006141411234567890/01/12312312312333").stem,
            "/00/006141411234567890");
  EXPECT_EQ(Parsed("https://a//01/12312312312333").stem, "/");
  const DigitalLink twice = Parsed("https://a/01/12312312312333/01/09520123456788");
  EXPECT_EQ(twice.gtin, "09520123456788");
  EXPECT_EQ(twice.stem, "/01/12312312312333");
}

TEST(DigitalLinkUri, LotOrSerialMayLookLikeTheKey) {
  const DigitalLink link = Parsed(kLink + "/10/01/21/01");
  EXPECT_EQ(link.gtin, "09520123456788");
  EXPECT_EQ(link.lot, "01");
  EXPECT_EQ(link.serial, "01");
}

TEST(DigitalLinkUri, TrailingSlashAndEmptyValueAreRefused) {
  ExpectRefused({kLink + "/", kLink + "/10/", kLink + "/10", kLink + "/10/B/", kLink + "/10//21/C",
                 kLink + "/?s=A", kLink + "//"});
}

TEST(DigitalLinkUri, DotSegmentsAreRefused) {
  ExpectRefused({kLink + "/10/.", kLink + "/10/..", kLink + "/10/%2E", kLink + "/10/.%2e/21/1",
                 "https://a/./01/12312312312333", "https://a/x/../01/12312312312333"});
  EXPECT_EQ(Parsed(kLink + "/10/...").lot, "...");
}

TEST(DigitalLinkUri, PercentEncodingIsUndone) {
  EXPECT_EQ(Parsed(kLink + "/10/ABC%2d123").lot, "ABC-123");
  EXPECT_EQ(Parsed(kLink + "/10/32a%2Fb").lot, "32a/b");
  EXPECT_EQ(Parsed(kLink + "/10/%25%3f").lot, "%?");
  EXPECT_EQ(Parsed(kLink + "?%31%37=%3260101").claims.expiry, (Gs1Date{26, 1, 1}));
  EXPECT_EQ(Parsed(kLink + "?%73=A%2fB").signature, "A/B");
}

TEST(DigitalLinkUri, BadPercentEncodingIsRefused) {
  ExpectRefused({kLink + "/10/ABC%2", kLink + "/10/ABCD%", kLink + "/10/A%4gB", kLink + "/10/A%g4B",
                 kLink + "/10/A%00B", "https://a/01/1231231231233%003", kLink + "?99=ABC%00DEF",
                 kLink + "?other=%zz", kLink + "?o%=1", kLink + "?s=A%",
                 "https://a/%/01/12312312312333", kLink + "/10/A%20B", kLink + "/10/%C3%94",
                 kLink + "/10/A%7E"});
}

TEST(DigitalLinkUri, PlusIsItselfInThePathAndASpaceInTheQuery) {
  EXPECT_EQ(Parsed(kLink + "/10/A+B").lot, "A+B");
  EXPECT_EQ(Parsed(kLink + "?s=A+B").signature, "A B");
  ExpectRefused({kLink + "?98=XYZ+987"});
  Parsed(kLink + "?98=XYZ%2B987");
}

TEST(DigitalLinkUri, CharactersThatNoUriHasAreRefused) {
  for (const char* bad : {"<", ">", "{", "}", "\\", "^", "`", "|", "\"", " ", "\n", "\x7f", "ô"}) {
    ExpectRefused({kLink + "/10/A" + bad, kLink + "?x=" + bad, kLink + "#" + bad});
  }
  ExpectRefused({kLink + std::string("/10/A\0B", 7)});
}

TEST(DigitalLinkUri, ValuesHaveTheirLengthsAndCharacters) {
  const std::string twenty(20, 'A');
  for (const char* ai : {"22", "10", "21"}) {
    const std::string start = kLink + "/" + ai + "/";
    Parsed(start + twenty);
    Parsed(start + "!%22%25&'()*+,-.%2F:;%3C=%3E%3F_");
    ExpectRefused({start + twenty + "A", start + "A~B", start + "A@B", start + "A$B"});
  }
  Parsed(kLink + "/235/" + std::string(28, 'A'));
  ExpectRefused({kLink + "/235/" + std::string(29, 'A')});
  Parsed(kLink + "?99=" + std::string(90, 'A'));
  ExpectRefused({kLink + "?99=" + std::string(91, 'A')});
}

TEST(DigitalLinkUri, NamedParametersAreIgnoredAndNumericOnesMustBeKnown) {
  for (const char* query :
       {"?", "?99=ABC", "?99=ABC&98=XYZ", "?&&&99=ABC&&&&&&98=XYZ&&&", "?99=ABC&unknown=666",
        "?unknown=666&unknown=667", "?99=ABC&singleton", "?singleton&99=ABC", "?99", "?=x", "?17",
        "?99=XYZ%2f987", "?3103=000195", "?3103=000195&3922=0299&17=201225", "?linkType=linkset",
        "?a=b?c/d", "?S=1&S=2", "?s"}) {
    Parsed(kLink + query);
  }
  ExpectRefused({kLink + "?99=", kLink + "?99=ABC&999=faux", kLink + "?89=ABC123", kLink + "?1=1",
                 kLink + "?0=1", kLink + "?12345=1", kLink + "?3106=000195", kLink + "?3170=000195",
                 kLink + "?s="});
}

TEST(DigitalLinkUri, AParameterTwiceIsRefused) {
  ExpectRefused({kLink + "?99=XYZ789&99=XYZ789", kLink + "?17=260101&%317=260102",
                 kLink + "?s=A&s=A", kLink + "/10/A?99=X&01=09520123456788", kLink + "/10/A?10=A"});
}

TEST(DigitalLinkUri, QualifiersInTheQueryAreRefused) {
  ExpectRefused({kLink + "?10=ABC123", kLink + "?21=1", kLink + "?22=A", kLink + "?235=A",
                 kLink + "?01=09520123456788", kLink + "?02=09520123456788", kLink + "?8006=1",
                 kLink + "/235/X?22=A", kLink + "/235/X?21=1"});
  const DigitalLink link = Parsed(kLink + "/235/XYZ?10=ABC123");
  EXPECT_EQ(link.third_party, "XYZ");
  EXPECT_EQ(link.lot, "ABC123");
}

TEST(DigitalLinkUri, DatesMustExist) {
  for (const char* ai : {"11", "13", "15", "17"}) {
    const std::string start = kLink + "?" + ai + "=";
    Parsed(start + "240229");
    Parsed(start + "240200");
    ExpectRefused({start + "250229", start + "261301", start + "2612", start + "26-1-1"});
  }
}

TEST(DigitalLinkUri, FragmentIsIgnored) {
  EXPECT_EQ(Parsed(kLink + "/10/abc#").lot, "abc");
  EXPECT_EQ(Parsed(kLink + "/10/abc#frag/21/1?s=A%").serial, "");
  EXPECT_EQ(Parsed(kLink + "?s=A#17=1").signature, "A");
}

TEST(DigitalLinkUri, HasAtMostTwoThousandBytes) {
  const std::string longest = kLink + "?x=" + std::string(2'000 - kLink.size() - 3, 'A');
  Parsed(longest);
  ExpectRefused({longest + "A"});
}

TEST(DigitalLinkUri, IsFormattedCanonically) {
  DigitalLink link =
      Parsed("HTTP://Host:81/s/01/09520123456788/10/a+b(1)/21/7?s=Q&11=260131&x=y#f");
  EXPECT_EQ(FormatDigitalLink(link),
            "https://host:81/s/01/09520123456788/10/a%2Bb%281%29/21/7?11=260131&s=Q");
  EXPECT_EQ(FormatDigitalLink(link, UriCase::kUpper),
            "HTTPS://HOST:81/s/01/09520123456788/10/a%2Bb%281%29/21/7?11=260131&s=Q");
  EXPECT_EQ(FormatDigitalLink(Parsed(kLink)), kLink);
}

TEST(DigitalLinkUri, FormattedLinkIsReadAsTheSameLink) {
  for (const char* rest :
       {"", "/22/2A", "/10/A%2FB%25%3F", "/21/!%22'",
        "/22/a/10/b/21/c?11=260100&17=261231&s=A%20%F0", "/235/T?10=L&17=261231", "?s=%26%3D%23"}) {
    for (const char* start : {"https://a", "HTTPS://A.B:1/x/%2F/y"}) {
      const DigitalLink link = Parsed(start + std::string("/01/09520123456788") + rest);
      EXPECT_EQ(Parsed(FormatDigitalLink(link)), link);
      EXPECT_EQ(Parsed(FormatDigitalLink(link, UriCase::kUpper)), link);
    }
  }
}

TEST(Attribute, FormsFollowTheSyntaxDictionary) {
  struct Case {
    const char* ai;
    const char* value;
    AttributeCheck expected;
  };
  for (const Case& each :
       std::vector<Case>{{"00", "006141411234567890", AttributeCheck::kGood},
                         {"00", "00614141123456789", AttributeCheck::kBadValue},
                         {"30", "12345678", AttributeCheck::kGood},
                         {"30", "123456789", AttributeCheck::kBadValue},
                         {"30", "1a", AttributeCheck::kBadValue},
                         {"253", "1231231231232", AttributeCheck::kGood},
                         {"253", "1231231231232TEST5678901234567", AttributeCheck::kGood},
                         {"253", "1231231231232TEST56789012345678", AttributeCheck::kBadValue},
                         {"253", "123123123123", AttributeCheck::kBadValue},
                         {"253", "12312312312X2", AttributeCheck::kBadValue},
                         {"422", "704", AttributeCheck::kGood},
                         {"421", "704A", AttributeCheck::kGood},
                         {"421", "704", AttributeCheck::kBadValue},
                         {"3105", "000001", AttributeCheck::kGood},
                         {"3106", "000001", AttributeCheck::kUnknown},
                         {"3379", "000001", AttributeCheck::kUnknown},
                         {"4330", "001000-", AttributeCheck::kGood},
                         {"7007", "260101260131", AttributeCheck::kGood},
                         {"7230", "EM", AttributeCheck::kBadValue},
                         {"7230", "EM1", AttributeCheck::kGood},
                         {"90", "", AttributeCheck::kBadValue},
                         {"90", "A B", AttributeCheck::kBadValue},
                         {"14", "260101", AttributeCheck::kUnknown},
                         {"", "1", AttributeCheck::kUnknown},
                         {"9", "1", AttributeCheck::kUnknown},
                         {"090", "1", AttributeCheck::kUnknown},
                         {"9a", "1", AttributeCheck::kUnknown},
                         {"99999", "1", AttributeCheck::kUnknown}}) {
    EXPECT_EQ(CheckAttribute(each.ai, each.value), each.expected) << each.ai << "=" << each.value;
  }
}

}  // namespace
}  // namespace sogoc::ledger
