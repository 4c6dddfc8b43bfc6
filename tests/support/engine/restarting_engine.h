#pragma once

// An engine that stops anywhere and starts again: what it keeps on its disk, in which order it
// writes and calls, and what it does with its application at a start (CometBFT 0.38,
// consensus/replay.go). It goes through a simulator's four connections.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "tests/support/engine_simulator.h"

namespace sogoc::support {

// Where an engine may stop within a block; each is after what it names.
enum class EngineStep { kBlockSaved, kFinalized, kAnswerSaved, kCommitted, kStateSaved };
inline constexpr EngineStep kEngineSteps[] = {EngineStep::kBlockSaved, EngineStep::kFinalized,
                                              EngineStep::kAnswerSaved, EngineStep::kCommitted,
                                              EngineStep::kStateSaved};

// Outlives the engine's process.
class EngineDisk {
 public:
  explicit EngineDisk(abci::RequestInitChain genesis) : genesis_(std::move(genesis)) {}
  // As it is after these blocks, whose answers are given.
  EngineDisk(abci::RequestInitChain genesis, std::vector<abci::RequestFinalizeBlock> blocks,
             const std::vector<abci::ResponseFinalizeBlock>& answers);

  // What an engine does before anything else. Afterwards its application and its state are at its
  // last block.
  //   kFailedPrecondition  it does not start: the application is ahead or has another hash; or the
  //                        application's own words
  //   kCorrupt             the application answers a block differently than before
  //   otherwise            of EngineSimulator
  base::Status Start(EngineSimulator& engine);
  // One more block, up to `last`. Requires: it was started, and did not stop within a block since.
  base::Status Decide(EngineSimulator& engine, const abci::RequestFinalizeBlock& block,
                      EngineStep last = EngineStep::kStateSaved);

  // As if it had stopped when it had the state after only so many blocks, with the next block saved
  // or not. Requires: it has more than that.
  EngineDisk After(std::size_t blocks, bool next_block) const;

  std::int64_t block_height() const {
    return blocks_.empty() ? 0 : genesis_.initial_height() - 1 + std::int64_t(blocks_.size());
  }
  std::int64_t state_height() const { return state_height_; }
  const std::string& app_hash() const { return app_hash_; }

 private:
  const abci::RequestFinalizeBlock& BlockAt(std::int64_t height) const {
    return blocks_.at(static_cast<std::size_t>(height - genesis_.initial_height()));
  }
  // A block that later headers already tell about.
  base::Status Replay(EngineSimulator& engine, std::int64_t height);
  base::Status Apply(EngineSimulator& engine, EngineStep last);
  void SaveState(std::int64_t height, const std::string& hash);

  abci::RequestInitChain genesis_;
  std::vector<abci::RequestFinalizeBlock> blocks_;
  std::map<std::int64_t, std::string> answers_;  // of FinalizeBlock, serialized
  std::map<std::int64_t, std::string> hashes_;   // after a block
  std::int64_t state_height_ = 0;
  std::string app_hash_;  // of the state
};

}  // namespace sogoc::support
