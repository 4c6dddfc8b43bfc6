#include "node/consensus/counted_orderer.h"

#include <atomic>

namespace sogoc::consensus {

struct CountedOrderer::Counters {
  std::atomic<std::uint64_t> committed{0};
  std::atomic<std::uint64_t> repeated{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> undecided{0};
  std::atomic<std::uint64_t> turned_away{0};
  base::Durations times;

  void Count(const EntryAnswer& answer) {
    if (const auto* entry = std::get_if<Committed>(&answer)) {
      ++(entry->repeated ? repeated : committed);
    } else if (const auto* error = std::get_if<base::Error>(&answer)) {
      ++(error->code == base::ErrorCode::kUnavailable ? undecided : malformed);
    } else {
      ++refused;
    }
  }
};

std::shared_ptr<CountedOrderer::Counters> CountedOrderer::MakeCounters() {
  return std::make_shared<Counters>();
}

base::Status CountedOrderer::Submit(std::vector<base::Bytes> entries, OnAnswered on_answered) {
  const std::size_t count = entries.size();
  base::Status taken =
      inner_.Submit(std::move(entries),
                    [counters = counters_, begin = std::chrono::steady_clock::now(),
                     on_answered = std::move(on_answered)](std::vector<SubmittedAnswer> answers) {
                      for (const SubmittedAnswer& answer : answers) counters->Count(answer.answer);
                      counters->times.Add(std::chrono::steady_clock::now() - begin);
                      on_answered(std::move(answers));
                    });
  if (!taken) counters_->turned_away += count;
  return taken;
}

EntryCounts CountedOrderer::counts() const {
  return {counters_->committed, counters_->repeated,  counters_->refused,
          counters_->malformed, counters_->undecided, counters_->turned_away};
}

base::Durations::Totals CountedOrderer::answer_times() const { return counters_->times.totals(); }

}  // namespace sogoc::consensus
