#pragma once

// Faster verification for keys that sign much. Most entries come from few keys, and half of a
// verification multiplies the key's point; a table of its multiples makes that as cheap as
// multiplying the generator, whose table OpenSSL has compiled in.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "crypto/p256.h"

namespace sogoc::crypto {

struct P256TableOptions {
  // Tables at once, about 150 kB each; for one more, the one unused for longest goes. 0: none, as
  // with MakePlainP256Verifier.
  std::size_t tables_max = 64;
  // A key gets a table with this many signatures. Making one takes as long as some 300
  // verifications, so keys that push each other's tables out cost a tenth more than no tables.
  std::uint32_t signatures_before = 3'000;
};

// Answers like VerifyP256 on every input, in other time: all that goes in is public. Thread-safe; a
// table is made by the thread whose batch asks for it (30 ms), and all threads use it.
std::unique_ptr<P256BatchVerifier> MakeTableP256Verifier(const P256TableOptions& options = {});

}  // namespace sogoc::crypto
