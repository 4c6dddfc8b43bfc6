#include "node/consensus/sequencer.h"

#include <algorithm>
#include <utility>

namespace sogoc::consensus {
namespace {

constexpr base::TimeNs kClockLagMax = base::kNsPerSecond;
// One block is written while one waits: more would only make answers later.
constexpr std::size_t kBlocksAhead = 1;

}  // namespace

Sequencer::Sequencer(storage::LedgerStore& store, const base::Clock& clock,
                     const crypto::P256BatchVerifier& verifier, SequencerOptions options,
                     OnBlock on_block)
    : store_(store),
      clock_(clock),
      checker_(store, verifier),
      options_(std::move(options)),
      on_block_(std::move(on_block)),
      submitted_(options_.waiting_bytes_max),
      checked_(options_.waiting_bytes_max),
      executed_(kBlocksAhead) {
  for (unsigned i = 0; i < std::max(1U, options_.verify_threads); ++i) {
    verifiers_.emplace_back([this] { RunVerifier(); });
  }
  executor_ = std::thread([this] { RunExecutor(); });
  writer_ = std::thread([this] { RunWriter(); });
}

Sequencer::~Sequencer() {
  submitted_.Close();
  for (std::thread& verifier : verifiers_) verifier.join();
  checked_.Close();
  executor_.join();
  executed_.Close();
  writer_.join();
}

base::Status Sequencer::Submit(std::vector<base::Bytes> entries, OnAnswered on_answered) {
  TRY_STATUS(options_.admit());
  const std::size_t bytes = WaitingBytes(entries);
  Submission submission{std::move(entries), std::move(on_answered)};
  if (!submitted_.TryPush(submission, bytes)) {
    return base::Unavailable("too many entries are waiting; send them again in a second");
  }
  return base::Ok();
}

void Sequencer::RunVerifier() {
  while (auto submission = submitted_.Pop()) {
    const std::size_t bytes = WaitingBytes(submission->entries);
    Checked checked{checker_.Check(submission->entries), std::move(submission->on_answered), bytes};
    checked_.Push(std::move(checked), bytes);
  }
}

void Sequencer::RunExecutor() {
  while (true) {
    std::vector<Checked> batch = checked_.PopAll(options_.block_bytes_max);
    if (batch.empty()) return;
    executed_.Push(Execute(std::move(batch)), 1);
  }
}

Sequencer::Executed Sequencer::Execute(std::vector<Checked> batch) {
  const auto stored = store_.Head();
  std::erase_if(unwritten_,
                [&](const auto& block) { return block->header.height <= stored->header.height; });
  // The newest view stands on the older ones, and those on the store.
  std::vector<std::unique_ptr<ledger::StagedView>> views;
  const ledger::ParentView* parent = &store_;
  for (const auto& block : unwritten_) {
    views.push_back(std::make_unique<ledger::StagedView>(*parent, block));
    parent = views.back().get();
  }
  Executed out;
  std::vector<std::vector<CheckResult>> submissions;
  for (Checked& checked : batch) {
    submissions.push_back(std::move(checked.results));
    out.on_answered.push_back(std::move(checked.on_answered));
  }
  const base::Stopwatch watch(block_times_.execute);
  const auto time = NextTime(parent->Head()->header.time);
  out.submissions = time ? ExecuteSubmissions(*parent, std::move(submissions), *time)
                         : RefuseSubmissions(submissions, time.error());
  if (out.submissions.block) unwritten_.push_back(out.submissions.block);
  return out;
}

base::Result<base::TimeNs> Sequencer::NextTime(base::TimeNs last) const {
  const base::TimeNs now = clock_.Now();
  if (now + kClockLagMax < last) {
    return base::Unavailable("this node's clock (" + base::FormatTimeIso(now) +
                             ") is behind its last block (" + base::FormatTimeIso(last) +
                             "); set the clock");
  }
  return std::max(now, last + 1);
}

void Sequencer::RunWriter() {
  while (auto executed = executed_.Pop()) {
    auto& [block, decisions] = executed->submissions;
    if (block) {
      {
        const base::Stopwatch watch(block_times_.commit);
        store_.Commit(*block);
      }
      on_block_(block->head());
    }
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      executed->on_answered[i](AnswersOf(std::move(decisions[i]), block.get(), store_));
    }
  }
}

}  // namespace sogoc::consensus
