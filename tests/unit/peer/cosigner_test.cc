#include "node/peer/cosigner.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "node/storage/fail_stop.h"
#include "node/storage/files.h"
#include "node/storage/ledger_store.h"
#include "tests/support/gate.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/manual_clock.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"

namespace sogoc::peer {
namespace {

using base::ErrorCode;
using base::kNsPerSecond;
using base::Status;
using storage::FileSystem;

constexpr char kOrigin[] = "hatinh/0123456789abcdef";
constexpr char kName[] = "peer1.example";
constexpr std::uint64_t kStart_s = 1'763'700'000;
constexpr base::TimeNs kNever = 3'600 * kNsPerSecond;
constexpr base::TimeNs kAllTheTime = 1'000'000;

// The system's files; every rename passes `renaming`, and fails once `broken`.
class GatedFiles final : public FileSystem {
 public:
  base::Result<std::unique_ptr<storage::File>> Open(const std::string& path, Mode mode) override {
    return target_.Open(path, mode);
  }
  base::Result<base::Bytes> Read(const std::string& path, std::size_t bytes_max) const override {
    return target_.Read(path, bytes_max);
  }
  bool Exists(const std::string& path) const override { return target_.Exists(path); }
  Status CreateDirectory(const std::string& path) override { return target_.CreateDirectory(path); }
  Status Rename(const std::string& from, const std::string& to) override {
    renaming.Pass();
    if (broken) return base::Unavailable("rename " + to + ": no space");
    return target_.Rename(from, to);
  }
  Status RemoveAll(const std::string& path) override { return target_.RemoveAll(path); }
  Status SyncDirectory(const std::string& path) override { return target_.SyncDirectory(path); }

  support::Gate renaming;
  bool broken = false;

 private:
  FileSystem& target_ = storage::SystemFiles();
};

class CosignerTest : public testing::Test {
 protected:
  using Started = base::Result<std::unique_ptr<Cosigner>>;

  Started Start(base::TimeNs resign_after = kNever, const std::string& origin = kOrigin) {
    log_reader_ = store_->LogReader();
    return Cosigner::Start(
        {origin, kName, state_path_, resign_after},
        {support::Ed25519Of("log"), support::Ed25519Of("cosigner")}, *store_->Head(),
        [this, origin](const ledger::ChainHead&) { return policy_ ? *policy_ : PolicyFor(origin); },
        log_reader_, clock_, files_, hooks_);
  }
  std::unique_ptr<Cosigner> MustStart(base::TimeNs resign_after = kNever) {
    Started started = Start(resign_after);
    EXPECT_TRUE(started) << started.error().message;
    return std::move(*started);
  }
  void ExpectRefused(ErrorCode code, const std::string& words,
                     const std::string& origin = kOrigin) {
    const base::Bytes before = StateFile();
    const Started started = Start(kNever, origin);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, code);
    EXPECT_NE(started.error().message.find(words), std::string::npos) << started.error().message;
    EXPECT_EQ(StateFile(), before);
  }
  static crypto::Policy PolicyFor(const std::string& origin) {
    return {{{origin, crypto::NoteKeyType::kLog, support::Ed25519Of("log").public_key()}},
            {{kName, crypto::NoteKeyType::kCosigner, support::Ed25519Of("cosigner").public_key()}},
            1};
  }

  // This peer, and peer2.example, both of which have to sign.
  static crypto::Policy PolicyOfTwo() {
    crypto::Policy policy = PolicyFor(kOrigin);
    policy.logs.push_back(
        {kOrigin, crypto::NoteKeyType::kLog, support::Ed25519Of("peer2/log").public_key()});
    policy.cosigners.push_back({"peer2.example", crypto::NoteKeyType::kCosigner,
                                support::Ed25519Of("peer2/cosigner").public_key()});
    policy.quorum = 2;
    return policy;
  }
  static Cosigned LineOf(const std::string& peer, const ledger::ChainHead& head) {
    const crypto::Checkpoint checkpoint{kOrigin, head.log.size(), head.log.Root()};
    const std::string text = crypto::FormatCheckpoint(checkpoint);
    return {checkpoint.size, checkpoint.root, head.header.height,
            crypto::FormatNoteSignature(
                crypto::CosignNote(text, peer, support::Ed25519Of("peer2/cosigner"), kStart_s)),
            crypto::FormatNoteSignature(
                crypto::SignNote(text, kOrigin, support::Ed25519Of("peer2/log")))};
  }

