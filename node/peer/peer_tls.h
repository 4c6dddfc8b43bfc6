#pragma once

// TLS between peers: 1.3 only, both sides show a certificate, and the only thing that counts in it
// is whether the ledger names its key. For peer_connection.cc.

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <optional>

#include "crypto/tls_certificate.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::peer {

// For connections of both directions. kFailedPrecondition: this OpenSSL cannot do it.
base::Result<boost::asio::ssl::context> MakePeerTls(const crypto::TlsCertificate& certificate);

// Asked once within the handshake, with the SHA-256 of the other side's SubjectPublicKeyInfo: false
// ends the handshake.
struct PeerKeyCheck {
  std::function<bool(const base::Digest&)> accepts;
  std::optional<base::Digest> shown;  // the key that was asked about
};

// Without it no handshake succeeds. `check` must outlive the connection.
void CheckPeerKey(SSL* connection, PeerKeyCheck& check);

}  // namespace sogoc::peer
