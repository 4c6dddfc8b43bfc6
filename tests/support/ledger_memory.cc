#include "tests/support/ledger_memory.h"

#include <cstdio>
#include <cstdlib>

namespace sogoc::support {

ledger::RuleSet RulesUnderTest() {
  const char* name = std::getenv("SOGOC_RULE_OFF");
  if (name == nullptr || *name == '\0') return {};
  const auto rule = ledger::RuleFromName(name);
  if (!rule) {
    std::fprintf(stderr, "SOGOC_RULE_OFF=%s is no rule\n", name);
    std::exit(2);
  }
  return ledger::RuleSet::WithoutForTest(*rule);
}

void MemoryLedger::Add(const ledger::StagedBlock& block) {
  const base::Digest previous = head_ ? head_->hash : base::Digest{};
  if (block.header.height != headers_.size() || block.header.previous != previous) std::abort();
  for (const auto& [key, value] : block.state) values_.insert_or_assign(key, value);
  if (!nodes_.Add(block.tree)) std::abort();
  ledger::EntryIndex index = block.header.first_index;
  for (const base::Digest& id : block.entry_ids) entries_.emplace(id, index++);
  leaves_.insert(leaves_.end(), block.leaves.begin(), block.leaves.end());
  headers_.push_back(block.header);
  head_ = block.head();
}

std::optional<base::Bytes> MemoryLedger::Get(base::ByteView key) const {
  const auto it = values_.find(base::ToBytes(key));
  return it != values_.end() ? std::optional(it->second) : std::nullopt;
}

std::optional<ledger::EntryIndex> MemoryLedger::FindEntry(const base::Digest& id) const {
  const auto it = entries_.find(id);
  return it != entries_.end() ? std::optional(it->second) : std::nullopt;
}

base::Digest MemoryLedger::RebuiltStateRoot() const {
  std::vector<crypto::StateChange> changes;
  changes.reserve(values_.size());
  for (const auto& [key, value] : values_) {
    changes.push_back({crypto::Sha256(key), crypto::Sha256(value)});
  }
  return crypto::UpdateStateTree(StateNodeMap(), std::nullopt, 0, changes).root;
}

}  // namespace sogoc::support
