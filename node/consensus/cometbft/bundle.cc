#include "node/consensus/cometbft/bundle.h"

#include <algorithm>

#include "node/ledger/limits.h"

namespace sogoc::cometbft {
namespace {

constexpr std::uint8_t kVersion = 1;

base::Error Bad(const char* what) {
  return base::InvalidArgument(std::string("not a bundle: ") + what);
}

}  // namespace

base::Bytes EncodeBundle(const Bundle& bundle) {
  base::Bytes out{kVersion};
  base::Append(out, bundle.gateway);
  base::AppendU64(out, bundle.counter);
  for (const base::Bytes& entry : bundle.entries) {
    base::AppendU32(out, static_cast<std::uint32_t>(entry.size()));
    base::Append(out, entry);
  }
  return out;
}

base::Result<Bundle> DecodeBundle(base::ByteView tx) {
  if (tx.size() > kBundleBytesMax) return Bad("too long");
  if (tx.size() <= kBundleHeadBytes) return Bad("too short");
  if (tx[0] != kVersion) return Bad("of an unknown version");
  Bundle bundle;
  std::copy_n(tx.begin() + 1, bundle.gateway.size(), bundle.gateway.begin());
  bundle.counter = base::ReadU64(tx.subspan(9));
  for (base::ByteView rest = tx.subspan(kBundleHeadBytes); !rest.empty();) {
    if (rest.size() < kBundleBytesPerEntry) return Bad("it ends within a length");
    const std::size_t size = base::ReadU32(rest);
    rest = rest.subspan(kBundleBytesPerEntry);
    if (size == 0 || size > ledger::kSignedEntryBytesMax) return Bad("a length is out of range");
    if (size > rest.size()) return Bad("it ends within an entry");
    bundle.entries.push_back(base::ToBytes(rest.first(size)));
    rest = rest.subspan(size);
  }
  return bundle;
}

}  // namespace sogoc::cometbft
