#pragma once

// A populated ledger behind its application, and bundles for it.

#include <memory>
#include <string>
#include <vector>

#include "node/consensus/cometbft/bundle.h"
#include "node/consensus/cometbft/ledger_application.h"
#include "tests/support/engine/counting_verifier.h"
#include "tests/support/engine/loopback_engine.h"
#include "tests/support/test_ledger.h"

namespace sogoc::support {

inline constexpr const char* kTestChain = "sogoc-0123456789abcdef";

// Block 0 of a ledger with that many peers: the same bytes for the whole program (no two signatures
// of a founding entry are the same).
const ledger::StagedBlock& FoundingBlockOf(int peers);
// When its network begins: five days after it was founded.
base::TimeNs GenesisTime();
// The people of ledger_world.h and htx-cam's batch L1, in the order of signing.
std::vector<base::Bytes> FirstEntries(const base::Digest& ledger_id);

// The application over somebody's store. What it reported is kept.
class EngineWorld {
 public:
  // `store` must outlive it; null: a ledger of its own in memory, of `peers` peers.
  explicit EngineWorld(storage::LedgerStore* store = nullptr, int peers = 3);

  storage::LedgerStore& store() { return store_; }
  const base::Digest& ledger_id() const { return store_.ledger_id(); }
  const consensus::EntryChecker& checker() const { return checker_; }
  const CountingVerifier& verifier() const { return verifier_; }
  cometbft::LedgerApplication& application() { return application_; }
  ledger::PeersRecord peers() const;

  abci::RequestInitChain Genesis(std::int64_t initial_height = 1) const {
    return GenesisRequest(kTestChain, GenesisTime(), peers(), initial_height);
  }
  // InitChain, then FirstEntries in one block.
  void Populate(LoopbackEngine& engine);

  // An entry signed at the genesis time, good for one hour.
  base::Bytes Sign(const Signer& signer, const std::vector<v1::Operation>& operations) const {
    return SignAt(GenesisTime(), ledger_id(), signer, operations);
  }
  base::Bytes Event(const std::string& lot = "L1") const {
    return Sign("htx-cam", {op::RecordStageEvent{.lot = lot}});
  }
  // A bundle of a gateway that no orderer has, each with the next counter.
  std::string Bundle(std::vector<base::Bytes> entries);

  // Called at the end of on_committed.
  void SetOnCommitted(std::function<void(const cometbft::CommittedBlock&)> on_committed) {
    on_committed_ = std::move(on_committed);
  }
  const std::vector<cometbft::CommittedBlock>& committed() const { return committed_; }
  const std::vector<cometbft::ValidatorMisbehavior>& misbehavior() const { return misbehavior_; }

 private:
  std::unique_ptr<storage::LedgerStore> own_;
  storage::LedgerStore& store_;
  CountingVerifier verifier_;
  const consensus::EntryChecker checker_{store_, verifier_};
  std::function<void(const cometbft::CommittedBlock&)> on_committed_;
  std::vector<cometbft::CommittedBlock> committed_;
  std::vector<cometbft::ValidatorMisbehavior> misbehavior_;
  std::uint64_t counter_ = 0;
  cometbft::LedgerApplication application_;
};

}  // namespace sogoc::support
