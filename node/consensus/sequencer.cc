#include "node/consensus/sequencer.h"

#include <algorithm>

namespace sogoc::consensus {
namespace {

constexpr base::TimeNs kClockLagMax = base::kNsPerSecond;
// One block is written while one waits: more would only make answers later.
constexpr std::size_t kBlocksAhead = 1;

// What a submission holds while it waits: no number of empty ones is free.
std::size_t BytesOf(const std::vector<base::Bytes>& entries) {
  std::size_t bytes = sizeof(OnAnswered);
  for (const base::Bytes& entry : entries) bytes += sizeof entry + entry.size();
  return bytes;
}

}  // namespace

Sequencer::Sequencer(storage::LedgerStore& store, const base::Clock& clock,
                     const crypto::P256BatchVerifier& verifier, SequencerOptions options,
                     OnBlock on_block)
    : store_(store),
      clock_(clock),
      checker_(store, verifier),
      options_(options),
      on_block_(std::move(on_block)),
      submitted_(options.waiting_bytes_max),
      checked_(options.waiting_bytes_max),
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
  const std::size_t bytes = BytesOf(entries);
  Submission submission{std::move(entries), std::move(on_answered)};
  if (!submitted_.TryPush(submission, bytes)) {
    return base::Unavailable("too many entries are waiting; send them again in a second");
  }
  return base::Ok();
}

void Sequencer::RunVerifier() {
  while (auto submission = submitted_.Pop()) {
    const std::size_t bytes = BytesOf(submission->entries);
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
  const auto time = NextTime(parent->Head()->header.time);
  if (!time) return RefuseAll(std::move(batch), time.error());

  std::vector<ledger::CheckedEntry> entries;
  for (Checked& submission : batch) {
    for (CheckResult& result : submission.results) {
      if (result) entries.push_back(std::move(*result));
    }
  }
  ledger::ExecutedBlock executed = ledger::ExecuteBlock(*parent, entries, *time);
  if (executed.block) unwritten_.push_back(executed.block);

  Executed out{executed.block, {}};
  std::size_t next = 0;
  for (Checked& submission : batch) {
    Pending pending{{}, {}, std::move(submission.on_answered)};
    for (CheckResult& result : submission.results) {
      pending.ids.push_back(result ? entries[next].entry.id : base::Digest{});
      if (result) {
        pending.outcomes.emplace_back(std::move(executed.outcomes[next++]));
      } else {
        pending.outcomes.emplace_back(result.error());
      }
    }
    out.pending.push_back(std::move(pending));
  }
  return out;
}

Sequencer::Executed Sequencer::RefuseAll(std::vector<Checked> batch, const base::Error& error) {
  Executed out;
  for (Checked& submission : batch) {
    Pending pending{{}, {}, std::move(submission.on_answered)};
    for (const CheckResult& result : submission.results) {
      pending.ids.push_back(result ? result->entry.id : base::Digest{});
      pending.outcomes.emplace_back(result ? error : result.error());
    }
    out.pending.push_back(std::move(pending));
  }
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
    if (executed->block) {
      store_.Commit(*executed->block);
      on_block_(executed->block->head());
    }
    for (Pending& pending : executed->pending) Answer(std::move(pending), executed->block.get());
  }
}

// Runs after everything that was ordered before is durable, so that a repeated entry is found too.
void Sequencer::Answer(Pending pending, const ledger::StagedBlock* block) {
  std::vector<SubmittedAnswer> answers;
  answers.reserve(pending.ids.size());
  for (std::size_t i = 0; i < pending.ids.size(); ++i) {
    auto* error = std::get_if<base::Error>(&pending.outcomes[i]);
    answers.push_back(
        {pending.ids[i],
         error != nullptr
             ? EntryAnswer(std::move(*error))
             : AnswerOf(std::get<ledger::EntryOutcome>(std::move(pending.outcomes[i])), block)});
  }
  pending.on_answered(std::move(answers));
}

EntryAnswer Sequencer::AnswerOf(ledger::EntryOutcome outcome,
                                const ledger::StagedBlock* block) const {
  if (auto* refusal = std::get_if<ledger::Refusal>(&outcome)) return std::move(*refusal);
  if (const auto* accepted = std::get_if<ledger::Accepted>(&outcome)) {
    return Committed{accepted->index, block->header.height, block->hash, block->header.time, false};
  }
  const ledger::EntryIndex index = std::get<ledger::Repeated>(outcome).index;
  const ledger::Header header = store_.HeaderOver(index);
  return Committed{index, header.height, ledger::HeaderHash(header), header.time, true};
}

}  // namespace sogoc::consensus
