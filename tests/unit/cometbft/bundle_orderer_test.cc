#include "node/consensus/cometbft/bundle_orderer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "node/consensus/sequencer.h"
#include "tests/support/engine/engine_world.h"
#include "tests/support/manual_clock.h"
#include "tests/support/random.h"

namespace sogoc::cometbft {
namespace {

using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorCode;
using base::kNsPerSecond;
using consensus::Committed;
using consensus::SubmittedAnswer;
using support::EngineWorld;
using support::GenesisTime;
using support::LoopbackEngine;
using support::Signer;
namespace op = support::op;

using Answers = std::vector<SubmittedAnswer>;

// A second call of the callback would throw, and so end the test.
std::future<Answers> SubmitTo(consensus::Orderer& orderer, std::vector<Bytes> entries) {
  auto promise = std::make_shared<std::promise<Answers>>();
  const base::Status taken = orderer.Submit(
      std::move(entries), [promise](Answers answers) { promise->set_value(std::move(answers)); });
  EXPECT_TRUE(taken) << taken.error().message;
  return promise->get_future();
}

std::string TextOf(const SubmittedAnswer& answer) {
  const std::string id = base::ToHex(answer.id) + " ";
  if (const auto* error = std::get_if<base::Error>(&answer.answer)) {
    return id + base::ErrorCodeName(error->code) + " " + error->message;
  }
  if (const auto* refusal = std::get_if<ledger::Refusal>(&answer.answer)) {
    return id + std::to_string(static_cast<int>(refusal->code)) + " " + refusal->en();
  }
  const auto& committed = std::get<Committed>(answer.answer);
  return id + std::to_string(committed.index) + " in block " + std::to_string(committed.height) +
         " " + base::ToHex(committed.header_hash) + " at " + std::to_string(committed.time) +
         (committed.repeated ? " repeated" : "");
}
std::vector<std::string> TextsOf(const Answers& answers) {
  std::vector<std::string> texts;
  for (const SubmittedAnswer& answer : answers) texts.push_back(TextOf(answer));
  return texts;
}

// A populated ledger; blocks are made when a test asks for them.
class BundleOrdererTest : public testing::Test {
 protected:
  BundleOrdererTest() {
    world_.Populate(engine_);
    Start({});
  }
  ~BundleOrdererTest() override { engine_.Stop(); }

  void Start(BundleOrdererOptions options) {
    world_.SetOnCommitted(nullptr);
    orderer_.reset();
    orderer_ = std::make_unique<BundleOrderer>(world_.store(), world_.checker(), engine_,
                                               std::move(options));
    world_.SetOnCommitted([this](const CommittedBlock& block) { orderer_->OnCommitted(block); });
  }

  std::future<Answers> Submit(std::vector<Bytes> entries) {
    return SubmitTo(*orderer_, std::move(entries));
  }
  // In a block of its own.
  Answers Ask(std::vector<Bytes> entries) {
    auto answers = Submit(std::move(entries));
    engine_.AwaitMempool(1);
    engine_.MakeBlock();
    return answers.get();
  }
  Committed CommittedOf(const SubmittedAnswer& answer) const {
    const auto* committed = std::get_if<Committed>(&answer.answer);
    EXPECT_NE(committed, nullptr) << TextOf(answer);
    if (committed == nullptr) return {};
    // What is told is what stands in the log.
    EXPECT_EQ(world_.store().FindEntry(answer.id), committed->index);
    const ledger::Header header = world_.store().HeaderOver(committed->index);
    EXPECT_EQ(ledger::HeaderHash(header), committed->header_hash);
    EXPECT_EQ(header.height, committed->height);
    EXPECT_EQ(header.time, committed->time);
    return *committed;
  }
  static std::string UnavailableOf(const SubmittedAnswer& answer) {
    const auto* error = std::get_if<base::Error>(&answer.answer);
    EXPECT_TRUE(error != nullptr && error->code == ErrorCode::kUnavailable) << TextOf(answer);
    return error != nullptr ? error->message : "";
  }

