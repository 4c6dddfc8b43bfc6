// Files over HTTP: what is taken, what is served, and what a browser is told about it.

#include <gmock/gmock.h>

#include <fstream>

#include "node/gateway/api_common.h"
#include "tests/support/blob_shelf.h"

namespace sogoc::gateway {
namespace {

using base::Bytes;
using base::Digest;
using testing::HasSubstr;

class ApiBlobsTest : public testing::Test {
 protected:
  void AddRoutes() {
    BlobServices services;
    services.store = &shelf_.blobs();
    services.announce = [this](const Digest& hash) { announced_.push_back(hash); };
    if (other_peer_) {
      services.fetch = [this](const Digest& hash, const std::function<void()>& done) {
        fetched_.push_back(hash);
        (*other_peer_)();
        done();
      };
    }
    AddBlobRoutes(
        services, [](const std::function<void()>& work) { work(); }, router_);
  }
  Response Call(Method method, const std::string& name, const std::string& body = "") {
    if (!added_) AddRoutes();
    added_ = true;
    Request request;
    request.method = method;
    request.path = {"v1", "blobs", name};
    request.body = body;
    const auto found = router_.Find(request);
    const auto& match = std::get<RouteMatch>(found);
    EXPECT_EQ(match.route->body_bytes_max, method == Method::kPut ? storage::kBlobBytesMax : 0);
    request.captures = match.captures;
    Response answer;
    match.route->handler(request, [&answer](Response response) { answer = std::move(response); });
    return answer;
  }
  Response Put(const std::string& body) { return Call(Method::kPut, NameOf(body), body); }
  Response Get(const std::string& body) { return Call(Method::kGet, NameOf(body)); }
  static Digest HashOf(const std::string& body) { return crypto::Sha256(base::AsBytes(body)); }
  static std::string NameOf(const std::string& body) { return base::ToHex(HashOf(body)); }

  support::BlobShelf shelf_;
  std::optional<std::function<void()>> other_peer_;
  std::vector<Digest> announced_;
  std::vector<Digest> fetched_;
  Router router_;
  bool added_ = false;
};

TEST_F(ApiBlobsTest, WhatTheLedgerNamesIsTakenAndServed) {
  shelf_.Name({HashOf("picture")});
  EXPECT_EQ(Put("picture").status, 201);
  EXPECT_THAT(announced_, testing::ElementsAre(HashOf("picture")));
  const Response again = Put("picture");
  EXPECT_EQ(again.status, 200);
  EXPECT_THAT(again.body, HasSubstr(NameOf("picture")));
  EXPECT_EQ(announced_.size(), 1U);
  const Response response = Get("picture");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "picture");
  EXPECT_EQ(response.content_type, "application/octet-stream");
  EXPECT_THAT(response.Header("Content-Security-Policy"), HasSubstr("sandbox"));
  EXPECT_THAT(response.Header("Cache-Control"), HasSubstr("immutable"));
}

TEST_F(ApiBlobsTest, WhatTheLedgerDoesNotNameIsRefusedInBothLanguages) {
  for (const Response& response : {Put("letter"), Get("letter")}) {
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("The ledger names no such file"));
    EXPECT_THAT(response.body, HasSubstr("Sổ cái không có bản ghi nào nêu tệp này"));
    EXPECT_EQ(response.Header("Retry-After"), "");
  }
  EXPECT_FALSE(shelf_.Holds(HashOf("letter")));
  EXPECT_TRUE(announced_.empty());
}

TEST_F(ApiBlobsTest, AnotherContentOrNoNameIsRefused) {
  shelf_.Name({HashOf("picture"), HashOf("")});
  EXPECT_EQ(Call(Method::kPut, NameOf("picture"), "another").status, 400);
  EXPECT_EQ(Put("").status, 400);
  EXPECT_EQ(Call(Method::kPut, "picture.jpg", "picture").status, 400);
  EXPECT_EQ(Call(Method::kGet, "picture.jpg").status, 400);
  EXPECT_EQ(Call(Method::kGet, NameOf("picture") + "0").status, 400);
  EXPECT_FALSE(shelf_.Holds(HashOf("picture")));
}

TEST_F(ApiBlobsTest, WhatIsMissingIsFetched) {
  shelf_.Name({HashOf("picture")});
  other_peer_ = [this] {
    EXPECT_TRUE(shelf_.blobs().Keep(HashOf("picture"), base::AsBytes("picture")));
  };
  EXPECT_EQ(Get("picture").body, "picture");
  EXPECT_EQ(fetched_.size(), 1U);
  EXPECT_EQ(Get("picture").status, 200);
  EXPECT_EQ(fetched_.size(), 1U);
  // A damaged file is one that is missing.
  shelf_.Put(base::ToBytes(base::AsBytes("map")));
  std::ofstream(shelf_.PathOf(HashOf("map"))) << "mop";
  other_peer_ = [this] {
    EXPECT_TRUE(shelf_.blobs().Keep(HashOf("map"), base::AsBytes("map")).value());
  };
  EXPECT_EQ(Get("map").body, "map");
}

TEST_F(ApiBlobsTest, WhatNobodyHasMayComeLater) {
  shelf_.Name({HashOf("picture")});
  other_peer_ = [] {};
  const Response response = Get("picture");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.Header("Retry-After"), "10");
  EXPECT_THAT(response.body, HasSubstr("thử lại sau"));
  EXPECT_EQ(fetched_.size(), 1U);
}

TEST_F(ApiBlobsTest, ANodeAloneHasNobodyToAsk) {
  shelf_.Name({HashOf("picture")});
  EXPECT_EQ(Get("picture").Header("Retry-After"), "10");
}

TEST_F(ApiBlobsTest, WhatWasErasedIsGone) {
  shelf_.Name({HashOf("picture")});
  other_peer_ = [] {};
  EXPECT_EQ(Put("picture").status, 201);
  ASSERT_TRUE(shelf_.store().Erase(HashOf("picture")));
  EXPECT_EQ(Get("picture").status, 410);
  EXPECT_EQ(Put("picture").status, 410);
  EXPECT_TRUE(fetched_.empty());
}

TEST_F(ApiBlobsTest, WithoutRoomNothingIsTaken) {
  shelf_.Name({HashOf("picture")});
  shelf_.room = base::Unavailable("full");
  const Response response = Put("picture");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("Retry-After"), "10");
}

TEST_F(ApiBlobsTest, OnlyAFewTypesAreNamed) {
  const std::pair<std::string, const char*> types[] = {
      {"\x89PNG\r\n\x1a\n…", "image/png"},
      {"\xff\xd8\xff\xe0…", "image/jpeg"},
      {std::string("RIFF\0\0\0\0WEBPVP8 ", 16), "image/webp"},
      {"%PDF-1.7\n", "application/pdf"},
      {"<!DOCTYPE html><script>", "application/octet-stream"},
      {"<svg xmlns=", "application/octet-stream"},
      {"GIF89a", "application/octet-stream"},
      {std::string("RIFF\0\0\0\0WAVEfmt ", 16), "application/octet-stream"},
      {"%", "application/octet-stream"},
  };
  for (const auto& [body, type] : types) {
    shelf_.Name({HashOf(body)});
    EXPECT_EQ(Put(body).status, 201);
    EXPECT_EQ(Get(body).content_type, type);
  }
}

}  // namespace
}  // namespace sogoc::gateway
