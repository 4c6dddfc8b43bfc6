#include "node/consensus/sequencer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <numeric>
#include <thread>

#include "tests/support/gate.h"
#include "tests/support/manual_clock.h"
#include "tests/support/random.h"
#include "tests/support/test_ledger.h"

namespace sogoc::consensus {
namespace {

using base::Bytes;
using base::ErrorCode;
using base::kNsPerSecond;
using support::KeyOf;
namespace op = support::op;

using Answers = std::vector<SubmittedAnswer>;

// One for all: no two signatures of it are the same.
const ledger::StagedBlock& FoundingBlock() {
  static const auto block =
      ledger::ExecuteFounding(support::FoundingEntry(support::FoundMessage({}))).value();
  return *block;
}

class GatedVerifier final : public crypto::P256BatchVerifier {
 public:
  explicit GatedVerifier(support::Gate& gate) : gate_(gate) {}
  void Verify(std::span<const crypto::P256Job> jobs, std::span<bool> results) const override {
    gate_.Pass();
    plain_->Verify(jobs, results);
  }

 private:
  support::Gate& gate_;
  const std::unique_ptr<crypto::P256BatchVerifier> plain_ = crypto::MakePlainP256Verifier();
};

// The same entries in the same blocks, executed one after the other, give the same chain.
void ExpectSequentialChain(const storage::LedgerStore& store) {
  support::MemoryLedger memory;
  memory.Add(FoundingBlock());
  const auto head = store.Head();
  for (ledger::Height height = 1; height <= head->header.height; ++height) {
    const ledger::Header header = store.HeaderAt(height).value();
    std::vector<ledger::CheckedEntry> entries;
    for (ledger::EntryIndex i = header.first_index; i < header.index(); ++i) {
      const Bytes leaf = store.Leaf(i);
      entries.push_back(
          {ledger::DecodeEntry(base::ByteView(leaf).subspan(1), header.version).value(), {}});
    }
    const auto block = ledger::ExecuteBlock(memory, entries, header.time).block;
    ASSERT_NE(block, nullptr) << height;
    ASSERT_EQ(block->header, header) << height;
    memory.Add(*block);
  }
  EXPECT_EQ(memory.Head()->hash, head->hash);
}

// A populated ledger in memory. The writer passes `written` when a block is durable, the executor
// reads `clock` once for every block, verifiers pass `verifying`.
class SequencerTest : public testing::Test {
 protected:
  SequencerTest() {
    Start({});
    for (const auto& block : support::FirstBlocks({}, ledger_id())) {
      std::vector<Bytes> entries;
      for (const auto& first : block) entries.push_back(Sign(first.author, first.operations));
      for (const SubmittedAnswer& answer : Ask(std::move(entries))) ExpectCommitted(answer);
    }
    ExpectCommitted(Ask({Sign("htx-cam", {op::RegisterBatch{}})})[0]);
    heights_.clear();
  }

  void Start(SequencerOptions options) {
    sequencer_.reset();
    sequencer_ = std::make_unique<Sequencer>(*store_, clock_, verifier_, std::move(options),
                                             [this](const ledger::ChainHead& head) {
                                               heights_.push_back(head.header.height);
                                               written_.Pass();
                                             });
  }
  const base::Digest& ledger_id() const { return store_->ledger_id(); }
  ledger::Height height() const { return store_->Head()->header.height; }

  Bytes Sign(const support::Signer& signer, const std::vector<v1::Operation>& operations) const {
    return support::SignAt(clock_now_, ledger_id(), signer, operations);
  }
  Bytes Event(const std::string& lot = "L1") const {
    return Sign("htx-cam", {op::RecordStageEvent{.lot = lot}});
  }

  // A second call of the callback would throw, and so end the test.
  std::future<Answers> Submit(std::vector<Bytes> entries) {
    auto promise = std::make_shared<std::promise<Answers>>();
    const base::Status taken = sequencer_->Submit(
        std::move(entries), [promise](Answers answers) { promise->set_value(std::move(answers)); });
    EXPECT_TRUE(taken) << taken.error().message;
    return promise->get_future();
  }
  Answers Ask(std::vector<Bytes> entries) { return Submit(std::move(entries)).get(); }

