#pragma once

// This node's part in a ledger that several organisations keep: the engine beside it, and the
// ledger as the engine's application.

#include <functional>
#include <memory>
#include <string>

#include "crypto/p256.h"
#include "node/app/config.h"
#include "node/app/node_directory.h"
#include "node/base/result.h"
#include "node/consensus/block_times.h"
#include "node/consensus/cometbft/engine_rpc.h"
#include "node/consensus/cometbft/ledger_application.h"
#include "node/consensus/cometbft/validator_guard.h"
#include "node/consensus/orderer.h"
#include "node/storage/ledger_store.h"

namespace sogoc::app {

struct ReplicationHooks {
  // Ok while entries may be taken; asked on the caller's thread of Submit.
  std::function<base::Status()> admit;
  // A block is durable; on the engine's consensus thread, before anybody is answered.
  std::function<void(const ledger::ChainHead&)> on_block;
  std::function<void(const cometbft::ValidatorMisbehavior&)> on_misbehavior;
  // How far the other peers say that their engines are.
  std::function<cometbft::OthersProgress()> others;
  // Whether the engine votes with this node's key; before one starts that does so.
  std::function<void(bool)> on_voting;
  // The engine ended without being asked to, or cut its connection; the sentence says what its log
  // says.
  std::function<void(const std::string&)> on_engine_lost;
};

// SHA-256 of the engine's genesis file, which must be the same on all peers; of the one that is
// there, or of the one that Replication::Start will write. Errors: as there.
base::Result<base::Digest> EngineGenesisHash(const NodeDirectory& directory, const Config& config,
                                             const storage::LedgerStore& store);

// Ok if the engine's files can be made from the ledger and the node's keys. Writes nothing.
base::Status CheckEngineFiles(const NodeDirectory& directory, const Config& config,
                              const storage::LedgerStore& store);

class Replication {
 public:
  // Writes the engine's files from ours, listens for the engine, and starts it where it is managed.
  // `store` and `verifier` must outlive it. Errors: those of engine_files.h, engine_process.h and
  // abci_server.h, and of the node's key files.
  static base::Result<std::unique_ptr<Replication>> Start(const NodeDirectory& directory,
                                                          const Config& config,
                                                          storage::LedgerStore& store,
                                                          const crypto::P256BatchVerifier& verifier,
                                                          ReplicationHooks hooks);
  // Answers what waits, then stops the engine and takes no more calls from it.
  virtual ~Replication() = default;

  virtual consensus::Orderer& orderer() = 0;
  virtual cometbft::EngineRpc& engine() = 0;
  // Ok if this node's engine votes (or is not ours to start), else what it waits for. Thread-safe.
  virtual base::Status Voting() const = 0;

  // Thread-safe: bytes of entries that wait for a bundle, bundles that wait for their block, and
  // how long blocks take.
  virtual std::size_t waiting_bytes() const = 0;
  virtual std::size_t travelling_bundles() const = 0;
  virtual const consensus::BlockTimes& block_times() const = 0;
};

}  // namespace sogoc::app
