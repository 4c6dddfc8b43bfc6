// Blocks: what an entry must be to be executed, all or nothing, one chain, one root.

#include <gtest/gtest.h>

#include "node/ledger/limits.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::MemoryLedger;
using support::Scenario;

RefusalCode CodeOf(const EntryOutcome& outcome) {
  const auto* refusal = std::get_if<Refusal>(&outcome);
  return refusal ? refusal->code : RefusalCode{};
}
bool IsAccepted(const EntryOutcome& outcome) { return std::holds_alternative<Accepted>(outcome); }

std::vector<CheckedEntry> Unchecked(std::span<const Entry> entries) {
  std::vector<CheckedEntry> out;
  for (const Entry& entry : entries) out.push_back({entry, std::nullopt});
  return out;
}

ExecutedBlock Execute(const ParentView& parent, std::span<const Entry> entries, base::TimeNs time) {
  return ExecuteBlock(parent, Unchecked(entries), time, support::RulesUnderTest());
}

// What people do one after the other, everything accepted.
std::vector<Entry> Story(Scenario& s) {
  const DecisionRef revocation{.date = 20260110, .number = "170/QĐ-UBND"};
  std::vector<Entry> story;
  const auto add = [&](const char* author, std::vector<v1::Operation> operations) {
    story.push_back(s.Sign(author, operations));
  };
  add("hd-hatinh", {ScoreProduct{}});
  add("ubnd-hatinh", {RecordDecision{}, IssueCertificate{}});
  add("htx-cam", {RegisterBatch{}, RecordStageEvent{}});
  add("vp-hatinh", {AuthoriseLabels{}});
  add("htx-cam", {SetRunKeys{}});
  add("in-hatinh", {ConfirmPrint{}, RecordExceptions{}});
  add("htx-cam", {ActivateLabels{.activated = 50}});
  add("htx-cam", {OfferInput{.gtin = kCam}});
  add("ct-mam", {RegisterBatch{.gtin = support::kMam, .inputs = {{}}}});
  add("thanhtra-hatinh", {OpenRecall{}});
  add("ubnd-hatinh", {RecordDecision{revocation}, RevokeCertificate{.decision = revocation}});
  return story;
}

// ---- The envelope

TEST(ExecuteTest, AnEntryOfAnotherLedgerIsRefused) {
  Scenario s;
  const Scenario other;  // the same people, founded again: signatures are random
  ASSERT_NE(s.ledger_id(), other.ledger_id());
  const Entry entry = s.Sign("htx-cam", {RegisterBatch{}}, {.ledger_id = other.ledger_id()});
  EXPECT_EQ(CodeOf(s.ExecuteBlock(std::vector{entry})[0]), RefusalCode::kOtherLedger);
}

TEST(ExecuteTest, AnEntryCountsUpToItsLimit) {
  Scenario s;
  const std::uint64_t limit = s.now_seconds() + 100;
  const Entry entry = s.Sign("htx-cam", {RegisterBatch{}}, {.not_after = limit});
  const auto at = [&](base::TimeNs time) {
    return Execute(s.memory(), std::vector{entry}, time).outcomes[0];
  };
  EXPECT_TRUE(IsAccepted(at(s.now())));
  EXPECT_TRUE(IsAccepted(at(limit * base::kNsPerSecond)));
  EXPECT_EQ(CodeOf(at(limit * base::kNsPerSecond + 1)), RefusalCode::kExpired);
  EXPECT_EQ(CodeOf(at((limit + 1) * base::kNsPerSecond)), RefusalCode::kExpired);
}

