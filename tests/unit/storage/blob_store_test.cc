#include "node/storage/blob_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "crypto/sha256.h"
#include "node/storage/ledger_blobs.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

using base::ErrorCode;

class BlobStoreTest : public testing::Test {
 protected:
  BlobStoreTest() { Reopen(); }
  void Reopen() { store_ = std::move(*BlobStore::Open(SystemFiles(), folder_ / "blobs")); }
  std::string PathOf(const Digest& hash) const {
    const std::string name = base::ToHex(hash);
    return folder_ / ("blobs/" + name.substr(0, 2) + "/" + name);
  }
  void Damage(const Digest& hash) const { std::ofstream(PathOf(hash), std::ios::app) << "x"; }

  support::TempDirectory folder_;
  std::unique_ptr<BlobStore> store_;
  const Bytes picture_ = Bytes(100'000, 7);
  const Digest hash_ = crypto::Sha256(picture_);
};

TEST_F(BlobStoreTest, KeepsWhatHasItsHash) {
  EXPECT_FALSE(store_->Holds(hash_));
  EXPECT_EQ(store_->Read(hash_).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(store_->Keep(hash_, picture_).value());
  EXPECT_FALSE(store_->Keep(hash_, picture_).value());
  Reopen();
  EXPECT_TRUE(store_->Holds(hash_));
  EXPECT_EQ(store_->Read(hash_).value(), picture_);
  EXPECT_FALSE(SystemFiles().Exists(PathOf(hash_) + ".tmp"));
}

TEST_F(BlobStoreTest, TakesNothingElse) {
  EXPECT_EQ(store_->Keep(Digest{1}, picture_).error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(store_->Holds(Digest{1}));
  EXPECT_EQ(store_->Keep(crypto::Sha256({}), {}).error().code, ErrorCode::kInvalidArgument);
  const Bytes largest(kBlobBytesMax);
  EXPECT_TRUE(store_->Keep(crypto::Sha256(largest), largest).value());
  EXPECT_EQ(store_->Read(crypto::Sha256(largest)).value().size(), kBlobBytesMax);
  const Bytes larger(kBlobBytesMax + 1);
  EXPECT_EQ(store_->Keep(crypto::Sha256(larger), larger).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(BlobStoreTest, ADamagedFileIsAMissingOne) {
  ASSERT_TRUE(store_->Keep(hash_, picture_));
  Damage(hash_);
  EXPECT_EQ(store_->Read(hash_).error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(store_->Holds(hash_));
  EXPECT_TRUE(store_->Keep(hash_, picture_).value());
  EXPECT_EQ(store_->Read(hash_).value(), picture_);
  // One that is too long to be read at all.
  std::ofstream(PathOf(hash_)) << std::string(kBlobBytesMax + 1, 'x');
  EXPECT_EQ(store_->Read(hash_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(store_->Read(hash_).error().code, ErrorCode::kNotFound);
}

TEST_F(BlobStoreTest, WhatWasErasedStaysAway) {
  ASSERT_TRUE(store_->Keep(hash_, picture_));
  // What a crash in the middle of a write leaves.
  std::ofstream(PathOf(hash_) + ".tmp") << "half a picture";
  // Another process erases, as the operator's command does.
  const auto other = std::move(*BlobStore::Open(SystemFiles(), folder_ / "blobs"));
  ASSERT_TRUE(other->Erase(hash_));
  EXPECT_FALSE(SystemFiles().Exists(PathOf(hash_)));
  EXPECT_FALSE(SystemFiles().Exists(PathOf(hash_) + ".tmp"));
  EXPECT_TRUE(store_->IsErased(hash_));
  EXPECT_EQ(store_->Read(hash_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->Keep(hash_, picture_).error().code, ErrorCode::kFailedPrecondition);
  Reopen();
  EXPECT_TRUE(store_->IsErased(hash_));
  EXPECT_TRUE(store_->Erase(hash_));
  // Before it ever came.
  const Bytes other_file = {1};
  ASSERT_TRUE(store_->Erase(crypto::Sha256(other_file)));
  EXPECT_FALSE(store_->Keep(crypto::Sha256(other_file), other_file));
}

// A ledger whose second block names three files.
class LedgerBlobsTest : public BlobStoreTest {
 protected:
  LedgerBlobsTest() {
    ledger_ = LedgerStore::CreateInMemory(chain_.block(0));
    chain_.GrowTo(2);
    ledger_->Commit(chain_.block(1));
    ledger::StagedBlock block = chain_.block(2);
    for (const Digest& hash : {Digest{9}, hash_, Digest{5}, hash_}) {
      block.files.push_back({hash, block.header.first_index});
    }
    ledger_->Commit(block);
    blobs_.emplace(*ledger_, *store_, [this] { return room_; });
  }

  support::MadeUpChain chain_{3};
  std::unique_ptr<LedgerStore> ledger_;
  Status room_ = base::Ok();
  std::optional<LedgerBlobs> blobs_;
};

TEST_F(LedgerBlobsTest, TakesOnlyWhatTheLedgerNames) {
  const Bytes letter = {1, 2, 3};
  EXPECT_EQ(blobs_->StandingOf(crypto::Sha256(letter)), BlobStanding::kUnnamed);
  EXPECT_EQ(blobs_->Keep(crypto::Sha256(letter), letter).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(blobs_->StandingOf(hash_), BlobStanding::kMissing);
  EXPECT_EQ(blobs_->Keep(hash_, letter).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(blobs_->Keep(hash_, picture_).value());
  EXPECT_EQ(blobs_->StandingOf(hash_), BlobStanding::kHeld);
  EXPECT_EQ(blobs_->Read(hash_).value(), picture_);
  ASSERT_TRUE(store_->Erase(hash_));
  EXPECT_EQ(blobs_->StandingOf(hash_), BlobStanding::kErased);
  EXPECT_EQ(blobs_->Keep(hash_, picture_).error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(LedgerBlobsTest, TakesNothingWhereThereIsNoRoom) {
  room_ = base::Unavailable("full");
  EXPECT_EQ(blobs_->Keep(hash_, picture_).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(store_->Holds(hash_));
}

TEST_F(LedgerBlobsTest, TellsWhatIsMissingPieceByPiece) {
  std::vector<Digest> all = {Digest{5}, Digest{9}, hash_};
  std::sort(all.begin(), all.end());
  std::optional<Digest> after;
  std::vector<Digest> missing;
  do {
    for (const Digest& hash : blobs_->NextMissing(after, 2)) missing.push_back(hash);
  } while (after);
  EXPECT_EQ(missing, all);

  ASSERT_TRUE(blobs_->Keep(hash_, picture_));
  ASSERT_TRUE(store_->Erase(Digest{5}));
  EXPECT_EQ(blobs_->NextMissing(after, 10), std::vector{Digest{9}});
  EXPECT_EQ(after, std::nullopt);
}

TEST_F(LedgerBlobsTest, TheFirstEntryThatNamesAFileIsRemembered) {
  const ledger::EntryIndex first = chain_.block(2).header.first_index;
  chain_.GrowTo(3);
  ledger::StagedBlock block = chain_.block(3);
  block.files = {{hash_, block.header.first_index}, {Digest{6}, block.header.first_index}};
  ledger_->Commit(block);
  EXPECT_EQ(ledger_->FindNamedFile(hash_), first);
  EXPECT_EQ(ledger_->FindNamedFile(Digest{6}), block.header.first_index);
  EXPECT_EQ(ledger_->FindNamedFile(Digest{7}), std::nullopt);
}

}  // namespace
}  // namespace sogoc::storage
