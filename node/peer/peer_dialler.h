#pragma once

// The link that this node dials to one other peer: kept up as long as it lives. For peer_links.cc.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "node/peer/link_context.h"
#include "node/peer/peer_connection.h"

namespace sogoc::peer {

// All of it runs on the links' thread.
class PeerDialler : public std::enable_shared_from_this<PeerDialler> {
 public:
  // Requires: the peer has an address.
  PeerDialler(LinkContext& context, OtherPeer peer);

  void Start();
  void Stop();
  // Drops the oldest waiting frame if 64 wait, and this one if the link is down.
  void Send(const std::string& frame);
  // The same for what concerns files: it leaves when nothing else waits.
  void SendLater(std::string frame);
  bool is_up() const { return is_up_; }

 private:
  void IsDown();
  boost::asio::awaitable<void> Run();
  PeerConnection::Step<base::Unit> RunOnce();
  PeerConnection::Step<std::vector<boost::asio::ip::tcp::endpoint>> Resolve();
  PeerConnection::Step<PeerHello> Greet(std::shared_ptr<PeerConnection> connection);
  PeerConnection::Step<base::Unit> Listen(std::shared_ptr<PeerConnection> connection);
  // True if the message was asked for.
  base::Result<bool> Handle(PeerMessage message);
  boost::asio::awaitable<void> WriteAll(std::shared_ptr<PeerConnection> connection);

  LinkContext& context_;
  const OtherPeer peer_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer retry_;
  boost::asio::steady_timer wake_;  // the writer's
  std::shared_ptr<PeerConnection> connection_;
  std::deque<std::string> queue_;
  std::deque<std::string> later_;
  bool is_up_ = false;
  bool stopped_ = false;
};

}  // namespace sogoc::peer