TEST(ExecuteTest, ALimitIsAtMost30DaysAhead) {
  Scenario s;
  const std::uint64_t most = s.now_seconds() + 30 * 86'400;
  const Entry right = s.Sign("htx-cam", {RegisterBatch{.lot = "A"}}, {.not_after = most});
  const Entry wrong = s.Sign("htx-cam", {RegisterBatch{.lot = "B"}}, {.not_after = most + 1});
  const Entry absurd =
      s.Sign("htx-cam", {RegisterBatch{.lot = "C"}}, {.not_after = ~std::uint64_t{0}});
  const auto outcomes = s.ExecuteBlock(std::vector{right, wrong, absurd});
  EXPECT_TRUE(IsAccepted(outcomes[0]));
  EXPECT_EQ(CodeOf(outcomes[1]), RefusalCode::kTooFarAhead);
  EXPECT_EQ(CodeOf(outcomes[2]), RefusalCode::kTooFarAhead);
}

TEST(ExecuteTest, NoIdIsAskedForAfter30Days) {
  // A view that fails when it is asked for the entry later than its contract says.
  class Window final : public ParentView {
   public:
    Window(const MemoryLedger& ledger, base::TimeNs now) : ledger_(ledger), now_(now) {}
    std::optional<Bytes> Get(ByteView key) const override { return ledger_.Get(key); }
    std::optional<Bytes> GetStateNode(ByteView key) const override {
      return ledger_.GetStateNode(key);
    }
    std::optional<ChainHead> Head() const override { return ledger_.Head(); }
    std::optional<EntryIndex> FindEntry(const Digest& id) const override {
      EXPECT_LE(now_ - ledger_.Head()->header.time, 30 * base::kNsPerDay);
      return ledger_.FindEntry(id);
    }

   private:
    const MemoryLedger& ledger_;
    base::TimeNs now_;
  };
  Scenario s;
  s.Wait(999'999'999);
  const std::uint64_t most = s.now_seconds() + 30 * 86'400;
  const Entry entry = s.Sign("htx-cam", {RegisterBatch{}}, {.not_after = most});
  s.ExecuteBlock(std::vector{entry});
  for (const base::TimeNs late : {base::TimeNs{0}, base::TimeNs{1}, base::TimeNs{999'999'999}}) {
    const base::TimeNs time = most * base::kNsPerSecond + late;
    const auto executed = Execute(Window(s.memory(), time), std::vector{entry}, time);
    EXPECT_FALSE(IsAccepted(executed.outcomes[0]));
  }
}

// ---- Repetition

TEST(ExecuteTest, ARepeatedEntryHasTheSamePlace) {
  Scenario s;
  const Entry entry = s.Sign("htx-cam", {RegisterBatch{}});
  const auto first = std::get<Accepted>(s.ExecuteBlock(std::vector{entry})[0]);
  const MemoryLedger before = s.memory();
  const auto again = std::get<Repeated>(s.ExecuteBlock(std::vector{entry})[0]);
  EXPECT_EQ(again.index, first.index);
  EXPECT_EQ(s.memory().leaves(), before.leaves());
}

TEST(ExecuteTest, TheSameBodySignedAgainIsTheSameEntry) {
  Scenario s;
  const support::Envelope envelope{.nonce = base::Bytes(8, 7)};
  const Entry one = s.Sign("htx-cam", {RegisterBatch{}}, envelope);
  const Entry two = s.Sign("htx-cam", {RegisterBatch{}}, envelope);
  ASSERT_NE(one.bytes, two.bytes);
  const auto outcomes = s.ExecuteBlock(std::vector{one, two});
  EXPECT_TRUE(IsAccepted(outcomes[0]));
  EXPECT_EQ(std::get<Repeated>(outcomes[1]).index, std::get<Accepted>(outcomes[0]).index);
}

TEST(ExecuteTest, ARefusalUsesUpNoId) {
  Scenario s;
  const Entry entry = s.Sign("htx-cam", {RecordStageEvent{}});
  EXPECT_EQ(CodeOf(s.ExecuteBlock(std::vector{entry})[0]), RefusalCode::kUnknownBatch);
  s.Accepts("htx-cam", RegisterBatch{});
  EXPECT_TRUE(IsAccepted(s.ExecuteBlock(std::vector{entry})[0]));
}

