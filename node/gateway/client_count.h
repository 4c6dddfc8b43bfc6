#pragma once

// How many connections each client has, so that one cannot take all of them. For http_server.cc.

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace sogoc::gateway {

// A client is an IPv4 address, or the first 64 bits of an IPv6 address: what one subscriber gets.
// Holds an item for each client that is connected, and none for others. Thread-safe.
class ClientCount {
 public:
  // A connection; it counts until it is destroyed. Must not outlive the ClientCount.
  class Connection {
   public:
    Connection(ClientCount& clients, const boost::asio::ip::address& address);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // The client's connections when this one was made, itself included.
    std::size_t of_client() const { return of_client_; }

   private:
    ClientCount& clients_;
    const std::string client_;
    std::size_t of_client_;
  };

  // Clients with connections now.
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

}  // namespace sogoc::gateway
