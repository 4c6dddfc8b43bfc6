// What an engine and its application find when either starts again: whoever was killed, at whatever
// step, and whichever of their folders is an older copy, the chain ends as one that was never
// interrupted, or somebody refuses to go on and says why.

#include <gtest/gtest.h>

#include <filesystem>

#include "node/storage/fail_stop.h"
#include "tests/support/engine/application_node.h"
#include "tests/support/engine/restarting_engine.h"
#include "tests/support/temp_directory.h"

namespace sogoc::support {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Status;
using ledger::Height;

// How the blocks end where nothing interrupts them.
struct Reference {
  std::vector<std::string> hashes;  // after each block
  std::vector<Height> heights;      // of the ledger, after each block
};
Reference UninterruptedRun(const std::vector<abci::RequestFinalizeBlock>& blocks) {
  EngineWorld world;
  EXPECT_TRUE(world.application().InitChain(world.Genesis(blocks[0].height())));
  Reference reference;
  for (const auto& block : blocks) {
    reference.hashes.push_back(world.application().FinalizeBlock(block).value().app_hash());
    EXPECT_TRUE(world.application().Commit());
    reference.heights.push_back(world.store().Head()->header.height);
  }
  return reference;
}

class Handshake : public testing::Test {
 protected:
  Handshake() { Found(); }

  void Found() {
    KillNode();
    fs::remove_all(options_.directory);
    const auto created = storage::CreateLedger(options_, FoundingBlockOf(3));
    EXPECT_TRUE(created) << created.error().message;
  }
  void Expect(const Status& status) { ASSERT_TRUE(status) << status.error().message; }

  void StartNode() {
    node_.reset();
    auto node = ApplicationNode::Start(options_, address_);
    ASSERT_TRUE(node) << node.error().message;
    node_ = std::move(*node);
  }
  // Connects, and goes through the handshake.
  Status StartEngine() {
    TRY(EngineSimulator engine, EngineSimulator::Connect(address_));
    engine_.emplace(std::move(engine));
    return disk_.Start(*engine_);
  }
  void KillEngine() {
    engine_->Reset();
    engine_.reset();
  }
  void KillNode() { node_.reset(); }
  void Restart() {
    KillEngine();
    KillNode();
    StartNode();
    Expect(StartEngine());
  }
  Status Decide(const abci::RequestFinalizeBlock& block,
                EngineStep last = EngineStep::kStateSaved) {
    return disk_.Decide(*engine_, block, last);
  }
  void Begin() {
    StartNode();
    Expect(StartEngine());
  }
  // All blocks, with a copy of the ledger's directory before the first and after each.
  void RunWithCopies() {
    CopyLedger(0);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      StartNode();
      Expect(StartEngine());
      Expect(Decide(blocks_[i]));
      KillEngine();
      KillNode();
      CopyLedger(i + 1);
    }
  }
  std::string CopyAt(std::size_t count) const {
    return directory_ / ("at " + std::to_string(count));
  }
  void CopyLedger(std::size_t count) {
    fs::remove_all(CopyAt(count));
    fs::copy(options_.directory, CopyAt(count), fs::copy_options::recursive);
  }
  // Puts the ledger, or one part of it ("anchor", "store"), back to where it was after that many
  // blocks.
  void Restore(std::size_t count, const std::string& part = "") {
    fs::remove_all(options_.directory + "/" + part);
    fs::copy(CopyAt(count) + "/" + part, options_.directory + "/" + part,
             fs::copy_options::recursive);
  }

