#pragma once

// One connection between two peers: TLS, frames, and the end of silence. For peer_links.cc.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "node/peer/peer_message.h"
#include "node/peer/peer_tls.h"

namespace sogoc::peer {

// All of it runs on the socket's executor, which must be one thread. At most one Read and one Write
// at a time. Every error is one sentence about the other side, and leaves the connection of no use.
class PeerConnection : public std::enable_shared_from_this<PeerConnection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  template <class T>
  using Step = boost::asio::awaitable<base::Result<T>>;

  // `accepts`: see PeerKeyCheck. `tls` must outlive it.
  PeerConnection(Socket socket, boost::asio::ssl::context& tls,
                 std::function<bool(const base::Digest&)> accepts);

  // Closes the connection after `limit`, unless it is called again before. Requires: it is owned by
  // a shared_ptr.
  void CloseAfter(std::chrono::milliseconds limit);
  void Close();
  bool is_open() const { return open_; }

  Step<base::Unit> Connect(std::vector<boost::asio::ip::tcp::endpoint> endpoints);
  Step<base::Unit> Handshake(boost::asio::ssl::stream_base::handshake_type side);
  // From now on frames of kPeerPartMessageBytesMax are read.
  void ExpectParts() { message_bytes_max_ = kPeerPartMessageBytesMax; }
  Step<PeerMessage> Read();
  Step<base::Unit> Write(std::string frame);

  // The other side's key, as its certificate shows it. Requires: Handshake succeeded.
  const base::Digest& key_hash() const { return *key_check_.shown; }
  bool refused_key() const { return key_check_.shown && !key_check_.accepts(*key_check_.shown); }
  std::string remote_address() const;

 private:
  base::Error Explain(const boost::system::error_code& error) const;

  PeerKeyCheck key_check_;
  boost::asio::ssl::stream<Socket> stream_;
  boost::asio::steady_timer limit_;
  base::Bytes incoming_;
  std::size_t message_bytes_max_ = kPeerMessageBytesMax;
  bool open_ = true;
  bool timed_out_ = false;
};

}  // namespace sogoc::peer
