#pragma once

// The operator's file, node.toml.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "node/base/result.h"

namespace sogoc::app {

struct TlsFiles {
  std::string certificate;  // PEM, the server's certificate first
  std::string private_key;  // PEM
};

// The replication engine, for a ledger that several organisations keep; without it this node alone
// orders.
struct EngineConfig {
  // Managed: the node starts the engine, and they stop together. External: somebody else starts it
  // (in another container, say); the node writes its files and waits for it.
  enum class Mode : std::uint8_t { kManaged, kExternal };
  Mode mode = Mode::kManaged;
  std::string program = "cometbft";  // a path, or a name to look for
  std::string home = "engine";       // its folder, relative to the node's
  // Where it meets the other engines, and where this node reaches it.
  std::string p2p = "0.0.0.0:26656";
  std::string rpc = "127.0.0.1:26657";
  std::string metrics;  // IP:PORT for its own Prometheus metrics; empty: none
  std::string log_level = "error";
  // Where the node waits for it: unix:///PATH or tcp://IP:PORT. Empty: a socket in its folder.
  std::string abci;
};

// The exchange of cosignatures with the other peers.
struct PeerConfig {
  std::string listen = "0.0.0.0:26670";
};

struct Config {
  std::string name;             // this peer's key name
  std::string resolver_host;    // the host of the stamps that lead here
  std::string passphrase_file;  // of the node's keys; relative to the node's folder
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::optional<TlsFiles> tls;
  std::string metrics;  // IP:PORT of this node's figures for Prometheus; empty: none
  std::uint32_t connections_per_client = 256;  // at once, of one address (IPv6: of one /64)
  std::optional<EngineConfig> engine;
  std::optional<PeerConfig> peer;       // set whenever `engine` is
  unsigned verify_threads = 0;          // 0: one for each core
  unsigned key_tables = 64;             // crypto::P256TableOptions::tables_max
  std::uint64_t cache_megabytes = 192;  // RocksDB's block cache
  // Below the larger of the two, free on the ledger's file system, entries are refused.
  std::uint64_t reserve_megabytes = 1'024;
  unsigned reserve_percent = 5;
  std::string log_level = "info";
};

// kNotFound no file; kInvalidArgument names the line or the key: unknown keys are errors, so that a
// slip of the pen is not silently ignored.
base::Result<Config> ReadConfig(const std::filesystem::path& path);

// A file that ReadConfig reads as `config`, with comments for the operator.
std::string FormatConfig(const Config& config);
// The tables [engine] and [peer] of it.
std::string FormatNetwork(const Config& config);

}  // namespace sogoc::app
