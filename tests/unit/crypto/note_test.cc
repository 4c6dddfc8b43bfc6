#include "crypto/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sogoc::crypto {
namespace {

using base::Bytes;
using testing::ElementsAre;
using testing::HasSubstr;

NoteKey Key(std::string_view vkey) {
  const std::optional<NoteKey> key = ParseNoteKey(vkey);
  EXPECT_TRUE(key.has_value()) << vkey;
  return key.value_or(NoteKey{});
}

std::array<std::uint8_t, 32> SeedFrom(std::uint8_t first) {
  std::array<std::uint8_t, 32> seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(first + i);
  return seed;
}

constexpr std::string_view kLogName = "ledger.example/ocop-test";
constexpr std::string_view kLogKey =
    "ledger.example/ocop-test+ee5b5a6f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view kPeer1Key =
    "peer1.example/witness+48df56b5+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

// The message of the error, or "" if the note is accepted.
std::string WhyRefused(std::string_view note, const std::vector<NoteKey>& keys) {
  const auto parsed = ParseNote(note);
  if (!parsed) return parsed.error().message;
  const auto verified = VerifyNote(*parsed, keys);
  return verified ? "" : verified.error().message;
}

TEST(NoteKey, HasItsPublishedTextForm) {
  const NoteKey log{std::string(kLogName), NoteKeyType::kLog,
                    Ed25519PrivateKey::FromSeed(SeedFrom(0)).public_key()};
  EXPECT_EQ(FormatNoteKey(log), kLogKey);
  EXPECT_EQ(Key(kLogKey), log);
  EXPECT_EQ(base::ToHex(IdOf(log)), "ee5b5a6f");
  const NoteKey peer{"peer1.example/witness", NoteKeyType::kCosigner,
                     Ed25519PrivateKey::FromSeed(SeedFrom(0x20)).public_key()};
  EXPECT_EQ(FormatNoteKey(peer), kPeer1Key);
  EXPECT_EQ(Key(kPeer1Key), peer);
}

TEST(NoteKey, IdDependsOnTheType) {
  NoteKey key = Key(kLogKey);
  key.type = NoteKeyType::kCosigner;
  EXPECT_NE(IdOf(key), IdOf(Key(kLogKey)));
}

TEST(NoteKey, EveryFlippedBitOfAVkeyIsNoticed) {
  const std::string good(kPeer1Key);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(ParseNoteKey(bad)) << bad;
  }
}

TEST(NoteKey, MalformedVkeysAreRefused) {
  const std::string good(kLogKey);
  EXPECT_FALSE(ParseNoteKey(""));
  EXPECT_FALSE(ParseNoteKey("a+b"));
  EXPECT_FALSE(ParseNoteKey(good.substr(0, good.size() - 4)));
  EXPECT_FALSE(ParseNoteKey(good + "\n"));
  EXPECT_FALSE(ParseNoteKey("+ee5b5a6f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"));
  // Type 0x06 (ML-DSA-44) and the ID in capitals.
  EXPECT_FALSE(ParseNoteKey("a+00000000+BgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"));
  EXPECT_FALSE(ParseNoteKey(
      "ledger.example/ocop-test+EE5B5A6F+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"));
}

TEST(NoteKey, NamesHaveNoWhiteSpaceAndNoPlus) {
  EXPECT_TRUE(IsNoteKeyName("sogoc.hatinh.vn/so-goc"));
  EXPECT_TRUE(IsNoteKeyName("sổ-gốc.vn"));
  for (const std::string_view bad : {"", "a b", "a+b", "a\nb", "a\tb", "a\x7f", "a\u00a0b",
                                     "a\u2003b", "a\u3000", "a\xff", "a\u0085", "\u2028"}) {
    EXPECT_FALSE(IsNoteKeyName(bad)) << bad;
  }
}

// Notes that other programs signed.
struct Published {
  std::string_view vkey, note;
};
constexpr Published kPublished[] = {
    // c2sp.org/signed-note
    {"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
     "This is an example message.\n\n"
     "— example.com/foo "
     "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
     "\n"},
    // golang.org/x/mod/sumdb/note
    {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
     "If you think cryptography is the answer to your problem,\n"
     "then you don't know what your problem is.\n\n"
     "— PeterNeumann "
     "x08go/ZJkuBS9UG/"
     "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"},
    // Tree heads of the Go checksum database.
    {"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
     "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
     "— sum.golang.org "
     "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
     "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"},
    {"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
     "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n"
     "— sum.golang.org "
     "Az3grpukl5AXaVfYkLiDGORx/"
     "DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n"},
};

