#include <algorithm>

#include "node/ledger/block.h"
#include "node/ledger/limits.h"
#include "node/ledger/named_files.h"
#include "node/ledger/records.h"
#include "node/ledger/rules/governance.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger {
namespace {

using rules::OperationContext;
using rules::Outcome;
using rules::Refuse;

// Executes the entries of one block, one after the other, and closes the block.
class BlockExecution {
 public:
  BlockExecution(const ParentView& parent, ChainHead head, base::TimeNs time, RuleSet rule_set)
      : parent_(parent),
        head_(std::move(head)),
        time_(time),
        rules_(rule_set),
        state_(StateOverlay::Over(parent)),
        ledger_(*Load<LedgerRecord>(parent, LedgerKey())),
        block_(std::make_shared<StagedBlock>()) {
    block_->log = head_.log;
  }

  EntryOutcome Execute(const CheckedEntry& checked) {
    const Entry& entry = checked.entry;
    if (const auto refusal = CheckEnvelope(entry)) return *refusal;
    if (const auto index = FindEntry(entry.id)) return Repeated{*index};
    StateOverlay overlay = StateOverlay::Over(state_);
    std::vector<Bytes> approved = approved_;
    const Outcome outcome = ExecuteOperations(checked, overlay, approved);
    if (outcome) return *outcome;
    const EntryIndex index = NextIndex();
    state_.Merge(std::move(overlay));
    approved_ = std::move(approved);
    Append(entry.Leaf());
    block_->entry_ids.push_back(entry.id);
    for (const Digest& hash : NamedFiles(entry.body)) block_->files.push_back({hash, index});
    known_.emplace(entry.id, index);
    return Accepted{index};
  }

  // Null if nothing was accepted.
  std::shared_ptr<const StagedBlock> Close() {
    if (block_->entry_ids.empty()) return nullptr;
    for (const Bytes& change : approved_) rules::ApplyChange(change, Height(), state_);
    block_->state = state_.TakeWrites();
    block_->tree = UpdateTree(head_.header.height);
    Header& header = block_->header;
    header.version = ledger_.rules_version;
    header.height = Height();
    header.time = time_;
    header.previous = head_.hash;
    header.first_index = head_.log.size();
    header.entry_count = static_cast<std::uint32_t>(block_->entry_ids.size());
    header.log_root = block_->log.Root();
    header.state_root = block_->tree.root;
    Append(EncodeHeaderLeaf(header));
    block_->hash = block_->leaf_hashes.back();
    return block_;
  }

 private:
  ledger::Height Height() const { return head_.header.height + 1; }
  EntryIndex NextIndex() const { return block_->log.size(); }

  void Append(Bytes leaf) {
    block_->leaf_hashes.push_back(crypto::LogLeafHash(leaf));
    block_->log.Append(block_->leaf_hashes.back());
    block_->leaves.push_back(std::move(leaf));
  }

  std::optional<EntryIndex> FindEntry(const Digest& id) const {
    const auto it = known_.find(id);
    return it != known_.end() ? std::optional(it->second) : parent_.FindEntry(id);
  }

  // What makes an entry one for this ledger and this time. Expiry comes before repetition: an id
  // older than the window of remembered ids is expired, so both answers never depend on how much is
  // remembered.
  Outcome CheckEnvelope(const Entry& entry) const {
    REFUSE_UNLESS(base::Equal(base::AsBytes(entry.body.ledger_id()), ledger_.ledger_id),
                  kOtherLedger);
    const std::uint64_t now = time_ / base::kNsPerSecond;
    const std::uint64_t limit = entry.body.not_after();
    // To the nanosecond: so an id is never asked for more than 30 days after its block.
    REFUSE_UNLESS(limit > now || limit * base::kNsPerSecond == time_, kExpired,
                  base::FormatTimeVietnamese(std::min(limit, now) * base::kNsPerSecond));
    REFUSE_UNLESS(limit <= now + kEntryWindowSeconds, kTooFarAhead);
    return rules::kAccepted;
  }

