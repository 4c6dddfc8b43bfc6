#pragma once

// The ledger in a node's folder: how it is opened, and whether it knows this peer.

#include <string>

#include "crypto/ed25519.h"
#include "node/app/config.h"
#include "node/app/node_directory.h"
#include "node/base/result.h"
#include "node/ledger/state_view.h"
#include "node/storage/files.h"
#include "node/storage/ledger_directory.h"

namespace sogoc::app {

storage::LedgerOptions StoreOptions(const NodeDirectory& directory, const Config& config);
// What must stay free of its disk.
storage::SpaceReserve ReserveOf(const Config& config);

// Ok if these are the keys that the ledger gives to the peer `name`.
//   kFailedPrecondition  they are others, or the ledger names no such peer
base::Status CheckOwnKeys(const ledger::StateView& state, const std::string& name,
                          const crypto::Ed25519PublicKey& log_key,
                          const crypto::Ed25519PublicKey& cosigner_key);

}  // namespace sogoc::app
