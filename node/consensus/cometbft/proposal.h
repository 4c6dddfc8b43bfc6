#pragma once

// Which bundles a proposer puts into a block, and in what order. Pure.

#include <cstddef>
#include <string>
#include <vector>

#include "node/base/bytes.h"

namespace sogoc::cometbft {

// What a transaction of this size takes of a proposal's bytes: its field in the block's Data.
std::size_t ProposalBytesOf(std::size_t tx_bytes);

// The bundles among `txs`, in order, but those of one gateway by ascending counter (they were
// meant in that order and gossip may turn two around), as many from the front as fit into
// `bytes_max`.
std::vector<std::string> ChooseBundles(const std::vector<base::ByteView>& txs,
                                       std::size_t bytes_max);

}  // namespace sogoc::cometbft
