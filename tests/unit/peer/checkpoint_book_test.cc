#include "node/peer/checkpoint_book.h"

#include <gmock/gmock.h>

#include "node/storage/ledger_store.h"
#include "tests/support/cosigning_peer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/storage/made_up_chain.h"

namespace sogoc::peer {
namespace {

using base::kNsPerSecond;
using support::CosigningPeer;
using support::kCosignedOrigin;
using support::PolicyOfPeers;
using testing::ElementsAre;
using testing::SizeIs;

constexpr std::uint64_t kNow_s = 1'763'700'000;

// The book of peer 1 of 4, three of which are a quorum.
class CheckpointBookTest : public testing::Test {
 protected:
  CheckpointBookTest() {
    store_ = storage::LedgerStore::CreateInMemory(chain_.block(0));
    read_ = store_->LogReader();
    book_ = MakeBook({.origin = kCosignedOrigin});
    AddHead(*store_->Head());
  }

  std::unique_ptr<CheckpointBook> MakeBook(CheckpointBook::Options options) {
    return std::make_unique<CheckpointBook>(std::move(options), clock_, read_);
  }
  // The next head of the chain; the book does not know it yet.
  ledger::ChainHead Grow() {
    const ledger::StagedBlock& block = chain_.Grow();
    store_->Commit(block);
    return block.head();
  }
  CheckpointBook::Change AddHead(const ledger::ChainHead& head) { return AddHead(head, policy_); }
  // Cosigned by this node.
  CheckpointBook::Change AddHead(const ledger::ChainHead& head, const crypto::Policy& policy) {
    const Cosigned own = peers_[0].Cosign(head, kNow_s, true);
    return book_->AddHead(head, policy, crypto::ParseNoteSignature(own.log_line),
                          crypto::ParseNoteSignature(own.line));
  }
  LineFate Add(int number, const ledger::ChainHead& head, std::uint64_t time_s = kNow_s) {
    const CosigningPeer peer(number);
    return book_->AddLine(peer.name, peer.Cosign(head, time_s)).fate;
  }
  ledger::ChainHead AddGrown() {
    const ledger::ChainHead head = Grow();
    AddHead(head);
    return head;
  }
  ledger::Height FinalHeight() const { return book_->final_head()->head.header.height; }
  // The book's judgement is what a reader makes of the note.
  void ExpectAsJudged(const SignedHead& signed_head, const crypto::Policy& policy) const {
    const auto judged =
        crypto::JudgeCheckpoint(signed_head.note, policy, clock_.Now() / kNsPerSecond);
    ASSERT_TRUE(judged) << judged.error().message;
    EXPECT_EQ(judged->checkpoint, signed_head.verdict.checkpoint);
    EXPECT_EQ(judged->checkpoint.root, signed_head.head.log.Root());
    EXPECT_EQ(judged->has_quorum, signed_head.verdict.has_quorum);
    EXPECT_EQ(judged->quorum_time_s, signed_head.verdict.quorum_time_s);
    EXPECT_EQ(judged->cosignatures, signed_head.verdict.cosignatures);
    EXPECT_EQ(signed_head.quorum_needed, policy.quorum);
    EXPECT_EQ(signed_head.cosigners_known, policy.cosigners.size());
  }
  // Somebody's notes stand for different logs.
  static void ExpectContradiction(const ForkEvidence& fork, const crypto::Policy& policy) {
    const auto theirs = crypto::JudgeCheckpoint(fork.theirs, policy, kNow_s);
    const auto other = crypto::JudgeCheckpoint(fork.other, policy, kNow_s);
    ASSERT_TRUE(theirs) << fork.theirs;
    ASSERT_TRUE(other) << fork.other;
    EXPECT_EQ(theirs->checkpoint.size, fork.size);
    EXPECT_EQ(other->checkpoint.size, fork.size);
    EXPECT_NE(theirs->checkpoint.root, other->checkpoint.root);
  }

