// sogoc-node: keeps a ledger and serves it.

#include <google/protobuf/util/json_util.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "crypto/secret.h"
#include "node/app/audit.h"
#include "node/app/checkup.h"
#include "node/app/ledger_setup.h"
#include "node/app/node.h"
#include "node/app/own_gateway.h"
#include "node/gateway/api_common.h"
#include "node/storage/blob_store.h"

namespace {

using namespace sogoc;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int Fail(const base::Error& error) {
  std::cerr << "sogoc-node: " << error.message << "\n";
  return kFailed;
}

// Blocked in every thread from the start, so that only the wait below sees them.
sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// True once one of them was sent and waits.
bool StopAsked() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

// Flags that become [engine] and [peer] of node.toml.
class NetworkFlags {
 public:
  void AddTo(CLI::App& command) {
    command
        .add_option(
            "--engine", mode_,
            "the ledger is kept by several organisations: managed (this node runs the engine) "
            "or external (something else does)")
        ->check(CLI::IsMember({"managed", "external"}));
    command
        .add_option("--engine-program", engine_.program, "CometBFT 0.38: a path, or a name on PATH")
        ->capture_default_str();
    command.add_option("--engine-listen", engine_.p2p, "IP:PORT for the other engines")
        ->capture_default_str();
    command.add_option("--engine-rpc", engine_.rpc, "IP:PORT for this node alone")
        ->capture_default_str();
    command.add_option("--engine-abci", engine_.abci,
                       "unix:///PATH or tcp://IP:PORT where this node waits for the engine "
                       "[a socket in its folder]");
    command.add_option("--engine-metrics", engine_.metrics, "IP:PORT of the engine's own metrics");
    command.add_option("--peer-listen", peer_.listen, "IP:PORT for the other peers' cosignatures")
        ->capture_default_str();
  }

  void ApplyTo(app::Config& config) const {
    if (mode_.empty()) return;
    config.engine = engine_;
    config.engine->mode =
        mode_ == "managed" ? app::EngineConfig::Mode::kManaged : app::EngineConfig::Mode::kExternal;
    config.peer = peer_;
  }

