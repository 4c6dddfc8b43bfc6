#include "node/storage/ledger_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "node/storage/fail_stop.h"
#include "node/storage/ledger_directory.h"
#include "node/storage/ledger_format.h"
#include "node/storage/memory_store.h"
#include "tests/support/random.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

using base::ErrorCode;
using support::MadeUpChain;

struct InMemory {
  static std::unique_ptr<LedgerStore> Make(const std::string&,
                                           const ledger::StagedBlock& founding) {
    return LedgerStore::CreateInMemory(founding);
  }
};

struct OnDisk {
  static std::unique_ptr<LedgerStore> Make(const std::string& directory,
                                           const ledger::StagedBlock& founding) {
    const LedgerOptions options{.directory = directory, .write_buffer_bytes = 64 << 10};
    const Status created = CreateLedger(options, founding);
    EXPECT_TRUE(created) << created.error().message;
    auto opened = OpenLedger(options);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(opened->store) : nullptr;
  }
};

template <class Twin>
class LedgerTwin : public testing::Test {
 protected:
  void CommitTo(ledger::Height height) {
    chain_.GrowTo(height);
    while (store_->Head()->header.height < height) {
      store_->Commit(chain_.block(store_->Head()->header.height + 1));
    }
  }

  // The whole state after a block, value by value, with its proofs.
  void ExpectState(ledger::Height height) const {
    const auto state = store_->StateAfter(height);
    ASSERT_TRUE(state) << state.error().message;
    const Digest& root = (*state)->header().state_root;
    EXPECT_EQ(root, chain_.block(height).header.state_root);
    for (const Bytes& key : chain_.Keys()) {
      const auto expected = chain_.state(height).find(key);
      if (expected == chain_.state(height).end()) {
        ASSERT_EQ((*state)->Get(key), std::nullopt);
        ASSERT_TRUE(crypto::VerifyStateAbsence(root, key, (*state)->Prove(key)));
      } else {
        ASSERT_EQ((*state)->Get(key), expected->second);
        ASSERT_TRUE(
            crypto::VerifyStateMembership(root, key, expected->second, (*state)->Prove(key)));
      }
    }
  }

  support::Random random_;
  MadeUpChain chain_{random_.Below(1U << 31)};
  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  std::unique_ptr<LedgerStore> store_ = Twin::Make(directory_ / "ledger", chain_.block(0));
};

using Twins = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(LedgerTwin, Twins);

TYPED_TEST(LedgerTwin, NewLedgerHasItsFoundingBlock) {
  const auto head = this->store_->Head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header, this->chain_.block(0).header);
  EXPECT_EQ(head->hash, this->chain_.block(0).hash);
  EXPECT_EQ(head->log.Root(), this->chain_.block(0).log.Root());
  EXPECT_EQ(this->store_->ledger_id(), crypto::Sha256(this->chain_.leaf(0)));
  EXPECT_EQ(this->store_->EngineHeight(), std::nullopt);
  EXPECT_TRUE(this->store_->Serving());
  this->ExpectState(0);
}

