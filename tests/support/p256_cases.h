#pragma once

// Signatures that a P-256 verifier may get wrong, made with OpenSSL's arithmetic. A verifier that
// takes another path than EVP_DigestVerify has to give these answers.

#include <string>
#include <vector>

#include "crypto/p256.h"

namespace sogoc::support {

struct P256Case {
  std::string name;
  crypto::P256Job job;
  bool valid;
};

std::vector<P256Case> P256Cases();

}  // namespace sogoc::support
