#include "crypto/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "crypto/policy.h"
#include "tests/support/paths.h"

namespace sogoc::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kTime = 1'763'700'000;
const std::string kOrigin = "ledger.example/ocop-test";

std::string Vector(const std::string& name) {
  std::ostringstream content;
  content << std::ifstream(support::SourceDir() / "tests/vectors/c2sp" / name, std::ios::binary)
                 .rdbuf();
  return content.str();
}

Ed25519PrivateKey KeyFrom(std::uint8_t first) {
  std::array<std::uint8_t, 32> seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(first + i);
  return Ed25519PrivateKey::FromSeed(seed);
}

std::string PeerName(unsigned number) {
  return "peer" + std::to_string(number) + ".example/witness";
}
Ed25519PrivateKey PeerKey(unsigned number) {
  return KeyFrom(static_cast<std::uint8_t>(0x20 * number));
}

// The keys of the vectors; `quorum` of the three peers must sign.
Policy MakePolicy(std::size_t quorum) {
  Policy policy{{{kOrigin, NoteKeyType::kLog, KeyFrom(0).public_key()}}, {}, quorum};
  for (unsigned i = 1; i <= 3; ++i) {
    policy.cosigners.push_back({PeerName(i), NoteKeyType::kCosigner, PeerKey(i).public_key()});
  }
  return policy;
}

