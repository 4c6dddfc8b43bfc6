#include "node/gateway/request_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sogoc::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> Path(std::string_view target) {
  const auto parsed = ParseRequestTarget(target);
  return parsed ? parsed->path : std::vector<std::string>{"(refused)"};
}

TEST(RequestTarget, SplitsBeforeItDecodes) {
  EXPECT_THAT(Path("/"), IsEmpty());
  EXPECT_THAT(Path("/?x"), IsEmpty());
  EXPECT_THAT(Path("/a/b"), ElementsAre("a", "b"));
  EXPECT_THAT(Path("/10/A%2FB%252F/21/%31"), ElementsAre("10", "A/B%2F", "21", "1"));
  EXPECT_THAT(Path("/g%E1%BA%A1o"), ElementsAre("gạo"));
  EXPECT_THAT(Path("/a+b:@!$&'()*,;="), ElementsAre("a+b:@!$&'()*,;="));
}

TEST(RequestTarget, IgnoresOneSlashAtTheEnd) {
  EXPECT_THAT(Path("/a/"), ElementsAre("a"));
  EXPECT_FALSE(ParseRequestTarget("/a//"));
}

TEST(RequestTarget, ReadsTheQueryAsFormsWriteIt) {
  const auto parsed = ParseRequestTarget("/a?x=1&y=a+b%2Bc&x=%C4%91&flag&e=&=v&s=A=B?/");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(parsed->query,
              ElementsAre(Pair("x", "1"), Pair("y", "a b+c"), Pair("x", "đ"), Pair("flag", ""),
                          Pair("e", ""), Pair("", "v"), Pair("s", "A=B?/")));
}

TEST(RequestTarget, RefusesWhatReadersUnderstandDifferently) {
  for (const char* target :
       {"",      "*",    "a",        "?x",           "//",      "//a",         "/a//b",
        "/.",    "/..",  "/a/../b",  "/%2e%2e/a",    "/a/.%2E", "/%",          "/%4",
        "/%4g",  "/a?%", "/a?x=%zz", "/%00",         "/%0a",    "/a?x=%0d%0a", "/%7f",
        "/a\\b", "/a b", "/a|b",     "/a\"",         "/<a>",    "/a#b",        "/a?[x]",
        "/a^",   "/`",   "/{a}",     "/\xe1\xba\xa1"}) {
    EXPECT_FALSE(ParseRequestTarget(target)) << target;
  }
}

TEST(RequestTarget, RefusesWhatIsNotUtf8) {
  for (const char* target : {"/%80", "/%C0%AF", "/%E0%80%AF", "/%ED%A0%80", "/%F4%90%80%80",
                             "/%E1%BA", "/a?x=%FF", "/a?%FE=1"}) {
    EXPECT_FALSE(ParseRequestTarget(target)) << target;
  }
}

}  // namespace
}  // namespace sogoc::gateway
