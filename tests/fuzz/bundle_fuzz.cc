// Whatever a transaction says: it is a bundle in one form only, and no proposal is larger than
// asked or has anything but bundles.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "node/consensus/cometbft/bundle.h"
#include "node/consensus/cometbft/proposal.h"

namespace {

using namespace sogoc;

void Require(bool condition) {
  if (!condition) std::abort();
}

// The input as transactions: each is u8 length, then that many bytes.
std::vector<base::ByteView> Split(base::ByteView data) {
  std::vector<base::ByteView> txs;
  while (!data.empty()) {
    const std::size_t size = std::min<std::size_t>(data[0], data.size() - 1);
    txs.push_back(data.subspan(1, size));
    data = data.subspan(1 + size);
  }
  return txs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  if (const auto bundle = cometbft::DecodeBundle(input)) {
    Require(!bundle->entries.empty());
    Require(base::Equal(cometbft::EncodeBundle(*bundle), input));
  }

  constexpr std::size_t kBytesMax = 300;
  const auto txs = Split(input);
  std::size_t bytes = 0;
  for (const std::string& chosen : cometbft::ChooseBundles(txs, kBytesMax)) {
    bytes += cometbft::ProposalBytesOf(chosen.size());
    Require(cometbft::DecodeBundle(base::AsBytes(chosen)).has_value());
    Require(std::any_of(txs.begin(), txs.end(),
                        [&](base::ByteView tx) { return base::Equal(tx, base::AsBytes(chosen)); }));
  }
  Require(bytes <= kBytesMax);
  return 0;
}