TYPED_TEST(LedgerTwin, CommittedBlocksAreThereToTheLastByte) {
  this->CommitTo(30);
  const LedgerStore& store = *this->store_;
  const MadeUpChain& chain = this->chain_;
  EXPECT_EQ(store.Head()->hash, chain.block(30).hash);
  for (ledger::Height height = 0; height <= 30; ++height) {
    const ledger::StagedBlock& block = chain.block(height);
    EXPECT_EQ(*store.HeaderAt(height), block.header);
    for (std::size_t i = 0; i < block.leaves.size(); ++i) {
      const ledger::EntryIndex index = block.header.first_index + i;
      EXPECT_EQ(store.Leaf(index), block.leaves[i]);
      EXPECT_EQ(store.HeaderOver(index), block.header);
    }
    for (std::size_t i = 0; i < block.entry_ids.size(); ++i) {
      EXPECT_EQ(store.FindEntry(block.entry_ids[i]), block.header.first_index + i);
    }
  }
  EXPECT_EQ(store.FindEntry(Digest{}), std::nullopt);
  EXPECT_EQ(store.HeaderAt(31).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(store.Verify(0, 31));
  EXPECT_TRUE(store.VerifyFiles([] { return true; }));
}

TYPED_TEST(LedgerTwin, ProofsOfEveryPairOfSizesVerify) {
  this->CommitTo(8);
  const LedgerStore& store = *this->store_;
  const std::uint64_t size = this->chain_.size();
  for (std::uint64_t n = 1; n <= size; ++n) {
    const Digest root = store.LogRoot(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      ASSERT_TRUE(crypto::VerifyInclusion(crypto::LogLeafHash(store.Leaf(i)), i, n,
                                          store.ProveInclusion(i, n), root));
      ASSERT_TRUE(crypto::VerifyConsistency(i + 1, store.LogRoot(i + 1), n, root,
                                            store.ProveConsistency(i + 1, n)));
    }
  }
  for (ledger::Height height = 0; height <= 8; ++height) {
    const ledger::Header& header = this->chain_.block(height).header;
    EXPECT_EQ(store.LogRoot(header.index()), header.log_root);
    EXPECT_EQ(crypto::LogRoot(header.index(), store.LogReader()), header.log_root);
  }
  const std::vector<Digest> tile = store.Tile(0, 0, 3);
  ASSERT_EQ(tile.size(), 3U);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(tile[i], crypto::LogLeafHash(store.Leaf(i)));
}

TYPED_TEST(LedgerTwin, EveryHeightKeepsItsState) {
  this->CommitTo(25);
  for (ledger::Height height = 0; height <= 25; ++height) this->ExpectState(height);
  for (const auto& [key, value] : this->chain_.state(25)) EXPECT_EQ(this->store_->Get(key), value);
}

TYPED_TEST(LedgerTwin, ExecutionReadsTheTreeThroughTheStore) {
  this->CommitTo(5);
  const ledger::StagedBlock& next = this->chain_.Grow();
  std::vector<crypto::StateChange> changes;
  for (const auto& [key, value] : next.state) {
    changes.push_back({crypto::Sha256(key), crypto::Sha256(value)});
  }
  EXPECT_EQ(crypto::UpdateStateTree(*this->store_, 5, 6, changes).root, next.header.state_root);
}

TYPED_TEST(LedgerTwin, PruningKeepsWhatKeptHeightsNeedAndStopsAtTheBound) {
  this->CommitTo(40);
  int steps = 1;
  while (!this->store_->Prune(30, 20)) ++steps;
  EXPECT_GT(steps, 3);
  for (ledger::Height height = 30; height <= 40; ++height) this->ExpectState(height);
  const auto gone = this->store_->StateAfter(29);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
  EXPECT_NE(gone.error().message.find("block 30"), std::string::npos);
  EXPECT_TRUE(this->store_->Verify(0, 41));

  this->CommitTo(60);
  EXPECT_FALSE(this->store_->Prune(1'000, 1));  // never past the head
  EXPECT_TRUE(this->store_->Prune(1'000, 100'000));
  this->ExpectState(60);
  EXPECT_FALSE(this->store_->StateAfter(59));
}

TYPED_TEST(LedgerTwin, StateThatIsBeingReadIsNotPruned) {
  this->CommitTo(10);
  {
    const auto reading = this->store_->StateAfter(3);
    ASSERT_TRUE(reading);
    EXPECT_TRUE(this->store_->Prune(10, 100'000));
    EXPECT_FALSE(this->store_->StateAfter(2));
    this->ExpectState(3);
  }
  EXPECT_TRUE(this->store_->Prune(10, 100'000));
  EXPECT_FALSE(this->store_->StateAfter(9));
  this->ExpectState(10);
}

TYPED_TEST(LedgerTwin, EngineHeightComesWithABlockOrAlone) {
  this->chain_.GrowTo(1);
  this->store_->Commit(this->chain_.block(1), 7);
  EXPECT_EQ(this->store_->EngineHeight(), 7U);
  this->store_->CommitEngineHeight(8);
  EXPECT_EQ(this->store_->EngineHeight(), 8U);
  EXPECT_EQ(this->store_->Head()->header.height, 1U);
}

Bytes BatchValue(std::vector<ledger::InputRecord> inputs, std::uint64_t drawn) {
  ledger::BatchRecord record;
  record.inputs = std::move(inputs);
  record.drawn = drawn;
  return ledger::EncodeRecord(record);
}

TYPED_TEST(LedgerTwin, ChildrenOfABatchAreListedInOrderFromAnyPlace) {
  const ledger::BatchId leaf{{}, "08930000000017", "L"};
  const ledger::BatchId foreign{crypto::Sha256(base::AsBytes("other")), leaf.gtin, leaf.lot};
  const Bytes from_both = BatchValue({{leaf, 1}, {foreign, 1}}, 0);
  MadeUpChain::State values;
  for (const char* lot : {"A", "B", "C"}) {
    values[ledger::BatchKey("08930000000024", lot)] = from_both;
  }
  values[ledger::BatchKey("08930000000024", "D")] = BatchValue({{foreign, 1}}, 0);
  values[ledger::BatchKey(leaf.gtin, leaf.lot)] = BatchValue({}, 0);
  this->store_->Commit(this->chain_.Grow(values));
  // A batch that changes later keeps its inputs: nothing is added.
  this->store_->Commit(this->chain_.Grow(
      {{ledger::BatchKey("08930000000024", "A"), BatchValue({{leaf, 1}, {foreign, 1}}, 5)}}));

  const auto lots = [&](const ledger::BatchId& input, std::optional<ledger::BatchId> after,
                        std::size_t count) {
    std::string text;
    for (const ledger::BatchId& child : this->store_->ChildrenOf(input, after, count)) {
      EXPECT_EQ(child.gtin, "08930000000024");
      EXPECT_EQ(child.ledger_id, Digest{});
      text += child.lot;
    }
    return text;
  };
  EXPECT_EQ(lots(leaf, std::nullopt, 10), "ABC");
  EXPECT_EQ(lots(leaf, std::nullopt, 2), "AB");
  EXPECT_EQ(lots(leaf, ledger::BatchId{{}, "08930000000024", "B"}, 10), "C");
  EXPECT_EQ(lots(foreign, std::nullopt, 10), "ABCD");
  EXPECT_EQ(lots({{}, "08930000000024", "A"}, std::nullopt, 10), "");
}

TYPED_TEST(LedgerTwin, ReadersWorkBesideTheWriter) {
  this->chain_.GrowTo(60);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::thread reader([&] {
    while (!done) {
      const ledger::ChainHead head = *this->store_->Head();
      const auto state = this->store_->StateAfter(head.header.height);
      if (!state) continue;  // pruned since
      for (const Bytes& key : this->chain_.Keys()) {
        const auto& values = this->chain_.state(head.header.height);
        const auto expected = values.find(key);
        const auto value = (*state)->Get(key);
        if (value != (expected == values.end() ? std::nullopt : std::optional(expected->second))) {
          ++wrong;
        }
      }
      if (this->store_->LogRoot(head.log.size()) != head.log.Root()) ++wrong;
    }
  });
  for (ledger::Height height = 1; height <= 60; ++height) {
    this->store_->Commit(this->chain_.block(height));
    this->store_->Prune(height, 50);
  }
  done = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

// ---- Faults, on a store in memory that a test can reach into

// Passes everything on but what a test spoils.
class FaultyStore final : public KeyValueStore {
 public:
  enum class Fault { kNone, kWriteFails, kFlipsLeaf, kFlipsHash, kLosesHead };

  std::optional<Bytes> Get(Space space, ByteView key) const override {
    return target_->Get(space, key);
  }
  std::unique_ptr<Cursor> NewCursor(Space space) const override {
    return target_->NewCursor(space);
  }
  Status VerifyFiles(const std::function<bool()>& go_on) const override {
    return target_->VerifyFiles(go_on);
  }

  Status Write(const WriteBatch& batch) override {
    if (fault == Fault::kWriteFails) return base::Unavailable("no space left on device");
    WriteBatch out;
    bool spoiled = fault == Fault::kNone;
    for (const WriteBatch::Operation& operation : batch.operations()) {
      if (!operation.value) {
        out.Delete(operation.space, operation.key);
      } else if (!spoiled && IsVictim(operation)) {
        spoiled = true;
        if (fault == Fault::kLosesHead) continue;
        Bytes value = *operation.value;
        value.back() ^= 1;
        out.Put(operation.space, operation.key, value);
      } else {
        out.Put(operation.space, operation.key, *operation.value);
      }
    }
    return target_->Write(out);
  }

  Fault fault = Fault::kNone;

 private:
  bool IsVictim(const WriteBatch::Operation& operation) const {
    switch (fault) {
      case Fault::kFlipsLeaf:
        return operation.space == Space::kLeaves;
      case Fault::kFlipsHash:
        return operation.space == Space::kLogHashes;
      default:
        return operation.space == Space::kMeta;
    }
  }
  std::unique_ptr<KeyValueStore> target_ = MakeMemoryStore();
};

class FaultyLedger : public testing::Test {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto store = std::make_unique<FaultyStore>();
    faulty_ = store.get();
    ASSERT_TRUE(store->Write(MakeFoundingBatch(*store, chain_.block(0))));
    store_ = std::make_unique<LedgerStore>(std::move(store), std::nullopt);
    chain_.GrowTo(12);
    while (store_->Head()->header.height < 10) {
      store_->Commit(chain_.block(store_->Head()->header.height + 1));
    }
  }
  void ExpectCommitStops(FaultyStore::Fault fault, const std::string& message) {
    faulty_->fault = fault;
    EXPECT_EXIT(store_->Commit(chain_.block(11)), testing::ExitedWithCode(kFailStopExitCode),
                message);
  }
  void Spoil(Space space, const Bytes& key) {
    Bytes value = *faulty_->Get(space, key);
    value[value.size() / 2] ^= 0x10;
    WriteBatch batch;
    batch.Put(space, key, value);
    ASSERT_TRUE(faulty_->Write(batch));
  }
  void ExpectCorrupt(ledger::Height height) {
    const Status status = store_->Verify(0, 100);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(status.error().message.find("block " + std::to_string(height) + ":"),
              std::string::npos)
        << status.error().message;
  }

  MadeUpChain chain_{5};
  FaultyStore* faulty_ = nullptr;
  std::unique_ptr<LedgerStore> store_;
};

using FaultyLedgerDeathTest = FaultyLedger;

TEST_F(FaultyLedgerDeathTest, FailedWriteStopsTheProcess) {
  ExpectCommitStops(FaultyStore::Fault::kWriteFails, "no space left on device");
}

TEST_F(FaultyLedgerDeathTest, BitThatFlipsOnItsWayIntoTheStoreStopsTheProcess) {
  ExpectCommitStops(FaultyStore::Fault::kFlipsLeaf, "read back: block 11: leaf .* hash");
  ExpectCommitStops(FaultyStore::Fault::kFlipsHash, "read back: block 11: leaf .* hash");
  ExpectCommitStops(FaultyStore::Fault::kLosesHead, "read back");
}

TEST_F(FaultyLedgerDeathTest, BitThatFlipsBetweenHashingAndWritingStopsTheProcess) {
  ledger::StagedBlock block = chain_.block(11);
  block.leaves[0].back() ^= 1;
  EXPECT_EXIT(store_->Commit(block), testing::ExitedWithCode(kFailStopExitCode), "read back");
  block = chain_.block(11);
  block.leaf_hashes[0][0] ^= 1;
  EXPECT_EXIT(store_->Commit(block), testing::ExitedWithCode(kFailStopExitCode), "read back");
  block = chain_.block(11);
  block.leaves.back().back() ^= 1;  // the state root in the header's leaf
  EXPECT_EXIT(store_->Commit(block), testing::ExitedWithCode(kFailStopExitCode), "read back");
  block = chain_.block(11);
  block.hash[0] ^= 1;
  EXPECT_EXIT(store_->Commit(block), testing::ExitedWithCode(kFailStopExitCode), "read back");
}

TEST_F(FaultyLedgerDeathTest, BlockThatDoesNotFollowStopsTheProcess) {
  EXPECT_EXIT(store_->Commit(chain_.block(12)), testing::ExitedWithCode(kFailStopExitCode),
              "block 12 does not follow block 10");
  EXPECT_EXIT(store_->Commit(chain_.block(10)), testing::ExitedWithCode(kFailStopExitCode),
              "block 10 does not follow block 10");
  MadeUpChain other(6);
  other.GrowTo(11);
  EXPECT_EXIT(store_->Commit(other.block(11)), testing::ExitedWithCode(kFailStopExitCode),
              "does not follow");
}

TEST_F(FaultyLedger, VerifyNamesTheBlockOfADamagedLeaf) {
  Spoil(Space::kLeaves, U64(chain_.block(4).header.first_index));
  ExpectCorrupt(4);
  EXPECT_TRUE(store_->Verify(0, 4));
  EXPECT_TRUE(store_->Verify(5, 100));
}

TEST_F(FaultyLedger, VerifyNamesTheBlockOfADamagedHash) {
  Spoil(Space::kLogHashes, LogHashKey(0, chain_.block(6).header.first_index));
  ExpectCorrupt(6);
}

TEST_F(FaultyLedger, VerifyNamesTheBlockOfADamagedHeader) {
  Spoil(Space::kLeaves, U64(chain_.block(7).header.index()));
  ExpectCorrupt(7);
}

TEST_F(FaultyLedger, VerifyNamesTheBlockOfADamagedIndex) {
  Spoil(Space::kHeaders, HeaderByIndexKey(chain_.block(8).header.index()));
  ExpectCorrupt(8);
}

}  // namespace
}  // namespace sogoc::storage
