#pragma once

// A node as its engine sees it: a ledger's directory, the application and its socket. Destroying it
// is a kill: nothing is finished.

#include <memory>
#include <string>

#include "node/consensus/cometbft/abci_server.h"
#include "node/storage/ledger_directory.h"
#include "tests/support/engine/engine_world.h"

namespace sogoc::support {

class ApplicationNode {
 public:
  // Opens the ledger and listens at `address`. Errors: those of OpenLedger and AbciServer::Start.
  static base::Result<std::unique_ptr<ApplicationNode>> Start(const storage::LedgerOptions& options,
                                                              const std::string& address);

  storage::LedgerStore& store() { return *opened_.store; }
  EngineWorld& world() { return world_; }
  // Of opening the ledger.
  const std::vector<std::string>& notices() const { return opened_.notices; }

 private:
  explicit ApplicationNode(storage::OpenedLedger opened) : opened_(std::move(opened)) {}

  storage::OpenedLedger opened_;
  EngineWorld world_{opened_.store.get()};
  std::unique_ptr<cometbft::AbciServer> server_;
};

// Decided blocks from `initial_height` on, with all that may be in one: many entries and none,
// refused ones, one bundle twice in a block and in two, garbage, a change of validators. The same
// for the whole program; of the ledger of FoundingBlockOf(3).
std::vector<abci::RequestFinalizeBlock> AllKindsOfBlocks(std::int64_t initial_height);

}  // namespace sogoc::support
