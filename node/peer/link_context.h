#pragma once

// What all links of a node share. For peer_links.cc and peer_dialler.cc; but for `table` and
// `clocks` only the links' thread touches it once that runs.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <exception>
#include <memory>
#include <string>

#include "node/peer/blob_fetcher.h"
#include "node/peer/peer_clocks.h"
#include "node/peer/peer_links.h"
#include "node/peer/peer_message.h"
#include "node/peer/peer_status.h"

namespace sogoc::peer {

enum class LinkSide { kDialled, kHeard };

struct LinkContext {
  LinkContext(PeerLinksOptions own_options, const base::Clock& own_clock,
              boost::asio::ssl::context own_tls)
      : options(std::move(own_options)), clock(own_clock), tls(std::move(own_tls)) {}

  // Frames of this node.
  std::string Hello() const;
  std::string Heartbeat(const std::string& to, base::TimeNs answered_clock) const;
  static std::string Goodbye(const std::string& reason);

  // Ok if the hello is one that a link can go on after, and comes from the peer `name`.
  base::Status CheckHello(const PeerHello& hello, const std::string& name) const;

  // What was heard goes into the table. Changes of what is wrong are logged.
  void LinkIsUp(const std::string& name, LinkSide side, const PeerHello& hello);
  void LinkIsDown(const std::string& name, LinkSide side, const std::string& problem);
  void HeardHeartbeat(const std::string& name, const PeerHeartbeat& heartbeat);
  // What it said of files was wrong, or not asked for.
  void RefusedBlob(const std::string& name);
  // `sent`: this node's clock when it sent what is answered; none if the clock was told unasked.
  void HeardClock(const std::string& name, base::TimeNs clock, std::optional<base::TimeNs> sent);

  const PeerLinksOptions options;
  const base::Clock& clock;
  boost::asio::io_context io{1};
  boost::asio::ssl::context tls;
  PeerTable table;
  PeerClocks clocks;
  PeerLinksHooks hooks;                  // set before the thread runs
  std::string newest_frame;              // what was published last; empty: nothing yet
  std::unique_ptr<BlobFetcher> fetcher;  // likewise; null: this node keeps no files
};

// For co_spawn: logs what a coroutine let escape.
void ReportLinkException(const std::exception_ptr& exception);

}  // namespace sogoc::peer
