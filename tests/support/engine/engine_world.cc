#include "tests/support/engine/engine_world.h"

#include <gtest/gtest.h>

#include <map>

namespace sogoc::support {

const ledger::StagedBlock& FoundingBlockOf(int peers) {
  static std::map<int, std::shared_ptr<const ledger::StagedBlock>> blocks;
  auto& block = blocks[peers];
  if (!block)
    block = ledger::ExecuteFounding(FoundingEntry(FoundMessage({.peers = peers}))).value();
  return *block;
}

base::TimeNs GenesisTime() { return FoundingBlockOf(3).header.time + 5 * base::kNsPerDay; }

std::vector<base::Bytes> FirstEntries(const base::Digest& ledger_id) {
  std::vector<base::Bytes> entries;
  for (const auto& block : FirstBlocks({}, ledger_id)) {
    for (const FirstEntry& first : block) {
      entries.push_back(SignAt(GenesisTime(), ledger_id, first.author, first.operations));
    }
  }
  entries.push_back(SignAt(GenesisTime(), ledger_id, "htx-cam", {op::RegisterBatch{}}));
  return entries;
}

EngineWorld::EngineWorld(storage::LedgerStore* store, int peers)
    : own_(store == nullptr ? storage::LedgerStore::CreateInMemory(FoundingBlockOf(peers))
                            : nullptr),
      store_(store == nullptr ? *own_ : *store),
      application_(store_, checker_, kTestChain,
                   {[this](const cometbft::CommittedBlock& block) {
                      committed_.push_back(block);
                      if (on_committed_) on_committed_(block);
                    },
                    [this](const cometbft::ValidatorMisbehavior& proof) {
                      misbehavior_.push_back(proof);
                    }}) {}

ledger::PeersRecord EngineWorld::peers() const {
  return ledger::Load<ledger::PeersRecord>(store_, ledger::PeersKey()).value();
}

void EngineWorld::Populate(LoopbackEngine& engine) {
  ASSERT_TRUE(application_.InitChain(Genesis()));
  engine.Apply({Bundle(FirstEntries(ledger_id()))});
  ASSERT_TRUE(committed_.back().block);
  for (const auto& outcome : committed_.back().bundles[0].decision.outcomes) {
    ASSERT_TRUE(std::holds_alternative<ledger::Accepted>(std::get<ledger::EntryOutcome>(outcome)));
  }
}

std::string EngineWorld::Bundle(std::vector<base::Bytes> entries) {
  cometbft::Bundle bundle{{'t', 'e', 's', 't', 'g', 'a', 't', 'e'}, ++counter_, std::move(entries)};
  return base::ToText(cometbft::EncodeBundle(bundle));
}

}  // namespace sogoc::support
