#include "node/app/replication.h"

#include <spdlog/spdlog.h>

#include "crypto/sha256.h"
#include "node/app/managed_engine.h"
#include "node/consensus/cometbft/abci_server.h"
#include "node/consensus/cometbft/bundle_orderer.h"
#include "node/consensus/cometbft/engine_files.h"
#include "node/consensus/cometbft/engine_process.h"
#include "node/consensus/cometbft/validators.h"
#include "node/ledger/peer_endpoint.h"
#include "node/ledger/records.h"
#include "node/storage/files.h"

namespace sogoc::app {
namespace {

using cometbft::CommittedBlock;

constexpr std::size_t kGenesisBytesMax = 1 << 20;

std::string EngineHome(const NodeDirectory& directory, const EngineConfig& engine) {
  return directory.Resolve(engine.home).string();
}

std::string AbciAddress(const NodeDirectory& directory, const EngineConfig& engine) {
  if (!engine.abci.empty()) return engine.abci;
  return "unix://" + std::filesystem::absolute(EngineHome(directory, engine)).string() +
         "/abci.sock";
}

base::Result<std::string> GenesisOf(const storage::LedgerStore& store) {
  const auto peers = ledger::Load<ledger::PeersRecord>(store, ledger::PeersKey());
  return cometbft::GenesisText(store.ledger_id(), store.Head()->header.time, *peers);
}

// The others dial the id that the ledger names.
void WarnOfOtherEngine(const std::string& name, const ledger::PeersRecord& peers,
                       const std::string& node_id) {
  for (const ledger::PeerRecord& peer : peers.peers) {
    const auto endpoint = ledger::FindEndpoint(peer, ledger::EndpointKind::kEngine);
    if (peer.name != name || !endpoint || endpoint->node_id == node_id) continue;
    spdlog::warn(
        "the ledger names {} as this peer's engine, keys/engine.key is {}: the others "
        "reach it once they have approved its peer.json",
        endpoint->node_id, node_id);
  }
}

base::Result<cometbft::EngineFiles> MakeFiles(const NodeDirectory& directory, const Config& config,
                                              const storage::LedgerStore& store, bool follower) {
  const EngineConfig& engine = *config.engine;
  const auto peers = ledger::Load<ledger::PeersRecord>(store, ledger::PeersKey());
  TRY(const auto node_key, directory.ReadKey(config, "engine"));
  TRY(const auto validator_key, directory.ReadKey(config, "validator"));
  cometbft::EngineSettings settings;
  settings.name = config.name;
  settings.p2p = engine.p2p;
  settings.rpc = engine.rpc;
  settings.abci = AbciAddress(directory, engine);
  settings.metrics = engine.metrics;
  settings.log_level = engine.log_level;
  settings.follower = follower;
  WarnOfOtherEngine(config.name, *peers, cometbft::NodeIdOf(node_key.public_key()));
  TRY(std::string config_text, cometbft::ConfigText(settings, *peers, node_key.public_key()));
  TRY(std::string genesis, GenesisOf(store));
  return cometbft::EngineFiles{
      std::move(genesis), std::move(config_text), cometbft::NodeKeyText(node_key),
      cometbft::ValidatorKeyText(validator_key), store.EngineHeight().has_value()};
}

// An engine without blocks cannot meet a ledger that has some: it would stop with words of its own.
base::Status CheckEngineHasBlocks(const NodeDirectory& directory, const EngineConfig& engine,
                                  const storage::LedgerStore& store) {
  const std::string blocks = EngineHome(directory, engine) + "/data/blockstore.db";
  if (!store.EngineHeight() || storage::SystemFiles().Exists(blocks)) return base::Ok();
  return base::FailedPrecondition(
      "this ledger has the engine's block " + std::to_string(*store.EngineHeight()) + ", but " +
      blocks +
      " is missing. Restore ledger/ and the engine's folder together; or move ledger/, signed/ and "
      "the engine's folder aside, run sogoc-node found again with new validator and cosigner keys, "
      "and let the peer catch up (docs/OPERATORS.md, A lost machine)");
}

base::Status WriteFiles(const NodeDirectory& directory, const Config& config,
                        const storage::LedgerStore& store, bool follower) {
  TRY(const cometbft::EngineFiles files, MakeFiles(directory, config, store, follower));
  return cometbft::WriteEngineFiles(storage::SystemFiles(), EngineHome(directory, *config.engine),
                                    files);
}

class CometBftReplication final : public Replication {
 public:
  CometBftReplication(const Config& config, storage::LedgerStore& store,
                      const crypto::P256BatchVerifier& verifier, ReplicationHooks hooks,
                      const ledger::HostPort& rpc)
      : store_(store),
        hooks_(std::move(hooks)),
        checker_(store, verifier),
        application_(store, checker_, cometbft::ChainIdOf(store.ledger_id()),
                     {[this](CommittedBlock block) { OnCommitted(std::move(block)); },
                      hooks_.on_misbehavior}),
        rpc_(cometbft::MakeEngineRpc(rpc.host, rpc.port)),
        orderer_(store, checker_, *rpc_, OrdererOptions(config)) {}

  ~CometBftReplication() override {
    if (engine_) engine_->Stop();
    if (server_) server_->Stop();  // the last who speaks of blocks to `engine_`
  }

