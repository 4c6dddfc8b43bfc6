#include "node/consensus/execution.h"

#include "node/ledger/records.h"

namespace sogoc::consensus {
namespace {

EntryAnswer AnswerOf(ledger::EntryOutcome outcome, const ledger::StagedBlock* block,
                     const storage::LedgerStore& store) {
  if (auto* refusal = std::get_if<ledger::Refusal>(&outcome)) return std::move(*refusal);
  if (const auto* accepted = std::get_if<ledger::Accepted>(&outcome)) {
    return Committed{accepted->index, block->header.height, block->hash, block->header.time, false};
  }
  const ledger::EntryIndex index = std::get<ledger::Repeated>(outcome).index;
  const ledger::Header header = store.HeaderOver(index);
  return Committed{index, header.height, ledger::HeaderHash(header), header.time, true};
}

// Entries are checked before their block is known, with every field that this program knows. Those
// of rules that are not in force in the block are unknown fields, as for a program without them.
void RefuseLaterFields(std::vector<CheckResult>& results, std::uint32_t rules_version) {
  if (rules_version >= ledger::kRulesVersion) return;
  for (CheckResult& result : results) {
    if (!result) continue;
    auto entry = ledger::DecodeEntry(result->entry.bytes, rules_version);
    if (!entry) result = std::move(entry).error();
  }
}

}  // namespace

ExecutedSubmissions ExecuteSubmissions(const ledger::ParentView& parent,
                                       std::vector<std::vector<CheckResult>> submissions,
                                       base::TimeNs time) {
  const auto in_force = ledger::Load<ledger::LedgerRecord>(parent, ledger::LedgerKey());
  std::vector<ledger::CheckedEntry> entries;
  for (std::vector<CheckResult>& results : submissions) {
    RefuseLaterFields(results, in_force->rules_version);
    for (CheckResult& result : results) {
      if (result) entries.push_back(std::move(*result));
    }
  }
  ledger::ExecutedBlock executed = ledger::ExecuteBlock(parent, entries, time);
  ExecutedSubmissions out{std::move(executed.block), {}};
  std::size_t next = 0;
  for (const std::vector<CheckResult>& results : submissions) {
    Decision& decision = out.decisions.emplace_back();
    for (const CheckResult& result : results) {
      decision.ids.push_back(result ? entries[next].entry.id : base::Digest{});
      if (result) {
        decision.outcomes.emplace_back(std::move(executed.outcomes[next++]));
      } else {
        decision.outcomes.emplace_back(result.error());
      }
    }
  }
  return out;
}

ExecutedSubmissions RefuseSubmissions(const std::vector<std::vector<CheckResult>>& submissions,
                                      const base::Error& error) {
  ExecutedSubmissions out;
  for (const std::vector<CheckResult>& results : submissions) {
    Decision& decision = out.decisions.emplace_back();
    for (const CheckResult& result : results) {
      decision.ids.push_back(result ? result->entry.id : base::Digest{});
      decision.outcomes.emplace_back(result ? error : result.error());
    }
  }
  return out;
}

std::vector<SubmittedAnswer> AnswersOf(Decision decision, const ledger::StagedBlock* block,
                                       const storage::LedgerStore& store) {
  std::vector<SubmittedAnswer> answers;
  answers.reserve(decision.ids.size());
  for (std::size_t i = 0; i < decision.ids.size(); ++i) {
    auto* error = std::get_if<base::Error>(&decision.outcomes[i]);
    answers.push_back({decision.ids[i], error != nullptr
                                            ? EntryAnswer(std::move(*error))
                                            : AnswerOf(std::get<ledger::EntryOutcome>(
                                                           std::move(decision.outcomes[i])),
                                                       block, store)});
  }
  return answers;
}

}  // namespace sogoc::consensus
