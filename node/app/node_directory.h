#pragma once

// The folder of one node:
//
//   node.toml            the operator's file
//   peer.json            what the founding entry needs to know of this peer; public
//   keys/                log.key, cosigner.key, validator.key, engine.key,
//                        tls.key: encrypted PKCS#8
//   ledger/              the ledger (node/storage/ledger_directory.h)
//   blobs/               files that the ledger names (node/storage/blob_store.h)
//   signed/checkpoint    what this peer has signed last
//   signed/old-copy.ADDRESS  that the validator key with this address must not vote again
//   engine/              the replication engine's folder (engine_files.h), where there is one
//   policies/            the notes under which policies of the ledger ended
//   evidence/            who signed what an honest peer never signs

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "crypto/p256.h"
#include "crypto/secret.h"
#include "node/app/config.h"
#include "node/base/result.h"
#include "proto/entry.pb.h"

namespace sogoc::app {

// Where others reach this peer, for peer.json.
struct PeerAddresses {
  std::vector<std::string> endpoints;  // of gateway and peer port (node/ledger/peer_endpoint.h)
  std::string p2p;                     // HOST:PORT of the engine; empty: none
};

class NodeDirectory {
 public:
  explicit NodeDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "node.toml"; }
  std::filesystem::path peer() const { return path_ / "peer.json"; }
  std::filesystem::path key(const std::string& name) const {
    return path_ / "keys" / (name + ".key");
  }
  std::filesystem::path ledger() const { return path_ / "ledger"; }
  std::filesystem::path blobs() const { return path_ / "blobs"; }
  std::filesystem::path signed_checkpoint() const { return path_ / "signed" / "checkpoint"; }
  std::filesystem::path old_copy_mark(base::ByteView validator) const {
    return path_ / "signed" / ("old-copy." + base::ToHex(validator));
  }
  std::filesystem::path evidence() const { return path_ / "evidence"; }
  std::filesystem::path policy_end(std::uint64_t height) const {
    return path_ / "policies" / (std::to_string(height) + ".note");
  }
  // A path of node.toml: relative ones are below the folder.
  std::filesystem::path Resolve(const std::string& text) const { return path_ / text; }

  // Makes the folder with fresh keys, node.toml and peer.json. `organisation` is the one that runs
  // the node.
  //   kFailedPrecondition  there is a node.toml already
  //   kInvalidArgument     an address is not of its form
  //   others               as in crypto/key_file.h, crypto/passphrase.h
  base::Status Init(const Config& config, const std::string& organisation,
                    const PeerAddresses& addresses = {}) const;

  // Makes a new key, where `new_key` names one (log, cosigner, validator, engine or tls), and
  // writes peer.json anew: with the keys of the folder, and with `addresses` where they are given.
  // The old key file stays beside the new one. A running node goes on with what it has read.
  //   kInvalidArgument     no such key, or an address is not of its form
  //   kNotFound, others    peer.json or a key cannot be read
  base::Status Describe(const Config& config, const std::string& new_key,
                        const PeerAddresses& addresses) const;

  // The node's keys, with the passphrase of its passphrase_file.
  base::Result<crypto::Ed25519PrivateKey> ReadKey(const Config& config,
                                                  const std::string& name) const;
  // The key of its certificate for the other peers.
  base::Result<crypto::P256PrivateKey> ReadTlsKey(const Config& config) const;

 private:
  base::Status MakeKey(const std::string& name, const crypto::SecretString& passphrase) const;
  base::Status FillKeys(const Config& config, v1::Peer& peer) const;
  base::Status FillAddresses(const Config& config, const PeerAddresses& addresses,
                             v1::Peer& peer) const;
  base::Status WritePeer(const v1::Peer& peer) const;
  base::Result<crypto::SecretString> ReadPassphrase(const Config& config) const;

  std::filesystem::path path_;
};

}  // namespace sogoc::app
