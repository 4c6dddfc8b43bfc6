#pragma once

// Blocks: executing entries over a parent state. Pure: the same parent, entries and time give the
// same bytes on every machine, as often as it is repeated; nothing is written.

#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "crypto/log_tree.h"
#include "crypto/state_tree.h"
#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "node/ledger/refusal.h"
#include "node/ledger/state_view.h"

namespace sogoc::ledger {

// Where the chain stands after a block.
struct ChainHead {
  Header header;
  Digest hash{};            // leaf hash of the header
  crypto::LogFrontier log;  // over all leaves, the header's included
};

// Everything that execution reads. Implementations are safe for use by one thread at a time.
class ParentView : public StateView, public crypto::StateNodeReader {
 public:
  // nullopt before the founding block.
  virtual std::optional<ChainHead> Head() const = 0;
  // Where the entry of this id stands. Must know all entries of the last 30 days.
  virtual std::optional<EntryIndex> FindEntry(const Digest& id) const = 0;
};

// An entry whose form is right and, perhaps, whose signature was found right for a key. Execution
// trusts `verified_with` only if the state names that very key for the entry's key id; else it
// verifies itself.
struct CheckedEntry {
  Entry entry;
  std::optional<crypto::P256PublicKey> verified_with;
};

struct Accepted {
  EntryIndex index = 0;
};
// The same entry stands in the log already: the same receipt.
struct Repeated {
  EntryIndex index = 0;
};
using EntryOutcome = std::variant<Accepted, Repeated, Refusal>;

// A file whose hash an entry holds (named_files.h).
struct NamedFile {
  Digest hash{};
  EntryIndex index = 0;  // of the entry
};

struct StagedBlock {
  Header header;
  Digest hash{};
  std::vector<Digest> entry_ids;    // of the accepted entries, in order
  std::vector<Bytes> leaves;        // theirs, then the header's
  std::vector<Digest> leaf_hashes;  // of `leaves`
  StateOverlay::Writes state;       // values written by this block
  crypto::StateTreeUpdate tree;     // version = header.height
  crypto::LogFrontier log;          // after the block
  std::vector<NamedFile> files;     // that the entries name, in order; never hashed

  ChainHead head() const { return {header, hash, log}; }
};

struct ExecutedBlock {
  std::shared_ptr<const StagedBlock>
      block;                           // null if no entry was accepted: the chain stays as it is
  std::vector<EntryOutcome> outcomes;  // one for each entry given, in order
};

// Executes `entries` in order as the block after parent's head. Each is accepted or refused on its
// own; an entry's operations succeed or fail together. Requires: parent.Head() is set, time is
// later than its header's, and the entries were decoded under the rules version in force.
ExecutedBlock ExecuteBlock(const ParentView& parent, std::span<const CheckedEntry> entries,
                           base::TimeNs time, RuleSet rules = {});

// Block 0 from the founding entry (decisions 1, 2, 4). kInvalidArgument, with the reason, for an
// entry that founds nothing.
base::Result<std::shared_ptr<const StagedBlock>> ExecuteFounding(const Entry& founding);

// The view over a staged block that is not stored yet: how block N+1 is executed while N is
// written. The parent must show the state just before (or after) the block for as long as this view
// is used.
class StagedView final : public ParentView {
 public:
  StagedView(const ParentView& parent, std::shared_ptr<const StagedBlock> block);

  std::optional<base::Bytes> Get(base::ByteView key) const override;
  std::optional<Bytes> GetStateNode(ByteView node_key) const override;
  std::optional<ChainHead> Head() const override { return block_->head(); }
  std::optional<EntryIndex> FindEntry(const Digest& id) const override;

 private:
  const ParentView& parent_;
  std::shared_ptr<const StagedBlock> block_;
  std::map<Digest, EntryIndex> entries_;
};

}  // namespace sogoc::ledger