  Bytes Event(const std::string& lot = "L1") const { return world_.Event(lot); }
  Bytes Forged() const {
    Bytes entry = Event();
    const Bytes other = Event();
    std::copy(other.end() - 64, other.end(), entry.end() - 64);
    return entry;
  }
  // Good until the block of that engine height, which no longer takes it.
  Bytes GoodUntil(std::uint64_t height) const {
    const base::TimeNs time = GenesisTime() + height * kNsPerSecond;
    return support::SignAt(time - 3'600 * kNsPerSecond, world_.ledger_id(), "htx-cam",
                           {op::RecordStageEvent{}});
  }

  mutable EngineWorld world_;
  LoopbackEngine engine_{world_.application(), GenesisTime()};
  std::unique_ptr<BundleOrderer> orderer_;
};

TEST_F(BundleOrdererTest, AnswersAreThoseOfTheEmbeddedSequencer) {
  const std::vector<Bytes> first = support::FirstEntries(world_.ledger_id());
  EngineWorld world;
  LoopbackEngine engine(world.application(), GenesisTime());
  ASSERT_TRUE(world.application().InitChain(world.Genesis()));
  BundleOrderer orderer(world.store(), world.checker(), engine, {});
  world.SetOnCommitted([&](const CommittedBlock& block) { orderer.OnCommitted(block); });

  const auto alone = storage::LedgerStore::CreateInMemory(support::FoundingBlockOf(3));
  support::ManualClock clock(GenesisTime());
  const auto verifier = crypto::MakePlainP256Verifier();
  consensus::Sequencer sequencer(*alone, clock, *verifier, {}, [](const ledger::ChainHead&) {});

  const auto ask_both = [&](const std::vector<Bytes>& entries) {
    auto answers = SubmitTo(orderer, entries);
    engine.AwaitMempool(1);
    engine.MakeBlock();
    clock.Set(GenesisTime() + engine.height() * kNsPerSecond);
    EXPECT_EQ(TextsOf(answers.get()), TextsOf(SubmitTo(sequencer, entries).get()));
    EXPECT_EQ(world.store().Head()->hash, alone->Head()->hash);
  };
  ask_both(first);
  const Bytes entry = Event();
  ask_both({entry});
  const Bytes later = Event();
  const auto signed_at = [&](base::TimeNs now, const base::Digest& ledger_id) {
    return support::SignAt(now, ledger_id, "htx-cam", {op::RecordStageEvent{}});
  };
  const v1::NewKey key = ledger::MakeNewKey(world_.ledger_id(), "htx-cam",
                                            support::KeyOf("new key"), /*manages_keys=*/false);
  const Signer with_new_key = Signer("htx-cam").With("new key");
  ask_both({later, Bytes{1, 2, 3},                      // no entry
            Bytes{},                                    //
            entry,                                      // stands in the log
            later,                                      // stands before
            Event("no such lot"),                       // a rule
            Forged(),                                   //
            GoodUntil(1),                               // expired
            signed_at(GenesisTime(), base::Digest{1}),  // another ledger
            signed_at(GenesisTime() + 31 * base::kNsPerDay, world_.ledger_id()),  // too far ahead
            world_.Sign(with_new_key, {op::RecordStageEvent{}}),                  // unknown key
            world_.Sign("htx-cam", {op::AddKey{.key = key}}),
            world_.Sign(with_new_key, {op::RecordStageEvent{}}),
            world_.Sign("htx-cam", {op::RegisterBatch{.lot = "L2"}}), Event("L2"), entry});
}

TEST_F(BundleOrdererTest, WhatNeedsNoBlockIsAnsweredWithoutOne) {
  const Bytes entry = Event();
  const Committed committed = CommittedOf(Ask({entry})[0]);
  const Answers answers = Submit({entry, Bytes{1}, GoodUntil(1), Forged()}).get();
  ASSERT_EQ(answers.size(), 4U);
  const Committed again = CommittedOf(answers[0]);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.index, committed.index);
  EXPECT_EQ(again.header_hash, committed.header_hash);
  EXPECT_EQ(std::get<base::Error>(answers[1].answer).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(std::get<ledger::Refusal>(answers[2].answer).code, ledger::RefusalCode::kExpired);
  EXPECT_EQ(std::get<ledger::Refusal>(answers[3].answer).code, ledger::RefusalCode::kBadSignature);
  EXPECT_TRUE(Submit({}).get().empty());
  EXPECT_EQ(orderer_->travelling_bundles(), 0U);
  EXPECT_EQ(engine_.height(), 2U);
}

TEST_F(BundleOrdererTest, ItIsAnsweredWhileBlocksArrive) {
  const Bytes entry = Event();
  const Committed committed = CommittedOf(Ask({entry})[0]);
  const std::vector<Bytes> again(50, entry);
  std::atomic<bool> done = false;
  std::thread asking([&] {
    while (!done) {
      for (const SubmittedAnswer& answer : Submit(again).get()) {
        EXPECT_EQ(std::get<Committed>(answer.answer).index, committed.index);
      }
    }
  });
  for (int i = 0; i < 400; ++i) engine_.Apply({world_.Bundle({Event()})});
  done = true;
  asking.join();
}

TEST_F(BundleOrdererTest, ARefusedEntryDoesNotSpoilItsNeighbours) {
  const Answers answers = Ask({Event(), Event("no such lot"), Forged(), Event()});
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(CommittedOf(answers[0]).index + 1, CommittedOf(answers[3]).index);
  EXPECT_TRUE(std::holds_alternative<ledger::Refusal>(answers[1].answer));
  EXPECT_TRUE(std::holds_alternative<ledger::Refusal>(answers[2].answer));
}

TEST_F(BundleOrdererTest, AnEntryThatExpiresOnTheWayToTheEngineDoesNotEither) {
  int broadcasts = 0;
  engine_.SetOnBroadcast([&](base::ByteView) {
    if (++broadcasts == 1) engine_.Apply({world_.Bundle({Event()})});  // block 2
    return base::Ok();
  });
  auto answered = Submit({Event(), GoodUntil(2), Event()});
  engine_.AwaitMempool(1);
  engine_.MakeBlock();
  const Answers answers = answered.get();
  EXPECT_EQ(CommittedOf(answers[0]).index + 1, CommittedOf(answers[2]).index);
  EXPECT_EQ(std::get<ledger::Refusal>(answers[1].answer).code, ledger::RefusalCode::kExpired);
  EXPECT_EQ(broadcasts, 2);
  EXPECT_EQ(orderer_->waiting_bytes(), 0U);
  EXPECT_EQ(orderer_->travelling_bundles(), 0U);
}

TEST_F(BundleOrdererTest, ARefusalThatNobodyUnderstandsIsUnavailable) {
  engine_.SetOnBroadcast(
      [](base::ByteView) { return base::Status(base::InvalidArgument("out of sorts")); });
  for (const SubmittedAnswer& answer : Submit({Event(), Event()}).get()) {
    EXPECT_NE(UnavailableOf(answer).find("out of sorts"), std::string::npos);
  }
}

TEST_F(BundleOrdererTest, ASubmissionLargerThanABundleIsOrderedAsGiven) {
  std::vector<Bytes> entries;
  std::size_t bytes = 0;
  for (int i = 0; bytes < 3 * kBundleBytesMax; ++i) {
    const std::string lot = "S" + std::to_string(i);
    entries.push_back(world_.Sign("htx-cam", {op::RegisterBatch{.lot = lot}}));
    entries.push_back(
        world_.Sign("htx-cam", {op::RecordStageEvent{.lot = lot, .note = std::string(900, 'n')}}));
    bytes += entries.back().size() + entries[entries.size() - 2].size();
  }
  engine_.Run();
  const Answers answers = Submit(entries).get();
  ASSERT_EQ(answers.size(), entries.size());
  ledger::EntryIndex last = 0;
  for (const SubmittedAnswer& answer : answers) {
    const ledger::EntryIndex index = CommittedOf(answer).index;
    EXPECT_LT(last, index);
    last = index;
  }
}

TEST_F(BundleOrdererTest, AnEngineThatIsDownIsUnavailable) {
  Start({.decision_max = 200ms});
  int broadcasts = 0;
  engine_.SetOnBroadcast([&](base::ByteView) {
    ++broadcasts;
    return base::Status(base::Unavailable("the engine is down"));
  });
  for (const SubmittedAnswer& answer : Submit({Event(), Event()}).get()) {
    EXPECT_NE(UnavailableOf(answer).find("the engine is down"), std::string::npos);
    EXPECT_NE(answer.id, base::Digest{});
  }
  EXPECT_GE(broadcasts, 1);
  EXPECT_EQ(orderer_->travelling_bundles(), 0U);
}

TEST_F(BundleOrdererTest, ABusyEngineIsAskedAgain) {
  int broadcasts = 0;
  engine_.SetOnBroadcast([&](base::ByteView) {
    return ++broadcasts < 3 ? base::Status(base::Unavailable("the mempool is full")) : base::Ok();
  });
  EXPECT_FALSE(CommittedOf(Ask({Event()})[0]).repeated);
  EXPECT_EQ(broadcasts, 3);
}

TEST_F(BundleOrdererTest, WhatIsNotDecidedInTimeIsUnavailableAndMayStillBeDecided) {
  Start({.decision_max = 50ms});
  const Bytes entry = Event();
  auto answered = Submit({entry});
  engine_.AwaitMempool(1);
  EXPECT_NE(UnavailableOf(answered.get().at(0)).find("may still be taken"), std::string::npos);
  engine_.MakeBlock();  // nobody is told any more
  const Committed again = CommittedOf(Submit({entry}).get().at(0));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.height, world_.store().Head()->header.height);
}

TEST_F(BundleOrdererTest, WhatWaitsForItsBundleIsNotForgottenEither) {
  OutboxLimits outbox;
  outbox.travelling_bytes_max = 1;
  Start({.outbox = outbox, .decision_max = 50ms});
  auto travelling = Submit({Event()});
  engine_.AwaitMempool(1);
  auto waiting = Submit({Event()});
  engine_.Forget();
  UnavailableOf(travelling.get().at(0));
  UnavailableOf(waiting.get().at(0));
}

TEST_F(BundleOrdererTest, AnEntryThatCameThroughAnotherPeerHasItsReceipt) {
  const Bytes entry = Event();
  auto answered = Submit({entry});
  engine_.AwaitMempool(1);
  engine_.Apply({world_.Bundle({entry})});
  EXPECT_EQ(answered.wait_for(0s), std::future_status::timeout);
  engine_.MakeBlock();
  const Committed committed = CommittedOf(answered.get().at(0));
  EXPECT_TRUE(committed.repeated);
  EXPECT_EQ(committed.height, 2U);
}

TEST_F(BundleOrdererTest, ASignatureIsVerifiedOnce) {
  const std::size_t before = world_.verifier().signatures();
  std::vector<Bytes> entries;
  for (int i = 0; i < 10; ++i) entries.push_back(Event());
  for (const SubmittedAnswer& answer : Ask(entries)) CommittedOf(answer);
  EXPECT_EQ(Submit(entries).get().size(), 10U);
  EXPECT_EQ(world_.verifier().signatures(), before + 10);
}

TEST_F(BundleOrdererTest, WhatAdmitRefusesIsNotTaken) {
  Start({.admit = [] { return base::Status(base::Unavailable("the disk is full")); }});
  bool answered = false;
  const base::Status refused = orderer_->Submit({Event()}, [&](Answers) { answered = true; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the disk is full");
  orderer_.reset();
  EXPECT_FALSE(answered);
}

TEST_F(BundleOrdererTest, WhileTheEngineTakesNothingTheQueueFills) {
  OutboxLimits outbox;
  outbox.waiting_bytes_max = 1;
  outbox.travelling_bytes_max = 1;
  Start({.verify_threads = 1, .waiting_bytes_max = 5'000, .outbox = outbox});
  std::vector<std::future<Answers>> taken;
  bool answered = false;
  base::Status last = base::Ok();
  while (last) {
    auto promise = std::make_shared<std::promise<Answers>>();
    last = orderer_->Submit({Event()}, [promise, &answered](Answers answers) {
      answered = true;
      promise->set_value(std::move(answers));
    });
    if (last) taken.push_back(promise->get_future());
    ASSERT_LT(taken.size(), 1'000U);
  }
  EXPECT_EQ(last.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(answered);
  EXPECT_GT(orderer_->waiting_bytes(), 0U);
  engine_.Run();
  for (auto& future : taken) CommittedOf(future.get().at(0));
  EXPECT_EQ(orderer_->waiting_bytes(), 0U);
}

TEST_F(BundleOrdererTest, WhatWasTakenIsAnsweredOnceWhenItStops) {
  OutboxLimits outbox;
  outbox.travelling_bytes_max = 1;
  outbox.waiting_bytes_max = 3'000;
  Start({.verify_threads = 1, .outbox = outbox});
  std::vector<std::future<Answers>> taken;
  taken.push_back(Submit({Event()}));
  engine_.AwaitMempool(1);
  for (int i = 0; i < 30; ++i) taken.push_back(Submit({Event(), Bytes{1}}));
  world_.SetOnCommitted(nullptr);
  orderer_.reset();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    ASSERT_EQ(taken[i].wait_for(0s), std::future_status::ready);
    const Answers answers = taken[i].get();
    EXPECT_NE(UnavailableOf(answers[0]).find("stopping"), std::string::npos);
    EXPECT_NE(answers[0].id, base::Digest{});
    if (i == 0) continue;
    EXPECT_EQ(std::get<base::Error>(answers[1].answer).code, ErrorCode::kInvalidArgument);
  }
}

// Blocks are made all the time, by this node's entries and by others'; what is asked for again and
// what has expired is answered beside them.
TEST_F(BundleOrdererTest, ManySubmittersGetOneChain) {
  constexpr int kSubmitters = 3;
  constexpr int kRounds = 25;
  Start({.verify_threads = 3});
  const std::uint64_t size_before = world_.store().Head()->log.size();
  const Bytes expired = GoodUntil(1);
  support::Random random;
  const std::uint64_t seed = random.Below(1U << 31);
  engine_.Run();
  std::vector<std::thread> submitters;
  for (int s = 0; s < kSubmitters; ++s) {
    submitters.emplace_back([&, s] {
      std::mt19937_64 own(seed + static_cast<std::uint64_t>(s));
      std::vector<std::future<Answers>> futures;
      Bytes before = expired;
      for (int i = 0; i < kRounds; ++i) {
        const std::string lot = "S" + std::to_string(s) + "-" + std::to_string(i);
        std::vector<Bytes> entries{world_.Sign("htx-cam", {op::RegisterBatch{.lot = lot}}),
                                   Event(lot),
                                   Bytes{1},
                                   Event("no such lot"),
                                   before,
                                   expired};
        before = entries[1];
        futures.push_back(Submit(std::move(entries)));
        if (own() % 3 == 0) futures.back().wait();
      }
      for (auto& future : futures) {
        const Answers answers = future.get();
        ASSERT_EQ(answers.size(), 6U);
        EXPECT_LT(CommittedOf(answers[0]).index, CommittedOf(answers[1]).index);
        EXPECT_TRUE(std::holds_alternative<base::Error>(answers[2].answer));
        EXPECT_TRUE(std::holds_alternative<ledger::Refusal>(answers[3].answer));
        EXPECT_EQ(std::get<ledger::Refusal>(answers[5].answer).code, ledger::RefusalCode::kExpired);
      }
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  engine_.Stop();
  const auto head = world_.store().Head();
  EXPECT_EQ(head->log.size(), size_before + 2 * kSubmitters * kRounds + (head->header.height - 1));
  EXPECT_TRUE(world_.store().Verify(0, head->header.height + 1));
}

}  // namespace
}  // namespace sogoc::cometbft