  base::Status Start(const NodeDirectory& directory, const Config& config) {
    const EngineConfig& engine = *config.engine;
    const bool managed = engine.mode == EngineConfig::Mode::kManaged;
    cometbft::AbciServerOptions options;
    if (!managed) {
      options.on_disconnect = [this] {
        hooks_.on_engine_lost("the engine has gone; this node serves what it has and waits");
      };
    }
    TRY_STATUS(CheckEngineHasBlocks(directory, engine, store_));
    // A managed engine begins as a follower; this also makes its folder.
    TRY_STATUS(WriteFiles(directory, config, store_, /*follower=*/managed));
    TRY(server_,
        cometbft::AbciServer::Start(AbciAddress(directory, engine), application_, options));
    if (managed) return StartEngine(directory, config);
    hooks_.on_voting(true);
    return base::Ok();
  }

  consensus::Orderer& orderer() override { return orderer_; }
  cometbft::EngineRpc& engine() override { return *rpc_; }
  base::Status Voting() const override { return engine_ ? engine_->Voting() : base::Ok(); }
  std::size_t waiting_bytes() const override { return orderer_.waiting_bytes(); }
  std::size_t travelling_bundles() const override { return orderer_.travelling_bundles(); }
  const consensus::BlockTimes& block_times() const override { return application_.block_times(); }

 private:
  cometbft::BundleOrdererOptions OrdererOptions(const Config& config) const {
    cometbft::BundleOrdererOptions options;
    options.verify_threads = config.verify_threads == 0
                                 ? std::max(1U, std::thread::hardware_concurrency())
                                 : config.verify_threads;
    options.admit = hooks_.admit;
    return options;
  }

  base::Status StartEngine(const NodeDirectory& directory, const Config& config) {
    const std::string home = EngineHome(directory, *config.engine);
    TRY(const std::string program, cometbft::FindEngine(config.engine->program));
    TRY(const auto key, directory.ReadKey(config, "validator"));
    const auto write_files = [this, directory, config](bool follower) {
      return WriteFiles(directory, config, store_, follower);
    };
    TRY(const std::uint64_t signed_height, cometbft::SignedHeight(storage::SystemFiles(), home));
    const auto peers = ledger::Load<ledger::PeersRecord>(store_, ledger::PeersKey());
    cometbft::EngineProcessOptions process;
    process.program = program;
    process.home = home;
    process.log = home + "/engine.log";
    process.on_exit = hooks_.on_engine_lost;
    const base::Bytes address = cometbft::ValidatorAddress(key.public_key());
    const std::string mark = directory.old_copy_mark(address).string();
    cometbft::ValidatorGuard guard(peers->peers.size(),
                                   {store_.EngineHeight().value_or(0), signed_height, address,
                                    storage::SystemFiles().Exists(mark)});
    const auto keep_old_copy = [mark](const std::string& why) {
      return storage::WriteFileDurably(storage::SystemFiles(), mark, base::AsBytes(why + "\n"));
    };
    engine_ = std::make_unique<ManagedEngine>(ManagedEngine::Options{
        std::move(process), std::move(guard), hooks_.others, write_files,
        [this] {
          const auto status = rpc_->Status();
          return status ? std::optional<std::size_t>(status->peers) : std::nullopt;
        },
        hooks_.on_voting, keep_old_copy, hooks_.on_engine_lost});
    return engine_->Start();
  }

  void OnCommitted(CommittedBlock block) {
    if (engine_) engine_->OnBlock(block.engine_height, block.voters);
    if (block.block) hooks_.on_block(block.block->head());
    orderer_.OnCommitted(std::move(block));
  }

  storage::LedgerStore& store_;
  const ReplicationHooks hooks_;
  const consensus::EntryChecker checker_;
  cometbft::LedgerApplication application_;
  const std::unique_ptr<cometbft::EngineRpc> rpc_;
  cometbft::BundleOrderer orderer_;
  std::unique_ptr<cometbft::AbciServer> server_;
  std::unique_ptr<ManagedEngine> engine_;
};

}  // namespace

base::Result<base::Digest> EngineGenesisHash(const NodeDirectory& directory, const Config& config,
                                             const storage::LedgerStore& store) {
  const std::string path = EngineHome(directory, *config.engine) + "/config/genesis.json";
  const auto there = storage::SystemFiles().Read(path, kGenesisBytesMax);
  if (there) return crypto::Sha256(*there);
  if (there.error().code != base::ErrorCode::kNotFound) return there.error();
  TRY(const std::string genesis, GenesisOf(store));
  return crypto::Sha256(base::AsBytes(genesis));
}

base::Status CheckEngineFiles(const NodeDirectory& directory, const Config& config,
                              const storage::LedgerStore& store) {
  if (auto files = MakeFiles(directory, config, store, /*follower=*/false); !files) {
    return files.error();
  }
  return base::Ok();
}

base::Result<std::unique_ptr<Replication>> Replication::Start(
    const NodeDirectory& directory, const Config& config, storage::LedgerStore& store,
    const crypto::P256BatchVerifier& verifier, ReplicationHooks hooks) {
  TRY(const ledger::HostPort rpc, ledger::ParseHostPort(config.engine->rpc));
  auto replication =
      std::make_unique<CometBftReplication>(config, store, verifier, std::move(hooks), rpc);
  TRY_STATUS(replication->Start(directory, config));
  return std::unique_ptr<Replication>(std::move(replication));
}

}  // namespace sogoc::app
