#pragma once

#include <memory>

#include "node/storage/key_value.h"

namespace sogoc::storage {

// A store that lives and dies with the process: for tests and for tools that replay a ledger.
// Behaves like RocksStore but for durability.
std::unique_ptr<KeyValueStore> MakeMemoryStore();

}  // namespace sogoc::storage