  const std::vector<CosigningPeer> peers_ = {CosigningPeer(1), CosigningPeer(2), CosigningPeer(3),
                                             CosigningPeer(4)};
  const crypto::Policy policy_ = PolicyOfPeers(1, 4, 3);
  support::MadeUpChain chain_{1};
  std::unique_ptr<storage::LedgerStore> store_;
  crypto::LogNodeReader read_;
  support::ManualClock clock_{kNow_s * kNsPerSecond};
  std::unique_ptr<CheckpointBook> book_;
};

TEST_F(CheckpointBookTest, ThreeOfFourMakeAHeadFinal) {
  const ledger::ChainHead head = *store_->Head();
  EXPECT_EQ(book_->final_head(), nullptr);
  EXPECT_EQ(Add(2, head), LineFate::kCounted);
  EXPECT_EQ(book_->final_head(), nullptr);
  const Standing two = book_->StandingOf(0);
  EXPECT_FALSE(two.final);
  EXPECT_EQ(two.cosigned, 2U);
  EXPECT_EQ(two.quorum_needed, 3U);
  EXPECT_EQ(two.cosigners_known, 4U);
  ExpectAsJudged(*book_->newest_head(), policy_);

  EXPECT_EQ(Add(4, head), LineFate::kCounted);
  ASSERT_NE(book_->final_head(), nullptr);
  EXPECT_TRUE(book_->StandingOf(0).final);
  ExpectAsJudged(*book_->final_head(), policy_);

  EXPECT_EQ(Add(3, head), LineFate::kCounted);
  EXPECT_THAT(book_->final_head()->verdict.cosignatures, SizeIs(4));
  ExpectAsJudged(*book_->final_head(), policy_);
}

TEST_F(CheckpointBookTest, LinesThatComeBeforeTheirHeadCountWhenItIsReached) {
  const ledger::ChainHead head = Grow();
  EXPECT_EQ(Add(2, head), LineFate::kEarly);
  EXPECT_EQ(Add(2, head), LineFate::kKnown);
  EXPECT_EQ(Add(3, head), LineFate::kEarly);
  EXPECT_EQ(book_->final_head(), nullptr);
  AddHead(head);
  EXPECT_EQ(FinalHeight(), 1U);
}

TEST_F(CheckpointBookTest, AHeadThatOnlySomePeersSignedIsSkipped) {
  const ledger::ChainHead first = AddGrown();
  const ledger::ChainHead second = AddGrown();
  Add(2, first);
  Add(3, second);
  EXPECT_EQ(book_->final_head(), nullptr);
  Add(4, second);
  EXPECT_EQ(FinalHeight(), 2U);
  const Standing first_stands = book_->StandingOf(1);
  EXPECT_TRUE(first_stands.final);
  EXPECT_EQ(first_stands.cosigned, 4U);
}

TEST_F(CheckpointBookTest, AHeadThatThisNodeSkippedIsFinalByTheOthers) {
  const ledger::ChainHead head = Grow();
  book_->AddHead(head, policy_, std::nullopt, std::nullopt);
  EXPECT_EQ(book_->newest_head()->note, "");
  for (int number : {2, 3}) {
    const CosigningPeer peer(number);
    book_->AddLine(peer.name, peer.Cosign(head, kNow_s));
  }
  EXPECT_EQ(Add(4, head), LineFate::kCounted);
  EXPECT_EQ(book_->final_head(), nullptr);  // the log's own line is missing
  book_->AddLine(peers_[3].name, peers_[3].Cosign(head, kNow_s, true));
  ASSERT_NE(book_->final_head(), nullptr);
  ExpectAsJudged(*book_->final_head(), policy_);
}

TEST_F(CheckpointBookTest, LateLinesOfOlderHeadsNeverTakeItBack) {
  const ledger::ChainHead first = AddGrown();
  const ledger::ChainHead second = AddGrown();
  for (int number : {2, 3}) Add(number, second);
  EXPECT_EQ(FinalHeight(), 2U);
  for (int number : {2, 3, 4}) Add(number, first);
  EXPECT_EQ(FinalHeight(), 2U);
  AddGrown();
  EXPECT_EQ(FinalHeight(), 2U);
  EXPECT_EQ(book_->newest_head()->head.header.height, 3U);
}

TEST_F(CheckpointBookTest, TheNewestLineOfAPeerWinsAndMakesTheNoteYounger) {
  const ledger::ChainHead head = *store_->Head();
  for (int number : {2, 3}) Add(number, head);
  EXPECT_EQ(book_->final_head()->verdict.quorum_time_s, kNow_s);
  clock_.Set((kNow_s + 10) * kNsPerSecond);
  for (int number : {1, 2, 3}) EXPECT_EQ(Add(number, head, kNow_s + 10), LineFate::kCounted);
  EXPECT_EQ(book_->final_head()->verdict.quorum_time_s, kNow_s + 10);
  EXPECT_EQ(Add(2, head, kNow_s + 5), LineFate::kKnown);
  EXPECT_EQ(book_->final_head()->verdict.quorum_time_s, kNow_s + 10);
  ExpectAsJudged(*book_->final_head(), policy_);
}

TEST_F(CheckpointBookTest, TimesMoreThanAMinuteAheadAreIgnored) {
  const ledger::ChainHead head = *store_->Head();
  EXPECT_EQ(Add(2, head, kNow_s + 61), LineFate::kFuture);
  EXPECT_EQ(Add(3, head, kNow_s + 3'600), LineFate::kFuture);
  EXPECT_EQ(book_->StandingOf(0).cosigned, 1U);
  EXPECT_EQ(Add(2, head, kNow_s + 60), LineFate::kCounted);
  EXPECT_EQ(Add(3, head), LineFate::kCounted);
  EXPECT_NE(book_->final_head(), nullptr);
}

TEST_F(CheckpointBookTest, WhatIsNotALineOfItsSenderDoesNotCount) {
  const ledger::ChainHead head = *store_->Head();
  const Cosigned right = peers_[1].Cosign(head, kNow_s);
  EXPECT_EQ(book_->AddLine(peers_[2].name, right).fate, LineFate::kMalformed);
  Cosigned said = right;
  said.line.pop_back();
  EXPECT_EQ(book_->AddLine(peers_[1].name, said).fate, LineFate::kMalformed);
  said = right;
  said.size = 0;
  EXPECT_EQ(book_->AddLine(peers_[1].name, said).fate, LineFate::kMalformed);
  said.size = std::uint64_t{1} << 63;
  EXPECT_EQ(book_->AddLine(peers_[1].name, said).fate, LineFate::kMalformed);
  const CosigningPeer stranger(5);
  EXPECT_EQ(book_->AddLine(stranger.name, stranger.Cosign(head, kNow_s)).fate,
            LineFate::kUnknownKey);
  // A line over another checkpoint.
  said = peers_[1].Cosign(Grow(), kNow_s);
  said.size = head.log.size();
  said.root = head.log.Root();
  EXPECT_EQ(book_->AddLine(peers_[1].name, said).fate, LineFate::kBadSignature);
  EXPECT_EQ(book_->StandingOf(0).cosigned, 1U);
}

TEST_F(CheckpointBookTest, ARootThatNobodySignedIsNoFork) {
  Cosigned said = peers_[1].Cosign(*store_->Head(), kNow_s);
  said.root[0] ^= 1;
  const auto change = book_->AddLine(peers_[1].name, said);
  EXPECT_EQ(change.fate, LineFate::kBadSignature);
  EXPECT_THAT(change.forks, SizeIs(0));
  said.size += 100;
  EXPECT_EQ(book_->AddLine(peers_[1].name, said).fate, LineFate::kBadSignature);
}

TEST_F(CheckpointBookTest, APeerThatSignsAnotherLogIsNamedOnce) {
  AddGrown();
  const ledger::ChainHead head = AddGrown();
  const Cosigned said = peers_[3].Cosign(head.log.size(), base::Digest{7}, kNow_s);
  auto change = book_->AddLine(peers_[3].name, said);
  EXPECT_EQ(change.fate, LineFate::kFork);
  ASSERT_THAT(change.forks, SizeIs(1));
  EXPECT_EQ(change.forks[0].culprit, peers_[3].name);
  EXPECT_THAT(change.forks[0].signers, ElementsAre(peers_[3].name));
  ExpectContradiction(change.forks[0], policy_);
  EXPECT_EQ(book_->StandingOf(2).cosigned, 1U);

  change = book_->AddLine(peers_[3].name, said);
  EXPECT_EQ(change.fate, LineFate::kFork);
  EXPECT_THAT(change.forks, SizeIs(0));
}

TEST_F(CheckpointBookTest, WhoElseSignedTheOtherLogIsSaid) {
  const ledger::ChainHead head = AddGrown();
  for (int i : {1, 2, 3}) {
    const auto change =
        book_->AddLine(peers_[i].name, peers_[i].Cosign(head.log.size(), base::Digest{7}, kNow_s));
    ASSERT_THAT(change.forks, SizeIs(1));
    EXPECT_THAT(change.forks[0].signers, SizeIs(i));
  }
}

TEST_F(CheckpointBookTest, AnotherLogAheadShowsWhenItsHeadIsReached) {
  const ledger::ChainHead head = Grow();
  const Cosigned said = peers_[2].Cosign(head.log.size(), base::Digest{9}, kNow_s);
  EXPECT_EQ(book_->AddLine(peers_[2].name, said).fate, LineFate::kEarly);
  const auto change = AddHead(head);
  ASSERT_THAT(change.forks, SizeIs(1));
  EXPECT_EQ(change.forks[0].culprit, peers_[2].name);
  ExpectContradiction(change.forks[0], policy_);
}

TEST_F(CheckpointBookTest, TwoLogsAheadByOnePeerShowAtOnce) {
  book_->AddLine(peers_[2].name, peers_[2].Cosign(1'000, base::Digest{1}, kNow_s));
  const auto change =
      book_->AddLine(peers_[2].name, peers_[2].Cosign(1'000, base::Digest{2}, kNow_s));
  EXPECT_EQ(change.fate, LineFate::kFork);
  ASSERT_THAT(change.forks, SizeIs(1));
  crypto::Policy alone = policy_;
  for (const std::string& note : {change.forks[0].theirs, change.forks[0].other}) {
    EXPECT_EQ(crypto::JudgeCheckpoint(note, alone, kNow_s)->cosignatures.front().name,
              peers_[2].name);
  }
}

TEST_F(CheckpointBookTest, AnotherLogOfASizeThatIsNoHeadHereIsFoundByTheLog) {
  const ledger::ChainHead first = AddGrown();
  ledger::ChainHead last;
  do {
    last = AddGrown();
  } while (last.log.size() - first.log.size() < 3);
  const std::uint64_t size = last.log.size() - 1;  // within a block
  EXPECT_EQ(
      book_->AddLine(peers_[1].name, peers_[1].Cosign(size, store_->LogRoot(size), kNow_s)).fate,
      LineFate::kOld);
  const auto change =
      book_->AddLine(peers_[1].name, peers_[1].Cosign(size, base::Digest{3}, kNow_s));
  EXPECT_EQ(change.fate, LineFate::kFork);
  ASSERT_THAT(change.forks, SizeIs(1));
  EXPECT_GE(crypto::JudgeCheckpoint(change.forks[0].other, policy_, kNow_s)->checkpoint.size, size);
}

TEST_F(CheckpointBookTest, WhoForksOftenDoesNotKeepOthersFromBeingNamed) {
  std::size_t told = 0;
  for (std::uint64_t size = 1'000; size < 1'300; ++size) {
    book_->AddLine(peers_[1].name, peers_[1].Cosign(size, base::Digest{1}, kNow_s));
    told += book_->AddLine(peers_[1].name, peers_[1].Cosign(size, base::Digest{2}, kNow_s))
                .forks.size();
  }
  EXPECT_GT(told, 1U);
  EXPECT_LT(told, 100U);
  const ledger::ChainHead head = AddGrown();
  const auto change =
      book_->AddLine(peers_[2].name, peers_[2].Cosign(head.log.size(), base::Digest{7}, kNow_s));
  ASSERT_THAT(change.forks, SizeIs(1));
  EXPECT_EQ(change.forks[0].culprit, peers_[2].name);
}

TEST_F(CheckpointBookTest, ALogKeyThatSignsAnotherLogIsNamedByItsKey) {
  const ledger::ChainHead head = *store_->Head();
  Cosigned said = peers_[1].Cosign(head.log.size(), base::Digest{4}, kNow_s, true);
  said.line = peers_[1].Cosign(head, kNow_s).line;  // over the right one
  const auto change = book_->AddLine(peers_[1].name, said);
  EXPECT_EQ(change.fate, LineFate::kFork);
  ASSERT_THAT(change.forks, SizeIs(1));
  EXPECT_EQ(change.forks[0].culprit, crypto::FormatNoteKey(policy_.logs[1]));
  ExpectContradiction(change.forks[0], policy_);
}

TEST_F(CheckpointBookTest, ABlockThatChangesThePolicyIsFinalUnderTheOldOne) {
  const crypto::Policy next = PolicyOfPeers(1, 7, 5);
  const ledger::ChainHead changes = AddGrown();  // still judged by the old one
  const ledger::ChainHead after = Grow();
  Add(2, changes);
  // The lines of peers that only the next policy knows may come before its first head.
  for (int number : {5, 6, 7}) EXPECT_EQ(Add(number, after), LineFate::kEarly);
  auto change = AddHead(after, next);
  EXPECT_THAT(change.policy_ends, SizeIs(0));
  EXPECT_EQ(book_->StandingOf(2).cosigned, 4U);
  EXPECT_EQ(book_->StandingOf(2).quorum_needed, 5U);
  EXPECT_EQ(Add(2, after), LineFate::kCounted);
  EXPECT_EQ(FinalHeight(), 2U);
  ExpectAsJudged(*book_->final_head(), next);

  // The note that proves the change is made all the same, though a newer head is served.
  const CosigningPeer peer(3);
  change = book_->AddLine(peer.name, peer.Cosign(changes, kNow_s));
  ASSERT_THAT(change.policy_ends, SizeIs(1));
  ExpectAsJudged(*change.policy_ends[0], policy_);
  EXPECT_TRUE(change.policy_ends[0]->verdict.has_quorum);
  EXPECT_EQ(FinalHeight(), 2U);
  EXPECT_THAT(book_->AddLine(peers_[3].name, peers_[3].Cosign(changes, kNow_s)).policy_ends,
              SizeIs(0));
}

TEST_F(CheckpointBookTest, AQuorumBeforeThePolicyChangesIsToldWhenItChanges) {
  const ledger::ChainHead changes = AddGrown();
  for (int number : {2, 3}) Add(number, changes);
  const auto change = AddHead(Grow(), PolicyOfPeers(1, 4, 4));
  ASSERT_THAT(change.policy_ends, SizeIs(1));
  EXPECT_EQ(change.policy_ends[0]->head.hash, changes.hash);
}

TEST_F(CheckpointBookTest, APeerThatIsGoneFromThePolicyCountsNoMore) {
  const ledger::ChainHead head = Grow();
  AddHead(head, PolicyOfPeers(1, 3, 2));
  EXPECT_EQ(Add(4, head), LineFate::kUnknownKey);
  EXPECT_EQ(Add(3, head), LineFate::kCounted);
  EXPECT_EQ(FinalHeight(), 1U);
}

TEST_F(CheckpointBookTest, WhatIsRememberedIsBounded) {
  book_ = MakeBook({.origin = kCosignedOrigin, .heads_max = 4, .early_max = 3});
  std::vector<ledger::ChainHead> heads;
  for (int i = 0; i < 12; ++i) heads.push_back(Grow());
  AddHead(heads[0]);
  for (int i = 1; i < 8; ++i) {
    Add(2, heads[i]);
    Add(3, heads[i]);
  }
  for (int i = 1; i < 12; ++i) {
    AddHead(heads[i]);
    // Only the newest three early ones were kept.
    EXPECT_EQ(book_->final_head() != nullptr, i >= 5) << i;
  }
  EXPECT_EQ(book_->final_head()->head.hash, heads[7].hash);
  EXPECT_EQ(Add(4, heads[0]), LineFate::kOld);
}

}  // namespace
}  // namespace sogoc::peer