  const ledger::ChainHead Grow() {
    const ledger::StagedBlock& block = chain_.Grow();
    store_->Commit(block);
    return block.head();
  }
  void UseStoreOf(support::MadeUpChain& chain, ledger::Height height) {
    store_ = storage::LedgerStore::CreateInMemory(chain.block(0));
    chain.GrowTo(height);
    for (ledger::Height h = 1; h <= height; ++h) store_->Commit(chain.block(h));
  }

  base::Bytes StateFile() const {
    return storage::SystemFiles().Read(state_path_, 1 << 20).value();
  }
  static base::Bytes CheckpointOf(const ledger::ChainHead& head) {
    return base::ToBytes(
        base::AsBytes(crypto::FormatCheckpoint({kOrigin, head.log.size(), head.log.Root()})));
  }
  // What a reader finds who knows only the policy.
  void ExpectWorth(const SignedHead& signed_head, const ledger::ChainHead& head,
                   std::uint64_t time_s) const {
    EXPECT_EQ(signed_head.head.hash, head.hash);
    const auto verdict = crypto::JudgeCheckpoint(signed_head.note, PolicyFor(kOrigin), time_s);
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_TRUE(verdict->log_signed);
    EXPECT_TRUE(verdict->has_quorum);
    EXPECT_EQ(verdict->quorum_time_s, time_s);
    EXPECT_EQ(verdict->checkpoint, (crypto::Checkpoint{kOrigin, head.log.size(), head.log.Root()}));
    EXPECT_EQ(signed_head.verdict.has_quorum, verdict->has_quorum);
    EXPECT_EQ(signed_head.verdict.checkpoint, verdict->checkpoint);
  }
  static void AwaitSigned(Cosigner& cosigner, const ledger::ChainHead& head) {
    std::promise<void> done;
    cosigner.AfterFinal(head.header.height, [&] { done.set_value(); });
    done.get_future().wait();
  }

  support::TempDirectory directory_;
  const std::string state_path_ = directory_ / "checkpoint";
  support::MadeUpChain chain_{1};
  std::unique_ptr<storage::LedgerStore> store_ =
      storage::LedgerStore::CreateInMemory(chain_.block(0));
  support::ManualClock clock_{kStart_s * kNsPerSecond};
  GatedFiles files_;
  crypto::LogNodeReader log_reader_;
  std::optional<crypto::Policy> policy_;  // instead of this peer alone
  CosignerHooks hooks_;
};

TEST_F(CosignerTest, TheFirstHeadIsSignedAtOnce) {
  const auto cosigner = MustStart();
  ExpectWorth(*cosigner->Latest(), *store_->Head(), kStart_s);
  EXPECT_EQ(StateFile(), CheckpointOf(*store_->Head()));
}

TEST_F(CosignerTest, EveryHeadIsSignedOnceItIsDurable) {
  const auto cosigner = MustStart();
  for (std::uint64_t i = 1; i <= 5; ++i) {
    clock_.Set((kStart_s + i) * kNsPerSecond);
    const ledger::ChainHead head = Grow();
    cosigner->Extend(head);
    AwaitSigned(*cosigner, head);
    ExpectWorth(*cosigner->Latest(), head, kStart_s + i);
    EXPECT_EQ(StateFile(), CheckpointOf(head));
  }
}

TEST_F(CosignerTest, NothingIsSignedBeforeItIsWrittenDown) {
  const auto cosigner = MustStart();
  const ledger::ChainHead before = *store_->Head();
  const ledger::ChainHead head = Grow();
  const int renames = files_.renaming.arrivals();
  const int reads = clock_.reads();
  files_.renaming.Close();
  cosigner->Extend(head);
  files_.renaming.AwaitArrivals(renames + 1);
  EXPECT_EQ(clock_.reads(), reads);  // the signature holds the time
  EXPECT_EQ(cosigner->Latest()->head.hash, before.hash);
  files_.renaming.Open();
  AwaitSigned(*cosigner, head);
  ExpectWorth(*cosigner->Latest(), head, kStart_s);
}

TEST_F(CosignerTest, WhatCannotBeWrittenDownIsNotSigned) {
  files_.broken = true;
  const Started started = Start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kUnavailable);
}