TEST(Note, PublishedNotesVerifyAndComeBackByteForByte) {
  for (const Published& published : kPublished) {
    EXPECT_EQ(WhyRefused(published.note, {Key(published.vkey)}), "");
    EXPECT_EQ(FormatNote(ParseNote(published.note).value()), published.note);
  }
}

// The specifications print a real tree head with its origin swapped.
TEST(Note, SampleCheckpointOfTheSpecificationsDoesNotVerify) {
  NoteKey key = Key(kPublished[2].vkey);
  key.name = "example.com/behind-the-sofa";
  const NoteKeyId id = IdOf(key);
  Note note = ParseNote(kPublished[2].note).value();
  note.text.replace(0, note.text.find('\n'), key.name);
  note.signatures[0].name = key.name;
  EXPECT_THAT(WhyRefused(FormatNote(note), {key}), HasSubstr("no known key"));
  note.signatures[0].key_id = id;
  EXPECT_THAT(WhyRefused(FormatNote(note), {key}), HasSubstr("is wrong"));
}

TEST(Note, EveryFlippedBitOfANoteWithOneSignatureFails) {
  for (const Published& published : kPublished) {
    for (std::size_t bit = 0; bit < published.note.size() * 8; ++bit) {
      std::string bad(published.note);
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_NE(WhyRefused(bad, {Key(published.vkey)}), "") << "bit " << bit;
    }
  }
}

class SignedNote : public testing::Test {
 protected:
  static constexpr std::string_view kText = "text\n\nwith an empty line\n";

