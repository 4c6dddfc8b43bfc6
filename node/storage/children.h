#pragma once

// The index from a batch to the batches made from it (forward trace). Derived from the batches'
// state, never hashed, never read by rules.

#include <optional>
#include <vector>

#include "node/ledger/records.h"
#include "node/storage/key_value.h"

namespace sogoc::storage {

// Adds the inputs of a batch: `key` had no `value` before. Nothing for state that is no batch.
void PutChildren(ByteView key, ByteView value, WriteBatch& batch);

// At most `count_max` batches with `input` among their inputs, ascending by GTIN and lot, from the
// first one after `after` on. Their ledger_id is zero: they are of this ledger. Thread-safe.
std::vector<ledger::BatchId> ReadChildren(const KeyValueStore& store, const ledger::BatchId& input,
                                          const std::optional<ledger::BatchId>& after,
                                          std::size_t count_max);

}  // namespace sogoc::storage
