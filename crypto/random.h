#pragma once

// Secret randomness from the operating system's generator, through OpenSSL.

#include <span>

#include "node/base/bytes.h"

namespace sogoc::crypto {

// Fills `out`. Thread-safe. Ends the process if there is no randomness: no key and no nonce may
// ever be made of less.
void FillRandom(std::span<std::uint8_t> out);
base::Bytes RandomBytes(std::size_t size);

}  // namespace sogoc::crypto
