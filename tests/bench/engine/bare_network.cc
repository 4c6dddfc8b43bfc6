#include "tests/bench/engine/bare_network.h"

#include <chrono>
#include <thread>

#include "node/base/time.h"
#include "node/consensus/cometbft/engine_files.h"
#include "node/storage/file_system.h"

namespace sogoc::bench {
namespace {

constexpr std::size_t kPeers = 4;
constexpr std::uint16_t kP2pPort = 26656;
constexpr std::uint16_t kRpcPort = 26657;
constexpr auto kConnectTime = std::chrono::seconds(60);

struct Keys {
  crypto::Ed25519PrivateKey node = crypto::Ed25519PrivateKey::Generate();
  crypto::Ed25519PrivateKey validator = crypto::Ed25519PrivateKey::Generate();
};

std::string NameOf(std::size_t peer) { return "peer" + std::to_string(peer + 1); }
std::string HostOf(const std::string& hosts, std::size_t peer) {
  return hosts + "." + std::to_string(peer + 1);
}

ledger::PeersRecord RecordOf(const std::vector<Keys>& keys, const std::string& hosts) {
  ledger::PeersRecord record;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ledger::PeerRecord peer;
    peer.name = NameOf(i);
    peer.validator_key = base::ToBytes(keys[i].validator.public_key());
    peer.endpoints = {"p2p://" + cometbft::NodeIdOf(keys[i].node.public_key()) + "@" +
                      HostOf(hosts, i) + ":" + std::to_string(kP2pPort)};
    record.peers.push_back(peer);
  }
  return record;
}

}  // namespace

base::Result<std::unique_ptr<BareNetwork>> BareNetwork::Start(const std::string& program,
                                                              const std::string& folder,
                                                              const std::string& hosts,
                                                              OnCommitted on_committed) {
  const std::vector<Keys> keys(kPeers);
  const ledger::PeersRecord record = RecordOf(keys, hosts);
  TRY(const std::string genesis,
      cometbft::GenesisText({}, base::SystemClock().Now() - base::kNsPerSecond, record));
  auto network = std::make_unique<BareNetwork>();
  for (std::size_t i = 0; i < kPeers; ++i) {
    auto peer = std::make_unique<Peer>();
    const std::string home = folder + "/" + NameOf(i);
    cometbft::EngineSettings settings;
    settings.name = NameOf(i);
    settings.p2p = HostOf(hosts, i) + ":" + std::to_string(kP2pPort);
    settings.rpc = HostOf(hosts, i) + ":" + std::to_string(kRpcPort);
    settings.abci = "unix://" + folder + "/" + NameOf(i) + ".sock";
    TRY(std::string config, cometbft::ConfigText(settings, record, keys[i].node.public_key()));
    TRY_STATUS(
        cometbft::WriteEngineFiles(storage::SystemFiles(), home,
                                   {genesis, std::move(config), cometbft::NodeKeyText(keys[i].node),
                                    cometbft::ValidatorKeyText(keys[i].validator)}));
    peer->application = std::make_unique<NoopApplication>(
        [i, on_committed](const std::vector<base::Bytes>& txs) { on_committed(i, txs); });
    TRY(peer->server, cometbft::AbciServer::Start(settings.abci, *peer->application));
    cometbft::EngineProcessOptions options;
    options.program = program;
    options.home = home;
    options.log = home + "/log";
    options.on_exit = [](const std::string&) {};
    TRY(peer->engine, cometbft::EngineProcess::Start(std::move(options)));
    peer->rpc = cometbft::MakeEngineRpc(HostOf(hosts, i), kRpcPort);
    network->peers_.push_back(std::move(peer));
  }
  TRY_STATUS(network->AwaitConnected());
  return network;
}

base::Status BareNetwork::AwaitConnected() {
  const auto deadline = std::chrono::steady_clock::now() + kConnectTime;
  for (std::size_t i = 0; i < peers_.size();) {
    const auto status = peers_[i]->rpc->Status();
    if (status && !status->catching_up && status->height > 0 && status->peers + 1 == kPeers) {
      ++i;
      continue;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return base::Unavailable(NameOf(i) + " did not connect" +
                               (status ? "" : ": " + status.error().message));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return base::Ok();
}

}  // namespace sogoc::bench