// ---- All or nothing

TEST(ExecuteTest, OperationsOfAnEntrySucceedOrFailTogether) {
  Scenario s;
  const auto before = s.memory().values();
  s.Refuses(RefusalCode::kBatchExists, "htx-cam", RegisterBatch{.lot = "A"},
            RegisterBatch{.lot = "B"}, RegisterBatch{.lot = "A"});
  EXPECT_EQ(s.memory().values(), before);
  s.Accepts("htx-cam", RegisterBatch{.lot = "A"}, RegisterBatch{.lot = "B"});
}

TEST(ExecuteTest, ARefusedEntryLeavesNothingToTheNextOnes) {
  Scenario s;
  const Entry refused =
      s.Sign("htx-cam", {RegisterBatch{.lot = "A"}, RecordStageEvent{.lot = "Z"}});
  const Entry next = s.Sign("htx-cam", {RegisterBatch{.lot = "A"}});
  const auto outcomes = s.ExecuteBlock(std::vector{refused, next});
  EXPECT_EQ(CodeOf(outcomes[0]), RefusalCode::kUnknownBatch);
  EXPECT_TRUE(IsAccepted(outcomes[1]));
}

TEST(ExecuteTest, LaterOperationsSeeEarlierOnes) {
  Scenario s;
  s.Accepts("htx-cam", RegisterBatch{}, RecordStageEvent{}, RecordStageEvent{},
            OfferInput{.gtin = kCam});
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kCam, "L1")).event_count, 2U);
}

TEST(ExecuteTest, RolesOfTheAuthorAreThoseBeforeTheEntry) {
  Scenario s;
  s.Refuses(RefusalCode::kRoleMissing, "vp-hatinh", RevokeRole{"vp-hatinh", v1::OFFICE},
            GrantRole{"vp-hatinh", v1::OFFICE, "08"});
  s.Accepts("vp-hatinh", RevokeRole{"vp-hatinh", v1::OFFICE}, RecordResolver{.host = "a.example"});
  s.Refuses(RefusalCode::kRoleMissing, "vp-hatinh", RecordResolver{.host = "b.example"});
}

TEST(ExecuteTest, AnEntryCarriesAThousandOperations) {
  Scenario s;
  std::vector<v1::Operation> events(kOperationsMax, RecordStageEvent{.location = support::kGln});
  s.Accepts("htx-cam", RegisterBatch{});
  s.ExpectAccepted("htx-cam", events);
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kCam, "L1")).event_count, kOperationsMax);
}

TEST(ExecuteTest, NobodyFoundsTwice) {
  Scenario s;
  v1::Operation found;
  *found.mutable_found() = s.founding().body.operations(0).found();
  s.Refuses(RefusalCode::kFoundingOnly, "vp-hatinh", found);
}

// ---- The chain

TEST(ExecuteTest, ABlockWithoutAcceptedEntriesIsNone) {
  Scenario s;
  const Entry refused = s.Sign("htx-cam", {RecordStageEvent{}});
  EXPECT_EQ(Execute(s.memory(), std::vector{refused}, s.now()).block, nullptr);
  EXPECT_EQ(Execute(s.memory(), {}, s.now()).block, nullptr);
}

