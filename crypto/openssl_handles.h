#pragma once

// OpenSSL objects with owners, and what crypto/*.cc share about keys. Included by .cc files of this
// folder only: no public header names an OpenSSL type.

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace sogoc::crypto {

template <auto free_function>
struct OpenSslDeleter {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

using BignumPtr = std::unique_ptr<BIGNUM, OpenSslDeleter<BN_clear_free>>;
using EcGroupPtr = std::unique_ptr<EC_GROUP, OpenSslDeleter<EC_GROUP_free>>;
using EcPointPtr = std::unique_ptr<EC_POINT, OpenSslDeleter<EC_POINT_clear_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, OpenSslDeleter<EVP_PKEY_CTX_free>>;

// For calls that fail only when memory runs out or OpenSSL itself is broken.
inline void Must(bool success, const char* what) {
  if (success) return;
  std::fprintf(stderr, "OpenSSL failed: %s\n", what);
  std::abort();
}

// OpenSSL clears and frees the keys itself.
struct P256PrivateKey::Handle {
  explicit Handle(PkeyPtr key) : pkey(std::move(key)) {}
  PkeyPtr pkey;
};
struct Ed25519PrivateKey::Handle {
  explicit Handle(PkeyPtr key) : pkey(std::move(key)) {}
  PkeyPtr pkey;
};

}  // namespace sogoc::crypto