  static void ExpectCommitted(const SubmittedAnswer& answer) {
    if (const auto* error = std::get_if<base::Error>(&answer.answer)) {
      FAIL() << error->message;
    } else if (const auto* refusal = std::get_if<ledger::Refusal>(&answer.answer)) {
      FAIL() << refusal->en();
    }
  }
  Committed CommittedOf(const SubmittedAnswer& answer) const {
    ExpectCommitted(answer);
    const auto* committed = std::get_if<Committed>(&answer.answer);
    if (committed == nullptr) return {};
    // What is told is what stands in the log.
    EXPECT_EQ(store_->FindEntry(answer.id), committed->index);
    const ledger::Header header = store_->HeaderOver(committed->index);
    EXPECT_EQ(ledger::HeaderHash(header), committed->header_hash);
    EXPECT_EQ(header.height, committed->height);
    EXPECT_EQ(header.time, committed->time);
    return *committed;
  }
  Committed CommittedOf(std::future<Answers>& future) const {
    const Answers answers = future.get();
    EXPECT_EQ(answers.size(), 1U);
    return CommittedOf(answers.at(0));
  }

  const base::TimeNs clock_now_ = FoundingBlock().header.time + 5 * base::kNsPerDay;
  support::ManualClock clock_{clock_now_};
  support::Gate written_;
  support::Gate verifying_;
  GatedVerifier verifier_{verifying_};
  std::vector<ledger::Height> heights_;  // the writer's own, until it has answered
  std::unique_ptr<storage::LedgerStore> store_ =
      storage::LedgerStore::CreateInMemory(FoundingBlock());
  std::unique_ptr<Sequencer> sequencer_;
};

TEST_F(SequencerTest, WhatWaitsWhileABlockIsWrittenBecomesOneBlock) {
  Start({.verify_threads = 1});
  const int reads = clock_.reads();
  const int writes = written_.arrivals();
  written_.Close();
  auto writing = Submit({Event()});
  written_.AwaitArrivals(writes + 1);
  auto executed = Submit({Event()});  // stands ready behind the one being written
  clock_.AwaitReads(reads + 2);
  auto in_hand = Submit({Event()});  // the executor cannot pass it on
  clock_.AwaitReads(reads + 3);
  const int verified = verifying_.arrivals();
  std::vector<std::future<Answers>> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(Submit({Event(), Event()}));
  auto last = Submit({Event()});
  verifying_.AwaitArrivals(verified + 6);  // so the five before it wait for their block
  written_.Open();

  const ledger::Height first = CommittedOf(writing).height;
  EXPECT_EQ(CommittedOf(executed).height, first + 1);
  EXPECT_EQ(CommittedOf(in_hand).height, first + 2);
  for (auto& future : waiting) {
    for (const SubmittedAnswer& answer : future.get()) {
      EXPECT_EQ(CommittedOf(answer).height, first + 3);
    }
  }
  CommittedOf(last);
  ExpectSequentialChain(*store_);
}

TEST_F(SequencerTest, ABlockIsNoLargerThanAskedUnlessASubmissionIs) {
  const std::size_t bytes = Event().size();
  Start({.verify_threads = 1, .block_bytes_max = 5 * bytes});
  const int reads = clock_.reads();
  const int writes = written_.arrivals();
  written_.Close();
  std::vector<std::future<Answers>> answered;
  answered.push_back(Submit({Event()}));
  written_.AwaitArrivals(writes + 1);
  for (int i = 2; i <= 3; ++i) {
    answered.push_back(Submit({Event()}));
    clock_.AwaitReads(reads + i);
  }
  const int verified = verifying_.arrivals();
  for (int i = 0; i < 3; ++i) answered.push_back(Submit({Event(), Event()}));
  answered.push_back(Submit(std::vector<Bytes>(8, Event())));
  answered.push_back(Submit({Event()}));
  verifying_.AwaitArrivals(verified + 5);
  written_.Open();

  std::map<ledger::Height, std::size_t> submissions;
  for (auto& future : answered) ++submissions[CommittedOf(future.get().at(0)).height];
  std::vector<std::size_t> sizes;
  for (const auto& [at, count] : submissions) sizes.push_back(count);
  // Three alone; two of the three pairs; the third, which the eight do not fit behind; the eight.
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 1, 1, 2, 1, 1, 1}));
}

