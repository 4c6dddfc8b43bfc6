#include "node/consensus/counted_orderer.h"

#include <gtest/gtest.h>

#include <optional>

namespace sogoc::consensus {
namespace {

// Answers when the test says so.
class HeldOrderer final : public Orderer {
 public:
  base::Status Submit(std::vector<base::Bytes>, OnAnswered on_answered) override {
    if (full) return base::Unavailable("full");
    answer = std::move(on_answered);
    return base::Ok();
  }
  bool full = false;
  OnAnswered answer;
};

std::vector<SubmittedAnswer> OneOfEach() {
  Committed again;
  again.repeated = true;
  return {{{}, Committed{}},
          {{}, again},
          {{}, ledger::Refusal{ledger::RefusalCode::kBadSignature, {}}},
          {{}, base::InvalidArgument("no entry")},
          {{}, base::Unavailable("not decided in time")}};
}

TEST(CountedOrderer, CountsWhatBecameOfEachEntry) {
  HeldOrderer inner;
  CountedOrderer orderer(inner);
  std::size_t answered = 0;
  const auto submit = [&] {
    return orderer.Submit(
        std::vector<base::Bytes>(5),
        [&](const std::vector<SubmittedAnswer>& answers) { answered += answers.size(); });
  };
  ASSERT_TRUE(submit());
  EXPECT_EQ(orderer.answer_times().count(), 0U);
  inner.answer(OneOfEach());
  EXPECT_EQ(answered, 5U);
  inner.full = true;
  EXPECT_FALSE(submit());

  const EntryCounts counts = orderer.counts();
  EXPECT_EQ(counts.committed, 1U);
  EXPECT_EQ(counts.repeated, 1U);
  EXPECT_EQ(counts.refused, 1U);
  EXPECT_EQ(counts.malformed, 1U);
  EXPECT_EQ(counts.undecided, 1U);
  EXPECT_EQ(counts.turned_away, 5U);
  EXPECT_EQ(orderer.answer_times().count(), 1U);
}

TEST(CountedOrderer, ALateAnswerReachesItsClientAllTheSame) {
  HeldOrderer inner;
  std::optional<CountedOrderer> orderer(inner);
  bool answered = false;
  ASSERT_TRUE(orderer->Submit({{}}, [&](const std::vector<SubmittedAnswer>&) { answered = true; }));
  orderer.reset();
  inner.answer({{{}, Committed{}}});
  EXPECT_TRUE(answered);
}

TEST(Durations, FallIntoTheirClasses) {
  base::Durations durations;
  durations.Add(std::chrono::milliseconds(1));  // the bound belongs to its class
  durations.Add(std::chrono::microseconds(1'001));
  durations.Add(std::chrono::minutes(1));
  const base::Durations::Totals totals = durations.totals();
  EXPECT_EQ(totals.counts.front(), 1U);
  EXPECT_EQ(totals.counts[1], 1U);
  EXPECT_EQ(totals.counts.back(), 1U);
  EXPECT_EQ(totals.count(), 3U);
  EXPECT_NEAR(totals.seconds, 60.002, 0.0001);
}

}  // namespace
}  // namespace sogoc::consensus
