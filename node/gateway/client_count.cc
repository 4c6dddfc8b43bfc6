#include "node/gateway/client_count.h"

#include <boost/asio/ip/address_v6.hpp>

namespace sogoc::gateway {
namespace {

constexpr std::size_t kPrefixBytes = 8;

template <class Bytes>
std::string TextOf(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

// 4 bytes or 8: the two kinds cannot be mixed up.
std::string ClientOf(const boost::asio::ip::address& address) {
  if (address.is_v4()) return TextOf(address.to_v4().to_bytes());
  const boost::asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return TextOf(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_bytes());
  }
  return TextOf(v6.to_bytes()).substr(0, kPrefixBytes);
}

}  // namespace

ClientCount::Connection::Connection(ClientCount& clients, const boost::asio::ip::address& address)
    : clients_(clients), client_(ClientOf(address)) {
  const std::lock_guard lock(clients_.mutex_);
  of_client_ = ++clients_.counts_[client_];
}

ClientCount::Connection::~Connection() {
  const std::lock_guard lock(clients_.mutex_);
  const auto count = clients_.counts_.find(client_);
  if (--count->second == 0) clients_.counts_.erase(count);
}

std::size_t ClientCount::size() const {
  const std::lock_guard lock(mutex_);
  return counts_.size();
}

}  // namespace sogoc::gateway
