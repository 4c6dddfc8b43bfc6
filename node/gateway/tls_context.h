#pragma once

// The server's side of TLS.

#include <boost/asio/ssl/context.hpp>

#include "node/base/result.h"
#include "node/gateway/http_server.h"

namespace sogoc::gateway {

// Versions, cipher suites and options as `TlsIdentity` promises; ALPN takes "http/1.1" only, and a
// client that offers other protocols alone is refused.
//   kInvalidArgument  the certificate or key is not PEM, is encrypted, or they do not match
base::Result<boost::asio::ssl::context> MakeServerTls(const TlsIdentity& identity);

}  // namespace sogoc::gateway