using CosignerDeathTest = CosignerTest;

TEST_F(CosignerDeathTest, AFailedWriteLaterEndsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto wait_for_the_end = [this] {
    const auto cosigner = MustStart();
    files_.broken = true;
    const ledger::ChainHead head = Grow();
    cosigner->Extend(head);
    AwaitSigned(*cosigner, head);
  };
  EXPECT_EXIT(wait_for_the_end(), testing::ExitedWithCode(storage::kFailStopExitCode),
              "cosigning: rename .*: no space");
}

TEST_F(CosignerDeathTest, AHeadThatDoesNotGrowEndsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto go_back = [this] {
    const ledger::ChainHead before = *store_->Head();
    Grow();
    MustStart()->Extend(before);
  };
  EXPECT_EXIT(go_back(), testing::ExitedWithCode(storage::kFailStopExitCode), "block 0");
}

TEST_F(CosignerTest, HeadsThatComeWhileOneIsSignedAreWrittenDownOnceAndSignedInOrder) {
  std::vector<std::uint64_t> sizes;
  hooks_.cosigned = [&](const Cosigned& said) { sizes.push_back(said.size); };
  const auto cosigner = MustStart();
  std::vector<std::uint64_t> expected = {store_->Head()->log.size()};
  const int renames = files_.renaming.arrivals();
  files_.renaming.Close();
  ledger::ChainHead head;
  for (int i = 0; i < 4; ++i) {
    head = Grow();
    expected.push_back(head.log.size());
    cosigner->Extend(head);
    if (i == 0) files_.renaming.AwaitArrivals(renames + 1);
  }
  files_.renaming.Open();
  AwaitSigned(*cosigner, head);
  ExpectWorth(*cosigner->Latest(), head, kStart_s);
  EXPECT_EQ(files_.renaming.arrivals(), renames + 2);
  EXPECT_EQ(sizes, expected);
}

TEST_F(CosignerTest, OfMoreThanSixteenThatWaitTheOldestAreSkipped) {
  std::vector<ledger::Height> heights;
  hooks_.cosigned = [&](const Cosigned& said) { heights.push_back(said.height); };
  const auto cosigner = MustStart();
  const int renames = files_.renaming.arrivals();
  files_.renaming.Close();
  cosigner->Extend(Grow());
  files_.renaming.AwaitArrivals(renames + 1);
  ledger::ChainHead head;
  for (int i = 0; i < 20; ++i) cosigner->Extend(head = Grow());
  files_.renaming.Open();
  AwaitSigned(*cosigner, head);
  std::vector<ledger::Height> expected = {0, 1};
  for (ledger::Height height = 6; height <= 21; ++height) expected.push_back(height);
  EXPECT_EQ(heights, expected);
}

TEST_F(CosignerTest, AnUnchangedHeadIsSignedAnewWithTheTime) {
  const auto cosigner = MustStart(kAllTheTime);
  const int renames = files_.renaming.arrivals();
  for (std::uint64_t age_s : {10U, 20U}) {
    clock_.Set((kStart_s + age_s) * kNsPerSecond);
    while (cosigner->Latest()->verdict.quorum_time_s != kStart_s + age_s) {
      std::this_thread::yield();
    }
    ExpectWorth(*cosigner->Latest(), *store_->Head(), kStart_s + age_s);
  }
  EXPECT_EQ(files_.renaming.arrivals(), renames);  // it is written down already
}

TEST_F(CosignerTest, ARestartSignsTheSameOrALongerLog) {
  MustStart();
  MustStart();
  const ledger::ChainHead head = (Grow(), Grow());
  ExpectWorth(*MustStart()->Latest(), head, kStart_s);
  EXPECT_EQ(StateFile(), CheckpointOf(head));
}

TEST_F(CosignerTest, AStoreThatWasRolledBackIsRefused) {
  for (int i = 0; i < 3; ++i) Grow();
  const std::uint64_t signed_size = store_->Head()->log.size();
  MustStart();
  support::MadeUpChain same(1);
  UseStoreOf(same, 2);
  ExpectRefused(ErrorCode::kFailedPrecondition, "signed " + std::to_string(signed_size) +
                                                    " leaves, the store has " +
                                                    std::to_string(store_->Head()->log.size()));
}

