// The committed vectors (docs/format/, tests/interop/make_vectors.py) against this code, both ways.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "node/ledger/block.h"
#include "node/ledger/policy.h"
#include "node/ledger/records.h"
#include "tests/support/json_file.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/ledger_memory.h"
#include "tests/support/vectors.h"

namespace sogoc::ledger {
namespace {

namespace json = boost::json;

using support::Hex;
using support::HexArray;
using support::Number;
using support::Text;

// ---- Entries

class EntryVectors : public testing::Test {
 protected:
  const json::value file_ = support::ReadJsonFile("tests/vectors/entry.json");
  const crypto::P256PublicKey key_ = HexArray<crypto::P256PublicKey>(file_.at("public_key"));
};

TEST_F(EntryVectors, AreReadAsWhatTheySay) {
  for (const json::value& each : file_.at("entries").as_array()) {
    const base::Result<Entry> entry = DecodeEntry(Hex(each.at("signed_entry")), 1);
    ASSERT_TRUE(entry) << entry.error().message;
    EXPECT_EQ(base::ToHex(entry->id), Text(each.at("entry_id")));
    EXPECT_EQ(base::ToHex(entry->key_id), Text(file_.at("key_id")));
    EXPECT_EQ(base::ToHex(entry->body_bytes), Text(each.at("body")));
    EXPECT_TRUE(VerifyEntry(*entry, key_));
    std::string text;
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(entry->body, &text, options).ok());
    EXPECT_EQ(json::parse(text), each.at("json"));
  }
}

TEST_F(EntryVectors, AreWrittenTheSame) {
  for (const json::value& each : file_.at("entries").as_array()) {
    v1::EntryBody body;
    ASSERT_TRUE(
        google::protobuf::util::JsonStringToMessage(json::serialize(each.at("json")), &body).ok());
    EXPECT_EQ(base::ToHex(base::AsBytes(body.SerializeAsString())), Text(each.at("body")));
  }
}

TEST_F(EntryVectors, MalformedOnesAreRefusedForTheirReason) {
  for (const json::value& each : file_.at("malformed").as_array()) {
    const base::Result<Entry> entry = DecodeEntry(Hex(each.at("signed_entry")), 1);
    ASSERT_FALSE(entry) << each.at("about");
    EXPECT_NE(entry.error().message.find(Text(each.at("error"))), std::string::npos)
        << each.at("about") << ": " << entry.error().message;
  }
}

TEST_F(EntryVectors, PossessionIsOfThisKeyThisOrganisationThisLedger) {
  const json::value& given = file_.at("possession");
  EXPECT_EQ(crypto::KeyId(key_), HexArray<Digest>(file_.at("key_id")));
  const Bytes message =
      PossessionMessage(HexArray<Digest>(given.at("ledger_id")), Text(given.at("organisation")),
                        HexArray<crypto::P256PublicKey>(given.at("public_key")));
  EXPECT_EQ(base::ToHex(message), Text(given.at("message")));
  const auto signature = HexArray<crypto::P256Signature>(given.at("signature"));
  EXPECT_TRUE(crypto::VerifyP256(key_, crypto::SignatureKind::kPossession, message, signature));
  EXPECT_FALSE(crypto::VerifyP256(key_, crypto::SignatureKind::kEntry, message, signature));
}

// ---- A whole ledger

class LedgerVector : public testing::Test {
 protected:
  // Executes the entries of the vector, block by block, at the times of its headers.
  void SetUp() override {
    std::vector<CheckedEntry> entries;
    for (const json::value& each : file_.at("leaves").as_array()) {
      leaves_.push_back(Hex(each));
      const Bytes& leaf = leaves_.back();
      if (leaf[0] == kEntryLeaf) {
        auto entry = DecodeEntry(ByteView(leaf).subspan(1), 1);
        ASSERT_TRUE(entry) << "leaf " << leaves_.size() - 1 << ": " << entry.error().message;
        entries.push_back({std::move(*entry), std::nullopt});
        continue;
      }
      const std::optional<Header> header = DecodeHeaderLeaf(leaf);
      ASSERT_TRUE(header);
      Execute(entries, *header);
      if (HasFatalFailure()) return;
      entries.clear();
    }
  }

  void Execute(const std::vector<CheckedEntry>& entries, const Header& header) {
    if (header.height == 0) {
      const auto block = ExecuteFounding(entries.at(0).entry);
      ASSERT_TRUE(block) << block.error().message;
      ledger_.Add(**block);
      return;
    }
    const ExecutedBlock executed = ExecuteBlock(ledger_, entries, header.time);
    for (const EntryOutcome& outcome : executed.outcomes) {
      const Refusal* refusal = std::get_if<Refusal>(&outcome);
      ASSERT_EQ(refusal, nullptr) << refusal->en();
    }
    ledger_.Add(*executed.block);
  }