  const Ed25519PrivateKey log_ = Ed25519PrivateKey::FromSeed(SeedFrom(0));
  const Ed25519PrivateKey peer_ = Ed25519PrivateKey::FromSeed(SeedFrom(0x20));
  const std::vector<NoteKey> keys_ = {Key(kLogKey), Key(kPeer1Key)};
  const NoteSignature log_line_ = SignNote(kText, std::string(kLogName), log_);
  const NoteSignature peer_line_ = CosignNote(kText, "peer1.example/witness", peer_, 1'763'700'000);

  static std::string With(std::vector<NoteSignature> signatures) {
    return FormatNote({std::string(kText), std::move(signatures)});
  }
};

TEST_F(SignedNote, SignaturesAreReportedInTheOrderOfLines) {
  const Note note = ParseNote(With({peer_line_, log_line_})).value();
  const auto verified = VerifyNote(note, keys_);
  ASSERT_TRUE(verified.has_value());
  EXPECT_THAT(*verified, ElementsAre(VerifiedSignature{keys_[1], 1'763'700'000},
                                     VerifiedSignature{keys_[0], 0}));
}

TEST_F(SignedNote, LinesOfUnknownKeysAreIgnored) {
  NoteSignature stranger = log_line_;
  stranger.name = "stranger.example";
  NoteSignature other_id = log_line_;
  other_id.key_id[0] ^= 1;
  NoteSignature short_one = stranger;
  short_one.signature = {1};
  EXPECT_EQ(WhyRefused(With({stranger, other_id, log_line_, short_one}), keys_), "");
  EXPECT_THAT(WhyRefused(With({stranger, other_id}), keys_), HasSubstr("no known key"));
  EXPECT_THAT(WhyRefused(With({log_line_}), {}), HasSubstr("no known key"));
}

TEST_F(SignedNote, AWrongLineOfAKnownKeyRefusesTheNote) {
  NoteSignature bad = peer_line_;
  bad.signature[20] ^= 1;
  EXPECT_THAT(WhyRefused(With({log_line_, bad}), keys_),
              HasSubstr("peer1.example/witness is wrong"));
  for (const std::size_t size : {1U, 7U, 8U, 71U, 73U}) {
    bad = peer_line_;
    bad.signature.resize(size);
    EXPECT_THAT(WhyRefused(With({log_line_, bad}), keys_), HasSubstr("is wrong"));
  }
}

TEST_F(SignedNote, AKnownKeySignsOnce) {
  EXPECT_THAT(WhyRefused(With({log_line_, log_line_}), keys_), HasSubstr("signed twice"));
  const NoteSignature later = CosignNote(kText, "peer1.example/witness", peer_, 1'763'700'001);
  EXPECT_THAT(WhyRefused(With({peer_line_, later}), keys_), HasSubstr("signed twice"));
}

TEST_F(SignedNote, ASignatureOfOneTypeCountsForNoOther) {
  NoteKey as_cosigner = keys_[0];
  as_cosigner.type = NoteKeyType::kCosigner;
  NoteSignature line = log_line_;
  line.key_id = IdOf(as_cosigner);
  EXPECT_THAT(WhyRefused(With({line}), {as_cosigner}), HasSubstr("is wrong"));
}

TEST_F(SignedNote, TheTimeIsSignedAndBelow2To63) {
  NoteSignature line = peer_line_;
  line.signature[7] ^= 1;
  EXPECT_THAT(WhyRefused(With({line}), keys_), HasSubstr("is wrong"));
  line = CosignNote(kText, "peer1.example/witness", peer_, std::uint64_t{1} << 63);
  EXPECT_THAT(WhyRefused(With({line}), keys_), HasSubstr("is wrong"));
  line = CosignNote(kText, "peer1.example/witness", peer_, (std::uint64_t{1} << 63) - 1);
  EXPECT_EQ(WhyRefused(With({line}), keys_), "");
}

TEST_F(SignedNote, EveryFlippedBitTakesASignatureAway) {
  const std::string good = With({log_line_, peer_line_});
  const std::size_t text_bits = kText.size() * 8;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const auto note = ParseNote(bad);
    if (!note) continue;
    const auto verified = VerifyNote(*note, keys_);
    EXPECT_LT(verified ? verified->size() : 0U, 2U) << "bit " << bit;
    EXPECT_FALSE(verified && bit < text_bits) << "bit " << bit;
  }
}

TEST_F(SignedNote, SixteenLinesAreTheLimit) {
  std::vector<NoteSignature> lines(kNoteSignaturesMax - 1, {"stranger", {1, 2, 3, 4}, {5}});
  lines.push_back(log_line_);
  EXPECT_EQ(WhyRefused(With(lines), keys_), "");
  lines.insert(lines.begin(), lines[0]);
  EXPECT_THAT(WhyRefused(With(lines), keys_), HasSubstr("too many signatures"));
}

TEST_F(SignedNote, SizeHasALimit) {
  const std::string line = FormatNoteSignature(log_line_);
  const std::string text(kNoteSizeMax - line.size() - 2, 'x');
  EXPECT_TRUE(ParseNote(text + "\n\n" + line).has_value());
  EXPECT_THAT(WhyRefused("x" + text + "\n\n" + line, keys_), HasSubstr("too large"));
}

TEST(Note, MalformedNotesAreRefused) {
  const std::string line = "— a AQIDBAU=\n";
  ASSERT_TRUE(ParseNote("text\n\n" + line).has_value());
  const std::string bad[] = {
      "",
      "\n",
      "\n\n",
      "text",
      "text\n",
      "text\n\n",
      "text\n" + line,
      line,
      "\n" + line,
      "text\n\n" + line + "\n",
      "text\n\n" + line + "text\n",
      "text\n\n" + line.substr(0, line.size() - 1),
      "text\r\n\n" + line,
      "te\txt\n\n" + line,
      std::string("te\0xt\n\n", 7) + line,
      "te\xff\n\n" + line,
      "te\xed\xa0\x80\n\n" + line,
      "text\n\n- a AQIDBAU=\n",
      "text\n\n—  a AQIDBAU=\n",
      "text\n\n—a AQIDBAU=\n",
      "text\n\n— a  AQIDBAU=\n",
      "text\n\n— a AQIDBAU= \n",
      "text\n\n— a+ AQIDBAU=\n",
      "text\n\n— AQIDBAU=\n",
      "text\n\n—  AQIDBAU=\n",
      "text\n\n— a AQIDBA==\n",  // a key ID and nothing
      "text\n\n— a \n",
      "text\n\n— a AQIDBAU\n",
      "text\n\n— a AQIDBAV=\n",  // padding bits
      "text\n\n— a AQID\n",
      "text\n\n— a\u00a0b AQIDBAU=\n",
  };
  for (const std::string& note : bad) EXPECT_FALSE(ParseNote(note).has_value()) << note;
}

TEST(Note, SignatureLineComesBack) {
  const NoteSignature line{"a", {1, 2, 3, 4}, {5}};
  EXPECT_EQ(FormatNoteSignature(line), "— a AQIDBAU=\n");
  EXPECT_EQ(ParseNoteSignature("— a AQIDBAU=\n"), line);
  EXPECT_FALSE(ParseNoteSignature("— a AQIDBAU="));
  EXPECT_FALSE(ParseNoteSignature("— a AQIDBAU=\n\n"));
}

}  // namespace
}  // namespace sogoc::crypto
