// bare_engine: what the replication engine gives on this machine, with an application that does
// nothing. A window of transactions is kept unanswered, spread over the four engines; an answered
// one is one that its engine's application has committed.

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "tests/bench/engine/bare_network.h"

namespace {

using namespace sogoc;
using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string program;
  std::string folder;
  std::string hosts = "127.0.9";
  std::size_t bytes = 400;
  unsigned window = 2'000;
  double seconds = 15;
  double warm_up = 3;
};

constexpr unsigned kSendersPerPeer = 8;
constexpr std::size_t kTxBytesMin = 16;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// What travels through one peer.
class Window {
 public:
  explicit Window(unsigned size) : free_(size) {}

  // Waits for room; false when it is closed.
  bool Enter(std::uint64_t tx) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return free_ > 0 || closed_; });
    if (closed_) return false;
    --free_;
    sent_[tx] = Clock::now();
    return true;
  }
  // When it entered; nullopt if it did not enter here.
  std::optional<Clock::time_point> Leave(std::uint64_t tx) {
    const std::lock_guard lock(mutex_);
    const auto found = sent_.find(tx);
    if (found == sent_.end()) return std::nullopt;
    const auto sent = found->second;
    sent_.erase(found);
    ++free_;
    changed_.notify_one();
    return sent;
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned free_;
  bool closed_ = false;
  std::map<std::uint64_t, Clock::time_point> sent_;
};

// Counts what is committed while it is open.
class Meter {
 public:
  void Open() { open_ = true; }
  void Close() { open_ = false; }
  void Add(Clock::duration latency) {
    if (!open_) return;
    const std::lock_guard lock(mutex_);
    latencies_ms_.push_back(Seconds(latency) * 1'000);
  }
  void AddBlock() { blocks_ += open_ ? 1 : 0; }
  void AddFailure() { ++failures_; }

  std::vector<double> SortedLatencies() {
    const std::lock_guard lock(mutex_);
    std::sort(latencies_ms_.begin(), latencies_ms_.end());
    return latencies_ms_;
  }
  std::uint64_t blocks() const { return blocks_; }
  std::uint64_t failures() const { return failures_; }

 private:
  std::atomic<bool> open_ = false;
  std::mutex mutex_;
  std::vector<double> latencies_ms_;
  std::atomic<std::uint64_t> blocks_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
};

// Random, since the engine compresses what it stores.
base::Bytes MakeTx(std::uint64_t number, std::size_t bytes, std::mt19937_64& random) {
  base::Bytes tx;
  base::AppendU64(tx, number);
  while (tx.size() + 8 <= bytes) base::AppendU64(tx, random());
  tx.resize(bytes);
  return tx;
}

void Send(const Arguments& arguments, std::uint64_t first, std::uint64_t step,
          cometbft::EngineRpc& rpc, Window& window, Meter& meter) {
  std::mt19937_64 random(first);
  for (std::uint64_t number = first; window.Enter(number); number += step) {
    const base::Status sent = rpc.Broadcast(MakeTx(number, arguments.bytes, random));
    if (sent) continue;
    meter.AddFailure();
    window.Leave(number);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// User and system time of a process so far, in seconds.
double CpuSeconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 2)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double EngineCpu(const bench::BareNetwork& network) {
  double seconds = 0;
  for (std::size_t i = 0; i < network.size(); ++i) seconds += CpuSeconds(network.pid(i));
  return seconds;
}

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

base::Status Measure(const Arguments& arguments) {
  TRY(const std::string program, cometbft::FindEngine(arguments.program));
  Meter meter;
  std::vector<std::unique_ptr<Window>> windows;
  const auto on_committed = [&](std::size_t peer, const std::vector<base::Bytes>& txs) {
    if (peer == 0 && !txs.empty()) meter.AddBlock();
    for (const base::Bytes& tx : txs) {
      const auto sent = windows[peer]->Leave(base::ReadU64(tx));
      if (sent) meter.Add(Clock::now() - *sent);
    }
  };
  const unsigned peers = std::min(4U, arguments.window);
  for (unsigned i = 0; i < 4; ++i) {
    windows.push_back(std::make_unique<Window>(arguments.window / peers));
  }
  TRY(const auto network,
      bench::BareNetwork::Start(program, arguments.folder, arguments.hosts, on_committed));
  std::vector<std::jthread> senders;
  for (unsigned i = 0; i < peers * kSendersPerPeer; ++i) {
    senders.emplace_back([&, i] {
      Send(arguments, i, peers * kSendersPerPeer, network->rpc(i % peers), *windows[i % peers],
           meter);
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(arguments.warm_up));
  meter.Open();
  const auto start = Clock::now();
  const double engine_cpu = EngineCpu(*network);
  const double own_cpu = CpuSeconds(::getpid());
  std::this_thread::sleep_for(std::chrono::duration<double>(arguments.seconds));
  meter.Close();
  const double seconds = Seconds(Clock::now() - start);
  const double engines_percent = (EngineCpu(*network) - engine_cpu) / seconds * 100;
  const double own_percent = (CpuSeconds(::getpid()) - own_cpu) / seconds * 100;
  for (const auto& window : windows) window->Close();
  senders.clear();

  const std::vector<double> latencies = meter.SortedLatencies();
  const double rate = static_cast<double>(latencies.size()) / seconds;
  std::cout << "{\"tx_bytes\":" << arguments.bytes << ",\"window\":" << arguments.window
            << ",\"seconds\":" << seconds << ",\"tx_per_second\":" << rate
            << ",\"megabytes_per_second\":" << rate * static_cast<double>(arguments.bytes) / 1e6
            << ",\"blocks_per_second\":" << static_cast<double>(meter.blocks()) / seconds
            << ",\"commit_ms_p50\":" << Percentile(latencies, 0.5)
            << ",\"commit_ms_p99\":" << Percentile(latencies, 0.99)
            << ",\"engines_cpu_percent\":" << engines_percent
            << ",\"generator_cpu_percent\":" << own_percent << ",\"failures\":" << meter.failures()
            << "}\n";
  return base::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(
      "Four engines, each with an application that does nothing, and a window of unanswered "
      "transactions:\nwhat the replication engine alone gives here. Prints JSON.\n\nExample:\n"
      "  bare_engine --bytes 64000 --window 100 --seconds 15",
      "bare_engine");
  app.add_option("--engine", arguments.program, "the engine's program [found as the node does]");
  app.add_option("--dir", arguments.folder, "an empty folder for it [a temporary one]");
  app.add_option("--hosts", arguments.hosts, "engine N listens on this and .N")
      ->capture_default_str();
  app.add_option("--bytes", arguments.bytes, "of a transaction")
      ->capture_default_str()
      ->check(CLI::Range(kTxBytesMin, std::size_t{131'000}));
  app.add_option("--window", arguments.window, "transactions that travel, in all")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--seconds", arguments.seconds)->capture_default_str();
  app.add_option("--warm-up", arguments.warm_up)->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  spdlog::set_level(spdlog::level::warn);
  std::string temporary;
  if (arguments.folder.empty()) {
    temporary = (std::filesystem::temp_directory_path() / "bare_engine.XXXXXX").string();
    if (::mkdtemp(temporary.data()) == nullptr) {
      std::cerr << "bare_engine: cannot create " << temporary << "\n";
      return 2;
    }
    arguments.folder = temporary;
  }
  const base::Status measured = Measure(arguments);
  if (!temporary.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(temporary, ignored);
  }
  if (measured) return 0;
  std::cerr << "bare_engine: " << measured.error().message << "\n";
  return 2;
}
