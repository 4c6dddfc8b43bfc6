#pragma once

// ECDSA over P-256 with SHA-256 (FIPS 186-5). Signatures are 64 bytes, r || s big-endian, and s is
// in the lower half: a signature has one form. Public keys are compressed points (SEC 1, 2.3.3).
// Everything here is thread-safe. A failure of OpenSSL itself (no memory, no randomness) ends the
// process.

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "crypto/domain.h"
#include "crypto/sha256.h"

namespace sogoc::crypto {

using P256PublicKey = std::array<std::uint8_t, 33>;
using P256Signature = std::array<std::uint8_t, 64>;

// SHA-256 of the compressed point: the name of a key on the ledger.
Digest KeyId(const P256PublicKey& key);

// True if the 33 bytes are a point on the curve (never the point at infinity).
bool IsP256PublicKey(ByteView bytes);

// A private key. Moves, never copies; its memory is cleared when it goes. Only assignment and
// destruction may be applied to a key that was moved from.
class P256PrivateKey {
 public:
  static P256PrivateKey Generate();
  // For tests with published vectors: nullopt unless the scalar (big-endian) is in [1, n-1].
  static std::optional<P256PrivateKey> FromScalar(const std::array<std::uint8_t, 32>& scalar);

  // The OpenSSL key (crypto/openssl_handles.h), for crypto/key_file.cc only.
  struct Handle;
  // nullopt unless the handle holds a private key on P-256.
  static std::optional<P256PrivateKey> FromHandle(std::unique_ptr<Handle> handle);
  const Handle& handle() const { return *handle_; }

  P256PrivateKey(P256PrivateKey&&) noexcept;
  P256PrivateKey& operator=(P256PrivateKey&&) noexcept;
  ~P256PrivateKey();

  const P256PublicKey& public_key() const { return public_key_; }

  // Signs DomainPrefix(kind) || message. Low s. Two signatures of one message differ.
  P256Signature Sign(SignatureKind kind, ByteView message) const;

 private:
  P256PrivateKey(std::unique_ptr<Handle> handle, const P256PublicKey& public_key);

  std::unique_ptr<Handle> handle_;
  P256PublicKey public_key_{};
};

// SHA-256 of DomainPrefix(kind) || message: what a signature of that kind signs.
Digest SignedDigest(SignatureKind kind, ByteView message);

// True if s is in the lower half (s <= (n-1)/2).
bool HasLowS(const P256Signature& signature);

// True if and only if OpenSSL's EVP_DigestVerify accepts DomainPrefix(kind) || message and s is
// low. False for a key that is no point. Each thread remembers the decoded points of the keys that
// it lately used (at most 1,000, about 2 kB each), since decoding costs a quarter of a
// verification.
bool VerifyP256(const P256PublicKey& key, SignatureKind kind, ByteView message,
                const P256Signature& signature);

// The same for signed bytes that another standard defines (COSE ES256): `digest` is their SHA-256.
bool VerifyP256Digest(const P256PublicKey& key, const Digest& digest,
                      const P256Signature& signature);

// One signature to check.
struct P256Job {
  P256PublicKey key;
  Digest digest;  // what was signed
  P256Signature signature;
};

// Checks signatures in batches. An implementation may share work between the jobs of a batch, but
// its answers equal VerifyP256Digest on every input.
class P256BatchVerifier {
 public:
  virtual ~P256BatchVerifier() = default;
  // results[i] = VerifyP256Digest(jobs[i]). Requires: sizes are equal. Thread-safe.
  virtual void Verify(std::span<const P256Job> jobs, std::span<bool> results) const = 0;
};

// The plain path: one EVP_PKEY_verify after the other.
std::unique_ptr<P256BatchVerifier> MakePlainP256Verifier();

}  // namespace sogoc::crypto
