#pragma once

// Asks the gateway of the node that runs from a folder, as whoever watches it does.

#include <chrono>
#include <string>

#include "node/app/config.h"
#include "node/app/node_directory.h"
#include "node/base/result.h"

namespace sogoc::app {

struct GatewayReply {
  int status = 0;
  std::string body;
};

// GET, JSON. With [tls] the gateway must show the certificate of that file, whatever name it is
// for.
//   kUnavailable         nothing answers, or not in time
//   kPermissionDenied    it shows another certificate
//   kFailedPrecondition  the port is chosen anew at every start (`port = 0`); or the certificate
//                        cannot be read
base::Result<GatewayReply> AskOwnGateway(
    const NodeDirectory& directory, const Config& config, const std::string& target,
    std::chrono::milliseconds time = std::chrono::milliseconds(5'000));

}  // namespace sogoc::app
