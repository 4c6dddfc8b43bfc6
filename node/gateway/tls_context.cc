#include "node/gateway/tls_context.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <string>

namespace sogoc::gateway {
namespace {

namespace ssl = boost::asio::ssl;

constexpr const char* kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

// Another protocol must not be negotiated by silence: what was meant for it would be read as HTTP.
int SelectAlpn(SSL*, const unsigned char** selected, unsigned char* selected_size,
               const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 9> kHttp11 = {8,   'h', 't', 't', 'p',
                                                           '/', '1', '.', '1'};
  unsigned char* choice = nullptr;
  if (SSL_select_next_proto(&choice, selected_size, kHttp11.data(), kHttp11.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *selected = choice;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

base::Result<ssl::context> MakeServerTls(const TlsIdentity& identity) {
  ssl::context context(ssl::context::tls_server);
  SSL_CTX* handle = context.native_handle();
  // Tickets would keep one key for the life of the process, and with it the secrets of sessions.
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(handle, 0);
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(handle, SelectAlpn, nullptr);
  if (SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(handle, kTls12Suites) != 1 ||
      SSL_CTX_set1_groups_list(handle, "X25519:P-256") != 1) {
    return base::FailedPrecondition("this OpenSSL lacks the cipher suites of the gateway");
  }
  // Without an answer OpenSSL would ask for a passphrase on the terminal.
  SSL_CTX_set_default_passwd_cb(handle, [](char*, int, int, void*) { return 0; });

  boost::system::error_code error;
  if (context.use_certificate_chain(boost::asio::buffer(identity.certificate_chain), error)) {
    return base::InvalidArgument("the TLS certificate is not PEM, or damaged: " + error.message());
  }
  if (context.use_private_key(boost::asio::buffer(identity.private_key), ssl::context::pem,
                              error)) {
    return base::InvalidArgument(
        "the TLS private key is not PEM without a passphrase, or of another certificate: " +
        error.message());
  }
  return context;
}

}  // namespace sogoc::gateway
