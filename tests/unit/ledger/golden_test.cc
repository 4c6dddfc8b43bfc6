// The committed vectors (docs/format/, tests/interop/make_vectors.py) against this code, both ways.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "node/ledger/block.h"
#include "node/ledger/policy.h"
#include "node/ledger/records.h"
#include "tests/support/json_file.h"
#include "tests/support/vectors.h"

namespace sogoc::ledger {
namespace {

namespace json = boost::json;

using support::Hex;
using support::HexArray;
using support::Number;
using support::Text;

// An empty ledger.
class Nothing final : public ParentView {
 public:
  std::optional<Bytes> Get(ByteView) const override { return std::nullopt; }
  std::optional<Bytes> GetStateNode(ByteView) const override { return std::nullopt; }
  std::optional<ChainHead> Head() const override { return std::nullopt; }
  std::optional<EntryIndex> FindEntry(const Digest&) const override { return std::nullopt; }
};

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
    for (const json::value& leaf : file_.at("leaves").as_array()) leaves_.push_back(Hex(leaf));
    const ParentView* parent = &nothing_;
    for (std::size_t at = 0; at < leaves_.size(); ++at) {
      std::vector<CheckedEntry> entries;
      while (leaves_[at][0] == kEntryLeaf) {
        auto entry = DecodeEntry(ByteView(leaves_[at++]).subspan(1), 1);
        ASSERT_TRUE(entry) << "leaf " << at - 1 << ": " << entry.error().message;
        entries.push_back({std::move(*entry), std::nullopt});
      }
      const std::optional<Header> header = DecodeHeaderLeaf(leaves_[at]);
      ASSERT_TRUE(header);
      Execute(*parent, entries, *header);
      if (HasFatalFailure()) return;
      parent = views_.back().get();
    }
  }

  void Execute(const ParentView& parent, const std::vector<CheckedEntry>& entries,
               const Header& header) {
    if (header.height == 0) {
      auto block = ExecuteFounding(entries.at(0).entry);
      ASSERT_TRUE(block) << block.error().message;
      blocks_.push_back(*block);
    } else {
      const ExecutedBlock executed = ExecuteBlock(parent, entries, header.time);
      for (const EntryOutcome& outcome : executed.outcomes) {
        const Refusal* refusal = std::get_if<Refusal>(&outcome);
        ASSERT_EQ(refusal, nullptr) << refusal->en();
      }
      blocks_.push_back(executed.block);
    }
    views_.push_back(std::make_unique<StagedView>(parent, blocks_.back()));
  }

  const json::value file_ = support::ReadJsonFile("tests/vectors/ledger.json");
  const Nothing nothing_{};
  std::vector<Bytes> leaves_;
  std::vector<std::shared_ptr<const StagedBlock>> blocks_;
  std::vector<std::unique_ptr<StagedView>> views_;
};

TEST_F(LedgerVector, ExecutionGivesItsLeavesAndHeaders) {
  std::size_t at = 0;
  for (const auto& block : blocks_) {
    for (std::size_t i = 0; i < block->leaves.size(); ++i, ++at) {
      EXPECT_EQ(base::ToHex(block->leaves[i]), base::ToHex(leaves_[at])) << "leaf " << at;
      EXPECT_EQ(base::ToHex(block->leaf_hashes[i]), Text(file_.at("leaf_hashes").at(at)));
    }
  }
  EXPECT_EQ(at, leaves_.size());
  EXPECT_EQ(base::ToHex(blocks_.back()->log.Root()), Text(file_.at("root")));
}

TEST_F(LedgerVector, HeadersAreReadAsWhatTheySay) {
  ASSERT_EQ(blocks_.size(), file_.at("headers").as_array().size());
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const json::value& expected = file_.at("headers").at(i);
    const std::optional<Header> header = DecodeHeaderLeaf(blocks_[i]->leaves.back());
    ASSERT_TRUE(header);
    const Header fields{static_cast<std::uint32_t>(Number(expected.at("version"))),
                        Number(expected.at("height")),
                        Number(expected.at("time")),
                        HexArray<Digest>(expected.at("previous")),
                        Number(expected.at("first_index")),
                        static_cast<std::uint32_t>(Number(expected.at("entry_count"))),
                        HexArray<Digest>(expected.at("log_root")),
                        HexArray<Digest>(expected.at("state_root"))};
    EXPECT_EQ(*header, fields);
    EXPECT_EQ(EncodeHeaderLeaf(fields), blocks_[i]->leaves.back());
  }
}

TEST_F(LedgerVector, StateAfterTheLastBlock) {
  StateOverlay::Writes state;
  for (const auto& block : blocks_) {
    for (const auto& [key, value] : block->state) state.insert_or_assign(key, value);
  }
  json::array found;
  for (const auto& [key, value] : state) {
    found.push_back({{"key", base::ToHex(key)}, {"value", base::ToHex(value)}});
  }
  EXPECT_EQ(json::value(found), file_.at("state"));
  const auto ledger = Load<LedgerRecord>(*views_.back(), LedgerKey());
  EXPECT_EQ(base::ToHex(ledger->ledger_id), Text(file_.at("ledger_id")));
  EXPECT_EQ(ledger->origin, Text(file_.at("origin")));
}

TEST_F(LedgerVector, CheckpointHasAQuorumUnderThePolicyOfTheState) {
  const std::optional<crypto::Policy> policy = PolicyOf(*views_.back());
  ASSERT_TRUE(policy);
  EXPECT_EQ(crypto::FormatPolicy(*policy), Text(file_.at("policy")));
  EXPECT_EQ(crypto::ParsePolicy(Text(file_.at("policy"))).value(), *policy);
  const auto verdict = crypto::JudgeCheckpoint(Text(file_.at("checkpoint")), *policy,
                                               blocks_.back()->header.time / base::kNsPerSecond);
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_TRUE(verdict->has_quorum);
  EXPECT_EQ(verdict->cosignatures.size(), 2U);
  const crypto::Checkpoint expected{Text(file_.at("origin")), leaves_.size(),
                                    blocks_.back()->log.Root()};
  EXPECT_EQ(verdict->checkpoint, expected);
  EXPECT_EQ(Text(file_.at("checkpoint")).find(crypto::FormatCheckpoint(expected)), 0U);
}

}  // namespace
}  // namespace sogoc::ledger
