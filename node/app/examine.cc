// What `sogoc-node doctor` looks at.

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>

#include "crypto/spki.h"
#include "node/app/checkup.h"
#include "node/app/own_gateway.h"
#include "node/app/own_ledger.h"
#include "node/consensus/cometbft/engine_files.h"
#include "node/consensus/cometbft/engine_process.h"
#include "node/consensus/cometbft/validators.h"
#include "node/ledger/known_rules.h"
#include "node/ledger/rules/governance.h"
#include "node/storage/directory_lock.h"
#include "node/storage/rocks_store.h"
#include "node/storage/state_store.h"

extern char** environ;

namespace sogoc::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogTailBytes = 64 << 10;
constexpr std::size_t kLineBytesMax = 300;
constexpr std::chrono::seconds kVerifyMax{30};
constexpr int kSilenceMaxMs = 5'000;  // of a program that should print its version

base::Status CheckOwner(const fs::path& path) {
  struct stat stat {};
  if (::stat(path.c_str(), &stat) != 0) {
    return base::NotFound(path.string() + " does not exist; `sogoc-node init` makes it");
  }
  if (stat.st_uid == ::geteuid()) return base::Ok();
  return base::PermissionDenied(path.string() + " belongs to user id " +
                                std::to_string(stat.st_uid) +
                                ": run this as that user (runuser -u sogoc -- …)");
}

void CheckMode(const fs::path& path, Checkup& checkup) {
  struct stat stat {};
  if (::stat(path.c_str(), &stat) != 0) return;
  if ((stat.st_mode & (S_IRWXG | S_IRWXO)) != 0) checkup.open_to_others.push_back(path.string());
}

void CheckModes(const NodeDirectory& directory, Checkup& checkup) {
  CheckMode(directory.path(), checkup);
  for (const Checkup::Key& key : checkup.keys) CheckMode(directory.key(key.name), checkup);
  CheckMode(directory.Resolve(checkup.config.passphrase_file), checkup);
  if (checkup.config.tls) CheckMode(directory.Resolve(checkup.config.tls->private_key), checkup);
  if (!checkup.config.engine) return;
  const fs::path config = directory.Resolve(checkup.config.engine->home) / "config";
  CheckMode(config / "node_key.json", checkup);
  CheckMode(config / "priv_validator_key.json", checkup);
}

void ReadKeys(const NodeDirectory& directory, Checkup& checkup) {
  for (const char* name : {"log", "cosigner", "validator", "engine"}) {
    Checkup::Key& key = checkup.keys.emplace_back();
    key.name = name;
    const auto read = directory.ReadKey(checkup.config, name);
    if (!read) {
      key.read = read.error();
    } else if (key.name == "engine") {
      key.named = base::ToBytes(base::AsBytes(cometbft::NodeIdOf(read->public_key())));
    } else {
      key.named = base::ToBytes(read->public_key());
    }
    if (read && key.name == "validator") {
      checkup.old_copy =
          fs::exists(directory.old_copy_mark(cometbft::ValidatorAddress(read->public_key())));
    }
  }
  Checkup::Key& key = checkup.keys.emplace_back();
  key.name = "tls";
  const auto read = directory.ReadTlsKey(checkup.config);
  if (!read) {
    key.read = read.error();
  } else {
    key.named = base::ToBytes(crypto::SpkiHash(read->public_key()));
  }
}