const Checkpoint kCheckpoint8{
    kOrigin, 8,
    *base::DigestFromHex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")};

// Cosigned by peer 1, 2, … at the given times.
std::string Signed(const Checkpoint& checkpoint, const std::vector<std::uint64_t>& times) {
  Note note = SignCheckpoint(checkpoint, KeyFrom(0));
  for (unsigned i = 0; i < times.size(); ++i) {
    note.signatures.push_back(CosignNote(note.text, PeerName(i + 1), PeerKey(i + 1), times[i]));
  }
  return FormatNote(note);
}

TEST(Checkpoint, SignsThePublishedNotes) {
  const Checkpoint empty{
      kOrigin, 0,
      *base::DigestFromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")};
  const Checkpoint five{
      kOrigin, 5,
      *base::DigestFromHex("4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")};
  EXPECT_EQ(Signed(empty, {}), Vector("checkpoint-0.txt"));
  EXPECT_EQ(Signed(five, {kTime, kTime + 1, kTime + 2}), Vector("checkpoint-5.txt"));
  EXPECT_EQ(Signed(kCheckpoint8, {kTime, kTime + 1, kTime + 2}), Vector("checkpoint-8.txt"));
  const std::string proof = Vector("leaf5.tlog-proof");
  EXPECT_EQ(proof.substr(proof.find("\n\n") + 2), Vector("checkpoint-8.txt"));
}

TEST(Checkpoint, TextComesBack) {
  const std::string text = FormatCheckpoint(kCheckpoint8);
  EXPECT_EQ(text, kOrigin + "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n");
  EXPECT_EQ(ParseCheckpoint(text), kCheckpoint8);
  const std::string root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
  EXPECT_EQ(ParseCheckpoint("go.sum database tree\n9223372036854775807\n" + root)->size,
            9'223'372'036'854'775'807U);
}

TEST(Checkpoint, MalformedTextIsRefused) {
  const std::string root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
  const std::string bad[] = {
      "",
      "o\n8\n",
      "\n8\n" + root,
      "o\n" + root,
      "o\n08\n" + root,
      "o\n+8\n" + root,
      "o\n-8\n" + root,
      "o\n-0\n" + root,
      "o\n 8\n" + root,
      "o\n8 \n" + root,
      "o\n\n" + root,
      "o\n0x8\n" + root,
      "o\n9223372036854775808\n" + root,
      "o\n99999999999999999999\n" + root,
      "o\n8\n" + root + "extension\n",
      "o\n8\n" + root + "\n",
      "o\n8\n" + root.substr(0, root.size() - 1),
      "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",  // padding bits
      "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
      "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/Rg\n",
      "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQygA\n",
      "o\r\n8\n" + root,
      "o\xff\n8\n" + root,
  };
  for (const std::string& text : bad) EXPECT_FALSE(ParseCheckpoint(text)) << text;
}

TEST(Judgement, PublishedCheckpointHasItsQuorum) {
  const auto verdict = JudgeCheckpoint(Vector("checkpoint-8.txt"), MakePolicy(3), kTime + 5);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->checkpoint, kCheckpoint8);
  EXPECT_TRUE(verdict->log_signed);
  EXPECT_THAT(verdict->cosignatures,
              ElementsAre(Cosignature{PeerName(3), kTime + 2}, Cosignature{PeerName(2), kTime + 1},
                          Cosignature{PeerName(1), kTime}));
  EXPECT_TRUE(verdict->has_quorum);
  EXPECT_EQ(verdict->quorum_time_s, kTime);
}

TEST(Judgement, AgeCountsFromTheQuorumthNewestCosignature) {
  const std::string note = Signed(kCheckpoint8, {kTime + 50, kTime, kTime + 70});
  for (const auto& [quorum, time] : std::vector<std::pair<std::size_t, std::uint64_t>>{
           {1, kTime + 70}, {2, kTime + 50}, {3, kTime}}) {
    const auto verdict = JudgeCheckpoint(note, MakePolicy(quorum), kTime + 100);
    ASSERT_TRUE(verdict.has_value());
    EXPECT_EQ(verdict->quorum_time_s, time);
  }
}

TEST(Judgement, TooFewCosignaturesAreNoQuorum) {
  const auto two = JudgeCheckpoint(Signed(kCheckpoint8, {kTime, kTime}), MakePolicy(3), kTime);
  ASSERT_TRUE(two.has_value());
  EXPECT_TRUE(two->log_signed);
  EXPECT_EQ(two->cosignatures.size(), 2U);
  EXPECT_FALSE(two->has_quorum);
  EXPECT_EQ(two->quorum_time_s, 0U);
  EXPECT_FALSE(JudgeCheckpoint(Vector("checkpoint-0.txt"), MakePolicy(1), kTime)->has_quorum);
}

TEST(Judgement, CosignaturesFromTheFutureDoNotCount) {
  const std::string note = Signed(kCheckpoint8, {kTime, kTime + 60, kTime + 61});
  const auto verdict = JudgeCheckpoint(note, MakePolicy(3), kTime);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_THAT(verdict->cosignatures,
              ElementsAre(Cosignature{PeerName(2), kTime + 60}, Cosignature{PeerName(1), kTime}));
  EXPECT_FALSE(verdict->has_quorum);
  EXPECT_TRUE(JudgeCheckpoint(note, MakePolicy(3), kTime + 1)->has_quorum);
}

TEST(Judgement, WithoutTheLogsLineThereIsNoQuorum) {
  Note note = ParseNote(Vector("checkpoint-8.txt")).value();
  note.signatures.erase(note.signatures.begin());
  const auto verdict = JudgeCheckpoint(FormatNote(note), MakePolicy(1), kTime + 5);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_FALSE(verdict->log_signed);
  EXPECT_EQ(verdict->cosignatures.size(), 3U);
  EXPECT_FALSE(verdict->has_quorum);
}

TEST(Judgement, AnyLogKeyOfThePolicyMaySign) {
  Policy policy = MakePolicy(1);
  policy.logs.insert(policy.logs.begin(), {kOrigin, NoteKeyType::kLog, KeyFrom(0xa0).public_key()});
  ASSERT_TRUE(CheckPolicy(policy).has_value());
  EXPECT_TRUE(JudgeCheckpoint(Vector("checkpoint-8.txt"), policy, kTime + 5)->log_signed);
}

TEST(Judgement, AnotherLogsCheckpointIsRefused) {
  Checkpoint other = kCheckpoint8;
  other.origin = "ledger.example/other";
  Note note = SignCheckpoint(other, KeyFrom(0));
  note.signatures.push_back(CosignNote(note.text, PeerName(1), PeerKey(1), kTime));
  const auto verdict = JudgeCheckpoint(FormatNote(note), MakePolicy(1), kTime);
  ASSERT_FALSE(verdict.has_value());
  EXPECT_THAT(verdict.error().message, HasSubstr("ledger.example/other"));
}

TEST(Judgement, ExtensionLinesAreRefused) {
  const std::string text = FormatCheckpoint(kCheckpoint8) + "extension\n";
  const Note note{text, {SignNote(text, kOrigin, KeyFrom(0))}};
  EXPECT_FALSE(JudgeCheckpoint(FormatNote(note), MakePolicy(1), kTime).has_value());
}

// All bits of smaller notes are flipped in note_test.cc.
TEST(Judgement, AFlippedBitInAnyByteLosesTheQuorum) {
  const std::string good = Vector("checkpoint-8.txt");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    const auto verdict = JudgeCheckpoint(bad, MakePolicy(3), kTime + 5);
    EXPECT_FALSE(verdict && verdict->has_quorum) << "byte " << i;
  }
}

TEST(Policy, FileHasThisForm) {
  EXPECT_EQ(
      FormatPolicy(MakePolicy(2)),
      "log ledger.example/ocop-test+ee5b5a6f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"
      "witness peer1 peer1.example/witness+48df56b5+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X\n"
      "witness peer2 peer2.example/witness+e9b36738+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd\n"
      "witness peer3 peer3.example/witness+dbeb16af+BBdFU7RW3d/GkI7KscEB/mqyHiuqBhd5W31DpjSCmT/V\n"
      "group peers 2 peer1 peer2 peer3\n"
      "quorum peers\n");
}

TEST(Policy, FileComesBack) {
  for (std::size_t quorum = 1; quorum <= 3; ++quorum) {
    const Policy policy = MakePolicy(quorum);
    const auto parsed = ParsePolicy(FormatPolicy(policy));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(*parsed, policy);
  }
}

const std::string kLogLine =
    "log ledger.example/ocop-test+ee5b5a6f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n";
const std::string kPeer1 =
    "peer1.example/witness+48df56b5+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
const std::string kPeer2 =
    "peer2.example/witness+e9b36738+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd";
const std::string kWitnesses = "witness a " + kPeer1 + "\nwitness b " + kPeer2 + "\n";

