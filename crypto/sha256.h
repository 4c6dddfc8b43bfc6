#pragma once

// SHA-256 (FIPS 180-4).

#include <initializer_list>
#include <memory>

#include "node/base/bytes.h"

namespace sogoc::crypto {

using base::Bytes;
using base::ByteView;
using base::Digest;

// The digest of the concatenation of `parts`.
Digest Sha256(ByteView data);
Digest Sha256(std::initializer_list<ByteView> parts);

}  // namespace sogoc::crypto
