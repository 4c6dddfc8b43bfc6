#include "node/gateway/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/gateway/request_target.h"

namespace sogoc::gateway {
namespace {

Handler Say(const std::string& text) {
  return [text](const Request&) { return Response{200, "text/plain", text, {}}; };
}

Request MakeRequest(Method method, const std::string& target) {
  Request request;
  request.method = method;
  request.target = target;
  if (auto parsed = ParseRequestTarget(target)) request.path = parsed->path;
  return request;
}

// What the chosen handler says, followed by what was captured; or the status and Allow.
std::string Answer(const Router& router, Method method, const std::string& target) {
  auto found = router.Find(MakeRequest(method, target));
  if (const auto* response = std::get_if<Response>(&found)) {
    return std::to_string(response->status) + " " + std::string(response->Header("Allow"));
  }
  const auto& match = std::get<RouteMatch>(found);
  std::string text;
  match.route->handler({}, [&](const Response& response) { text = response.body; });
  for (const auto& [name, value] : match.captures) text += " " + name + "=" + value;
  return text;
}

std::string Get(const Router& router, const std::string& target) {
  return Answer(router, Method::kGet, target);
}

TEST(Router, CapturesSegments) {
  Router router;
  router.Get("/", Say("home"));
  router.Get("/01/{gtin}/10/{lot}", Say("lot"));
  router.Get("/tile/{path...}", Say("tile"));
  EXPECT_EQ(Get(router, "/"), "home");
  EXPECT_EQ(Get(router, "/01/0952/10/A%2F1"), "lot gtin=0952 lot=A/1");
  EXPECT_EQ(Get(router, "/01/0952/10/A/"), "lot gtin=0952 lot=A");
  EXPECT_EQ(Get(router, "/tile/0/x001/067"), "tile path=0/x001/067");
  EXPECT_EQ(Get(router, "/tile/0/x001%2F067"), "404 ");
  EXPECT_EQ(Get(router, "/tile"), "404 ");
  EXPECT_EQ(Get(router, "/01/0952"), "404 ");
  EXPECT_EQ(Get(router, "/01/0952/10/A/21"), "404 ");
  EXPECT_EQ(Get(router, "/02/0952/10/A"), "404 ");
}

TEST(Router, TriesTheMoreSpecificFirstWhateverTheOrder) {
  Router router;
  router.Get("/{any...}", Say("tail"));
  router.Get("/{a}/{b}", Say("two"));
  router.Get("/x/{b}", Say("x"));
  router.Get("/{a}/y", Say("y"));
  router.Get("/x/y", Say("both"));
  EXPECT_EQ(Get(router, "/x/y"), "both");
  EXPECT_EQ(Get(router, "/x/z"), "x b=z");
  EXPECT_EQ(Get(router, "/w/y"), "y a=w");
  EXPECT_EQ(Get(router, "/w/z"), "two a=w b=z");
  EXPECT_EQ(Get(router, "/w"), "tail any=w");
  EXPECT_EQ(Get(router, "/w/z/y"), "tail any=w/z/y");
}

TEST(Router, HeadIsAnsweredByGet) {
  Router router;
  router.Get("/a", Say("a"));
  router.Post("/b", 10, Say("b"));
  EXPECT_EQ(Answer(router, Method::kHead, "/a"), "a");
  EXPECT_EQ(Answer(router, Method::kHead, "/b"), "405 POST, OPTIONS");
}

TEST(Router, NamesTheMethodsOfAnAddress) {
  Router router;
  router.Get("/a/{x}", Say("get"));
  router.Post("/a/b", 10, Say("post"));
  EXPECT_EQ(Answer(router, Method::kPut, "/a/c"), "405 GET, HEAD, OPTIONS");
  EXPECT_EQ(Answer(router, Method::kPut, "/a/b"), "405 GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(Get(router, "/a/b"), "get x=b");
  EXPECT_EQ(Answer(router, Method::kOptions, "/a/b"), "204 GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(Answer(router, Method::kOptions, "/none"), "404 ");
  EXPECT_EQ(Answer(router, Method::kOptions, "*"), "204 GET, HEAD, POST, OPTIONS");
}

TEST(Router, KnowsTheBodyLimitOfARoute) {
  Router router;
  router.Post("/a", 10, Say("post"));
  const auto found = router.Find(MakeRequest(Method::kPost, "/a"));
  EXPECT_EQ(std::get<RouteMatch>(found).route->body_bytes_max, 10U);
}

TEST(RouterDeathTest, PatternsThatCannotBeRightEndTheProcess) {
  Router router;
  router.Get("/a/{x}", Say(""));
  EXPECT_DEATH(router.Get("/a/{y}", Say("")), "");
  EXPECT_DEATH(router.Get("b", Say("")), "");
  EXPECT_DEATH(router.Get("/b//c", Say("")), "");
  EXPECT_DEATH(router.Get("/{x...}/c", Say("")), "");
}

}  // namespace
}  // namespace sogoc::gateway
