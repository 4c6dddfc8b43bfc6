#include "node/consensus/verified_signatures.h"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "crypto/random.h"
#include "crypto/sha256.h"

namespace sogoc::consensus {

base::Digest VerifiedSignatures::NameOf(const base::Digest& entry_id,
                                        const crypto::P256PublicKey& key,
                                        const crypto::P256Signature& signature) {
  return crypto::Sha256({entry_id, key, signature});
}

VerifiedSignatures::SecretHash::SecretHash() {
  std::array<std::uint8_t, sizeof secret> bytes{};
  crypto::FillRandom(bytes);
  secret = std::bit_cast<std::size_t>(bytes);
}

std::size_t VerifiedSignatures::SecretHash::operator()(const base::Digest& name) const {
  std::size_t first = 0;
  std::memcpy(&first, name.data(), sizeof first);
  return first ^ secret;
}

bool VerifiedSignatures::Contains(const base::Digest& name) const {
  const std::lock_guard lock(mutex_);
  return newer_.count(name) != 0 || older_.count(name) != 0;
}

void VerifiedSignatures::Add(const base::Digest& name) {
  const std::lock_guard lock(mutex_);
  newer_.insert(name);
  if (newer_.size() < half_) return;
  older_ = std::exchange(newer_, {});
}

}  // namespace sogoc::consensus
