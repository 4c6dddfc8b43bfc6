#pragma once

// Bundles: how entries travel through the engine. Its cost is per transaction, so a transaction
// carries as many entries as wait (docs/format/bundle.md). Bundles are not part of the ledger.

#include <array>
#include <cstdint>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::cometbft {

using GatewayId = std::array<std::uint8_t, 8>;

// A transaction has at most this size; an entry alone always fits.
inline constexpr std::size_t kBundleBytesMax = 65'536;
inline constexpr std::size_t kBundleHeadBytes = 17;
inline constexpr std::size_t kBundleBytesPerEntry = 4;  // beside the entry's own

struct Bundle {
  GatewayId gateway{};        // random at each start of a gateway
  std::uint64_t counter = 0;  // from 1 on: no two bundles are the same bytes
  std::vector<base::Bytes> entries;
  bool operator==(const Bundle&) const = default;
};

// Requires: entries of 1 to ledger::kSignedEntryBytesMax bytes; at most kBundleBytesMax in all.
base::Bytes EncodeBundle(const Bundle& bundle);
// Looks at the frame only: whether the entries are entries is not known yet.
//   kInvalidArgument  not exactly what EncodeBundle writes, or no entry
base::Result<Bundle> DecodeBundle(base::ByteView tx);

}  // namespace sogoc::cometbft
