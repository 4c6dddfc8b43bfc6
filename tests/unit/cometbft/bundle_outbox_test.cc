#include "node/consensus/cometbft/bundle_outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>

#include "crypto/sha256.h"
#include "tests/support/random.h"

namespace sogoc::cometbft {
namespace {

using namespace std::chrono_literals;
using base::Bytes;

constexpr GatewayId kGateway{8, 7, 6, 5, 4, 3, 2, 1};
constexpr std::size_t kEntryBytes = 1'000;
// As many of them as fit into a bundle.
constexpr std::size_t kPerBundle =
    (kBundleBytesMax - kBundleHeadBytes) / (kBundleBytesPerEntry + kEntryBytes);

// Entries are numbered: the number is the position, and stands in the first bytes.
OutboxEntry Entry(std::size_t number, std::size_t bytes = kEntryBytes) {
  OutboxEntry entry{{}, Bytes(bytes), nullptr, number};
  Bytes name;
  base::AppendU32(name, static_cast<std::uint32_t>(number));
  std::copy(name.begin(), name.end(), entry.bytes.begin());
  return entry;
}
std::vector<OutboxEntry> Entries(std::size_t first, std::size_t count,
                                 std::size_t bytes = kEntryBytes) {
  std::vector<OutboxEntry> entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back(Entry(first + i, bytes));
  return entries;
}

std::vector<std::size_t> Numbers(const std::vector<OutboxEntry>& entries) {
  std::vector<std::size_t> numbers;
  for (const OutboxEntry& entry : entries) numbers.push_back(entry.position);
  return numbers;
}
std::vector<std::size_t> Numbers(const BundleOutbox::Sealed& sealed) {
  std::vector<std::size_t> numbers;
  const auto bundle = DecodeBundle(sealed.tx);
  EXPECT_TRUE(bundle);
  if (!bundle) return numbers;
  for (const Bytes& entry : bundle->entries) numbers.push_back(base::ReadU32(entry));
  return numbers;
}
std::vector<std::size_t> Range(std::size_t first, std::size_t count) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

void Append(std::vector<std::size_t>& all, const std::vector<std::size_t>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

TEST(BundleOutbox, WhileLittleTravelsABundleLeavesAtOnce) {
  BundleOutbox outbox(kGateway, {.bundles_at_once = 2, .fill = 1h});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(outbox.Add(Entries(i, 1)).empty());
    const auto sealed = outbox.Next(1h);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(Numbers(*sealed), Range(i, 1));
    EXPECT_EQ(outbox.travelling_bundles(), i + 1);
    EXPECT_EQ(outbox.waiting_bytes(), 0U);
  }
  EXPECT_TRUE(outbox.Add(Entries(2, 1)).empty());
  EXPECT_FALSE(outbox.Next(5ms));
  EXPECT_EQ(outbox.waiting_bytes(), kBundleBytesPerEntry + kEntryBytes);
}

TEST(BundleOutbox, ABundleIsWhatItsHashSays) {
  BundleOutbox outbox(kGateway, {});
  for (std::uint64_t counter = 1; counter <= 3; ++counter) {
    const auto before = BundleOutbox::Clock::now();
    EXPECT_TRUE(outbox.Add(Entries(7, 2)).empty());
    const auto sealed = outbox.Next(1h);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->hash, crypto::Sha256(sealed->tx));
    EXPECT_GE(sealed->since, before);
    EXPECT_LE(sealed->since, BundleOutbox::Clock::now());
    const auto bundle = DecodeBundle(sealed->tx);
    ASSERT_TRUE(bundle);
    EXPECT_EQ(bundle->gateway, kGateway);
    EXPECT_EQ(bundle->counter, counter);
    EXPECT_EQ(bundle->entries, (std::vector{Entry(7).bytes, Entry(8).bytes}));
    EXPECT_EQ(Numbers(outbox.Take(sealed->hash)), Range(7, 2));
  }
}

TEST(BundleOutbox, UnderLoadABundleLeavesWhenItIsFull) {
  BundleOutbox outbox(kGateway, {.bundles_at_once = 0, .fill = 1h});
  EXPECT_TRUE(outbox.Add(Entries(0, kPerBundle)).empty());
  // One more does not fit, but nobody knows that it comes.
  EXPECT_FALSE(outbox.Next(5ms));
  EXPECT_TRUE(outbox.Add(Entries(kPerBundle, 1)).empty());
  const auto sealed = outbox.Next(1h);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(Numbers(*sealed), Range(0, kPerBundle));
  EXPECT_LE(sealed->tx.size(), kBundleBytesMax);
  EXPECT_FALSE(outbox.Next(5ms));
  // What waits comes first, then what travels.
  std::vector<std::size_t> all{kPerBundle};
  Append(all, Range(0, kPerBundle));
  EXPECT_EQ(Numbers(outbox.Close()), all);
}

TEST(BundleOutbox, ABundleThatDoesNotFillLeavesWhenItsFirstEntryHasWaited) {
  BundleOutbox outbox(kGateway, {.bundles_at_once = 0, .fill = 50ms});
  const auto before = BundleOutbox::Clock::now();
  EXPECT_TRUE(outbox.Add(Entries(0, 1)).empty());
  EXPECT_TRUE(outbox.Add(Entries(1, 1)).empty());
  const auto sealed = outbox.Next(1h);
  EXPECT_GE(BundleOutbox::Clock::now(), before + 50ms);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(Numbers(*sealed), Range(0, 2));
}

TEST(BundleOutbox, NextComesBackWithoutABundle) {
  BundleOutbox outbox(kGateway, {});
  const auto before = BundleOutbox::Clock::now();
  EXPECT_FALSE(outbox.Next(20ms));
  EXPECT_GE(BundleOutbox::Clock::now(), before + 20ms);
}

TEST(BundleOutbox, NoMoreTravelsThanAllowed) {
  BundleOutbox outbox(kGateway, {.travelling_bytes_max = 1, .fill = 0ms});
  EXPECT_TRUE(outbox.Add(Entries(0, 2 * kPerBundle)).empty());
  const auto first = outbox.Next(1h);
  ASSERT_TRUE(first);
  EXPECT_FALSE(outbox.Next(5ms));
  std::thread later([&] {
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(Numbers(outbox.Take(first->hash)), Range(0, kPerBundle));
  });
  const auto second = outbox.Next(1h);
  later.join();
  ASSERT_TRUE(second);
  EXPECT_EQ(Numbers(*second), Range(kPerBundle, kPerBundle));
}

TEST(BundleOutbox, AnEntryOfTheLargestSizeTravelsAlone) {
  BundleOutbox outbox(kGateway, {.bundles_at_once = 3, .fill = 1h});
  EXPECT_TRUE(outbox.Add({Entry(0, 59'999), Entry(1, 59'999), Entry(2)}).empty());
  EXPECT_EQ(Numbers(*outbox.Next(1h)), Range(0, 1));
  EXPECT_EQ(Numbers(*outbox.Next(1h)), Range(1, 2));
}

TEST(BundleOutbox, AddWaitsForRoomAndIsWokenByIt) {
  BundleOutbox outbox(kGateway, {.waiting_bytes_max = 2 * (kEntryBytes + kBundleBytesPerEntry)});
  EXPECT_TRUE(outbox.Add(Entries(0, 3)).empty());  // alone, more than the limit is let in
  std::atomic<bool> added = false;
  std::thread producer([&] {
    EXPECT_TRUE(outbox.Add(Entries(3, 1)).empty());
    added = true;
  });
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(added);
  EXPECT_EQ(Numbers(*outbox.Next(1h)), Range(0, 3));
  producer.join();
  EXPECT_EQ(Numbers(*outbox.Next(1h)), Range(3, 1));
}

TEST(BundleOutbox, ATakenBundleIsNotOursAnyMore) {
  BundleOutbox outbox(kGateway, {});
  EXPECT_TRUE(outbox.Take({}).empty());
  EXPECT_TRUE(outbox.Add(Entries(0, 3)).empty());
  const auto sealed = outbox.Next(1h);
  EXPECT_EQ(Numbers(outbox.Take(sealed->hash)), Range(0, 3));
  EXPECT_TRUE(outbox.Take(sealed->hash).empty());
  EXPECT_EQ(outbox.travelling_bundles(), 0U);
  EXPECT_TRUE(outbox.TakeOlder(BundleOutbox::Clock::now() + 1h).empty());
  EXPECT_TRUE(outbox.Close().empty());
}

TEST(BundleOutbox, WhatIsLateIsTakenWhereverItIs) {
  BundleOutbox outbox(kGateway, {.bundles_at_once = 1, .fill = 1h});
  const auto start = BundleOutbox::Clock::now();
  EXPECT_TRUE(outbox.Add(Entries(0, 2)).empty());
  const auto sealed = outbox.Next(1h);
  EXPECT_TRUE(outbox.Add(Entries(2, 2)).empty());
  const auto between = BundleOutbox::Clock::now() + 1ns;
  std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(outbox.Add(Entries(4, 2)).empty());
  EXPECT_TRUE(outbox.TakeOlder(start).empty());
  EXPECT_EQ(Numbers(outbox.TakeOlder(between)), Range(0, 4));
  EXPECT_TRUE(outbox.Take(sealed->hash).empty());
  EXPECT_EQ(outbox.waiting_bytes(), 2 * (kEntryBytes + kBundleBytesPerEntry));
  EXPECT_EQ(Numbers(*outbox.Next(1h)), Range(4, 2));
}

TEST(BundleOutbox, WhatIsPutBackLeavesFirstAndStaysAsOldAsItWas) {
  BundleOutbox outbox(kGateway, {.waiting_bytes_max = 1, .bundles_at_once = 1, .fill = 1h});
  EXPECT_TRUE(outbox.Add(Entries(0, 3)).empty());
  const auto first = outbox.Next(1h);
  EXPECT_TRUE(outbox.Add(Entries(3, 1)).empty());
  std::vector<OutboxEntry> taken = outbox.Take(first->hash);
  taken.erase(taken.begin() + 1);
  for (OutboxEntry& entry : taken) entry.bytes = Entry(entry.position).bytes;
  EXPECT_TRUE(outbox.PutBack(std::move(taken)).empty());  // there is no room, and it does not wait
  EXPECT_EQ(outbox.waiting_bytes(), 3 * (kEntryBytes + kBundleBytesPerEntry));
  const auto second = outbox.Next(1h);
  EXPECT_EQ(Numbers(*second), (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_EQ(second->since, first->since);
  EXPECT_NE(second->hash, first->hash);
}

TEST(BundleOutbox, AClosedOneGivesEverythingBack) {
  BundleOutbox outbox(kGateway, {.waiting_bytes_max = 1, .bundles_at_once = 1, .fill = 1h});
  EXPECT_TRUE(outbox.Add(Entries(0, 1)).empty());
  const auto sealed = outbox.Next(1h);
  EXPECT_TRUE(outbox.Add(Entries(1, 1)).empty());
  std::vector<OutboxEntry> refused;
  std::thread producer([&] { refused = outbox.Add(Entries(2, 1)); });
  std::optional<BundleOutbox::Sealed> next;
  std::thread sender([&] { next = outbox.Next(1h); });
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(Numbers(outbox.Close()), (std::vector<std::size_t>{1, 0}));
  producer.join();
  sender.join();
  EXPECT_EQ(Numbers(refused), Range(2, 1));
  EXPECT_FALSE(next);
  EXPECT_EQ(Numbers(outbox.Add(Entries(3, 2))), Range(3, 2));
  EXPECT_EQ(Numbers(outbox.PutBack(Entries(5, 1))), Range(5, 1));
  EXPECT_TRUE(outbox.Take(sealed->hash).empty());
  EXPECT_TRUE(outbox.Close().empty());
  EXPECT_EQ(outbox.waiting_bytes(), 0U);
}

// Producers, the sender and the thread that reports blocks at once; late entries are taken in
// between, some are put back, and at the end it is closed.
TEST(BundleOutbox, GivesEveryEntryOnceAndKeepsTheOrderOfEachProducer) {
  constexpr std::size_t kProducers = 3;
  constexpr std::size_t kOfEach = 4'000;
  support::Random random;
  BundleOutbox outbox(kGateway,
                      {.waiting_bytes_max = 50'000, .travelling_bytes_max = 300'000, .fill = 1ms});
  std::vector<std::size_t> given;  // the collector's own, until it has ended
  std::vector<std::size_t> back;   // the producers', one after the other
  std::mutex back_mutex;
  std::vector<std::size_t> sent;
  std::deque<BundleOutbox::Sealed> blocks;
  std::mutex blocks_mutex;
  std::atomic<bool> producing = true;

  std::vector<std::thread> producers;
  for (std::size_t p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p, seed = random.Below(1U << 31)] {
      std::mt19937_64 own(seed);
      for (std::size_t i = 0; i < kOfEach;) {
        const std::size_t count = std::min<std::size_t>(1 + own() % 20, kOfEach - i);
        const auto refused = outbox.Add(Entries(p * kOfEach + i, count, 100 + own() % 1'000));
        const std::lock_guard lock(back_mutex);
        Append(back, Numbers(refused));
        i += count;
      }
    });
  }
  std::thread sender([&] {
    while (producing || outbox.waiting_bytes() > 0) {
      auto sealed = outbox.Next(10ms);
      if (!sealed) continue;
      Append(sent, Numbers(*sealed));
      const std::lock_guard lock(blocks_mutex);
      blocks.push_back(*std::move(sealed));
    }
  });
  std::thread collector([&, seed = random.Below(1U << 31)] {
    std::mt19937_64 own(seed);
    while (true) {
      std::optional<BundleOutbox::Sealed> block;
      {
        const std::lock_guard lock(blocks_mutex);
        if (!blocks.empty()) {
          block = std::move(blocks.front());
          blocks.pop_front();
        }
      }
      if (block) Append(given, Numbers(outbox.Take(block->hash)));
      if (own() % 50 == 0) {
        Append(given, Numbers(outbox.TakeOlder(BundleOutbox::Clock::now() - 2ms)));
      }
      if (!block && !producing && outbox.waiting_bytes() == 0 && outbox.travelling_bundles() == 0) {
        return;
      }
    }
  });
  for (std::thread& producer : producers) producer.join();
  producing = false;
  sender.join();
  collector.join();
  Append(given, Numbers(outbox.Close()));

  EXPECT_TRUE(back.empty());
  std::sort(given.begin(), given.end());
  EXPECT_EQ(given, Range(0, kProducers * kOfEach));
  std::vector<std::size_t> last(kProducers, 0);
  for (const std::size_t number : sent) {
    std::size_t& previous = last[number / kOfEach];
    EXPECT_TRUE(previous == 0 || previous < number) << previous << " " << number;
    previous = number;
  }
}

TEST(PendingSubmission, AnswersOnceWithAllInTheirPlaces) {
  int calls = 0;
  std::vector<consensus::SubmittedAnswer> answers;
  PendingSubmission pending(3, [&](std::vector<consensus::SubmittedAnswer> given) {
    ++calls;
    answers = std::move(given);
  });
  for (const std::size_t position : {2, 0, 1}) {
    EXPECT_EQ(calls, 0);
    pending.Answer(position, {{}, base::NotFound(std::to_string(position))});
  }
  ASSERT_EQ(calls, 1);
  ASSERT_EQ(answers.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::get<base::Error>(answers[i].answer).message, std::to_string(i));
  }
}

}  // namespace
}  // namespace sogoc::cometbft