 private:
  std::string mode_;
  app::EngineConfig engine_;
  app::PeerConfig peer_;
};

int RunInit(const app::NodeDirectory& directory, const app::Config& config,
            const std::string& organisation, const app::PeerAddresses& addresses) {
  if (const base::Status made = directory.Init(config, organisation, addresses); !made)
    return Fail(made.error());
  std::cout << "Made " << directory.path().string() << ".\n"
            << "Next: found the ledger with " << directory.peer().string()
            << " (sogoc found --peer …), then sogoc-node found.\n";
  return 0;
}

int RunNode(const app::NodeDirectory& directory, const app::Config& config) {
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto node = app::Node::Start(directory, config, StopAsked);
  if (!node) return Fail(node.error());
  const char* scheme = config.tls ? "https" : "http";
  std::cout << "Ledger " << (*node)->origin() << " at " << scheme << "://" << config.address << ":"
            << (*node)->port() << "/ (Ctrl-C stops)" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  return 0;
}

int RunFound(const app::NodeDirectory& directory, const app::Config& config,
             const std::string& entry) {
  const auto founded = app::FoundLedger(directory, config, entry);
  if (!founded) return Fail(founded.error());
  std::cout << "Founded. Compare with the other founders:\n"
            << "  ledger id      " << base::ToHex(founded->ledger_id) << "\n"
            << "  origin         " << founded->origin << "\n";
  if (founded->genesis_sha256) {
    std::cout << "  engine genesis " << base::ToHex(*founded->genesis_sha256)
              << "  (SHA-256 of engine/config/genesis.json)\n";
  }
  std::cout << "Next: sogoc-node run " << directory.path().string() << "\n";
  return 0;
}

int RunDescribe(const app::NodeDirectory& directory, const app::Config& config,
                const std::string& new_key, const app::PeerAddresses& addresses) {
  const base::Status described = directory.Describe(config, new_key, addresses);
  if (!described) return Fail(described.error());
  std::cout << "Wrote " << directory.peer().string() << ".\n";
  if (!new_key.empty()) {
    std::cout << "The new " << new_key << " key counts once the peers have approved it; start the "
              << "node again then.\n";
  }
  return 0;
}

int RunMigrate(const app::NodeDirectory& directory, const app::Config& config) {
  const auto genesis = app::MigrateToEngine(directory, config);
  if (!genesis) return Fail(genesis.error());
  std::cout << "Wrote [engine] and [peer] to " << directory.config().string() << ".\n"
            << "SHA-256 of the genesis: " << base::ToHex(*genesis) << "\n"
            << "Next: each other peer gets a copy of " << directory.ledger().string()
            << ", runs sogoc-node check and sogoc-node migrate, and reads this hash to the rest. "
               "Then start all (docs/OPERATORS.md, From one node to several).\n";
  return 0;
}

int RunExport(const app::NodeDirectory& directory, const app::Config& config,
              const std::string& folder) {
  const base::Status written = app::Node::Export(directory, config, folder);
  if (!written) return Fail(written.error());
  std::cout << "The log is in " << folder << ", its signed checkpoint in " << folder
            << "/checkpoint.\n";
  return 0;
}

// Also while the node runs: it looks at the note that this leaves before it takes any file.
int RunErase(const app::NodeDirectory& directory, const std::string& name) {
  const auto hash = base::DigestFromHex(name);
  if (!hash) return Fail(base::InvalidArgument("a file's name is 64 hexadecimal digits"));
  auto store = storage::BlobStore::Open(storage::SystemFiles(), directory.blobs().string());
  if (!store) return Fail(store.error());
  if (const base::Status erased = (*store)->Erase(*hash); !erased) return Fail(erased.error());
  std::cout << "Erased " << name << " at this node. It is not taken again. Each other peer's "
            << "operator erases its own copy.\n";
  return 0;
}

int RunCheck(const app::NodeDirectory& directory, bool quiet) {
  const auto result = app::Audit(directory, [quiet](std::uint64_t done, std::uint64_t all) {
    if (!quiet) std::cerr << "\rblock " << done << " of " << all << std::flush;
    if (!quiet && done == all) std::cerr << "\n";
  });
  if (!result) return Fail(result.error());
  std::cout << "ok: " << result->blocks << " blocks, " << result->entries << " entries, "
            << result->signatures << " signatures, state root " << base::ToHex(result->state_root)
            << " at height " << result->height << "\n";
  return 0;
}

// For whoever watches the node: a container's health check, say.
int RunHealth(const app::NodeDirectory& directory, const app::Config& config) {
  const auto reply = app::AskOwnGateway(directory, config, "/v1/health");
  if (!reply) return Fail(reply.error());
  v1::Health health;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(reply->body, &health, options).ok()) {
    return Fail(base::Unavailable("the gateway gives status " + std::to_string(reply->status) +
                                  " without a v1.Health"));
  }
  for (const std::string& problem : health.problems()) std::cout << problem << "\n";
  const bool healthy = reply->status == 200 && health.healthy();
  if (healthy) std::cout << "healthy\n";
  return healthy ? 0 : kFailed;
}

void Print(const v1::DoctorReport& report) {
  std::cout << report.name() << ": ";
  switch (report.findings_size()) {
    case 0:
      std::cout << "nothing is wrong" << (report.not_checked().empty() ? "" : " that was checked");
      break;
    case 1:
      std::cout << "one thing is wrong";
      break;
    default:
      std::cout << report.findings_size() << " things are wrong";
  }
  std::cout << "\n";
  for (int i = 0; i < report.findings_size(); ++i) {
    std::cout << "\n"
              << i + 1 << ". " << report.findings(i).what()
              << "\n   What to do: " << report.findings(i).to_do() << "\n";
  }
  if (!report.not_checked().empty()) std::cout << "\nNot checked:\n";
  for (const std::string& what : report.not_checked()) std::cout << "- " << what << "\n";
}

