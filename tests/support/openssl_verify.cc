#include "tests/support/openssl_verify.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace sogoc::support {
namespace {

using PkeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

PkeyPtr Decode(const crypto::P256PublicKey& key) {
  base::Bytes spki = base::FromHex("3039301306072a8648ce3d020106082a8648ce3d030107032200").value();
  base::Append(spki, key);
  const unsigned char* begin = spki.data();
  return {d2i_PUBKEY(nullptr, &begin, static_cast<long>(spki.size())), EVP_PKEY_free};
}

base::Bytes Encode(const crypto::P256Signature& signature) {
  ECDSA_SIG* parsed = ECDSA_SIG_new();
  ECDSA_SIG_set0(parsed, BN_bin2bn(signature.data(), 32, nullptr),
                 BN_bin2bn(signature.data() + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parsed, &der);
  base::Bytes bytes(der, der + size);
  ECDSA_SIG_free(parsed);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

bool OpenSslVerifies(const crypto::P256PublicKey& key, base::ByteView message,
                     const crypto::P256Signature& signature) {
  const PkeyPtr pkey = Decode(key);
  if (!pkey) return false;
  const base::Bytes der = Encode(signature);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  return EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, pkey.get(),
                                 nullptr) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) ==
             1;
}

bool OpenSslVerifies(const crypto::P256Job& job) {
  const PkeyPtr pkey = Decode(job.key);
  if (!pkey) return false;
  const base::Bytes der = Encode(job.signature);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(pkey.get(), nullptr), EVP_PKEY_CTX_free);
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), der.data(), der.size(), job.digest.data(),
                         job.digest.size()) == 1;
}

}  // namespace sogoc::support