  Outcome ExecuteOperations(const CheckedEntry& checked, StateOverlay& overlay,
                            std::vector<Bytes>& approved) const {
    const Entry& entry = checked.entry;
    const std::string& author = entry.body.author();
    bool manages_keys = false;
    if (const auto refusal = CheckSignature(checked, manages_keys)) return refusal;
    const auto author_record = Load<OrganisationRecord>(state_, OrganisationKey(author));
    REFUSE_UNLESS(author_record, kUnknownOrganisation, author);
    std::uint32_t position = 0;
    for (const v1::Operation& operation : entry.body.operations()) {
      OperationContext ctx{overlay, entry,          position++,   NextIndex(), time_,   Height(),
                           ledger_, *author_record, manages_keys, rules_,      approved};
      TRY_RULE(rules::ApplyOperation(operation, ctx));
    }
    return rules::kAccepted;
  }

  // I1: signed by an active key of the author.
  Outcome CheckSignature(const CheckedEntry& checked, bool& manages_keys) const {
    if (!rules_.Applies(Rule::kI1)) return rules::kAccepted;
    const Entry& entry = checked.entry;
    const std::string short_id = base::ToHex(base::ByteView(entry.key_id).first(8));
    const auto key = Load<KeyRecord>(state_, KeyKey(entry.key_id));
    REFUSE_UNLESS(key, kUnknownKey, short_id);
    REFUSE_UNLESS(key->organisation == entry.body.author(), kNotAuthorsKey, short_id,
                  entry.body.author());
    REFUSE_UNLESS(key->status == KeyStatus::kActive, kKeyNotActive, short_id);
    REFUSE_UNLESS(checked.verified_with == key->public_key || VerifyEntry(entry, key->public_key),
                  kBadSignature);
    manages_keys = key->manages_keys;
    return rules::kAccepted;
  }

  crypto::StateTreeUpdate UpdateTree(ledger::Height base) const {
    std::vector<crypto::StateChange> changes;
    changes.reserve(block_->state.size());
    for (const auto& [key, value] : block_->state) {
      changes.push_back({crypto::Sha256(key), crypto::Sha256(value)});
    }
    return crypto::UpdateStateTree(parent_, base, Height(), changes);
  }

  const ParentView& parent_;
  const ChainHead head_;
  const base::TimeNs time_;
  const RuleSet rules_;
  StateOverlay state_;
  const LedgerRecord ledger_;
  std::vector<Bytes> approved_;
  std::map<Digest, EntryIndex> known_;  // ids accepted in this block
  std::shared_ptr<StagedBlock> block_;
};

}  // namespace

ExecutedBlock ExecuteBlock(const ParentView& parent, std::span<const CheckedEntry> entries,
                           base::TimeNs time, RuleSet rules) {
  std::optional<ChainHead> head = parent.Head();
  if (!head || time <= head->header.time) std::abort();
  BlockExecution execution(parent, std::move(*head), time, rules);
  ExecutedBlock out;
  out.outcomes.reserve(entries.size());
  for (const CheckedEntry& entry : entries) out.outcomes.push_back(execution.Execute(entry));
  out.block = execution.Close();
  return out;
}

StagedView::StagedView(const ParentView& parent, std::shared_ptr<const StagedBlock> block)
    : parent_(parent), block_(std::move(block)) {
  EntryIndex index = block_->header.first_index;
  for (const Digest& id : block_->entry_ids) entries_.emplace(id, index++);
}

std::optional<base::Bytes> StagedView::Get(base::ByteView key) const {
  const auto it = block_->state.find(key);
  return it != block_->state.end() ? std::optional(it->second) : parent_.Get(key);
}

std::optional<Bytes> StagedView::GetStateNode(ByteView node_key) const {
  const auto& nodes = block_->tree.new_nodes;  // ascending by key
  const auto it =
      std::lower_bound(nodes.begin(), nodes.end(), node_key,
                       [](const std::pair<Bytes, Bytes>& node, ByteView wanted) {
                         return std::lexicographical_compare(node.first.begin(), node.first.end(),
                                                             wanted.begin(), wanted.end());
                       });
  if (it != nodes.end() && base::Equal(it->first, node_key)) return it->second;
  return parent_.GetStateNode(node_key);
}

std::optional<EntryIndex> StagedView::FindEntry(const Digest& id) const {
  const auto it = entries_.find(id);
  return it != entries_.end() ? std::optional(it->second) : parent_.FindEntry(id);
}

}  // namespace sogoc::ledger
