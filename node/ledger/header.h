#pragma once

// The leaf that closes a block (docs/format/header.md). Its leaf hash is the block's identity: the
// next header names it, the head anchor stores it, an engine gets it as app hash.

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/time.h"

namespace sogoc::ledger {

using Height = std::uint64_t;      // 0 is the founding block
using EntryIndex = std::uint64_t;  // position of a leaf in the log, from 0

inline constexpr std::uint32_t kRulesVersion = 1;  // the newest that this program knows
// Of block 0: newer rules come by approval, so every program founds the same ledger.
inline constexpr std::uint32_t kFoundingRulesVersion = 1;
inline constexpr std::size_t kHeaderLeafBytes = 129;

struct Header {
  std::uint32_t version = kFoundingRulesVersion;
  Height height = 0;
  base::TimeNs time = 0;
  base::Digest previous{};     // leaf hash of the previous header; zero at height 0
  EntryIndex first_index = 0;  // of the block's first entry leaf
  std::uint32_t entry_count = 0;
  base::Digest log_root{};    // over all leaves before this one
  base::Digest state_root{};  // after the block

  // Where this header's own leaf stands.
  EntryIndex index() const { return first_index + entry_count; }
  bool operator==(const Header&) const = default;
};

base::Bytes EncodeHeaderLeaf(const Header& header);
// nullopt unless exactly 129 bytes that begin with 0x02.
std::optional<Header> DecodeHeaderLeaf(base::ByteView leaf);
// RFC 6962 hash of the header's leaf.
base::Digest HeaderHash(const Header& header);

}  // namespace sogoc::ledger
