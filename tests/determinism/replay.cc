// Executes a recording over a ledger in memory and prints what every machine must agree on: the
// outcome of each entry; height, header hash, log root and state root of each block.
//
// usage: replay RECORDING

#include <cstdio>

#include "node/ledger/block.h"
#include "tests/determinism/recording.h"
#include "tests/support/ledger_memory.h"

namespace sogoc::determinism {
namespace {

void PrintBlock(const ledger::StagedBlock& block) {
  std::printf("%llu %s log %s state %s values %zu nodes %zu stale %zu\n",
              static_cast<unsigned long long>(block.header.height), base::ToHex(block.hash).c_str(),
              base::ToHex(block.header.log_root).c_str(),
              base::ToHex(block.header.state_root).c_str(), block.state.size(),
              block.tree.new_nodes.size(), block.tree.stale_nodes.size());
}

void PrintOutcome(const ledger::EntryOutcome& outcome) {
  if (const auto* accepted = std::get_if<ledger::Accepted>(&outcome)) {
    std::printf("  accepted %llu\n", static_cast<unsigned long long>(accepted->index));
  } else if (const auto* repeated = std::get_if<ledger::Repeated>(&outcome)) {
    std::printf("  repeated %llu\n", static_cast<unsigned long long>(repeated->index));
  } else {
    const auto& refusal = std::get<ledger::Refusal>(outcome);
    std::printf("  refused %d %s | %s\n", static_cast<int>(refusal.code), refusal.vi().c_str(),
                refusal.en().c_str());
  }
}

base::Status Replay(const std::string& path) {
  TRY(const Recording recording, ReadRecording(path));
  support::MemoryLedger memory;
  TRY(const ledger::Entry founding, ledger::DecodeEntry(recording.founding, 1));
  TRY(const auto founded, ledger::ExecuteFounding(founding));
  memory.Add(*founded);
  PrintBlock(*founded);
  for (const RecordedBlock& block : recording.blocks) {
    std::vector<ledger::CheckedEntry> entries;
    for (const base::Bytes& bytes : block.entries) {
      TRY(ledger::Entry entry, ledger::DecodeEntry(bytes, 1));
      entries.push_back({std::move(entry), std::nullopt});
    }
    const ledger::ExecutedBlock executed = ledger::ExecuteBlock(memory, entries, block.time);
    for (const ledger::EntryOutcome& outcome : executed.outcomes) PrintOutcome(outcome);
    if (!executed.block) continue;
    PrintBlock(*executed.block);
    memory.Add(*executed.block);
  }
  return base::Ok();
}

}  // namespace
}  // namespace sogoc::determinism

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: replay RECORDING\n");
    return 2;
  }
  const auto status = sogoc::determinism::Replay(argv[1]);
  if (!status) std::fprintf(stderr, "replay: %s\n", status.error().message.c_str());
  return status ? 0 : 1;
}