TEST_F(SequencerTest, ABlockIsExecutedOverThoseThatAreNotWrittenYet) {
  const int reads = clock_.reads();
  const int writes = written_.arrivals();
  written_.Close();
  auto held = Submit({Event()});
  written_.AwaitArrivals(writes + 1);
  auto batch = Submit({Sign("htx-cam", {op::RegisterBatch{.lot = "L2"}})});
  clock_.AwaitReads(reads + 2);
  auto event = Submit({Event("L2")});
  clock_.AwaitReads(reads + 3);
  const std::size_t size_while_held = store_->Head()->log.size();
  written_.Open();

  const Committed registered = CommittedOf(batch);
  EXPECT_GE(registered.index, size_while_held);
  EXPECT_EQ(CommittedOf(event).height, registered.height + 1);
  ExpectSequentialChain(*store_);
}

TEST_F(SequencerTest, AKeyAddedInAnUnwrittenBlockIsVerifiedByExecution) {
  const int reads = clock_.reads();
  const int writes = written_.arrivals();
  written_.Close();
  auto held = Submit({Event()});
  written_.AwaitArrivals(writes + 1);
  const v1::NewKey key = ledger::MakeNewKey(ledger_id(), "htx-cam", KeyOf("new key"), false);
  auto added = Submit({Sign("htx-cam", {op::AddKey{.key = key}})});
  clock_.AwaitReads(reads + 2);
  const support::Signer signer = support::Signer("htx-cam").With("new key");
  Bytes forged = Sign(signer, {op::RecordStageEvent{}});
  forged.back() ^= 1;
  const auto decoded = ledger::DecodeEntry(forged, ledger::kRulesVersion);
  auto used = Submit({Sign(signer, {op::RecordStageEvent{}}), forged});
  clock_.AwaitReads(reads + 3);
  written_.Open();

  CommittedOf(added);
  const Answers answers = used.get();
  CommittedOf(answers[0]);
  if (decoded) {
    EXPECT_EQ(std::get<ledger::Refusal>(answers[1].answer).code,
              ledger::RefusalCode::kBadSignature);
  } else {
    EXPECT_EQ(std::get<base::Error>(answers[1].answer).code, ErrorCode::kInvalidArgument);
  }
}

TEST_F(SequencerTest, ARepeatedEntryGetsItsReceiptBeforeAndAfterItIsWritten) {
  const int writes = written_.arrivals();
  const int reads = clock_.reads();
  const Bytes entry = Event();
  written_.Close();
  auto first = Submit({entry, entry});
  written_.AwaitArrivals(writes + 1);
  auto in_flight = Submit({entry});
  clock_.AwaitReads(reads + 2);
  written_.Open();

  const Answers answers = first.get();
  const Committed committed = CommittedOf(answers[0]);
  EXPECT_FALSE(committed.repeated);
  for (const Committed& again :
       {CommittedOf(answers[1]), CommittedOf(in_flight), CommittedOf(Ask({entry})[0])}) {
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.index, committed.index);
    EXPECT_EQ(again.header_hash, committed.header_hash);
  }
}

TEST_F(SequencerTest, AnEntryRepeatedWhileItsBlockWaitsGetsTheReceiptOfThatBlock) {
  const int writes = written_.arrivals();
  const int reads = clock_.reads();
  const Bytes entry = Event();
  written_.Close();
  auto held = Submit({Event()});
  written_.AwaitArrivals(writes + 1);
  auto first = Submit({entry});
  clock_.AwaitReads(reads + 2);
  auto second = Submit({entry});  // alone in its batch: no block comes of it
  clock_.AwaitReads(reads + 3);
  written_.Open();

  const Committed committed = CommittedOf(first);
  const Committed again = CommittedOf(second);
  EXPECT_FALSE(committed.repeated);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.index, committed.index);
  EXPECT_EQ(again.header_hash, committed.header_hash);
  EXPECT_EQ(height(), committed.height);
}

