#pragma once

// How a ledger lies in the spaces of a key-value store. Integers in keys and values are big-endian,
// so that keys sort as the numbers do.
//
//   space          key                                   value
//   kMeta          "format"                              u32 kFormat
//                  "ledger"                              ledger id 32
//                  "head"                                height u64 · header hash 32
//                  "engine"                              u64, absent without an engine
//                  "oldest"                              u64 oldest height whose state is kept
//   kLeaves        index u64                             leaf
//   kLogHashes     level u8 · index u64                  hash of 256^level leaves from
//                                                        index * 256^level (C2SP tlog-tiles)
//   kHeaders       0 · height u64                        index u64 of the header's leaf
//                  1 · index u64 of the header's leaf    height u64
//   kEntryIds      entry id 32                           index u64
//   kState         state key                             height u64 that wrote it · value
//   kStateHistory  state key · height u64 that wrote it  value, until a later height replaced it
//   kStateNodes    node key (crypto/state_tree.h)        node
//   kStale         height u64 · part u32                 keys of what serves no state from that
//                                                        height on: kind u8 (0 a node, 1 a past
//                                                        value) · length u16 · key, and so on
//   kChildren      input batch · child batch             empty: the child was made from the input
//   kNamedFiles    file hash 32                          index u64 of the first entry that names it
//
// State keys are never the beginning of one another, so that a height can follow them.

#include <cstdint>
#include <string_view>

#include "node/ledger/header.h"
#include "node/storage/key_value.h"

namespace sogoc::storage {

inline constexpr std::uint32_t kFormat = 2;

inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kLedgerKey = "ledger";
inline constexpr std::string_view kHeadKey = "head";
inline constexpr std::string_view kEngineKey = "engine";
inline constexpr std::string_view kOldestKey = "oldest";

inline constexpr unsigned kTileHeight = 8;  // levels of the binary tree in one level of tiles
inline constexpr std::size_t kTileWidth = std::size_t{1} << kTileHeight;

enum class StaleKind : std::uint8_t { kNode = 0, kValue = 1 };

inline Bytes MetaKey(std::string_view name) { return base::ToBytes(base::AsBytes(name)); }

inline Bytes U64(std::uint64_t value) {
  Bytes out;
  base::AppendU64(out, value);
  return out;
}

inline Bytes LogHashKey(unsigned tile_level, std::uint64_t index) {
  Bytes key{static_cast<std::uint8_t>(tile_level)};
  base::AppendU64(key, index);
  return key;
}

inline Bytes HeaderByHeightKey(ledger::Height height) {
  Bytes key{0};
  base::AppendU64(key, height);
  return key;
}

inline Bytes HeaderByIndexKey(ledger::EntryIndex index) {
  Bytes key{1};
  base::AppendU64(key, index);
  return key;
}

inline Bytes HistoryKey(ByteView state_key, ledger::Height height) {
  Bytes key = base::ToBytes(state_key);
  base::AppendU64(key, height);
  return key;
}

inline Bytes StaleKey(ledger::Height since, std::uint32_t part) {
  Bytes key = U64(since);
  base::AppendU32(key, part);
  return key;
}

}  // namespace sogoc::storage
