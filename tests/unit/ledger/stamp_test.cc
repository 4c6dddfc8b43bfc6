#include "node/ledger/stamp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "tests/support/json_file.h"
#include "tests/support/random.h"

namespace sogoc::ledger {
namespace {

namespace json = boost::json;

template <class Array>
Array Hex(const json::value& text) {
  const std::optional<base::Bytes> bytes = base::FromHex(text.as_string().c_str());
  Array array{};
  EXPECT_TRUE(bytes && bytes->size() == array.size());
  if (bytes && bytes->size() == array.size())
    std::copy(bytes->begin(), bytes->end(), array.begin());
  return array;
}

std::string Text(const json::value& text) { return std::string(text.as_string()); }

struct Vector {
  Stamp stamp;
  std::string message_hex;
  std::string uri;
};

class StampVectors : public testing::Test {
 protected:
  StampVectors() {
    for (const json::value& each : file_.at("stamps").as_array()) {
      Vector vector{
          {Text(each.at("host")), Text(each.at("gtin")), Text(each.at("lot")),
           std::stoull(Text(each.at("serial"))), Hex<crypto::P256Signature>(each.at("signature"))},
          Text(each.at("message")),
          Text(each.at("uri"))};
      vectors_.push_back(std::move(vector));
    }
  }

  const json::value file_ = support::ReadJsonFile("tests/vectors/stamp.json");
  const base::Digest ledger_id_ = Hex<base::Digest>(file_.at("ledger_id"));
  const crypto::P256PublicKey key_ = Hex<crypto::P256PublicKey>(file_.at("public_key"));
  std::vector<Vector> vectors_;
};

TEST_F(StampVectors, KeyBelongsToTheScalar) {
  const auto key =
      crypto::P256PrivateKey::FromScalar(Hex<std::array<std::uint8_t, 32>>(file_.at("scalar")));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), key_);
}

TEST_F(StampVectors, MessageIsWhatTheFormatSays) {
  for (const auto& [stamp, message, uri] : vectors_) {
    EXPECT_EQ(base::ToHex(StampMessage(ledger_id_, stamp.gtin, stamp.lot, stamp.serial)), message);
  }
}

TEST_F(StampVectors, UriIsWhatTheFormatSays) {
  for (const auto& [stamp, message, uri] : vectors_) {
    EXPECT_EQ(FormatStampUri(stamp).value_or("refused"), uri);
  }
}

TEST_F(StampVectors, UriIsReadAsTheStamp) {
  for (const auto& [stamp, message, uri] : vectors_) {
    const base::Result<ParsedStamp> parsed = ParseStampUri(uri);
    ASSERT_TRUE(parsed) << uri << ": " << parsed.error().message;
    EXPECT_EQ(parsed->stamp, stamp);
    EXPECT_EQ(parsed->claims, DateClaims{});
  }
}

TEST_F(StampVectors, EquivalentUrisAreReadAsTheSameStamp) {
  for (const json::value& each : file_.at("read_as_the_first").as_array()) {
    const base::Result<ParsedStamp> parsed = ParseStampUri(Text(each));
    ASSERT_TRUE(parsed) << each << ": " << parsed.error().message;
    EXPECT_EQ(parsed->stamp, vectors_[0].stamp) << each;
  }
}

