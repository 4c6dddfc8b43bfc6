#include "node/gateway/response_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sogoc::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

const ResponseContext kPlain{"Sun, 06 Nov 1994 08:49:37 GMT"};

TEST(HttpDate, IsImfFixdate) {
  EXPECT_EQ(FormatHttpDate(784'111'777 * base::kNsPerSecond), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(FormatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(FormatHttpDate(951'782'399'999'999'999), "Mon, 28 Feb 2000 23:59:59 GMT");
}

TEST(ResponseHead, CarriesTheSecurityFields) {
  EXPECT_EQ(FormatResponseHead({200, "application/json", "{}", {{"ETag", "\"x\""}}}, kPlain),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 2\r\n"
            "Content-Type: application/json\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
            "Referrer-Policy: no-referrer\r\n"
            "Cache-Control: no-store\r\n"
            "ETag: \"x\"\r\n"
            "\r\n");
}

TEST(ResponseHead, PagesMayLoadFromTheirOwnServerOnly) {
  const Response page{200, "text/html; charset=utf-8", "", {}};
  EXPECT_THAT(FormatResponseHead(page, kPlain),
              HasSubstr("Content-Security-Policy: default-src 'self'; object-src 'none'; "
                        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"));
}

TEST(ResponseHead, FollowsItsContext) {
  ResponseContext context = kPlain;
  const std::string open = FormatResponseHead({}, context);
  EXPECT_THAT(open, Not(HasSubstr("Connection:")));
  EXPECT_THAT(open, Not(HasSubstr("Strict-Transport-Security")));
  context.secure = context.close = true;
  const std::string closing = FormatResponseHead({}, context);
  EXPECT_THAT(closing, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(closing, HasSubstr("Strict-Transport-Security: max-age=63072000\r\n"));
}

TEST(ResponseHead, ARoutesOwnFieldsReplaceTheDefaults) {
  const std::string head =
      FormatResponseHead({200, "", "", {{"cache-control", "max-age=60"}}}, kPlain);
  EXPECT_THAT(head, HasSubstr("cache-control: max-age=60\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("no-store")));
}

TEST(ResponseHead, NoContentHasNoLength) {
  for (const int status : {204, 304}) {
    EXPECT_THAT(FormatResponseHead({status, "", "", {}}, kPlain), Not(HasSubstr("Content-Length")));
  }
  EXPECT_THAT(FormatResponseHead({303, "", "", {}}, kPlain), HasSubstr("Content-Length: 0\r\n"));
}

TEST(ResponseHead, ControlCharactersMakeAResponseMalformed) {
  EXPECT_TRUE(IsWellFormed({200, "text/plain", "a\r\nb", {{"X", "đ"}}}));
  EXPECT_FALSE(IsWellFormed({200, "text/plain\r\n", "", {}}));
  EXPECT_FALSE(IsWellFormed({200, "", "", {{"Location", "/a\r\nSet-Cookie: x"}}}));
  EXPECT_FALSE(IsWellFormed({200, "", "", {{"Location", std::string("/\0", 2)}}}));
  EXPECT_FALSE(IsWellFormed({200, "", "", {{"X\n", ""}}}));
  EXPECT_FALSE(IsWellFormed({200, "", "", {{"", "x"}}}));
}

TEST(Problem, IsJsonWhateverTheDetail) {
  EXPECT_EQ(Problem(404, "say \"no\"\n").body,
            R"({"title":"Not Found","status":404,"detail":"say \"no\"\n"})");
}

TEST(Request, FindsFieldsInAnyCase) {
  Request request;
  request.fields = {{"Accept", "a"}, {"accept", "b"}};
  request.query = {{"x", ""}};
  EXPECT_EQ(request.Header("ACCEPT"), "a");
  EXPECT_EQ(request.Header("Accep"), "");
  EXPECT_EQ(request.Query("x"), "");
  EXPECT_EQ(request.Query("y"), std::nullopt);
}

}  // namespace
}  // namespace sogoc::gateway