  const json::value file_ = support::ReadJsonFile("tests/vectors/ledger.json");
  std::vector<Bytes> leaves_;
  support::MemoryLedger ledger_;
};

TEST_F(LedgerVector, ExecutionGivesItsLeavesAndHeaders) {
  ASSERT_EQ(ledger_.leaves().size(), leaves_.size());
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    EXPECT_EQ(base::ToHex(ledger_.leaves()[i]), base::ToHex(leaves_[i])) << "leaf " << i;
    EXPECT_EQ(base::ToHex(crypto::LogLeafHash(leaves_[i])), Text(file_.at("leaf_hashes").at(i)));
  }
  EXPECT_EQ(base::ToHex(ledger_.Head()->log.Root()), Text(file_.at("root")));
}

TEST_F(LedgerVector, HeadersAreReadAsWhatTheySay) {
  const json::array& headers = file_.at("headers").as_array();
  ASSERT_EQ(ledger_.headers().size(), headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const json::value& expected = headers[i];
    const Header fields{static_cast<std::uint32_t>(Number(expected.at("version"))),
                        Number(expected.at("height")),
                        Number(expected.at("time")),
                        HexArray<Digest>(expected.at("previous")),
                        Number(expected.at("first_index")),
                        static_cast<std::uint32_t>(Number(expected.at("entry_count"))),
                        HexArray<Digest>(expected.at("log_root")),
                        HexArray<Digest>(expected.at("state_root"))};
    EXPECT_EQ(ledger_.headers()[i], fields);
    EXPECT_EQ(EncodeHeaderLeaf(fields), leaves_[fields.index()]);
    EXPECT_EQ(DecodeHeaderLeaf(leaves_[fields.index()]), fields);
  }
}

TEST_F(LedgerVector, StateAfterTheLastBlock) {
  json::array found;
  for (const auto& [key, value] : ledger_.values()) {
    found.push_back({{"key", base::ToHex(key)}, {"value", base::ToHex(value)}});
  }
  EXPECT_EQ(json::value(found), file_.at("state"));
  const auto record = ledger_.Read<LedgerRecord>(LedgerKey());
  EXPECT_EQ(base::ToHex(record->ledger_id), Text(file_.at("ledger_id")));
  EXPECT_EQ(record->origin, Text(file_.at("origin")));
}

TEST_F(LedgerVector, CheckpointHasAQuorumUnderThePolicyOfTheState) {
  const std::optional<crypto::Policy> policy = PolicyOf(ledger_);
  ASSERT_TRUE(policy);
  EXPECT_EQ(crypto::FormatPolicy(*policy), Text(file_.at("policy")));
  EXPECT_EQ(crypto::ParsePolicy(Text(file_.at("policy"))).value(), *policy);
  const std::string note = Text(file_.at("checkpoint"));
  const ChainHead head = *ledger_.Head();
  const auto verdict =
      crypto::JudgeCheckpoint(note, *policy, head.header.time / base::kNsPerSecond);
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_TRUE(verdict->has_quorum);
  EXPECT_EQ(verdict->cosignatures.size(), 2U);
  const crypto::Checkpoint expected{Text(file_.at("origin")), leaves_.size(), head.log.Root()};
  EXPECT_EQ(verdict->checkpoint, expected);
}

// Ed25519 is deterministic, so the note can be made again.
TEST_F(LedgerVector, CheckpointIsWhatItsSignersWrite) {
  const std::string note = Text(file_.at("checkpoint"));
  const std::uint64_t time_s = ledger_.Head()->header.time / base::kNsPerSecond;
  crypto::Note made =
      crypto::SignCheckpoint({Text(file_.at("origin")), leaves_.size(), ledger_.Head()->log.Root()},
                             support::Ed25519Of("sogoc vector peer2 log"));
  made.signatures.push_back(crypto::CosignNote(made.text, "peer1.ha-tinh.example",
                                               support::Ed25519Of("sogoc vector peer1 cosigner"),
                                               time_s + 1));
  made.signatures.push_back(crypto::CosignNote(made.text, "peer3.ha-tinh.example",
                                               support::Ed25519Of("sogoc vector peer3 cosigner"),
                                               time_s + 2));
  EXPECT_EQ(crypto::FormatNote(made), note);
}

}  // namespace
}  // namespace sogoc::ledger