TEST_F(CosignerTest, AnotherLogIsRefusedHoweverLong) {
  for (int i = 0; i < 3; ++i) Grow();
  MustStart();
  support::MadeUpChain other(2);
  UseStoreOf(other, 9);
  ASSERT_GT(store_->Head()->log.size(), chain_.size());
  ExpectRefused(ErrorCode::kFailedPrecondition, "not the log that this peer has signed");
}

TEST_F(CosignerTest, TheStateOfAnotherLedgerIsRefused) {
  MustStart();
  ExpectRefused(ErrorCode::kFailedPrecondition, "signed for another ledger",
                "hatinh/fedcba9876543210");
}

TEST_F(CosignerTest, ADamagedStateFileIsRefused) {
  MustStart();
  const std::string whole = base::ToText(StateFile());
  for (const std::string& damaged : {std::string(), whole.substr(0, whole.size() - 1), whole + "\n",
                                     whole + whole, std::string(100'000, 'x')}) {
    ASSERT_TRUE(storage::WriteFileDurably(files_, state_path_, base::AsBytes(damaged)));
    ExpectRefused(ErrorCode::kCorrupt, state_path_);
  }
}

TEST_F(CosignerTest, WhoWaitsIsCalledAtOnceLaterOrNever) {
  auto cosigner = MustStart();
  int at_once = 0;
  cosigner->AfterFinal(0, [&] { ++at_once; });
  EXPECT_EQ(at_once, 1);

  std::vector<ledger::Height> called;
  std::promise<void> both;
  const auto dropped = std::make_shared<int>();
  cosigner->AfterFinal(1, [&] { called.push_back(1); });
  cosigner->AfterFinal(2, [&] {
    called.push_back(2);
    both.set_value();
  });
  cosigner->AfterFinal(3, [&, dropped] { called.push_back(3); });
  Grow();
  cosigner->Extend(Grow());
  both.get_future().wait();
  EXPECT_EQ(called, (std::vector<ledger::Height>{1, 2}));
  EXPECT_EQ(dropped.use_count(), 2);
  cosigner.reset();
  EXPECT_EQ(called, (std::vector<ledger::Height>{1, 2}));
  EXPECT_EQ(dropped.use_count(), 1);
}

TEST_F(CosignerTest, WhoIsCalledMayWaitForTheNext) {
  const auto cosigner = MustStart();
  const ledger::ChainHead first = Grow();
  const ledger::ChainHead second = Grow();
  std::promise<void> done;
  cosigner->AfterFinal(1, [&] {
    cosigner->AfterFinal(2, [&] { done.set_value(); });
    cosigner->Extend(second);
  });
  cosigner->Extend(first);
  done.get_future().wait();
  ExpectWorth(*cosigner->Latest(), second, kStart_s);
}

TEST_F(CosignerTest, AWaitWithALimitEndsWithoutAQuorumToo) {
  policy_ = PolicyOfTwo();
  const auto cosigner = MustStart();
  EXPECT_FALSE(cosigner->IsQuorumAlone());
  std::promise<bool> ended;
  cosigner->AwaitFinal(0, std::chrono::milliseconds(20),
                       [&](bool is_final) { ended.set_value(is_final); });
  EXPECT_FALSE(ended.get_future().get());
  EXPECT_FALSE(cosigner->Latest()->verdict.has_quorum);
  EXPECT_EQ(cosigner->StandingOf(0).cosigned, 1U);
  EXPECT_EQ(cosigner->StandingOf(0).cosigners_known, 2U);
}

TEST_F(CosignerTest, TheLineOfAnotherPeerMakesTheQuorum) {
  policy_ = PolicyOfTwo();
  const auto cosigner = MustStart();
  std::promise<bool> ended;
  cosigner->AwaitFinal(0, std::chrono::hours(1), [&](bool is_final) { ended.set_value(is_final); });
  EXPECT_EQ(cosigner->Receive("peer2.example", LineOf("peer2.example", *store_->Head())),
            LineFate::kCounted);
  EXPECT_TRUE(ended.get_future().get());
  const auto verdict = crypto::JudgeCheckpoint(cosigner->Latest()->note, PolicyOfTwo(), kStart_s);
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->has_quorum);
  EXPECT_TRUE(cosigner->StandingOf(0).final);

  // The next head has still to get its own; until then the one before is served.
  const ledger::ChainHead before = *store_->Head();
  const ledger::ChainHead head = Grow();
  cosigner->Extend(head);
  while (cosigner->Newest()->head.hash != head.hash) std::this_thread::yield();
  EXPECT_EQ(cosigner->Latest()->head.hash, before.hash);
}

TEST_F(CosignerTest, HowLongABlockHasNoQuorumIsCounted) {
  policy_ = PolicyOfTwo();
  const auto cosigner = MustStart();
  cosigner->Extend(Grow());
  const ledger::ChainHead head = Grow();
  cosigner->Extend(head);
  while (cosigner->Newest()->head.hash != head.hash) std::this_thread::yield();
  EXPECT_EQ(cosigner->final_times().count(), 0U);
  cosigner->Receive("peer2.example", LineOf("peer2.example", head));  // stands for both
  const base::Durations::Totals times = cosigner->final_times();
  EXPECT_EQ(times.count(), 2U);
  EXPECT_GT(times.seconds, 0);
}

TEST_F(CosignerTest, WhoIsNotInThePolicyCosignsNothingAndServesWhatOthersSign) {
  policy_ = PolicyOfTwo();
  policy_->cosigners.erase(policy_->cosigners.begin());
  policy_->quorum = 1;
  int cosigned = 0;
  hooks_.cosigned = [&](const Cosigned&) { ++cosigned; };
  const auto cosigner = MustStart();
  EXPECT_FALSE(cosigner->Latest()->verdict.has_quorum);
  EXPECT_TRUE(cosigner->Latest()->verdict.log_signed);
  EXPECT_THAT(cosigner->Signing().error().message, testing::HasSubstr("does not name peer"));
  cosigner->Receive("peer2.example", LineOf("peer2.example", *store_->Head()));
  EXPECT_TRUE(cosigner->Latest()->verdict.has_quorum);
  EXPECT_EQ(cosigned, 0);
}

TEST_F(CosignerTest, WhoseKeysAreNotOnTheLedgerAtAllServesTheLogLineOfAnother) {
  policy_ = PolicyOfTwo();
  policy_->cosigners.erase(policy_->cosigners.begin());
  policy_->logs.erase(policy_->logs.begin());
  policy_->quorum = 1;
  const auto cosigner = MustStart();
  EXPECT_EQ(cosigner->Latest()->note, "");
  EXPECT_FALSE(storage::SystemFiles().Exists(state_path_));
  cosigner->Receive("peer2.example", LineOf("peer2.example", *store_->Head()));
  EXPECT_TRUE(cosigner->Latest()->verdict.has_quorum);
}

TEST_F(CosignerTest, WhoseClockIsOffCosignsNothingUntilItIsRight) {
  std::atomic<bool> off = true;
  hooks_.check_clock = [&]() -> base::Status {
    if (off) return base::FailedPrecondition("the clock of this machine is 3600 s behind");
    return base::Ok();
  };
  const auto cosigner = MustStart(kAllTheTime);
  EXPECT_FALSE(cosigner->Latest()->verdict.has_quorum);
  EXPECT_THAT(cosigner->Signing().error().message, testing::HasSubstr("3600 s behind"));
  const ledger::ChainHead head = Grow();
  cosigner->Extend(head);
  while (cosigner->Newest()->head.hash != head.hash) std::this_thread::yield();
  EXPECT_FALSE(cosigner->Latest()->verdict.has_quorum);
  off = false;
  AwaitSigned(*cosigner, head);
  ExpectWorth(*cosigner->Latest(), head, kStart_s);
}

TEST_F(CosignerTest, ThePeerThatSignsAnotherLogIsNamed) {
  policy_ = PolicyOfTwo();
  std::vector<ForkEvidence> forks;
  hooks_.fork = [&](const ForkEvidence& fork) { forks.push_back(fork); };
  const auto cosigner = MustStart();
  ledger::ChainHead forked = *store_->Head();
  forked.log = {};
  for (std::uint64_t i = 0; i < store_->Head()->log.size(); ++i) forked.log.Append(base::Digest{});
  EXPECT_EQ(cosigner->Receive("peer2.example", LineOf("peer2.example", forked)), LineFate::kFork);
  ASSERT_EQ(forks.size(), 1U);
  EXPECT_EQ(forks[0].culprit, "peer2.example");
}

}  // namespace
}  // namespace sogoc::peer
