#pragma once

// Blocks that no rules made: leaves and state of random bytes, with right hashes throughout.

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "node/ledger/block.h"
#include "tests/support/state_node_map.h"

namespace sogoc::support {

// A chain in memory. The same seed gives the same chain. Not thread-safe.
class MadeUpChain {
 public:
  using State = ledger::StateOverlay::Writes;

  explicit MadeUpChain(std::uint64_t seed);

  // Appends a block of 1 to 8 entries that writes up to 12 of 40 state keys, and the given values.
  const ledger::StagedBlock& Grow(const State& values = {});
  void GrowTo(ledger::Height height) {
    while (blocks_.size() <= height) Grow();
  }

  // Block 0 is there from the beginning.
  const ledger::StagedBlock& block(ledger::Height height) const { return *blocks_[height]; }
  ledger::Height height() const { return blocks_.size() - 1; }
  const State& state(ledger::Height height) const { return states_[height]; }
  const base::Bytes& leaf(ledger::EntryIndex index) const { return leaves_[index]; }
  std::uint64_t size() const { return leaves_.size(); }
  // Every key that some block wrote, and one that none did.
  std::vector<base::Bytes> Keys() const;

 private:
  std::uint64_t Below(std::uint64_t end) { return random_() % end; }
  base::Bytes RandomBytes(std::size_t size);

  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const ledger::StagedBlock>> blocks_;
  std::vector<State> states_;
  std::vector<base::Bytes> leaves_;
  StateNodeMap nodes_;
};

}  // namespace sogoc::support
