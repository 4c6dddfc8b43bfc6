// Executes a recording as an engine's blocks: bundles through the application, while some threads
// check the same transactions for the mempool. Prints height and app hash of each block that
// changed the ledger, as replay does.
//
// usage: engine_replay RECORDING THREADS NUMBER     NUMBER: what streams make of 1234.5 meanwhile

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <locale>
#include <sstream>
#include <thread>

#include "tests/determinism/recording.h"
#include "tests/support/engine/engine_world.h"

namespace sogoc::determinism {
namespace {

constexpr std::size_t kEntriesPerBundle = 7;

std::vector<std::string> BundlesOf(support::EngineWorld& world,
                                   const std::vector<base::Bytes>& entries) {
  std::vector<std::string> txs;
  for (std::size_t at = 0; at < entries.size(); at += kEntriesPerBundle) {
    const auto from = entries.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t count = std::min(kEntriesPerBundle, entries.size() - at);
    txs.push_back(world.Bundle({from, from + static_cast<std::ptrdiff_t>(count)}));
  }
  return txs;
}

// As Vietnamese writes numbers, on machines that lack its locale, too.
class VietnameseNumbers : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

// Makes one of the two the process's own; false if neither writes 1234.5 so.
bool WriteNumbersLike(const std::string& wanted) {
  if (wanted == "1.234,5") {
    std::locale::global(std::locale(std::locale::classic(), new VietnameseNumbers));
  }
  std::ostringstream number;
  number << 1234.5;
  return number.str() == wanted;
}

void Check(cometbft::Application& application, const std::vector<std::string>& txs) {
  abci::RequestCheckTx request;
  for (const std::string& tx : txs) {
    request.set_tx(tx);
    if (!application.CheckTx(request)) std::abort();
  }
}

base::Status Replay(const std::string& path, int threads) {
  TRY(const Recording recording, ReadRecording(path));
  TRY(const ledger::Entry founding, ledger::DecodeEntry(recording.founding, 1));
  TRY(const auto founded, ledger::ExecuteFounding(founding));
  const auto store = storage::LedgerStore::CreateInMemory(*founded);
  support::EngineWorld world(store.get());
  cometbft::Application& application = world.application();
  TRY(const auto genesis, application.InitChain(support::GenesisRequest(
                              support::kTestChain, founded->header.time + 1, world.peers())));
  std::string hash = genesis.app_hash();
  std::uint64_t engine_height = 0;
  for (const RecordedBlock& block : recording.blocks) {
    const std::vector<std::string> txs = BundlesOf(world, block.entries);
    std::vector<std::thread> checkers;
    for (int i = 0; i < threads; ++i) {
      checkers.emplace_back([&] { Check(application, txs); });
    }
    ++engine_height;
    TRY(const auto answer,
        application.FinalizeBlock(support::BlockRequest(
            engine_height, block.time - engine_height * base::kNsPerSecond, txs)));
    for (std::thread& checker : checkers) checker.join();
    TRY_STATUS(application.Commit());
    if (answer.app_hash() == hash) continue;
    hash = answer.app_hash();
    std::printf("%llu %s\n", static_cast<unsigned long long>(store->Head()->header.height),
                base::ToHex(base::AsBytes(hash)).c_str());
  }
  return base::Ok();
}

}  // namespace
}  // namespace sogoc::determinism

int main(int argc, char** argv) {
  if (argc != 4 || !sogoc::determinism::WriteNumbersLike(argv[3])) {
    std::fprintf(stderr, "usage: engine_replay RECORDING THREADS 1234.5|1.234,5\n");
    return 2;
  }
  if (std::setlocale(LC_ALL, "") == nullptr) {
    std::fprintf(stderr, "engine_replay: this machine does not have the locale that is set\n");
    return 1;
  }
  const auto status = sogoc::determinism::Replay(argv[1], std::atoi(argv[2]));
  if (!status) std::fprintf(stderr, "engine_replay: %s\n", status.error().message.c_str());
  return status ? 0 : 1;
}
