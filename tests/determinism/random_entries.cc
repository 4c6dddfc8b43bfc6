// Writes a recording of random entries that covers every operation, and says on the standard output
// how often each was done and how many entries were accepted.
//
// usage: random_entries SEED ENTRIES RECORDING

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/determinism/random_people.h"
#include "tests/determinism/recording.h"

namespace sogoc::determinism {
namespace {

class Recorder {
 public:
  explicit Recorder(std::uint64_t seed)
      : ledger_({.approvers = {"bo-nnmt", "ubnd-hatinh", "vp-hatinh"}, .threshold = 2}),
        people_(ledger_, seed) {
    recording_.founding = ledger_.founding().bytes;
    RecordFirstBlocks();
  }

  void Block() {
    Dice& dice = people_.dice();
    ledger_.Wait(dice.Below(3 * base::kNsPerDay));
    std::vector<Draft> drafts;
    std::vector<ledger::Entry> entries;
    for (std::uint64_t i = 1 + dice.Below(20); i > 0; --i) {
      drafts.push_back(people_.Next());
      entries.push_back(Sign(drafts.back()));
      if (dice.Once(30)) {  // sent twice
        drafts.push_back({});
        entries.push_back(dice.Once(2) ? entries.back() : dice.Pick(sent_));
      }
    }
    RecordedBlock block{ledger_.now(), {}};
    for (const ledger::Entry& entry : entries) block.entries.push_back(entry.bytes);
    recording_.blocks.push_back(std::move(block));
    const auto outcomes = ledger_.ExecuteBlock(entries);
    for (std::size_t i = 0; i < entries.size(); ++i) Count(entries[i], outcomes[i], drafts[i]);
    sent_ = std::move(entries);
  }

  std::size_t entries() const { return accepted_ + repeated_ + refused_; }
  const Recording& recording() const { return recording_; }

  // False unless every operation was accepted at least once (but founding) and most entries were.
  bool Report() const {
    const auto* kind = v1::Operation::descriptor()->oneof_decl(0);
    bool all = true;
    for (int i = 0; i < kind->field_count(); ++i) {
      const auto* field = kind->field(i);
      const auto found = counts_.find(field->name());
      const auto [accepted, given] = found == counts_.end() ? std::pair<int, int>() : found->second;
      std::printf("%-20s %5d of %5d accepted\n", field->name().c_str(), accepted, given);
      all = all && given > 0 && (accepted > 0 || field->name() == "found");
    }
    std::printf("entries: %zu in %zu blocks, %zu accepted (%zu %%), %zu repeated, %zu refused\n",
                entries(), recording_.blocks.size(), accepted_, 100 * accepted_ / entries(),
                repeated_, refused_);
    std::printf("refusals: %zu of %zu numbers\n", refusals_.size(), ledger::AllRefusals().size());
    return all && 2 * accepted_ >= entries();
  }

 private:
  // The ledger's people came in blocks of their own: taken from the log.
  void RecordFirstBlocks() {
    const support::MemoryLedger& memory = ledger_.memory();
    for (const ledger::Header& header : memory.headers()) {
      if (header.height == 0) continue;
      RecordedBlock block{header.time, {}};
      for (auto index = header.first_index; index < header.index(); ++index) {
        const base::Bytes& leaf = memory.leaves()[index];
        block.entries.emplace_back(leaf.begin() + 1, leaf.end());
        sent_.push_back(ledger::DecodeEntry(block.entries.back(), 1).value());
      }
      recording_.blocks.push_back(std::move(block));
    }
  }

  ledger::Entry Sign(const Draft& draft) {
    support::Envelope envelope;
    Dice& dice = people_.dice();
    if (dice.Once(50)) envelope.not_after = ledger_.now_seconds() - 1 + dice.Below(2);
    if (dice.Once(50)) envelope.not_after = ledger_.now_seconds() + 30 * 86'400 + dice.Below(2);
    if (dice.Once(200)) envelope.ledger_id = base::Digest{};
    return ledger_.Sign(support::Signer(draft.author).With(draft.key), draft.operations, envelope);
  }

  void Count(const ledger::Entry& entry, const ledger::EntryOutcome& outcome, const Draft& draft) {
    const bool accepted = std::holds_alternative<ledger::Accepted>(outcome);
    if (accepted) draft.accepted();
    (accepted                                            ? accepted_
     : std::holds_alternative<ledger::Repeated>(outcome) ? repeated_
                                                         : refused_) += 1;
    if (const auto* refusal = std::get_if<ledger::Refusal>(&outcome)) ++refusals_[refusal->code];
    for (const v1::Operation& operation : entry.body.operations()) {
      const auto* field = v1::Operation::descriptor()->FindFieldByNumber(operation.kind_case());
      auto& [good, all] = counts_[field->name()];
      good += accepted ? 1 : 0;
      ++all;
    }
  }

  support::TestLedger ledger_;
  RandomPeople people_;
  Recording recording_;
  std::vector<ledger::Entry> sent_;  // in the last block
  std::map<std::string, std::pair<int, int>> counts_;
  std::map<ledger::RefusalCode, int> refusals_;
  std::size_t accepted_ = 0;
  std::size_t repeated_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace
}  // namespace sogoc::determinism

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: random_entries SEED ENTRIES RECORDING\n");
    return 2;
  }
  sogoc::determinism::Recorder recorder(std::strtoull(argv[1], nullptr, 10));
  while (recorder.entries() < std::strtoull(argv[2], nullptr, 10)) recorder.Block();
  const auto written = sogoc::determinism::WriteRecording(argv[3], recorder.recording());
  if (!written) {
    std::fprintf(stderr, "random_entries: %s\n", written.error().message.c_str());
    return 1;
  }
  if (recorder.Report()) return 0;
  std::fprintf(stderr, "random_entries: an operation is missing, or most entries are refused\n");
  return 1;
}
