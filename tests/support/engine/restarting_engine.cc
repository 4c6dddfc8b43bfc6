#include "tests/support/engine/restarting_engine.h"

namespace sogoc::support {

using base::Status;

EngineDisk::EngineDisk(abci::RequestInitChain genesis,
                       std::vector<abci::RequestFinalizeBlock> blocks,
                       const std::vector<abci::ResponseFinalizeBlock>& answers)
    : genesis_(std::move(genesis)), blocks_(std::move(blocks)) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers_[blocks_[i].height()] = answers[i].SerializeAsString();
    SaveState(blocks_[i].height(), answers[i].app_hash());
  }
}

Status EngineDisk::Start(EngineSimulator& engine) {
  TRY(const abci::ResponseInfo info, engine.Info());
  const std::int64_t app = info.last_block_height();
  std::string app_hash = info.last_block_app_hash();
  if (app == 0) {
    TRY(const abci::ResponseInitChain response, engine.InitChain(genesis_));
    if (state_height_ == 0) app_hash_ = response.app_hash();
    app_hash = response.app_hash();
  }
  const std::int64_t block = block_height();
  if (block > 0 && app > block) {
    return base::FailedPrecondition("app block height " + std::to_string(app) +
                                    " is higher than core " + std::to_string(block));
  }
  if (block == 0 || (app == block && state_height_ == block)) {
    return app_hash == app_hash_ ? base::Ok() : base::FailedPrecondition("another app hash");
  }
  // The last block is replayed, too, if its state was saved.
  const std::int64_t first = app == 0 ? genesis_.initial_height() : app + 1;
  for (std::int64_t height = first; height <= state_height_; ++height) {
    TRY_STATUS(Replay(engine, height));
  }
  if (state_height_ == block) return base::Ok();
  if (app < block) return Apply(engine, EngineStep::kStateSaved);
  // The application has committed it already: the stored answer stands for its own.
  abci::ResponseFinalizeBlock answer;
  if (!answer.ParseFromString(answers_.at(block)) || answer.app_hash() != app_hash) {
    return base::FailedPrecondition("another app hash than in the stored answer");
  }
  SaveState(block, app_hash);
  return base::Ok();
}

Status EngineDisk::Decide(EngineSimulator& engine, const abci::RequestFinalizeBlock& block,
                          EngineStep last) {
  blocks_.push_back(block);
  return last == EngineStep::kBlockSaved ? base::Ok() : Apply(engine, last);
}

Status EngineDisk::Apply(EngineSimulator& engine, EngineStep last) {
  const std::int64_t height = block_height();
  TRY(const abci::ResponseFinalizeBlock answer, engine.FinalizeBlock(BlockAt(height)));
  const auto [known, first_time] = answers_.emplace(height, answer.SerializeAsString());
  if (!first_time && known->second != answer.SerializeAsString()) {
    return base::Corrupt("block " + std::to_string(height) + " is answered differently");
  }
  if (last == EngineStep::kFinalized && first_time) answers_.erase(known);
  if (last == EngineStep::kFinalized || last == EngineStep::kAnswerSaved) return base::Ok();
  TRY_STATUS(engine.Commit());
  if (last == EngineStep::kCommitted) return base::Ok();
  SaveState(height, answer.app_hash());
  return base::Ok();
}

Status EngineDisk::Replay(EngineSimulator& engine, std::int64_t height) {
  TRY(const abci::ResponseFinalizeBlock answer, engine.Apply(BlockAt(height)));
  if (answer.SerializeAsString() != answers_.at(height) ||
      answer.app_hash() != hashes_.at(height)) {
    return base::Corrupt("block " + std::to_string(height) + " is answered differently");
  }
  return base::Ok();
}

void EngineDisk::SaveState(std::int64_t height, const std::string& hash) {
  state_height_ = height;
  app_hash_ = hash;
  hashes_[height] = hash;
}

EngineDisk EngineDisk::After(std::size_t blocks, bool next_block) const {
  EngineDisk disk = *this;
  disk.blocks_.resize(blocks + (next_block ? 1 : 0));
  disk.state_height_ = blocks == 0 ? 0 : blocks_[blocks - 1].height();
  disk.app_hash_ = blocks == 0 ? "" : hashes_.at(disk.state_height_);
  return disk;
}

}  // namespace sogoc::support
