#include "node/consensus/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace sogoc::consensus {
namespace {

TEST(BoundedQueueTest, ItemsLeaveInTheOrderInWhichTheyCame) {
  BoundedQueue<int> queue(10);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.Push(i, 1));
  EXPECT_EQ(queue.weight(), 5U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.Pop(), i);
  EXPECT_EQ(queue.weight(), 0U);
}

TEST(BoundedQueueTest, WhatFindsNoRoomIsLeftUntouched) {
  BoundedQueue<std::unique_ptr<int>> queue(10);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  EXPECT_TRUE(queue.TryPush(first, 6));
  EXPECT_FALSE(queue.TryPush(second, 5));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(queue.weight(), 6U);
  EXPECT_TRUE(queue.TryPush(second, 4));
  EXPECT_EQ(second, nullptr);
}

TEST(BoundedQueueTest, AnItemHeavierThanTheQueueIsLetInAlone) {
  BoundedQueue<int> queue(10);
  int heavy = 1;
  int light = 2;
  EXPECT_TRUE(queue.TryPush(heavy, 1'000));
  EXPECT_FALSE(queue.TryPush(light, 1));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_TRUE(queue.TryPush(light, 1));
  EXPECT_FALSE(queue.TryPush(heavy, 1'000));
}

TEST(BoundedQueueTest, PopAllTakesAtLeastOneAndNoMoreThanAsked) {
  BoundedQueue<int> queue(100);
  for (int weight : {7, 3, 4, 4}) queue.Push(weight, static_cast<std::size_t>(weight));
  EXPECT_EQ(queue.PopAll(5), (std::vector{7}));
  EXPECT_EQ(queue.PopAll(7), (std::vector{3, 4}));
  EXPECT_EQ(queue.PopAll(100), (std::vector{4}));
  EXPECT_EQ(queue.weight(), 0U);
}

TEST(BoundedQueueTest, AClosedQueueTakesNothingAndGivesWhatItHas) {
  BoundedQueue<int> queue(10);
  queue.Push(1, 1);
  queue.Push(2, 1);
  queue.Close();
  int more = 3;
  EXPECT_FALSE(queue.TryPush(more, 1));
  EXPECT_FALSE(queue.Push(more, 1));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.PopAll(10), (std::vector{2}));
  EXPECT_EQ(queue.Pop(), std::nullopt);
  EXPECT_TRUE(queue.PopAll(10).empty());
}

TEST(BoundedQueueTest, ClosingWakesWhoWaitsForItemsAndForRoom) {
  BoundedQueue<int> empty(1);
  std::thread popper([&] { EXPECT_EQ(empty.Pop(), std::nullopt); });
  std::thread taker([&] { EXPECT_TRUE(empty.PopAll(1).empty()); });
  empty.Close();
  popper.join();
  taker.join();

  BoundedQueue<int> full(1);
  full.Push(1, 1);
  std::thread pusher([&] { EXPECT_FALSE(full.Push(2, 1)); });
  full.Close();
  pusher.join();
}

TEST(BoundedQueueTest, NothingIsLostOrDoubledBetweenManyThreads) {
  constexpr int kProducers = 4;
  constexpr int kItems = 2'000;
  BoundedQueue<int> queue(5);  // so that producers wait all the time
  std::vector<std::atomic<int>> taken(kProducers * kItems);
  std::atomic<bool> in_order = true;

  std::vector<std::thread> consumers;
  for (int c = 0; c < 2; ++c) {
    consumers.emplace_back([&, one_by_one = c == 0] {
      std::vector<int> last(kProducers, -1);
      while (true) {
        std::vector<int> items;
        if (one_by_one) {
          if (const auto item = queue.Pop()) items.push_back(*item);
        } else {
          items = queue.PopAll(3);
        }
        if (items.empty()) return;
        for (int item : items) {
          ++taken[static_cast<std::size_t>(item)];
          int& before = last[static_cast<std::size_t>(item / kItems)];
          if (item <= before) in_order = false;
          before = item;
        }
      }
    });
  }
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kItems; ++i) EXPECT_TRUE(queue.Push(p * kItems + i, 1));
    });
  }
  for (std::thread& producer : producers) producer.join();
  queue.Close();
  for (std::thread& consumer : consumers) consumer.join();

  EXPECT_TRUE(in_order);
  for (const auto& count : taken) EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace sogoc::consensus
