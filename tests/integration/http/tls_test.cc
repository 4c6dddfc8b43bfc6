// What the server agrees to in TLS, and what the client insists on.

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "tests/integration/http/server_fixture.h"

namespace sogoc::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

class Tls : public HttpServerTest {
 protected:
  void SetUp() override { Start(); }

  // The client's view of a connection: "TLSv1.3 TLS_AES_256_GCM_SHA384", or "refused".
  std::string Negotiate() {
    const support::RawClient client(server_->port(), context_.get());
    if (!client.connected()) return "refused";
    return std::string(SSL_get_version(client.ssl())) + " " + SSL_get_cipher_name(client.ssl());
  }

  base::ErrorCode ErrorOfClient(const std::string& host, const std::string& ca) {
    tools::HttpClientOptions options;
    if (!ca.empty()) {
      options.ca_file = testing::TempDir() + "http_tls_test_ca.pem";
      std::ofstream(options.ca_file) << ca;
    }
    auto client = tools::HttpClient::Create(
        "https://" + host + ":" + std::to_string(server_->port()), options);
    const auto reply = client->Get("/hello");
    EXPECT_FALSE(reply);
    return reply ? base::ErrorCode::kNotFound : reply.error().code;
  }

  support::SslContext context_ = support::MakeSslContext();
};
INSTANTIATE_TEST_SUITE_P(Transport, Tls, testing::Values(true), [](const auto&) { return "Tls"; });

TEST_P(Tls, SpeaksTheNewVersionsOnly) {
  EXPECT_THAT(Negotiate(), StartsWith("TLSv1.3 "));
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
  EXPECT_THAT(Negotiate(), StartsWith("TLSv1.2 ECDHE-ECDSA-"));
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_1_VERSION);
  EXPECT_EQ(Negotiate(), "refused");
}

TEST_P(Tls, InVersion12EveryOtherSuiteIsRefused) {
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_security_level(context_.get(), 0);
  for (const char* suites :
       {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "kRSA", "DHE", "aNULL", "PSK"}) {
    ASSERT_EQ(SSL_CTX_set_cipher_list(context_.get(), suites), 1) << suites;
    EXPECT_EQ(Negotiate(), "refused") << suites;
  }
  for (const char* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    ASSERT_EQ(SSL_CTX_set_cipher_list(context_.get(), suite), 1);
    EXPECT_EQ(Negotiate(), std::string("TLSv1.2 ") + suite);
  }
}

TEST_P(Tls, Http11IsTheOnlyProtocol) {
  const auto offer = [&](const std::string& wire) {
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
  };
  offer("\x02h2\x08http/1.1");
  const support::RawClient client(server_->port(), context_.get());
  ASSERT_TRUE(client.connected());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  offer("\x02h2");
  EXPECT_EQ(Negotiate(), "refused");
  offer("\x08http/1.0");
  EXPECT_EQ(Negotiate(), "refused");
}

TEST_P(Tls, RenegotiationIsRefused) {
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
  support::RawClient client(server_->port(), context_.get());
  ASSERT_TRUE(client.connected());
  SSL_renegotiate(client.ssl());
  EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
}

TEST_P(Tls, SessionsAreNotKept) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_max_proto_version(context_.get(), version);
    support::RawClient client(server_->port(), context_.get());
    ASSERT_TRUE(client.connected());
    client.Send(kHello);
    EXPECT_THAT(client.ReadResponse(), testing::EndsWith("hello"));
    EXPECT_FALSE(SSL_SESSION_is_resumable(SSL_get_session(client.ssl())));
  }
}

TEST_P(Tls, PlainHttpOnTheTlsPortIsNotAnswered) {
  support::RawClient client(server_->port());
  client.Send(kHello);
  EXPECT_THAT(client.ReadAll(), testing::Not(HasSubstr("HTTP/1.1")));
}

TEST_P(Tls, ClientsTrustOnlyTheirAuthorities) {
  EXPECT_EQ(ErrorOfClient("127.0.0.1", support::MakeCertificate("IP:127.0.0.1").certificate),
            base::ErrorCode::kPermissionDenied);
  EXPECT_EQ(ErrorOfClient("127.0.0.1", ""), base::ErrorCode::kPermissionDenied);
}

TEST_P(Tls, ClientsCheckTheHost) {
  EXPECT_EQ(ErrorOfClient("localhost", identity().certificate), base::ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace sogoc::gateway
