#pragma once

// Which signatures this process has found right already: an entry may pass several times (from a
// client, from another peer, in a block) and is verified once.

#include <cstddef>
#include <mutex>
#include <unordered_set>

#include "crypto/p256.h"
#include "node/base/bytes.h"

namespace sogoc::consensus {

// Thread-safe. Remembers at least the newest `count_max` / 2 and at most `count_max` signatures.
class VerifiedSignatures {
 public:
  // The default holds the entries of half a minute at full speed, in about 20 MB.
  explicit VerifiedSignatures(std::size_t count_max = 200'000) : half_(count_max / 2) {}

  // Names one signature by one key over one entry.
  static base::Digest NameOf(const base::Digest& entry_id, const crypto::P256PublicKey& key,
                             const crypto::P256Signature& signature);

  bool Contains(const base::Digest& name) const;
  void Add(const base::Digest& name);

 private:
  // A digest is a hash already. The secret keeps strangers from choosing names that share a bucket.
  struct SecretHash {
    SecretHash();
    std::size_t operator()(const base::Digest& name) const;
    std::size_t secret;
  };
  using Names = std::unordered_set<base::Digest, SecretHash>;

  const std::size_t half_;
  mutable std::mutex mutex_;  // guards all below
  Names newer_;
  Names older_;
};

}  // namespace sogoc::consensus
