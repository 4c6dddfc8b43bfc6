#pragma once

// Slows a peer down that sends more than it can have to say. For the links.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace sogoc::peer {

class MessageRate {
 public:
  static constexpr int kPerSecondMax = 200;

  explicit MessageRate(boost::asio::io_context& io) : pause_(io) {}

  // Returns at once, or when the next second begins.
  boost::asio::awaitable<void> Count() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= second_end_) {
      second_end_ = now + std::chrono::seconds(1);
      count_ = 0;
    }
    if (++count_ <= kPerSecondMax) co_return;
    pause_.expires_at(second_end_);
    co_await pause_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  boost::asio::steady_timer pause_;
  std::chrono::steady_clock::time_point second_end_{};
  int count_ = 0;
};

}  // namespace sogoc::peer