  // Engine and ledger have all blocks, as the uninterrupted run has them.
  void ExpectTheWholeChain() {
    EXPECT_EQ(disk_.state_height(), blocks_.back().height());
    EXPECT_EQ(base::ToHex(base::AsBytes(disk_.app_hash())),
              base::ToHex(base::AsBytes(reference_.hashes.back())));
    const auto info = engine_->Info();
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->last_block_height(), blocks_.back().height());
    EXPECT_EQ(info->last_block_app_hash(), reference_.hashes.back());
    storage::LedgerStore& store = node_->store();
    EXPECT_TRUE(store.Serving());
    EXPECT_EQ(store.Head()->header.height, reference_.heights.back());
    Expect(store.Verify(0, store.Head()->header.height + 1));
    // Nobody needs to be told that it was repaired.
    KillEngine();
    KillNode();
    options_.repair_by_replay = false;
    StartNode();
    EXPECT_TRUE(node_->notices().empty());
  }

  TempDirectory directory_{TempDirectory::Place::kMemory};
  storage::LedgerOptions options_{.directory = directory_ / "ledger",
                                  .block_cache_bytes = 1 << 20,
                                  .write_buffer_bytes = 64 << 10};
  const std::string address_ = "unix://" + directory_ / "abci.sock";
  std::vector<abci::RequestFinalizeBlock> blocks_ = AllKindsOfBlocks(1);
  Reference reference_ = UninterruptedRun(blocks_);
  EngineDisk disk_{EngineWorld().Genesis()};
  std::unique_ptr<ApplicationNode> node_;
  std::optional<EngineSimulator> engine_;
};

// ---- Killed at each step of each block

class HandshakeAtStep : public Handshake,
                        public testing::WithParamInterface<std::tuple<EngineStep, std::int64_t>> {
 protected:
  HandshakeAtStep() {
    const std::int64_t initial_height = std::get<1>(GetParam());
    blocks_ = AllKindsOfBlocks(initial_height);
    reference_ = UninterruptedRun(blocks_);
    disk_ = EngineDisk(EngineWorld().Genesis(initial_height));
  }
  EngineStep step() const { return std::get<0>(GetParam()); }
};

TEST_P(HandshakeAtStep, BothAreKilled) {
  Begin();
  for (const auto& block : blocks_) {
    Expect(Decide(block, step()));
    Restart();
    EXPECT_EQ(disk_.state_height(), block.height());
  }
  ExpectTheWholeChain();
}

TEST_P(HandshakeAtStep, TheEngineAloneIsKilled) {
  Begin();
  for (const auto& block : blocks_) {
    Expect(Decide(block, step()));
    KillEngine();
    Expect(StartEngine());
    EXPECT_EQ(disk_.state_height(), block.height());
  }
  ExpectTheWholeChain();
}

TEST_P(HandshakeAtStep, TheyAreKilledAgainDuringTheHandshake) {
  Begin();
  for (const auto& block : blocks_) {
    Expect(Decide(block, step()));
    for (int i = 0; i < 2; ++i) {
      KillEngine();
      KillNode();
      StartNode();
      auto engine = EngineSimulator::Connect(address_);
      ASSERT_TRUE(engine);
      engine_.emplace(*std::move(engine));
      const auto info = engine_->Info();
      ASSERT_TRUE(info);
      if (info->last_block_height() == 0) {
        ASSERT_TRUE(engine_->InitChain(node_->world().Genesis(blocks_[0].height())));
      }
      // Half a handshake: finalized, not committed.
      if (info->last_block_height() == block.height()) continue;
      const auto answer = engine_->FinalizeBlock(block);
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_EQ(answer->app_hash(),
                reference_.hashes[static_cast<std::size_t>(block.height() - blocks_[0].height())]);
    }
    Restart();
  }
  ExpectTheWholeChain();
}

INSTANTIATE_TEST_SUITE_P(Steps, HandshakeAtStep,
                         testing::Combine(testing::ValuesIn(kEngineSteps),
                                          testing::Values(1, 100)));

// ---- A ledger that is behind

TEST_F(Handshake, AStoreOneBlockAheadOfItsAnchorCounts) {
  // The application was killed between batch and anchor; the engine may have seen the commit of an
  // earlier start.
  for (const EngineStep step : {EngineStep::kAnswerSaved, EngineStep::kStateSaved}) {
    SCOPED_TRACE(static_cast<int>(step));
    Found();
    disk_ = EngineDisk(EngineWorld().Genesis());
    Begin();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      KillEngine();
      KillNode();
      CopyLedger(i);
      StartNode();
      Expect(StartEngine());
      Expect(Decide(blocks_[i], step));
      if (step == EngineStep::kAnswerSaved) {
        ASSERT_TRUE(engine_->Commit());
      }
      KillEngine();
      KillNode();
      Restore(i, "anchor");
      StartNode();
      const Height before = i == 0 ? 0 : reference_.heights[i - 1];
      EXPECT_EQ(node_->notices().size(), reference_.heights[i] - before);
      EXPECT_TRUE(node_->store().Serving());
      Expect(StartEngine());
      EXPECT_EQ(disk_.app_hash(), reference_.hashes[i]);
    }
    ExpectTheWholeChain();
  }
}

