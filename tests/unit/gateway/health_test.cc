#include "node/gateway/health.h"

#include <gmock/gmock.h>

#include <functional>

namespace sogoc::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

HealthFacts Well() {
  HealthFacts facts;
  facts.quorum = true;
  facts.cosigned = 3;
  facts.quorum_needed = 3;
  facts.checkpoint_age_s = 60;
  facts.own.engine.emplace();
  facts.own.engine->height = 500;
  facts.own.engine->height_unchanged = kHealthyAgeMax;
  facts.own.scrub.emplace();
  facts.own.scrub->age = kScrubAgeMax;
  return facts;
}

TEST(Health, OfAnIdleNodeIsGreen) {
  EXPECT_THAT(HealthProblems(Well()), IsEmpty());
  HealthFacts alone = Well();
  alone.own.engine.reset();
  EXPECT_THAT(HealthProblems(alone), IsEmpty());
}

TEST(Health, NamesEachPointThatFails) {
  const struct {
    const char* said;
    std::function<void(HealthFacts&)> ruin;
  } rows[] = {
      {"promised are still being brought back", [](HealthFacts& f) { f.own.serving = false; }},
      {"No quorum of the peers stands behind this log: 2 of 3",
       [](HealthFacts& f) {
         f.quorum = false;
         f.cosigned = 2;
       }},
      {"checkpoint is 61 s old", [](HealthFacts& f) { f.checkpoint_age_s = 61; }},
      {"checkpoint is 31 s old",
       [](HealthFacts& f) {
         f.checkpoint_age_s = 31;
         f.checkpoint_age_max_s = 30;
       }},
      {"takes no entries: full",
       [](HealthFacts& f) { f.own.takes_entries = base::Unavailable("full"); }},
      {"clock is wrong: 11 s",
       [](HealthFacts& f) { f.own.clock = base::FailedPrecondition("11 s"); }},
      {"stored ledger is damaged: 000012.sst",
       [](HealthFacts& f) { f.own.scrub->whole = base::Corrupt("000012.sst"); }},
      {"last read again 49 h ago", [](HealthFacts& f) { f.own.scrub->age += kScrubAgeMax / 48; }},
      {"lost its engine: refused",
       [](HealthFacts& f) {
         f.own.engine->answers = base::Unavailable("refused");
         f.own.engine->catching_up = true;  // as it last said
       }},
      {"catching up: it is at block 500", [](HealthFacts& f) { f.own.engine->catching_up = true; }},
      {"stood at block 500 for 61 s",
       [](HealthFacts& f) { f.own.engine->height_unchanged += std::chrono::seconds(1); }},
  };
  for (const auto& row : rows) {
    HealthFacts facts = Well();
    row.ruin(facts);
    EXPECT_THAT(HealthProblems(facts), ElementsAre(HasSubstr(row.said)));
  }
}

}  // namespace
}  // namespace sogoc::gateway
