#pragma once

// From checked submissions to a block, and from a durable block to answers: the same for every
// orderer.

#include <memory>
#include <variant>
#include <vector>

#include "node/consensus/entry_checker.h"
#include "node/consensus/orderer.h"
#include "node/ledger/block.h"
#include "node/storage/ledger_store.h"

namespace sogoc::consensus {

// What became of one submission, entry by entry. An Error: its bytes are no entry, or it could not
// be ordered.
struct Decision {
  std::vector<base::Digest> ids;  // zero where the bytes are no entry
  std::vector<std::variant<ledger::EntryOutcome, base::Error>> outcomes;
};

struct ExecutedSubmissions {
  std::shared_ptr<const ledger::StagedBlock> block;  // null: nothing was accepted
  std::vector<Decision> decisions;                   // one for each submission, in order
};

// Executes all entries of the submissions, in order, as the block after parent's head. Entries with
// fields of later rules than that block's are no entries.
// Requires: `time` is later than that head's.
ExecutedSubmissions ExecuteSubmissions(const ledger::ParentView& parent,
                                       std::vector<std::vector<CheckResult>> submissions,
                                       base::TimeNs time);

// The submissions without a block: every entry has `error`, or its own if its bytes are none.
ExecutedSubmissions RefuseSubmissions(const std::vector<std::vector<CheckResult>>& submissions,
                                      const base::Error& error);

// Requires: `block` (null if nothing was accepted) and everything before it is durable in `store`,
// so that a repeated entry is found too.
std::vector<SubmittedAnswer> AnswersOf(Decision decision, const ledger::StagedBlock* block,
                                       const storage::LedgerStore& store);

}  // namespace sogoc::consensus