TEST(ExecuteTest, HeadersChain) {
  Scenario s;
  const ChainHead before = *s.memory().Head();
  const std::vector<Entry> entries = {s.Sign("htx-cam", {RegisterBatch{.lot = "A"}}),
                                      s.Sign("htx-cam", {RecordStageEvent{.lot = "Z"}}),
                                      s.Sign("htx-cam", {RegisterBatch{.lot = "B"}})};
  const ExecutedBlock executed = Execute(s.memory(), entries, s.now());
  const StagedBlock& block = *executed.block;
  EXPECT_EQ(block.header.version, kRulesVersion);
  EXPECT_EQ(block.header.height, before.header.height + 1);
  EXPECT_EQ(block.header.time, s.now());
  EXPECT_EQ(block.header.previous, before.hash);
  EXPECT_EQ(block.header.first_index, before.log.size());
  EXPECT_EQ(block.header.entry_count, 2U);
  EXPECT_EQ(block.header.state_root, block.tree.root);
  EXPECT_EQ(block.hash, HeaderHash(block.header));

  ASSERT_EQ(block.leaves.size(), 3U);
  EXPECT_EQ(block.leaves[0], entries[0].Leaf());
  EXPECT_EQ(block.leaves[1], entries[2].Leaf());
  EXPECT_EQ(block.leaves[2], EncodeHeaderLeaf(block.header));
  crypto::LogFrontier log = before.log;
  log.Append(crypto::LogLeafHash(block.leaves[0]));
  log.Append(crypto::LogLeafHash(block.leaves[1]));
  EXPECT_EQ(block.header.log_root, log.Root());
  log.Append(crypto::LogLeafHash(block.leaves[2]));
  EXPECT_EQ(block.log.Root(), log.Root());
  EXPECT_EQ(std::get<Accepted>(executed.outcomes[2]).index, block.header.first_index + 1);
}

TEST(ExecuteTest, FactsNameEntryTimeAuthorAndKey) {
  Scenario s;
  const Entry entry = s.Sign("htx-cam", {RegisterBatch{}});
  const base::TimeNs time = s.now();
  const auto accepted = std::get<Accepted>(s.ExecuteBlock(std::vector{entry})[0]);
  const Fact expected{accepted.index, time, "htx-cam", support::KeyIdOf("htx-cam")};
  EXPECT_EQ(s.Read<BatchRecord>(BatchKey(kCam, "L1")).registered, expected);
}

TEST(ExecuteTest, TheStateRootIsThatOfATreeOfAllValues) {
  Scenario s;
  EXPECT_EQ(s.memory().Head()->header.state_root, s.memory().RebuiltStateRoot());
  for (const Entry& entry : Story(s)) {
    EXPECT_TRUE(IsAccepted(s.ExecuteBlock(std::vector{entry})[0]));
    EXPECT_EQ(s.memory().Head()->header.state_root, s.memory().RebuiltStateRoot());
  }
}

TEST(ExecuteTest, ExecutionCanBeRepeated) {
  Scenario s;
  const std::vector<Entry> story = Story(s);
  const auto one = Execute(s.memory(), story, s.now());
  const auto two = Execute(s.memory(), story, s.now());
  EXPECT_EQ(one.block->leaves, two.block->leaves);
  EXPECT_EQ(one.block->state, two.block->state);
  EXPECT_EQ(one.block->tree.new_nodes, two.block->tree.new_nodes);
}

// The values, but for the index and the time in each fact.
StateOverlay::Writes WithoutPlaces(const MemoryLedger& ledger) {
  StateOverlay::Writes out;
  const std::ptrdiff_t index_and_time = 16;
  for (const auto& [key, value] : ledger.values()) {
    // They stand before the author and the key, which are the same.
    Bytes blank = value;
    for (const char* author : {"hd-hatinh", "ubnd-hatinh", "htx-cam", "vp-hatinh", "in-hatinh",
                               "ct-mam", "thanhtra-hatinh"}) {
      Bytes tail;
      base::AppendU32(tail, static_cast<std::uint32_t>(std::string(author).size()));
      base::Append(tail, base::AsBytes(author));
      base::Append(tail, support::KeyIdOf(author));
      for (auto at = std::search(blank.begin(), blank.end(), tail.begin(), tail.end());
           at != blank.end(); at = std::search(at + 1, blank.end(), tail.begin(), tail.end())) {
        std::fill(at - index_and_time, at, std::uint8_t{0});
      }
    }
    out.emplace(key, std::move(blank));
  }
  return out;
}

