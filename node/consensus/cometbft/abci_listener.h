#pragma once

// The listening socket of the ABCI server. For abci_server.cc.

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "node/base/result.h"

namespace sogoc::cometbft {

using AbciAcceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

struct AbciListener {
  AbciAcceptor acceptor;
  std::string address;    // with the port that was chosen
  std::string unix_path;  // to remove at the end; empty for TCP
};

// Address and errors as for AbciServer::Start.
base::Result<AbciListener> ListenForEngine(boost::asio::io_context& context,
                                           const std::string& address);

}  // namespace sogoc::cometbft
