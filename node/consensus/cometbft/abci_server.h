#pragma once

// The socket at which the engine finds its application: ABCI 2.0 over a Unix or TCP socket. The
// engine opens four connections and does not say which is which, so every connection serves every
// request; answers leave in the order of the requests.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "node/base/result.h"
#include "node/consensus/cometbft/abci_frame.h"
#include "node/consensus/cometbft/application.h"

namespace sogoc::cometbft {

struct AbciServerOptions {
  // One engine has four, a tool one. Further ones are told so by an exception and closed.
  std::size_t connections_max = 16;
  std::size_t frame_bytes_max = kFrameBytesMax;
  // The engine waits for an answer for ever. A call of the application that takes longer than this
  // ends the process (storage::FailStop); the time during which the process itself is stopped does
  // not count.
  std::chrono::milliseconds call_limit{120'000};
  // How long a second consensus stream waits for the first to end before it is refused.
  std::chrono::milliseconds takeover_wait{5'000};
  // A connection that carried consensus calls has ended, other than by Stop(): the engine is gone.
  // Called on that connection's thread, after its last call of the application and before the first
  // one of another consensus stream.
  std::function<void()> on_disconnect = [] {};
};

// A connection is one thread, so calls of the application from one connection come one after the
// other, and those of different connections side by side. Consensus calls come from one connection
// at a time: the first that makes one owns them until it closes; on another they are refused.
//
// Where there is no answer (an error of the application, a request that is unknown or refused, a
// malformed frame) the engine is told by an exception and that connection is closed; an engine
// stops then. The others are served on.
class AbciServer {
 public:
  // Listens at `address` and serves on return. "unix:///PATH": a socket of this user alone (mode
  // 0600); one that a dead process left there is replaced. "tcp://IP:PORT": an IP literal, IPv6 in
  // brackets; port 0 for any free one. `application` must outlive the server.
  //   kInvalidArgument     the address
  //   kFailedPrecondition  it is in use, or may not be used
  static base::Result<std::unique_ptr<AbciServer>> Start(const std::string& address,
                                                         Application& application,
                                                         AbciServerOptions options = {});

  // Stops.
  ~AbciServer();
  AbciServer(const AbciServer&) = delete;
  AbciServer& operator=(const AbciServer&) = delete;

  // Accepts nothing more, cuts all connections, and returns when the calls under way and all
  // threads have ended. The application and on_disconnect are not called any more. Not from either
  // of them.
  void Stop();

  // As given to Start, with the port that was chosen.
  const std::string& address() const;

 private:
  class Impl;
  explicit AbciServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sogoc::cometbft