TEST_F(SequencerTest, MalformedAndRefusedEntriesAreAnsweredInPlace) {
  const ledger::Height before = height();
  const Answers answers =
      Ask({Event(), Bytes{1, 2, 3}, Sign("htx-cam", {op::RegisterBatch{}}), Bytes{}, Event()});
  ASSERT_EQ(answers.size(), 5U);
  EXPECT_EQ(CommittedOf(answers[0]).height, before + 1);
  EXPECT_EQ(CommittedOf(answers[4]).index, CommittedOf(answers[0]).index + 1);
  for (int i : {1, 3}) {
    EXPECT_EQ(std::get<base::Error>(answers[i].answer).code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(answers[i].id, base::Digest{});
  }
  EXPECT_FALSE(std::get<ledger::Refusal>(answers[2].answer).en().empty());
  EXPECT_NE(answers[2].id, base::Digest{});
}

TEST_F(SequencerTest, WithoutAnAcceptedEntryThereIsNoBlock) {
  const auto before = store_->Head();
  EXPECT_TRUE(Ask({}).empty());
  EXPECT_EQ(Ask({Bytes{1}, Sign("htx-cam", {op::RegisterBatch{}})}).size(), 2U);
  EXPECT_EQ(store_->Head()->hash, before->hash);
  sequencer_.reset();
  EXPECT_TRUE(heights_.empty());
}

TEST_F(SequencerTest, BlocksAreAnnouncedInOrderBeforeTheirAnswers) {
  const ledger::Height before = height();
  for (ledger::Height i = 1; i <= 3; ++i) {
    EXPECT_EQ(CommittedOf(Ask({Event()})[0]).height, before + i);
  }
  sequencer_.reset();
  EXPECT_EQ(heights_, (std::vector{before + 1, before + 2, before + 3}));
}

TEST_F(SequencerTest, AFullQueueTakesNothingAndAnswersNothing) {
  Start({.verify_threads = 1, .waiting_bytes_max = 1});
  const int verified = verifying_.arrivals();
  verifying_.Close();
  auto verifying = Submit({Event()});
  verifying_.AwaitArrivals(verified + 1);
  auto waiting = Submit({Event()});
  const Bytes entry = Event();
  bool answered = false;
  const base::Status refused = sequencer_->Submit({entry}, [&](Answers) { answered = true; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_GE(sequencer_->waiting_bytes(), entry.size());
  verifying_.Open();
  CommittedOf(verifying);
  CommittedOf(waiting);
  EXPECT_FALSE(CommittedOf(Ask({entry})[0]).repeated);
  sequencer_.reset();
  EXPECT_FALSE(answered);
}

TEST_F(SequencerTest, SubmissionsWithoutBytesFillTheQueueToo) {
  Start({.verify_threads = 1, .waiting_bytes_max = 10'000});
  const int verified = verifying_.arrivals();
  verifying_.Close();
  auto verifying = Submit({Event()});
  verifying_.AwaitArrivals(verified + 1);
  int taken = 0;
  while (taken < 10'000 && sequencer_->Submit({}, [](Answers) {})) ++taken;
  EXPECT_LT(taken, 10'000);
  verifying_.Open();
  CommittedOf(verifying);
}

TEST_F(SequencerTest, WhatAdmitRefusesIsNotTaken) {
  Start({.admit = [] { return base::Status(base::Unavailable("the disk is full")); }});
  bool answered = false;
  const base::Status refused = sequencer_->Submit({Event()}, [&](Answers) { answered = true; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the disk is full");
  sequencer_.reset();
  EXPECT_FALSE(answered);
}

TEST_F(SequencerTest, RecordTimeIsTheClockOrJustAfterTheLastBlock) {
  const base::TimeNs later = clock_now_ + 60 * kNsPerSecond;
  clock_.Set(later);
  EXPECT_EQ(CommittedOf(Ask({Event()})[0]).time, later);
  EXPECT_EQ(CommittedOf(Ask({Event()})[0]).time, later + 1);
  clock_.Set(later + 2 - kNsPerSecond);
  EXPECT_EQ(CommittedOf(Ask({Event()})[0]).time, later + 2);
  // Exactly one second behind is still near enough.
  EXPECT_EQ(CommittedOf(Ask({Event()})[0]).time, later + 3);
}

TEST_F(SequencerTest, AClockMoreThanASecondBehindTheChainOrdersNothing) {
  const base::TimeNs last = store_->Head()->header.time;
  clock_.Set(last - kNsPerSecond - 1);
  const ledger::Height before = height();
  const Bytes entry = Event();
  const Answers answers = Ask({entry, Bytes{1}});
  const auto& error = std::get<base::Error>(answers[0].answer);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("set the clock"), std::string::npos) << error.message;
  EXPECT_NE(answers[0].id, base::Digest{});
  EXPECT_EQ(std::get<base::Error>(answers[1].answer).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(height(), before);

  clock_.Set(last - kNsPerSecond);
  const Committed committed = CommittedOf(Ask({entry})[0]);
  EXPECT_EQ(committed.time, last + 1);
  EXPECT_FALSE(committed.repeated);
}

TEST_F(SequencerTest, WhatWasTakenIsAnsweredOnceWhenItStops) {
  const int writes = written_.arrivals();
  written_.Close();
  std::vector<std::future<Answers>> taken;
  taken.push_back(Submit({Event()}));
  written_.AwaitArrivals(writes + 1);
  for (int i = 0; i < 30; ++i) taken.push_back(Submit({Event(), Bytes{1}}));
  std::thread stopping([this] { sequencer_.reset(); });
  written_.Open();
  stopping.join();
  for (auto& future : taken) {
    ASSERT_EQ(future.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    CommittedOf(future.get().at(0));
  }
  ExpectSequentialChain(*store_);
}

TEST_F(SequencerTest, ManySubmittersGetTheChainOfOneAfterTheOther) {
  constexpr int kSubmitters = 4;
  constexpr int kRounds = 25;
  Start({.verify_threads = 3});
  support::Random random;
  const std::uint64_t seed = random.Below(1U << 31);
  const std::uint64_t size_before = store_->Head()->log.size();
  const ledger::Height height_before = height();
  std::atomic<std::uint64_t> committed = 0;
  std::vector<std::thread> submitters;
  for (int s = 0; s < kSubmitters; ++s) {
    submitters.emplace_back([&, s] {
      std::mt19937_64 own(seed + static_cast<std::uint64_t>(s));
      std::vector<std::future<Answers>> futures;
      Bytes before = Event();
      for (int i = 0; i < kRounds; ++i) {
        const std::string lot = "S" + std::to_string(s) + "-" + std::to_string(i);
        std::vector<Bytes> entries{Sign("htx-cam", {op::RegisterBatch{.lot = lot}}), Event(lot),
                                   Bytes{1}, Event("no such lot"), before};
        before = entries[1];
        futures.push_back(Submit(std::move(entries)));
        if (own() % 3 == 0) futures.back().wait();
      }
      for (auto& future : futures) {
        const Answers answers = future.get();
        ASSERT_EQ(answers.size(), 5U);
        EXPECT_EQ(CommittedOf(answers[1]).index, CommittedOf(answers[0]).index + 1);
        EXPECT_TRUE(std::holds_alternative<base::Error>(answers[2].answer));
        EXPECT_TRUE(std::holds_alternative<ledger::Refusal>(answers[3].answer));
        committed += 2;
      }
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  sequencer_.reset();

  // Every entry once, the first event of each submitter, and a header for each block.
  EXPECT_EQ(store_->Head()->log.size(),
            size_before + committed + kSubmitters + (height() - height_before));
  EXPECT_EQ(committed, 2U * kSubmitters * kRounds);
  std::vector<ledger::Height> expected(height() - height_before);
  std::iota(expected.begin(), expected.end(), height_before + 1);
  EXPECT_EQ(heights_, expected);
  ExpectSequentialChain(*store_);
}

}  // namespace
}  // namespace sogoc::consensus
