// How fast the state tree takes changes, and proves, with its nodes in memory.

#include <benchmark/benchmark.h>

#include <random>

#include "crypto/state_tree.h"
#include "tests/support/state_node_map.h"

namespace sogoc::crypto {
namespace {

constexpr std::uint64_t kKeys = 1'000'000;

Digest HashOfNumber(std::uint64_t number) {
  Bytes bytes;
  base::AppendU64(bytes, number);
  return Sha256(bytes);
}

// A tree of kKeys random keys: key i is HashOfNumber(i). Only the newest version is kept.
struct Tree {
  support::StateNodeMap nodes;
  std::uint64_t version = 0;

  StateTreeUpdate Update(const std::vector<StateChange>& changes) {
    const auto base = version == 0 ? std::nullopt : std::optional(version);
    return UpdateStateTree(nodes, base, ++version, changes);
  }
  void Store(const StateTreeUpdate& update) {
    nodes.Add(update);
    nodes.Remove(update.stale_nodes);
  }
};

// Built once, before the first measurement; the benchmarks change values but never the keys.
Tree& BigTree() {
  static Tree tree = [] {
    Tree built;
    std::vector<StateChange> changes;
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      changes.push_back({HashOfNumber(i), HashOfNumber(kKeys + i)});
    }
    built.Store(built.Update(changes));
    return built;
  }();
  return tree;
}

void ReportPerChange(benchmark::State& state, std::size_t nodes, std::size_t bytes) {
  const auto changes = static_cast<double>(state.iterations() * state.range(0));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["nodes/change"] = static_cast<double>(nodes) / changes;
  state.counters["bytes/change"] = static_cast<double>(bytes) / changes;
}

// New values for random keys of the big tree, in batches. Storing the nodes is not counted.
void BM_ChangeValues(benchmark::State& state) {
  Tree& tree = BigTree();
  std::mt19937_64 random(tree.version);  // other values than in the runs before
  std::size_t nodes = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<StateChange> changes;
    const std::uint64_t stride = kKeys / static_cast<std::uint64_t>(state.range(0));
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i) {
      const Digest value = HashOfNumber(random());
      changes.push_back({HashOfNumber(i * stride + random() % stride), value});
    }
    state.ResumeTiming();
    const StateTreeUpdate update = tree.Update(changes);
    state.PauseTiming();
    tree.Store(update);
    nodes += update.new_nodes.size();
    for (const auto& [key, node] : update.new_nodes) bytes += key.size() + node.size();
    state.ResumeTiming();
  }
  ReportPerChange(state, nodes, bytes);
}
BENCHMARK(BM_ChangeValues)->Arg(1)->Arg(100)->Arg(1'000)->Arg(10'000)->MinTime(2);

// A whole tree from nothing, in one batch.
void BM_BuildTree(benchmark::State& state) {
  const support::StateNodeMap empty;
  std::vector<StateChange> changes;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i) {
    changes.push_back({HashOfNumber(i), HashOfNumber(i + 1)});
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(UpdateStateTree(empty, std::nullopt, 1, changes));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_BuildTree)->Arg(100'000);

void BM_Prove(benchmark::State& state) {
  Tree& tree = BigTree();
  std::mt19937_64 random(2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ProveState(tree.nodes, tree.version, HashOfNumber(random() % kKeys)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Prove);

}  // namespace
}  // namespace sogoc::crypto
