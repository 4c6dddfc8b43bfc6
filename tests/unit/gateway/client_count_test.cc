#include "node/gateway/client_count.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace sogoc::gateway {
namespace {

using Connection = ClientCount::Connection;

std::unique_ptr<Connection> Connect(ClientCount& clients, const char* address) {
  return std::make_unique<Connection>(clients, boost::asio::ip::make_address(address));
}

TEST(ClientCount, CountsTheOpenConnectionsOfEachAddress) {
  ClientCount clients;
  const auto first = Connect(clients, "192.0.2.1");
  auto second = Connect(clients, "192.0.2.1");
  EXPECT_EQ(first->of_client(), 1U);
  EXPECT_EQ(second->of_client(), 2U);
  EXPECT_EQ(Connect(clients, "192.0.2.2")->of_client(), 1U);
  second.reset();
  EXPECT_EQ(Connect(clients, "192.0.2.1")->of_client(), 2U);
  EXPECT_EQ(clients.size(), 1U);  // the others have gone, and with them what was kept of them
}

TEST(ClientCount, AnIpv6ClientIsItsNetwork) {
  ClientCount clients;
  const auto first = Connect(clients, "2001:db8:0:1::1");
  EXPECT_EQ(Connect(clients, "2001:db8:0:1:ffff::2")->of_client(), 2U);
  EXPECT_EQ(Connect(clients, "2001:db8:0:2::1")->of_client(), 1U);
}

TEST(ClientCount, AnIpv4ClientIsTheSameOverIpv6) {
  ClientCount clients;
  const auto first = Connect(clients, "192.0.2.1");
  EXPECT_EQ(Connect(clients, "::ffff:192.0.2.1")->of_client(), 2U);
  EXPECT_EQ(Connect(clients, "::ffff:192.0.2.2")->of_client(), 1U);
  EXPECT_EQ(Connect(clients, "::1")->of_client(), 1U);
}

TEST(ClientCount, ThreadsCountTogether) {
  ClientCount clients;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&clients] {
      for (int round = 0; round < 1000; ++round) {
        const auto held = Connect(clients, "192.0.2.1");
        ASSERT_LE(held->of_client(), 4U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clients.size(), 0U);
}

}  // namespace
}  // namespace sogoc::gateway