TEST_F(StampVectors, MalformedUrisAreRefused) {
  for (const json::value& each : file_.at("malformed").as_array()) {
    const base::Result<ParsedStamp> parsed = ParseStampUri(Text(each.at("uri")));
    ASSERT_FALSE(parsed) << each.at("why");
    EXPECT_EQ(parsed.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_FALSE(parsed.error().message.empty());
  }
}

TEST_F(StampVectors, SignatureCoversEverythingButTheHost) {
  for (const auto& [good, message, uri] : vectors_) {
    EXPECT_TRUE(VerifyStamp(good, ledger_id_, key_));
    Stamp stamp = good;
    stamp.host = "other.example";
    EXPECT_TRUE(VerifyStamp(stamp, ledger_id_, key_));
    stamp = good;
    stamp.gtin = stamp.gtin == "08935000000014" ? "18935000000011" : "08935000000014";
    EXPECT_FALSE(VerifyStamp(stamp, ledger_id_, key_));
    stamp = good;
    stamp.lot[0] = stamp.lot[0] == 'X' ? 'Y' : 'X';
    EXPECT_FALSE(VerifyStamp(stamp, ledger_id_, key_));
    for (int bit = 0; bit < 63; ++bit) {
      stamp = good;
      stamp.serial ^= 1ULL << bit;
      EXPECT_FALSE(VerifyStamp(stamp, ledger_id_, key_));
    }
  }
}

TEST_F(StampVectors, EveryFlippedBitOfSignatureLedgerOrKeyFails) {
  const Stamp& good = vectors_[0].stamp;
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Stamp stamp = good;
    stamp.signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(VerifyStamp(stamp, ledger_id_, key_)) << bit;
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    base::Digest ledger_id = ledger_id_;
    ledger_id[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(VerifyStamp(good, ledger_id, key_)) << bit;
  }
  for (std::size_t bit = 0; bit < 264; ++bit) {
    crypto::P256PublicKey key = key_;
    key[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(VerifyStamp(good, ledger_id_, key)) << bit;
  }
}

TEST_F(StampVectors, TruncationIsRefused) {
  const std::string& uri = vectors_[0].uri;
  for (std::size_t size = 0; size < uri.size(); ++size) {
    EXPECT_FALSE(ParseStampUri(uri.substr(0, size))) << size;
  }
}

TEST(Stamp, ClaimsAreReadFromTheQuery) {
  const std::string uri = "https://a/01/09520123456788/10/l/21/1?11=260100&17=261231&s=" +
                          std::string(kStampSignatureCharacters, 'A');
  const base::Result<ParsedStamp> parsed = ParseStampUri(uri);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->claims.production, (Gs1Date{26, 1, 0}));
  EXPECT_EQ(parsed->claims.expiry, (Gs1Date{26, 12, 31}));
}

TEST(Stamp, MalformedFieldsAreNotFormatted) {
  const Stamp good{"a", "09520123456788", "l", 1, {}};
  ASSERT_TRUE(FormatStampUri(good));
  const auto refused = [&](auto change) {
    Stamp stamp = good;
    change(stamp);
    return !FormatStampUri(stamp);
  };
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.host = ""; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.host = "a/b"; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.gtin = "09520123456789"; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.gtin = "9520123456788"; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.lot = ""; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.lot = ".."; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.lot = std::string(21, 'A'); }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.serial = 0; }));
  EXPECT_TRUE(refused([](Stamp& stamp) { stamp.serial = kStampSerialMax + 1; }));
}

TEST(Stamp, EveryStampSurvivesItsUri) {
  constexpr std::string_view kSet82 =
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  support::Random random;
  for (int round = 0; round < 2'000; ++round) {
    Stamp stamp;
    stamp.host = "h" + std::to_string(random.Below(1'000)) + ".example";
    for (int i = 0; i < 13; ++i) stamp.gtin.push_back(static_cast<char>('0' + random.Below(10)));
    stamp.gtin.push_back(Gs1CheckDigit(stamp.gtin));
    while (!IsLotOrSerial(stamp.lot)) {
      stamp.lot.clear();
      for (std::uint64_t left = 1 + random.Below(20); left > 0; --left) {
        stamp.lot.push_back(kSet82[random.Below(kSet82.size())]);
      }
    }
    stamp.serial = 1 + random.Below(kStampSerialMax >> random.Below(63));
    const base::Bytes signature = random.Bytes(stamp.signature.size());
    std::copy(signature.begin(), signature.end(), stamp.signature.begin());

    const base::Result<std::string> uri = FormatStampUri(stamp);
    ASSERT_TRUE(uri) << uri.error().message;
    const base::Result<ParsedStamp> parsed = ParseStampUri(*uri);
    ASSERT_TRUE(parsed) << *uri << ": " << parsed.error().message;
    EXPECT_EQ(parsed->stamp, stamp) << *uri;
  }
}

}  // namespace
}  // namespace sogoc::ledger