TEST_F(Handshake, AnOlderCopyOfTheWholeLedgerIsReplayed) {
  RunWithCopies();
  const EngineDisk whole = disk_;
  for (std::size_t count = 0; count <= blocks_.size(); ++count) {
    for (const bool state_saved : {true, false}) {
      SCOPED_TRACE(std::to_string(count) + (state_saved ? " blocks" : " blocks, state not saved"));
      Restore(count);
      disk_ = state_saved ? whole : whole.After(blocks_.size() - 1, true);
      Begin();
      ExpectTheWholeChain();
      KillNode();
    }
  }
}

TEST_F(Handshake, ALedgerThatBeginsAgainIsReplayedFromItsGenesis) {
  RunWithCopies();
  Found();
  Begin();
  EXPECT_EQ(node_->world().committed().size(), blocks_.size());
  ExpectTheWholeChain();
}

TEST_F(Handshake, AStoreShortOfItsAnchorIsRepairedBeforeItServes) {
  RunWithCopies();
  const EngineDisk whole = disk_;
  const Height promised = reference_.heights.back();
  for (std::size_t count = 0; count < blocks_.size(); ++count) {
    SCOPED_TRACE(std::to_string(count) + " blocks");
    Restore(blocks_.size());
    Restore(count, "store");
    options_.repair_by_replay = false;
    const auto refused = ApplicationNode::Start(options_, address_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(refused.error().message.find("was acknowledged"), std::string::npos);

    options_.repair_by_replay = true;
    disk_ = whole;
    StartNode();
    EXPECT_FALSE(node_->store().Serving());
    node_->world().SetOnCommitted([&](const cometbft::CommittedBlock&) {
      const Height height = node_->store().Head()->header.height;
      EXPECT_EQ(node_->store().Serving(), height == promised) << height;
    });
    // Killed in the middle of it.
    auto engine = EngineSimulator::Connect(address_);
    ASSERT_TRUE(engine);
    ASSERT_TRUE(engine->Info());
    if (count == 0) {
      ASSERT_TRUE(engine->InitChain(node_->world().Genesis()));
    }
    ASSERT_TRUE(engine->Apply(blocks_[count]));
    engine->Reset();
    KillNode();
    StartNode();
    EXPECT_EQ(node_->store().Serving(), count + 1 == blocks_.size());
    Expect(StartEngine());
    ExpectTheWholeChain();
    KillNode();
  }
}

using HandshakeDeathTest = Handshake;

TEST_F(HandshakeDeathTest, ARepairThatLeadsElsewhereEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  RunWithCopies();
  Restore(blocks_.size() - 1, "store");
  options_.repair_by_replay = true;
  EXPECT_EXIT(
      {
        StartNode();
        auto engine = EngineSimulator::Connect(address_);
        auto other = blocks_.back();
        other.clear_txs();
        other.add_txs(node_->world().Bundle({node_->world().Event()}));
        if (engine && engine->FinalizeBlock(other)) static_cast<void>(engine->Commit());
      },
      testing::ExitedWithCode(storage::kFailStopExitCode), "is not the one that was acknowledged");
  // Nothing was promised, and the right block still repairs it.
  Restore(blocks_.size());
  Restore(blocks_.size() - 1, "store");
  Begin();
  ExpectTheWholeChain();
}

// ---- An engine that is behind

TEST_F(Handshake, AnEngineThatIsBehindItsApplicationDoesNotStart) {
  RunWithCopies();
  const EngineDisk whole = disk_;
  StartNode();
  disk_ = whole.After(5, false);
  const Status behind = StartEngine();
  ASSERT_FALSE(behind);
  EXPECT_NE(behind.error().message.find("8 is higher than core 5"), std::string::npos);
  // One that decides all the same is told that its block does not fit.
  const auto refused = engine_->FinalizeBlock(blocks_[5]);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("needs block 9"), std::string::npos);
  KillEngine();
  // The ledger is none the worse.
  disk_ = whole;
  Expect(StartEngine());
  ExpectTheWholeChain();
}

