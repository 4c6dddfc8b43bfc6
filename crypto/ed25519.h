#pragma once

// Ed25519 (RFC 8032, pure: no prehash, no context). Used for signed notes (crypto/note.h) and by
// the replication engine; what participants say is signed with P-256. Everything here is
// thread-safe. A failure of OpenSSL itself ends the process.

#include <array>
#include <memory>
#include <optional>

#include "crypto/secret.h"
#include "node/base/bytes.h"

namespace sogoc::crypto {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

// A private key. Moves, never copies; its memory is cleared when it goes. Only assignment and
// destruction may be applied to a key that was moved from.
class Ed25519PrivateKey {
 public:
  static Ed25519PrivateKey Generate();
  // The 32 secret bytes of RFC 8032 section 5.1.5: every value is a key.
  static Ed25519PrivateKey FromSeed(const std::array<std::uint8_t, 32>& seed);

  // The OpenSSL key (crypto/openssl_handles.h), for crypto/key_file.cc only.
  struct Handle;
  // nullopt unless the handle holds an Ed25519 private key.
  static std::optional<Ed25519PrivateKey> FromHandle(std::unique_ptr<Handle> handle);
  const Handle& handle() const { return *handle_; }

  Ed25519PrivateKey(Ed25519PrivateKey&&) noexcept;
  Ed25519PrivateKey& operator=(Ed25519PrivateKey&&) noexcept;
  ~Ed25519PrivateKey();

  const Ed25519PublicKey& public_key() const { return public_key_; }
  // The 32 bytes that FromSeed takes; for programs that read keys in a form of their own.
  SecretString Seed() const;

  // Deterministic: one message has one signature.
  Ed25519Signature Sign(base::ByteView message) const;

 private:
  Ed25519PrivateKey(std::unique_ptr<Handle> handle, const Ed25519PublicKey& public_key);

  std::unique_ptr<Handle> handle_;
  Ed25519PublicKey public_key_{};
};

// What OpenSSL's EVP_DigestVerify says. Libraries disagree on keys of small order and on
// non-canonical encodings, so keys are pinned by a policy and never taken from a message.
bool VerifyEd25519(const Ed25519PublicKey& key, base::ByteView message,
                   const Ed25519Signature& signature);

}  // namespace sogoc::crypto
