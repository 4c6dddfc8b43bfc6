#pragma once

// A ledger in memory: what execution reads, and every block that was added.

#include <map>
#include <memory>
#include <vector>

#include "node/ledger/block.h"
#include "tests/support/state_node_map.h"

namespace sogoc::support {

// The rules that tests run under: all, but the one that SOGOC_RULE_OFF names ("I10"), if any. An
// unknown name ends the program.
ledger::RuleSet RulesUnderTest();

// Copies are independent ledgers. Not thread-safe.
class MemoryLedger final : public ledger::ParentView {
 public:
  // Adds the next block. Aborts unless its header follows the head.
  void Add(const ledger::StagedBlock& block);

  std::optional<base::Bytes> Get(base::ByteView key) const override;
  std::optional<base::Bytes> GetStateNode(base::ByteView node_key) const override {
    return nodes_.GetStateNode(node_key);
  }
  std::optional<ledger::ChainHead> Head() const override { return head_; }
  std::optional<ledger::EntryIndex> FindEntry(const base::Digest& id) const override;

  template <class Record>
  std::optional<Record> Read(const ledger::StateKey& key) const {
    return ledger::Load<Record>(*this, key);
  }
  const ledger::StateOverlay::Writes& values() const { return values_; }
  const std::vector<base::Bytes>& leaves() const { return leaves_; }
  const std::vector<ledger::Header>& headers() const { return headers_; }  // by height
  // The root of a state tree made anew from all values.
  base::Digest RebuiltStateRoot() const;

 private:
  std::optional<ledger::ChainHead> head_;
  ledger::StateOverlay::Writes values_;
  StateNodeMap nodes_;
  std::map<base::Digest, ledger::EntryIndex> entries_;
  std::vector<base::Bytes> leaves_;
  std::vector<ledger::Header> headers_;
};

}  // namespace sogoc::support
