#include "node/gateway/health.h"

#include <algorithm>

namespace sogoc::gateway {
namespace {

void AddEngine(const EngineStanding& engine, std::vector<std::string>& problems) {
  if (!engine.answers) {
    problems.push_back("This node has lost its engine: " + engine.answers.error().message);
  } else if (engine.catching_up) {
    problems.push_back("The engine is catching up: it is at block " +
                       std::to_string(engine.height));
  } else if (engine.height_unchanged > kHealthyAgeMax) {
    problems.push_back("The engine has stood at block " + std::to_string(engine.height) + " for " +
                       std::to_string(engine.height_unchanged.count()) +
                       " s: too few peers agree, or it has failed");
  }
}

void AddScrub(const ScrubStanding& scrub, std::vector<std::string>& problems) {
  if (!scrub.whole) {
    problems.push_back("The stored ledger is damaged: " + scrub.whole.error().message);
  } else if (scrub.age > kScrubAgeMax) {
    problems.push_back("The stored ledger was last read again " +
                       std::to_string(std::chrono::floor<std::chrono::hours>(scrub.age).count()) +
                       " h ago");
  }
}

}  // namespace

std::vector<std::string> HealthProblems(const HealthFacts& facts) {
  std::vector<std::string> problems;
  if (!facts.own.serving) {
    problems.emplace_back("Blocks that this node promised are still being brought back");
  }
  const std::int64_t age_max =
      std::min<std::int64_t>(kHealthyAgeMax.count(), facts.checkpoint_age_max_s);
  if (!facts.quorum) {
    problems.push_back(
        "No quorum of the peers stands behind this log: " + std::to_string(facts.cosigned) +
        " of " + std::to_string(facts.quorum_needed) + " have signed");
  } else if (facts.checkpoint_age_s > age_max) {
    problems.push_back("The checkpoint is " + std::to_string(facts.checkpoint_age_s) +
                       " s old: a quorum of the peers has signed nothing newer");
  }
  if (!facts.own.takes_entries) {
    problems.push_back("This node takes no entries: " + facts.own.takes_entries.error().message);
  }
  if (!facts.own.clock) {
    problems.push_back("The clock is wrong: " + facts.own.clock.error().message);
  }
  if (facts.own.scrub) AddScrub(*facts.own.scrub, problems);
  if (facts.own.engine) AddEngine(*facts.own.engine, problems);
  return problems;
}

}  // namespace sogoc::gateway
