#include "crypto/tls_certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/openssl_handles.h"

namespace sogoc::crypto {
namespace {

using BioPtr = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;

std::string_view TextIn(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

X509Ptr SelfSigned(EVP_PKEY* key) {
  X509Ptr certificate(X509_new());
  Must(certificate != nullptr, "X509_new");
  X509* x509 = certificate.get();
  X509_NAME* subject = X509_get_subject_name(x509);
  static constexpr unsigned char kName[] = "sogoc peer";
  Must(X509_set_version(x509, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1 &&
           ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "20250101000000Z") == 1 &&
           ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "99991231235959Z") == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, kName, sizeof kName - 1, -1,
                                      0) == 1 &&
           X509_set_issuer_name(x509, subject) == 1 && X509_set_pubkey(x509, key) == 1 &&
           X509_sign(x509, key, EVP_sha256()) > 0,
       "making a certificate");
  return certificate;
}

}  // namespace

TlsCertificate MakeTlsCertificate(const P256PrivateKey& key) {
  EVP_PKEY* pkey = key.handle().pkey.get();
  const X509Ptr certificate = SelfSigned(pkey);
  const BioPtr certificate_out(BIO_new(BIO_s_mem()));
  const BioPtr key_out(BIO_new(BIO_s_secmem()));  // is cleared when it goes
  Must(certificate_out && key_out &&
           PEM_write_bio_X509(certificate_out.get(), certificate.get()) == 1 &&
           PEM_write_bio_PKCS8PrivateKey(key_out.get(), pkey, nullptr, nullptr, 0, nullptr,
                                         nullptr) == 1,
       "writing a certificate");
  return {std::string(TextIn(certificate_out.get())), SecretString(TextIn(key_out.get()))};
}

}  // namespace sogoc::crypto
