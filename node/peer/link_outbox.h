#pragma once

// What this node has to say on a link that the other side dialled: one frame after the other, while
// that side's frames are read. For peer_links.cc.

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>

#include "node/peer/peer_connection.h"

namespace sogoc::peer {

// All of it runs on the links' thread.
class LinkOutbox : public std::enable_shared_from_this<LinkOutbox> {
 public:
  // Who asks more and does not read what it is told is cut.
  static constexpr std::size_t kWaitingMax = 64;

  LinkOutbox(boost::asio::io_context& io, std::shared_ptr<PeerConnection> connection)
      : io_(io), connection_(std::move(connection)), wake_(io) {}

  // Once. Requires: it is owned by a shared_ptr.
  void Start();
  void Stop();
  // Closes the connection if too many wait.
  void Send(std::string frame);
  std::size_t waiting() const { return waiting_.size(); }

 private:
  boost::asio::awaitable<void> WriteAll();

  boost::asio::io_context& io_;
  const std::shared_ptr<PeerConnection> connection_;
  boost::asio::steady_timer wake_;
  std::deque<std::string> waiting_;
  bool stopped_ = false;
};

}  // namespace sogoc::peer