TEST_F(Handshake, AnEngineThatLostEverythingIsToldSo) {
  RunWithCopies();
  const EngineDisk whole = disk_;
  StartNode();
  disk_ = EngineDisk(EngineWorld().Genesis());
  EXPECT_FALSE(StartEngine());
  const auto refused = engine_->InitChain(EngineWorld().Genesis());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("has its block 8"), std::string::npos);
  KillEngine();
  disk_ = whole;
  Expect(StartEngine());
  ExpectTheWholeChain();
}

TEST_F(Handshake, AnEngineOfAnotherNetworkIsToldSo) {
  StartNode();
  abci::RequestInitChain genesis = EngineWorld().Genesis();
  genesis.set_chain_id("sogoc-fedcba9876543210");
  disk_ = EngineDisk(genesis);
  const Status refused = StartEngine();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("sogoc-fedcba9876543210"), std::string::npos);
}

// ---- Rounds of consensus

TEST_F(Handshake, ProposalsThatAreNotDecidedLeaveNothingBehind) {
  Begin();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    for (std::size_t other = 0; other < blocks_.size(); ++other) {
      if (other == i) continue;
      abci::RequestProcessProposal proposal = ProposedBlock(blocks_[other]);
      proposal.set_height(blocks_[i].height());
      const auto verdict = engine_->ProcessProposal(proposal);
      ASSERT_TRUE(verdict);
      const bool garbage = other == 2 || other == 7;
      EXPECT_EQ(verdict->status(), garbage ? abci::ResponseProcessProposal::REJECT
                                           : abci::ResponseProcessProposal::ACCEPT);
    }
    Expect(Decide(blocks_[i]));
    EXPECT_EQ(disk_.app_hash(), reference_.hashes[i]);
  }
  ExpectTheWholeChain();
}

TEST_F(Handshake, AProposalFillsItsBytesAndNoMore) {
  Begin();
  Expect(Decide(blocks_[0]));
  std::vector<std::string> txs;
  for (int i = 0; i < 5; ++i) txs.push_back(node_->world().Bundle({node_->world().Event()}));
  const auto checked = engine_->CheckTxs(txs);
  ASSERT_TRUE(checked);
  abci::RequestPrepareProposal request;
  abci::ResponsePrepareProposal wanted;  // has the size of the engine's own message
  for (const std::string& tx : txs) {
    request.add_txs(tx);
    wanted.add_txs(tx);
  }
  for (int count = 5; count > 0; --count) {
    request.set_max_tx_bytes(static_cast<std::int64_t>(wanted.ByteSizeLong()));
    const auto exact = engine_->PrepareProposal(request);
    ASSERT_TRUE(exact);
    EXPECT_EQ(exact->txs_size(), count);
    request.set_max_tx_bytes(request.max_tx_bytes() - 1);
    const auto less = engine_->PrepareProposal(request);
    ASSERT_TRUE(less);
    EXPECT_EQ(less->txs_size(), count - 1);
    wanted.mutable_txs()->RemoveLast();
  }
}

TEST_F(Handshake, TheMempoolIsCheckedAgainAfterABlock) {
  Begin();
  const auto entries = FirstEntries(node_->world().ledger_id());
  const std::string expiring = node_->world().Bundle(
      {SignAt(GenesisTime() - 3'598 * base::kNsPerSecond, node_->world().ledger_id(), "htx-cam",
              {op::RecordStageEvent{}})});
  const auto code = [&](abci::CheckTxType type) {
    const auto response = engine_->CheckTx(expiring, type);
    EXPECT_TRUE(response);
    return response ? response->code() : 99;
  };
  Expect(Decide(blocks_[0]));
  EXPECT_EQ(code(abci::NEW_TX), 0U);
  EXPECT_EQ(code(abci::RECHECK), 0U);
  Expect(Decide(blocks_[1]));
  EXPECT_EQ(code(abci::RECHECK), 0U);  // an empty block: the ledger's time stands still
  Expect(Decide(blocks_[2]));
  EXPECT_NE(code(abci::RECHECK), 0U);
  EXPECT_NE(code(abci::NEW_TX), 0U);
}

}  // namespace
}  // namespace sogoc::support
