#include "node/app/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "node/ledger/peer_endpoint.h"

namespace sogoc::app {
namespace {

class Reader {
 public:
  Reader(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  void Text(const char* key, std::string& out, bool required = false) {
    known_.insert(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      if (required) Fail(key, "is missing");
      return;
    }
    if (const auto value = node->value<std::string>(); value && node->is_string()) {
      out = *value;
    } else {
      Fail(key, "must be text in quotes");
    }
  }

  void OneOf(const char* key, std::string& out, const std::vector<std::string>& values) {
    Text(key, out);
    if (std::ranges::find(values, out) != values.end()) return;
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + value;
    Fail(key, "must be one of: " + list);
  }

  template <class Number>
  void Integer(const char* key, Number& out, std::uint64_t max, std::uint64_t min = 0) {
    known_.insert(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return;
    const auto value = node->value<std::int64_t>();
    if (!node->is_integer() || !value || *value < static_cast<std::int64_t>(min) ||
        static_cast<std::uint64_t>(*value) > max) {
      Fail(key, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
      return;
    }
    out = static_cast<Number>(*value);
  }

  const toml::table* Table(const char* key) {
    known_.insert(key);
    const toml::node* node = table_.get(key);
    if (node != nullptr && !node->is_table()) Fail(key, "must be a table");
    return node != nullptr ? node->as_table() : nullptr;
  }

  // The first thing that was wrong.
  base::Status Finish() {
    for (const auto& [key, value] : table_) {
      if (known_.count(std::string(key.str())) != 0) continue;
      Fail(std::string(key.str()), "is not known; known are " + Known());
    }
    return problem_ ? base::Status(base::InvalidArgument(*problem_)) : base::Ok();
  }

 private:
  std::string Known() const {
    std::string out;
    for (const std::string& key : known_) out += (out.empty() ? "" : ", ") + key;
    return out;
  }

  void Fail(const std::string& key, const std::string& what) {
    if (!problem_) problem_ = where_ + ": " + key + " " + what;
  }

  const toml::table& table_;
  const std::string where_;
  std::set<std::string> known_;
  std::optional<std::string> problem_;
};

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

base::Result<EngineConfig> ReadEngine(const toml::table& table, const std::string& where) {
  EngineConfig engine;
  std::string mode = "managed";
  Reader reader(table, where);
  reader.Text("mode", mode);
  reader.Text("program", engine.program);
  reader.Text("home", engine.home);
  reader.Text("p2p", engine.p2p);
  reader.Text("rpc", engine.rpc);
  reader.Text("metrics", engine.metrics);
  reader.Text("log_level", engine.log_level);
  reader.Text("abci", engine.abci);
  TRY_STATUS(reader.Finish());
  if (mode != "managed" && mode != "external") {
    return base::InvalidArgument(where + ": mode must be \"managed\" or \"external\"");
  }
  engine.mode = mode == "managed" ? EngineConfig::Mode::kManaged : EngineConfig::Mode::kExternal;
  return engine;
}

std::string FormatEngine(const EngineConfig& engine) {
  const bool managed = engine.mode == EngineConfig::Mode::kManaged;
  return std::string(
             "\n# The replication engine (CometBFT 0.38). This table is all that the operator "
             "writes: the engine's own\n# files are made from it and from the ledger at every "
             "start.\n"
             "[engine]\n"
             "# managed: the node starts and stops it; external: it is started elsewhere.\nmode "
             "= ") +
         (managed ? "\"managed\"" : "\"external\"") + "\nprogram = " + Quoted(engine.program) +
         "\n# Where the other engines reach it; on the ledger as p2p://….\np2p = " +
         Quoted(engine.p2p) +
         "\n# For this node alone: never open it to others.\nrpc = " + Quoted(engine.rpc) +
         (engine.abci.empty() ? std::string() : "\nabci = " + Quoted(engine.abci)) +
         (engine.metrics.empty() ? std::string() : "\nmetrics = " + Quoted(engine.metrics)) + "\n";
}

}  // namespace

base::Result<Config> ReadConfig(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    return base::NotFound(path.string() + " does not exist; `sogoc-node init` makes it");
  }
  if (!std::filesystem::is_regular_file(path)) {
    return base::InvalidArgument(path.string() + " is not a file");
  }
  toml::table table;
  try {
    table = toml::parse_file(path.string());
  } catch (const toml::parse_error& error) {
    return base::InvalidArgument(path.string() + ", line " +
                                 std::to_string(error.source().begin.line) + ": " +
                                 std::string(error.description()));
  }
  Config config;
  Reader reader(table, path.string());
  reader.Text("name", config.name, /*required=*/true);
  reader.Text("resolver_host", config.resolver_host, /*required=*/true);
  reader.Text("passphrase_file", config.passphrase_file, /*required=*/true);
  reader.Text("address", config.address);
  reader.Integer("port", config.port, std::numeric_limits<std::uint16_t>::max());
  reader.Text("metrics", config.metrics);
  reader.Integer("connections_per_client", config.connections_per_client, 1 << 20, 1);
  reader.Integer("verify_threads", config.verify_threads, 256);
  reader.Integer("key_tables", config.key_tables, 10'000);
  reader.Integer("cache_megabytes", config.cache_megabytes, 1 << 20);
  reader.Integer("reserve_megabytes", config.reserve_megabytes, 1 << 30);
  reader.Integer("reserve_percent", config.reserve_percent, 100);
  reader.OneOf("log_level", config.log_level, {"trace", "debug", "info", "warn", "error"});
  if (const toml::table* tls = reader.Table("tls")) {
    config.tls.emplace();
    Reader tls_reader(*tls, path.string() + " [tls]");
    tls_reader.Text("certificate", config.tls->certificate, /*required=*/true);
    tls_reader.Text("private_key", config.tls->private_key, /*required=*/true);
    TRY_STATUS(tls_reader.Finish());
  }
  if (const toml::table* engine = reader.Table("engine")) {
    TRY(config.engine, ReadEngine(*engine, path.string() + " [engine]"));
    config.peer.emplace();
  }
  if (const toml::table* peer = reader.Table("peer")) {
    config.peer.emplace();
    Reader peer_reader(*peer, path.string() + " [peer]");
    peer_reader.Text("listen", config.peer->listen);
    TRY_STATUS(peer_reader.Finish());
  }
  TRY_STATUS(reader.Finish());
  if (!config.metrics.empty()) {
    const auto metrics = ledger::ParseHostPort(config.metrics);
    if (!metrics) {
      return base::InvalidArgument(path.string() + ": metrics: " + metrics.error().message);
    }
  }
  return config;
}

std::string FormatConfig(const Config& config) {
  std::string out =
      "# Configuration of a Sổ Gốc node. Paths are relative to this file's folder.\n\n"
      "# This peer's name in checkpoints; it is on the ledger and cannot change here.\n"
      "name = " +
      Quoted(config.name) +
      "\n\n"
      "# The host of the stamps that lead to this gateway.\n"
      "resolver_host = " +
      Quoted(config.resolver_host) +
      "\n\n"
      "# One line, mode 0600: decrypts the keys in keys/.\n"
      "passphrase_file = " +
      Quoted(config.passphrase_file) +
      "\n\n"
      "# Where the gateway listens.\n"
      "address = " +
      Quoted(config.address) +
      "\n"
      "port = " +
      std::to_string(config.port) +
      "\n\n"
      "# Connections at once of one client address (IPv6: of one /64). Behind a proxy all have\n"
      "# the proxy's address: raise it, and let the proxy limit each client.\n"
      "connections_per_client = " +
      std::to_string(config.connections_per_client) +
      "\n\n"
      "# Figures for Prometheus, at http://IP:PORT/metrics. They have no password: loopback, or a\n"
      "# network of your own.\n" +
      (config.metrics.empty() ? "# metrics = \"127.0.0.1:9464\""
                              : "metrics = " + Quoted(config.metrics)) +
      "\n\n"
      "# Threads that verify signatures; 0: one for each core.\n"
      "verify_threads = " +
      std::to_string(config.verify_threads) +
      "\n\n"
      "# Keys that sign much get a table each (150 kB), with which verifying is some four times "
      "faster;\n# 0: none.\n"
      "key_tables = " +
      std::to_string(config.key_tables) +
      "\n\n"
      "# Memory for stored blocks that are read often.\n"
      "cache_megabytes = " +
      std::to_string(config.cache_megabytes) +
      "\n\n"
      "# With less free on the ledger's file system than the larger of these, entries are "
      "refused.\n"
      "reserve_megabytes = " +
      std::to_string(config.reserve_megabytes) +
      "\n"
      "reserve_percent = " +
      std::to_string(config.reserve_percent) +
      "\n\n"
      "# trace, debug, info, warn, error\n"
      "log_level = " +
      Quoted(config.log_level) + "\n";
  if (config.tls) {
    out += "\n[tls]\ncertificate = " + Quoted(config.tls->certificate) +
           "\nprivate_key = " + Quoted(config.tls->private_key) + "\n";
  } else {
    out +=
        "\n# HTTPS instead of HTTP:\n# [tls]\n# certificate = \"tls/chain.pem\"\n"
        "# private_key = \"tls/key.pem\"\n";
  }
  return out + FormatNetwork(config);
}

std::string FormatNetwork(const Config& config) {
  std::string out;
  if (config.engine) out += FormatEngine(*config.engine);
  if (config.peer) {
    out +=
        "\n# Where the other peers bring their cosignatures; on the ledger as "
        "peer://….\n[peer]\nlisten = " +
        Quoted(config.peer->listen) + "\n";
  }
  return out;
}

}  // namespace sogoc::app