// The first bytes of a pipe; less if it ends, or says nothing for a while.
std::string ReadFirstBytes(int pipe) {
  std::array<char, kLineBytesMax> buffer;
  std::string output;
  pollfd wait{pipe, POLLIN, 0};
  while (output.size() < buffer.size() && ::poll(&wait, 1, kSilenceMaxMs) == 1) {
    const ssize_t size = ::read(pipe, buffer.data(), buffer.size() - output.size());
    if (size <= 0) break;
    output.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return output;
}

// What `program version` prints.
base::Result<std::string> VersionOf(const std::string& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return base::Unavailable("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string path = program;
  std::string argument = "version";
  char* argv[] = {path.data(), argument.data(), nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, path.c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output;
  if (error == 0) {
    output = ReadFirstBytes(ends[0]);
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
  }
  ::close(ends[0]);
  if (error != 0) {
    return base::Unavailable(program + ": " + std::generic_category().message(error));
  }
  output = output.substr(0, output.find('\n'));
  if (output.empty()) return base::Unavailable(program + " version prints nothing");
  return output;
}

base::Result<std::string> EngineVersion(const EngineConfig& engine) {
  TRY(const std::string program, cometbft::FindEngine(engine.program));
  return VersionOf(program);
}

// The last line near the end of the engine's log that says why it cannot go on.
std::string EngineFailure(const fs::path& log) {
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const auto size = static_cast<std::size_t>(file.tellg());
  file.seekg(static_cast<std::streamoff>(size > kLogTailBytes ? size - kLogTailBytes : 0));
  std::string failure;
  for (std::string line; std::getline(file, line);) {
    for (const char* sign : {"CONSENSUS FAILURE", "panic:", "does not match"}) {
      if (line.find(sign) != std::string::npos) failure = line.substr(0, kLineBytesMax);
    }
  }
  return failure;
}

// Whoever reads damage is stopped by it (fail_stop.h), so the files are compared first.
bool IsWhole(const storage::KeyValueStore& store, Checkup& checkup) {
  const auto end = std::chrono::steady_clock::now() + kVerifyMax;
  bool in_time = true;
  const base::Status whole =
      store.VerifyFiles([&] { return in_time = std::chrono::steady_clock::now() < end; });
  if (whole) return true;
  if (!in_time) {
    checkup.not_checked.emplace_back(
        "all files of the store, which is large: sogoc-node check reads them to the end");
    return true;
  }
  checkup.store_read = whole;
  return false;
}

void ReadStore(const NodeDirectory& directory, Checkup& checkup) {
  storage::RocksSettings settings;
  settings.path = (directory.ledger() / "store").string();
  settings.mode = storage::RocksSettings::Mode::kReadOnly;
  settings.block_cache_bytes = 8 << 20;
  const auto store = storage::OpenRocksStore(settings);
  if (!store) {
    checkup.store_read = store.error();
    return;
  }
  if (!IsWhole(**store, checkup)) return;
  const storage::StoredState state(**store);
  checkup.rules_known = ledger::CheckRulesKnown(state);
  checkup.peers = ledger::Load<ledger::PeersRecord>(state, ledger::PeersKey());
}

// ---- From the node

base::Status Ask(const NodeDirectory& directory, const Config& config, const std::string& target,
                 google::protobuf::Message& message) {
  TRY(const GatewayReply reply, AskOwnGateway(directory, config, target));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (reply.status != 200 ||
      !google::protobuf::util::JsonStringToMessage(reply.body, &message, options).ok()) {
    return base::Unavailable("GET " + target + " gives status " + std::to_string(reply.status) +
                             ": is it this node's gateway?");
  }
  return base::Ok();
}

base::Status AskNode(const NodeDirectory& directory, Checkup& checkup) {
  v1::PeersStatus status;
  v1::LedgerStatus ledger;
  v1::PeerList peers;
  TRY_STATUS(Ask(directory, checkup.config, "/v1/peers", status));
  TRY_STATUS(Ask(directory, checkup.config, "/v1/ledger", ledger));
  TRY_STATUS(Ask(directory, checkup.config, "/v1/peers/record", peers));
  checkup.peers = ledger::rules::MakePeers(peers.peers());
  checkup.status = std::move(status);
  checkup.checkpoint = ledger.checkpoint();
  return base::Ok();
}

// kFailedPrecondition: the node runs. The lock is let go at once: a node that is being started must
// not find it taken, and the store is only read.
base::Status CheckFree(const NodeDirectory& directory) {
  const auto lock = storage::DirectoryLock::Acquire(directory.ledger().string());
  if (!lock) return lock.error();
  return base::Ok();
}

void ExamineLedger(const NodeDirectory& directory, Checkup& checkup) {
  constexpr const char* kOfNode = "checkpoint, signing, clock, links and engine";
  checkup.founded = fs::exists(directory.ledger());
  if (!checkup.founded) {
    checkup.not_checked.push_back(std::string(kOfNode) + ": there is no ledger yet");
    return;
  }
  const base::Status free = CheckFree(directory);
  checkup.running = !free && free.error().code == base::ErrorCode::kFailedPrecondition;
  if (!checkup.running) {
    if (!free) {
      checkup.store_read = free.error();
    } else {
      ReadStore(directory, checkup);
    }
    if (checkup.config.engine) {
      checkup.engine_failure =
          EngineFailure(directory.Resolve(checkup.config.engine->home) / "engine.log");
    }
    checkup.not_checked.push_back(std::string(kOfNode) + ": the node does not run");
    return;
  }
  const base::Status asked = AskNode(directory, checkup);
  if (asked) return;
  if (asked.error().code == base::ErrorCode::kFailedPrecondition) {
    checkup.not_checked.push_back(std::string(kOfNode) +
                                  ", and the keys: " + asked.error().message);
  } else {
    checkup.gateway = asked;
    checkup.not_checked.push_back(std::string(kOfNode) +
                                  ", and whether the keys are the ledger's: the gateway does not "
                                  "answer");
  }
}

}  // namespace

base::Result<Checkup> Examine(const NodeDirectory& directory) {
  TRY_STATUS(CheckOwner(directory.path()));
  Checkup checkup;
  checkup.folder = directory.path().string();
  auto config = ReadConfig(directory.config());
  if (!config && config.error().code == base::ErrorCode::kNotFound) return config.error();
  if (!config) {
    checkup.config_read = config.error();
    return checkup;
  }
  checkup.config = std::move(*config);
  ReadKeys(directory, checkup);
  CheckModes(directory, checkup);
  if (const auto& engine = checkup.config.engine;
      engine && engine->mode == EngineConfig::Mode::kManaged) {
    checkup.engine_version = EngineVersion(*engine);
  }
  if (const auto space =
          storage::MeasureFreeSpace(directory.path().string(), ReserveOf(checkup.config))) {
    checkup.space = *space;
  }
  checkup.evidence = EvidenceFolder(directory.evidence()).Count();
  ExamineLedger(directory, checkup);
  return checkup;
}

}  // namespace sogoc::app