int RunDoctor(const app::NodeDirectory& directory, bool json) {
  const auto checkup = app::Examine(directory);
  if (!checkup) {
    Fail(checkup.error());
    return kUsage;
  }
  v1::DoctorReport report;
  report.set_name(checkup->config.name.empty() ? checkup->folder : checkup->config.name);
  report.set_running(checkup->running);
  for (app::Finding& finding : app::FindingsOf(*checkup)) {
    v1::Finding& shown = *report.add_findings();
    shown.set_what(std::move(finding.what));
    shown.set_to_do(std::move(finding.to_do));
  }
  for (const std::string& what : checkup->not_checked) report.add_not_checked(what);
  if (json) {
    std::cout << gateway::ToJson(report);
  } else {
    Print(report);
  }
  return report.findings().empty() ? 0 : kFailed;
}

// `file` as it goes into node.toml: a file below the node's folder moves with it.
std::string PassphraseFile(const std::string& file, const std::string& folder) {
  if (file.empty()) return file;
  const auto path = std::filesystem::weakly_canonical(file);
  const auto below = path.lexically_relative(std::filesystem::weakly_canonical(folder));
  if (below.empty() || *below.begin() == "..") return std::filesystem::absolute(file).string();
  return below.string();
}

}  // namespace

int main(int argc, char** argv) {
  if (const base::Status status = crypto::DisableCoreDumps(); !status) return Fail(status.error());
  CLI::App cli(
      "Keeps a Sổ Gốc ledger and serves it over HTTP.\n\n"
      "Examples:\n"
      "  sogoc-node init DIR --name peer1.example --organisation vpdp-ha-tinh \\\n"
      "             --resolver-host truyxuat.example --passphrase-file node.pass\n"
      "  sogoc-node found DIR founding.entry\n"
      "  sogoc-node run DIR\n"
      "  sogoc-node doctor DIR         (what is wrong, and what to do)\n"
      "  sogoc-node check DIR          (stop the node first)\n"
      "  sogoc-node export DIR FOLDER  (likewise)\n"
      "  sogoc-node blob erase DIR 3f0a…  (a file's SHA-256; the node may run)",
      "sogoc-node");
  cli.footer(
      "Exit codes: 0 done; 1 could not do it, the message says why and what to do; 2 wrong usage;\n"
      "70 a write to disk failed or the store changed underneath: nothing unwritten was promised.");
  cli.require_subcommand(1);
  std::string path;
  std::string organisation;
  std::string entry;
  bool quiet = false;
  app::Config config;
  app::PeerAddresses addresses;

  CLI::App* init = cli.add_subcommand("init", "make a node's folder: keys, node.toml, peer.json");
  init->add_option("dir", path, "folder to make")->required();
  init->add_option("--name", config.name, "this peer's key name, e.g. peer1.example")->required();
  init->add_option("--organisation", organisation, "organisation that runs it")->required();
  init->add_option("--resolver-host", config.resolver_host,
                   "host in the addresses of the stamps that lead here")
      ->required();
  init->add_option("--passphrase-file", config.passphrase_file,
                   "passphrase of the node's keys: one line, mode 0600")
      ->required();
  init->add_option("--address", config.address, "where the gateway listens")->capture_default_str();
  init->add_option("--port", config.port, "0: any free port")->capture_default_str();
  init->add_option("--metrics-listen", config.metrics,
                   "IP:PORT of the node's figures for Prometheus, without a password [none]");
  NetworkFlags network;
  network.AddTo(*init);
  std::string new_key;
  CLI::App* describe =
      cli.add_subcommand("describe", "write peer.json anew: with a new key, or other addresses");
  describe->add_option("dir", path, "the node's folder")->required();
  describe->add_option("--new-key", new_key,
                       "make a new one: log, cosigner, validator, engine, tls");
  for (CLI::App* command : {init, describe}) {
    command
        ->add_option("--endpoint", addresses.endpoints,
                     "where others reach it, for peer.json: https://HOST[:PORT] (gateway), "
                     "peer://HOST:PORT (cosignatures); repeatable")
        ->allow_extra_args(false);
    command->add_option("--p2p", addresses.p2p,
                        "HOST:PORT where other peers' engines reach its engine");
  }
  CLI::App* migrate = cli.add_subcommand(
      "migrate", "let an engine order a ledger that this node has ordered alone");
  migrate->add_option("dir", path, "the node's folder")->required();
  network.AddTo(*migrate);
  CLI::App* found = cli.add_subcommand("found", "write the ledger's first block");
  found->add_option("dir", path, "the node's folder")->required();
  found->add_option("entry", entry, "founding entry, made by sogoc found")->required();
  CLI::App* run = cli.add_subcommand("run", "serve until Ctrl-C, as DIR/node.toml says");
  run->add_option("dir", path, "the node's folder")->required();
  CLI::App* check = cli.add_subcommand(
      "check", "verify every byte again: hashes, signatures, rules, state roots");
  check->add_option("dir", path, "the node's folder")->required();
  check->add_flag("--quiet", quiet, "no progress");
  CLI::App* export_log = cli.add_subcommand(
      "export", "write the whole log as static files that anybody can verify (C2SP tlog-tiles)");
  std::string folder;
  export_log->add_option("dir", path, "the node's folder")->required();
  export_log->add_option("folder", folder, "where the files go")->required();
  CLI::App* health = cli.add_subcommand("health", "whether the node that runs from DIR is well");
  health->add_option("dir", path, "the node's folder")->required();
  bool json = false;
  CLI::App* doctor = cli.add_subcommand(
      "doctor", "what is wrong with this peer, and what to do; as the user that runs the node");
  doctor->add_option("dir", path, "the node's folder")->required();
  doctor->add_flag("--json", json, "the report as JSON (v1.DoctorReport)");
  doctor->footer("Exit codes: 0 nothing is wrong; 1 something is; 2 could not check.");
  CLI::App* blob = cli.add_subcommand("blob", "files that the ledger names by their SHA-256");
  blob->require_subcommand(1);
  std::string hash;
  CLI::App* erase = blob->add_subcommand(
      "erase", "remove a file from this node for good, also while the node runs");
  erase->add_option("dir", path, "the node's folder")->required();
  erase->add_option("hash", hash, "its SHA-256, 64 hexadecimal digits")->required();
  erase->footer("Example:\n  sogoc-node blob erase DIR 3f0a…  (64 digits)");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : kUsage;
  }

  if (*init) config.passphrase_file = PassphraseFile(config.passphrase_file, path);
  const app::NodeDirectory directory{path};
  network.ApplyTo(config);
  if (*init) return RunInit(directory, config, organisation, addresses);
  if (*check) return RunCheck(directory, quiet);
  if (*doctor) return RunDoctor(directory, json);
  const auto read = app::ReadConfig(directory.config());
  if (!read) return Fail(read.error());
  if (*erase) return RunErase(directory, hash);
  if (*export_log) return RunExport(directory, *read, folder);
  if (*describe) return RunDescribe(directory, *read, new_key, addresses);
  if (*migrate) {
    app::Config migrated = *read;
    network.ApplyTo(migrated);
    if (migrated.engine) return RunMigrate(directory, migrated);
    std::cerr << "sogoc-node: say --engine managed or --engine external\n";
    return kUsage;
  }
  if (*health) return RunHealth(directory, *read);
  return *found ? RunFound(directory, *read, entry) : RunNode(directory, *read);
}
