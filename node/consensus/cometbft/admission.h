#pragma once

// Which entries need not travel: no block that is still to come would take them.

#include <optional>
#include <string>

#include "node/base/time.h"
#include "node/ledger/block.h"
#include "node/storage/ledger_store.h"

namespace sogoc::cometbft {

// Why no block after the one of time `head_time` takes the entry, whatever else it holds: it is of
// another ledger, has expired, or its key is known and the signature is not that key's. nullopt:
// it may travel. A signature that was not found right is verified here once more, because its key
// may have become known since then.
std::optional<std::string> LastingObjection(const ledger::CheckedEntry& checked,
                                            const storage::LedgerStore& store,
                                            base::TimeNs head_time);

}  // namespace sogoc::cometbft
