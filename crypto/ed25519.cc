#include "crypto/ed25519.h"

#include <openssl/err.h>

#include <array>
#include <utility>

#include "crypto/openssl_handles.h"

namespace sogoc::crypto {

Ed25519PrivateKey::Ed25519PrivateKey(std::unique_ptr<Handle> handle,
                                     const Ed25519PublicKey& public_key)
    : handle_(std::move(handle)), public_key_(public_key) {}
Ed25519PrivateKey::Ed25519PrivateKey(Ed25519PrivateKey&&) noexcept = default;
Ed25519PrivateKey& Ed25519PrivateKey::operator=(Ed25519PrivateKey&&) noexcept = default;
Ed25519PrivateKey::~Ed25519PrivateKey() = default;

std::optional<Ed25519PrivateKey> Ed25519PrivateKey::FromHandle(std::unique_ptr<Handle> handle) {
  const EVP_PKEY* pkey = handle->pkey.get();
  if (pkey == nullptr || EVP_PKEY_is_a(pkey, "ED25519") != 1) return std::nullopt;
  Ed25519PublicKey public_key;
  std::size_t size = public_key.size();
  Must(
      EVP_PKEY_get_raw_public_key(pkey, public_key.data(), &size) == 1 && size == public_key.size(),
      "reading an Ed25519 key");
  return Ed25519PrivateKey(std::move(handle), public_key);
}

Ed25519PrivateKey Ed25519PrivateKey::Generate() {
  PkeyPtr pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Must(pkey != nullptr, "generating an Ed25519 key");
  return *FromHandle(std::make_unique<Handle>(std::move(pkey)));
}

Ed25519PrivateKey Ed25519PrivateKey::FromSeed(const std::array<std::uint8_t, 32>& seed) {
  PkeyPtr pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  Must(pkey != nullptr, "making an Ed25519 key");
  return *FromHandle(std::make_unique<Handle>(std::move(pkey)));
}

SecretString Ed25519PrivateKey::Seed() const {
  std::array<std::uint8_t, 32> seed;
  std::size_t size = seed.size();
  Must(EVP_PKEY_get_raw_private_key(handle_->pkey.get(), seed.data(), &size) == 1 &&
           size == seed.size(),
       "reading an Ed25519 key");
  SecretString copy(base::AsText(seed));
  Clear(std::span<std::uint8_t>(seed));
  return copy;
}

Ed25519Signature Ed25519PrivateKey::Sign(base::ByteView message) const {
  const MdCtxPtr context(EVP_MD_CTX_new());
  Ed25519Signature signature;
  std::size_t size = signature.size();
  Must(context &&
           EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_->pkey.get()) == 1 &&
           EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
               1 &&
           size == signature.size(),
       "signing with Ed25519");
  return signature;
}

bool VerifyEd25519(const Ed25519PublicKey& key, base::ByteView message,
                   const Ed25519Signature& signature) {
  const PkeyPtr pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const MdCtxPtr context(EVP_MD_CTX_new());
  Must(pkey && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1,
       "preparing an Ed25519 verification");
  const bool valid = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                      message.data(), message.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace sogoc::crypto