TEST(Policy, CommentsUrlsBlanksAndWordsAreRead) {
  const auto parsed = ParsePolicy("# policy\n\n \t" + kLogLine + "witness\ta  " + kPeer1 +
                                  " https://a.example\nwitness b " + kPeer2 +
                                  "\n  # two\ngroup g all a b\nquorum g");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->quorum, 2U);
  EXPECT_EQ(parsed->cosigners.size(), 2U);
  EXPECT_EQ(ParsePolicy(kLogLine + kWitnesses + "group g any a b\nquorum g\n")->quorum, 1U);
  // A witness that is in no group does not count.
  EXPECT_EQ(ParsePolicy(kLogLine + kWitnesses + "group g 1 a\nquorum g\n")->cosigners.size(), 1U);
}

TEST(Policy, OtherFilesAreRefused) {
  const std::string bad[] = {
      "",
      kLogLine,
      kLogLine + kWitnesses,
      kLogLine + kWitnesses + "group g 1 a b\n",
      kLogLine + kWitnesses + "quorum a\n",
      kLogLine + "quorum none\n",
      kWitnesses + "group g 1 a b\nquorum g\n",
      kLogLine + kWitnesses + "group g 0 a b\nquorum g\n",
      kLogLine + kWitnesses + "group g 3 a b\nquorum g\n",
      kLogLine + kWitnesses + "group g -1 a b\nquorum g\n",
      kLogLine + kWitnesses + "group g 1x a b\nquorum g\n",
      kLogLine + kWitnesses + "group g 1\nquorum g\n",
      kLogLine + kWitnesses + "group g 1 a c\nquorum g\n",
      kLogLine + kWitnesses + "group g 1 a a\nquorum g\n",
      kLogLine + kWitnesses + "group a 1 a b\nquorum a\n",
      kLogLine + kWitnesses + "group none 1 a b\nquorum none\n",
      kLogLine + kWitnesses + "group g 1 a\ngroup h 1 b\nquorum g\n",
      kLogLine + kWitnesses + "group g 1 a b\nquorum g\nquorum g\n",
      kLogLine + kLogLine + kWitnesses + "group g 1 a b\nquorum g\n",
      kLogLine + "witness a " + kPeer1 + "\nwitness a " + kPeer2 + "\ngroup g 1 a\nquorum g\n",
      kLogLine + "witness a nonsense\ngroup g 1 a\nquorum g\n",
      kLogLine + kWitnesses + "group g 1 a b\nquorum g\nallow everything\n",
      "log " + kPeer1 + "\n" + kWitnesses + "group g 1 b\nquorum g\n",
      kLogLine + kWitnesses + "group g 1 a b\r\nquorum g\r\n",
      std::string(70'000, '\n') + kLogLine + kWitnesses + "group g 1 a b\nquorum g\n",
  };
  for (const std::string& text : bad) EXPECT_FALSE(ParsePolicy(text).has_value()) << text;
  EXPECT_THAT(ParsePolicy(kLogLine + "nonsense\n").error().message, HasSubstr("line 2"));
}

TEST(Policy, KeysHaveOneRoleAndOneName) {
  EXPECT_TRUE(CheckPolicy(MakePolicy(3)).has_value());
  EXPECT_FALSE(CheckPolicy(MakePolicy(0)).has_value());
  EXPECT_FALSE(CheckPolicy(MakePolicy(4)).has_value());
  EXPECT_FALSE(CheckPolicy(Policy{}).has_value());
  Policy policy = MakePolicy(1);
  policy.cosigners[1].key = policy.cosigners[0].key;
  EXPECT_THAT(CheckPolicy(policy).error().message, HasSubstr("twice"));
  policy = MakePolicy(1);
  policy.cosigners[1].key = policy.logs[0].key;
  EXPECT_THAT(CheckPolicy(policy).error().message, HasSubstr("twice"));
  policy = MakePolicy(1);
  policy.cosigners[1].name = policy.cosigners[0].name;
  EXPECT_FALSE(CheckPolicy(policy).has_value());
  policy = MakePolicy(1);
  policy.cosigners[1].type = NoteKeyType::kLog;
  EXPECT_FALSE(CheckPolicy(policy).has_value());
  policy = MakePolicy(1);
  policy.cosigners[1].name = "two words";
  EXPECT_FALSE(CheckPolicy(policy).has_value());
  policy = MakePolicy(1);
  policy.logs.push_back({"another.example", NoteKeyType::kLog, KeyFrom(0xa0).public_key()});
  EXPECT_FALSE(CheckPolicy(policy).has_value());
  policy = MakePolicy(1);
  for (unsigned i = 4; i <= 16; ++i) {
    policy.cosigners.push_back(
        {PeerName(i), NoteKeyType::kCosigner, Ed25519PrivateKey::Generate().public_key()});
  }
  EXPECT_THAT(CheckPolicy(policy).error().message, HasSubstr("too many"));
  policy.cosigners.pop_back();
  EXPECT_TRUE(CheckPolicy(policy).has_value());
}

}  // namespace
}  // namespace sogoc::crypto
