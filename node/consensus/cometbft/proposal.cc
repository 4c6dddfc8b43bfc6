#include "node/consensus/cometbft/proposal.h"

#include <algorithm>
#include <map>
#include <utility>

#include "node/consensus/cometbft/bundle.h"

namespace sogoc::cometbft {

std::size_t ProposalBytesOf(std::size_t tx_bytes) {
  std::size_t length_bytes = 1;
  for (std::size_t rest = tx_bytes; rest >= 0x80; rest >>= 7) ++length_bytes;
  return 1 + length_bytes + tx_bytes;
}

std::vector<std::string> ChooseBundles(const std::vector<base::ByteView>& txs,
                                       std::size_t bytes_max) {
  std::vector<GatewayId> places;  // whose bundle stands where
  std::map<GatewayId, std::vector<std::pair<std::uint64_t, base::ByteView>>> by_gateway;
  for (const base::ByteView tx : txs) {
    const auto bundle = DecodeBundle(tx);
    if (!bundle) continue;
    places.push_back(bundle->gateway);
    by_gateway[bundle->gateway].emplace_back(bundle->counter, tx);
  }
  for (auto& [gateway, bundles] : by_gateway) {
    // Descending, so that the next one is taken from the back.
    std::stable_sort(bundles.begin(), bundles.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
  }
  std::vector<std::string> chosen;
  std::size_t bytes = 0;
  for (const GatewayId& gateway : places) {
    auto& bundles = by_gateway[gateway];
    bytes += ProposalBytesOf(bundles.back().second.size());
    if (bytes > bytes_max) break;
    chosen.push_back(base::ToText(bundles.back().second));
    bundles.pop_back();
  }
  return chosen;
}

}  // namespace sogoc::cometbft
