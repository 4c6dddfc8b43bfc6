#include "node/peer/peer_tls.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/buffer.hpp>

#include "crypto/sha256.h"

namespace sogoc::peer {
namespace {

namespace ssl = boost::asio::ssl;

constexpr long kCertificateBytesMax = 4'096;
constexpr std::array<unsigned char, 13> kAlpn = {12,  's', 'o', 'g', 'o', 'c', '-',
                                                 'p', 'e', 'e', 'r', '/', '1'};

int KeyCheckIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

std::optional<base::Digest> KeyHashOf(X509* certificate) {
  if (certificate == nullptr) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  const base::Digest hash = crypto::Sha256(base::ByteView(der, static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return hash;
}

// Instead of OpenSSL's own check of chains, names and dates.
int Verify(X509_STORE_CTX* store, void*) {
  const auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = static_cast<PeerKeyCheck*>(SSL_get_ex_data(connection, KeyCheckIndex()));
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  if (check == nullptr) return 0;
  check->shown = KeyHashOf(X509_STORE_CTX_get0_cert(store));
  if (!check->shown || !check->accepts(*check->shown)) return 0;
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

int SelectAlpn(SSL*, const unsigned char** selected, unsigned char* selected_size,
               const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* choice = nullptr;
  if (SSL_select_next_proto(&choice, selected_size, kAlpn.data(), kAlpn.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *selected = choice;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

base::Result<ssl::context> MakePeerTls(const crypto::TlsCertificate& certificate) {
  ssl::context context(ssl::context::tls);
  SSL_CTX* handle = context.native_handle();
  SSL_CTX_set_options(handle, SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(handle, 0);
  SSL_CTX_set_max_cert_list(handle, kCertificateBytesMax);
  SSL_CTX_set_verify(handle, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(handle, Verify, nullptr);
  SSL_CTX_set_alpn_select_cb(handle, SelectAlpn, nullptr);
  if (SSL_CTX_set_min_proto_version(handle, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(handle, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set1_groups_list(handle, "X25519:P-256") != 1 ||
      SSL_CTX_set_alpn_protos(handle, kAlpn.data(), kAlpn.size()) != 0) {
    return base::FailedPrecondition("this OpenSSL lacks TLS 1.3");
  }
  boost::system::error_code error;
  if (context.use_certificate(boost::asio::buffer(certificate.certificate), ssl::context::pem,
                              error)) {
    return base::FailedPrecondition("the peer's certificate: " + error.message());
  }
  const std::string_view key = certificate.private_key.view();
  if (context.use_private_key(boost::asio::buffer(key), ssl::context::pem, error)) {
    return base::FailedPrecondition("the peer's TLS key: " + error.message());
  }
  return context;
}

void CheckPeerKey(SSL* connection, PeerKeyCheck& check) {
  SSL_set_ex_data(connection, KeyCheckIndex(), &check);
}

}  // namespace sogoc::peer
