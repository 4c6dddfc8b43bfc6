#pragma once

// One accepted connection of the ABCI server. For abci_server.cc.

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <string>

#include "node/consensus/cometbft/abci_frame.h"
#include "node/consensus/cometbft/abci_server.h"
#include "node/consensus/cometbft/consensus_turn.h"

namespace sogoc::cometbft {

using AbciSocket = boost::asio::generic::stream_protocol::socket;

// What the connections of a server share.
struct AbciService {
  Application& application;
  const AbciServerOptions options;
  ConsensusTurn consensus;
};

// The call of the application that a connection's thread is in, for the watchdog.
struct CallInProgress {
  std::atomic<std::uint64_t> changes = 0;  // odd: in a call
  std::atomic<const std::string*> name = nullptr;
};

class AbciConnection {
 public:
  AbciConnection(AbciService& service, AbciSocket socket);

  // Serves until the connection ends. The socket is closed with the object.
  void Run();
  // From another thread: cuts the connection; Run() returns once the call under way has ended.
  void Abort();
  const CallInProgress& call() const { return call_; }

 private:
  base::Status Serve();
  base::Status Answer(base::ByteView message);
  base::Result<abci::Response> Ask(const abci::Request& request);
  void Refuse(const std::string& message);
  bool ReadSome();
  void Flush();

  AbciService& service_;
  AbciSocket socket_;
  FrameDecoder decoder_;
  std::string out_;             // answers that have not been written
  bool ended_ = false;          // nothing more can be written
  bool has_consensus_ = false;  // this connection is the consensus stream
  std::atomic<bool> aborted_ = false;
  CallInProgress call_;
};

// Tells a client that was just accepted why it is not served.
void RefuseConnection(AbciSocket socket, const std::string& message);

}  // namespace sogoc::cometbft
