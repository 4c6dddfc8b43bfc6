#include "tests/support/ledger_keys.h"

#include <map>
#include <mutex>

namespace sogoc::support {

const crypto::P256PrivateKey& KeyOf(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, crypto::P256PrivateKey> keys;
  const std::lock_guard lock(mutex);
  const auto known = keys.find(name);
  if (known != keys.end()) return known->second;
  auto key = crypto::P256PrivateKey::FromScalar(crypto::Sha256(base::AsBytes(name)));
  return keys.emplace(name, std::move(key).value()).first->second;
}

base::Digest KeyIdOf(const std::string& name) { return crypto::KeyId(KeyOf(name).public_key()); }

crypto::Ed25519PrivateKey Ed25519Of(std::string_view name) {
  return crypto::Ed25519PrivateKey::FromSeed(crypto::Sha256(base::AsBytes(name)));
}

std::string Hash(std::string_view text) {
  return base::ToText(crypto::Sha256(base::AsBytes(text)));
}

}  // namespace sogoc::support
