#pragma once

// Keys of tests: each is made from a name, so that every run and every machine has the same ones.

#include <string>
#include <string_view>

#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace sogoc::support {

// The P-256 key whose scalar is SHA-256(name). Lives as long as the program. Thread-safe.
const crypto::P256PrivateKey& KeyOf(const std::string& name);
base::Digest KeyIdOf(const std::string& name);
// The Ed25519 key whose seed is SHA-256(name).
crypto::Ed25519PrivateKey Ed25519Of(std::string_view name);
// SHA-256(text) as the 32 bytes that a field of a message takes.
std::string Hash(std::string_view text);

}  // namespace sogoc::support