TEST(ExecuteTest, OneBlockOrOneForEachEntryGivesTheSameState) {
  Scenario together;
  const std::vector<Entry> story = Story(together);
  Scenario apart = together;
  for (const EntryOutcome& outcome : together.ExecuteBlock(story)) {
    EXPECT_TRUE(IsAccepted(outcome));
  }
  for (const Entry& entry : story) apart.ExecuteBlock(std::vector{entry});
  EXPECT_EQ(together.memory().headers().size() + story.size() - 1, apart.memory().headers().size());
  EXPECT_EQ(WithoutPlaces(together.memory()), WithoutPlaces(apart.memory()));
}

// ---- Pipelining

TEST(ExecuteTest, ABlockOverAStagedBlockIsTheBlockOverTheStoredOne) {
  Scenario s;
  const std::vector<Entry> story = Story(s);
  const auto parent = std::make_shared<MemoryLedger>(s.memory());
  std::vector<std::shared_ptr<const StagedBlock>> sequential;
  MemoryLedger stored = *parent;
  base::TimeNs time = s.now();
  for (const Entry& entry : story) {
    sequential.push_back(Execute(stored, std::vector{entry}, ++time).block);
    stored.Add(*sequential.back());
  }

  MemoryLedger behind = *parent;  // always one block short
  std::shared_ptr<const StagedBlock> staged;
  time = s.now();
  for (std::size_t i = 0; i < story.size(); ++i) {
    std::shared_ptr<const StagedBlock> block;
    ++time;
    if (staged) {
      block = Execute(StagedView(behind, staged), std::vector{story[i]}, time).block;
      behind.Add(*staged);
      // The parent may also show the state after the block already.
      const auto after = Execute(StagedView(behind, staged), std::vector{story[i]}, time).block;
      EXPECT_EQ(after->leaves, block->leaves);
    } else {
      block = Execute(behind, std::vector{story[i]}, time).block;
    }
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(block->leaves, sequential[i]->leaves);
    EXPECT_EQ(block->state, sequential[i]->state);
    EXPECT_EQ(block->tree.new_nodes, sequential[i]->tree.new_nodes);
    staged = block;
  }
}

TEST(ExecuteTest, AStagedEntryIsKnown) {
  Scenario s;
  const Entry entry = s.Sign("htx-cam", {RegisterBatch{}});
  const auto block = Execute(s.memory(), std::vector{entry}, s.now()).block;
  const StagedView view(s.memory(), block);
  EXPECT_EQ(view.FindEntry(entry.id), block->header.first_index);
  EXPECT_EQ(view.Head()->hash, block->hash);
  EXPECT_FALSE(view.FindEntry(Digest{}));
  const auto again = Execute(view, std::vector{entry}, s.now() + 1);
  EXPECT_TRUE(std::holds_alternative<Repeated>(again.outcomes[0]));
  EXPECT_EQ(again.block, nullptr);
}

// ---- Overlays

TEST(StateOverlayTest, TheUpperValueWins) {
  const MemoryLedger nothing;
  StateOverlay lower = StateOverlay::Over(nothing);
  lower.Put(ParametersKey(), ParametersRecord{1, 1, 1, 1});
  lower.Put(PolicyKey(), PolicyRecord{});
  StateOverlay upper = StateOverlay::Over(lower);
  EXPECT_TRUE(upper.writes().empty());  // it stands on the lower one, it is no copy of it
  EXPECT_TRUE(Load<PolicyRecord>(upper, PolicyKey()));
  upper.Put(ParametersKey(), ParametersRecord{2, 2, 2, 2});
  EXPECT_EQ(Load<ParametersRecord>(upper, ParametersKey())->scan_count_max, 2U);
  EXPECT_EQ(Load<ParametersRecord>(lower, ParametersKey())->scan_count_max, 1U);
  lower.Merge(std::move(upper));
  EXPECT_EQ(Load<ParametersRecord>(lower, ParametersKey())->scan_count_max, 2U);
  EXPECT_EQ(lower.writes().size(), 2U);
}

}  // namespace
}  // namespace sogoc::ledger
