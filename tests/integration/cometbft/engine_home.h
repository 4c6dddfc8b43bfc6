#pragma once

// Engines with an application inside ("kvstore"), on loopback.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "node/consensus/cometbft/engine_files.h"
#include "node/consensus/cometbft/engine_process.h"
#include "node/consensus/cometbft/engine_rpc.h"
#include "tests/support/temp_directory.h"

namespace sogoc::support {

// An address of this process's own, so that tests side by side can all use the same ports.
inline std::string LoopbackHost() {
  const int pid = static_cast<int>(::getpid());
  return "127.77." + std::to_string(pid / 250 % 250 + 1) + "." + std::to_string(pid % 250 + 1);
}

// True as soon as `condition` is, within `time`.
inline bool Eventually(const std::function<bool()>& condition,
                       std::chrono::seconds time = std::chrono::seconds(30)) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

// The engines of a network of `count` peers, each with files of its own. Not started.
class EngineHomes {
 public:
  explicit EngineHomes(std::size_t count = 1) {
    for (std::size_t i = 0; i < count; ++i) {
      Peer& peer = peers_.emplace_back();
      peer.p2p = static_cast<std::uint16_t>(26'656 + 10 * i);
      peer.rpc = static_cast<std::uint16_t>(26'657 + 10 * i);
      ledger::PeerRecord record;
      record.name = "peer" + std::to_string(i + 1) + ".example";
      record.validator_key = base::ToBytes(peer.validator_key.public_key());
      record.endpoints = {"p2p://" + cometbft::NodeIdOf(peer.node_key.public_key()) + "@" + host_ +
                          ":" + std::to_string(peer.p2p)};
      record_.peers.push_back(record);
    }
  }

  std::string home(std::size_t peer) const { return directory_ / std::to_string(peer); }
  std::string log(std::size_t peer) const { return home(peer) + "/engine.log"; }
  const crypto::Ed25519PrivateKey& node_key(std::size_t peer) const {
    return peers_[peer].node_key;
  }

  base::Status Write(std::size_t peer) const {
    cometbft::EngineSettings settings;
    settings.name = record_.peers[peer].name;
    settings.p2p = host_ + ":" + std::to_string(peers_[peer].p2p);
    settings.rpc = host_ + ":" + std::to_string(peers_[peer].rpc);
    settings.abci = "kvstore";
    TRY(std::string config,
        cometbft::ConfigText(settings, record_, peers_[peer].node_key.public_key()));
    TRY(std::string genesis,
        cometbft::GenesisText(base::Digest{7}, 1'780'000'000'000'000'001, record_));
    return cometbft::WriteEngineFiles(
        storage::SystemFiles(), home(peer),
        {std::move(genesis), std::move(config), cometbft::NodeKeyText(peers_[peer].node_key),
         cometbft::ValidatorKeyText(peers_[peer].validator_key)});
  }

  base::Result<std::unique_ptr<cometbft::EngineProcess>> Start(
      std::size_t peer, std::function<void(const std::string&)> on_exit = {}) const {
    TRY_STATUS(Write(peer));
    cometbft::EngineProcessOptions options;
    TRY(options.program, cometbft::FindEngine("cometbft"));
    options.home = home(peer);
    options.log = log(peer);
    options.on_exit = std::move(on_exit);
    return cometbft::EngineProcess::Start(std::move(options));
  }

  std::unique_ptr<cometbft::EngineRpc> Rpc(std::size_t peer) const {
    return cometbft::MakeEngineRpc(host_, peers_[peer].rpc);
  }

 private:
  struct Peer {
    crypto::Ed25519PrivateKey node_key = crypto::Ed25519PrivateKey::Generate();
    crypto::Ed25519PrivateKey validator_key = crypto::Ed25519PrivateKey::Generate();
    std::uint16_t p2p = 0;
    std::uint16_t rpc = 0;
  };

  const std::string host_ = LoopbackHost();
  TempDirectory directory_;
  std::vector<Peer> peers_;
  ledger::PeersRecord record_;
};

}  // namespace sogoc::support
