#pragma once

// The files of the engine, made from ours: the operator edits node.toml and nothing else.
//
//   HOME/config/config.toml              written at every start
//   HOME/config/genesis.json             written once, then compared; the same bytes on all peers
//   HOME/config/node_key.json            the key behind p2p://NODEID@…
//   HOME/config/priv_validator_key.json  the key that votes; the engine reads no encrypted form
//   HOME/data/priv_validator_state.json  what that key signed last; the engine's own, once it is
//   there

#include <cstdint>
#include <string>

#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/base/time.h"
#include "node/consensus/cometbft/validators.h"
#include "node/ledger/records.h"
#include "node/storage/file_system.h"

namespace sogoc::cometbft {

// Of an engine's key: 40 hex digits, lower case for a node id, upper case for a validator.
std::string NodeIdOf(const crypto::Ed25519PublicKey& key);
std::string ValidatorAddressOf(const crypto::Ed25519PublicKey& key);

// "sogoc-" and the first 16 hex digits of the ledger's id.
std::string ChainIdOf(const base::Digest& ledger_id);

// genesis.json of a network that continues the ledger after the header of `last_header_time` (that
// of block 0 for a fresh one), with `peers` as its validators. A function of its arguments.
//   kFailedPrecondition  the peers cannot be validators: none, or a bad or repeated validator key
base::Result<std::string> GenesisText(const base::Digest& ledger_id, base::TimeNs last_header_time,
                                      const ledger::PeersRecord& peers);

struct EngineSettings {
  std::string name;          // this peer's, as on the ledger
  std::string p2p;           // IP:PORT where the engine listens for other engines
  std::string rpc;           // IP:PORT; it asks for no password: loopback, or a network of our own
  std::string abci;          // where the ledger listens: unix:///PATH or tcp://IP:PORT
  std::string metrics = {};  // IP:PORT for Prometheus; empty: none
  std::string log_level = "error";  // of the engine: error, info, debug, or MODULE:LEVEL,…
  // Let it follow with a key of its own making, HOME/config/follower_key.json, that no validator
  // has.
  bool follower = false;
};

// config.toml: what differs from the engine's defaults, and defaults that safety rests on. The
// engines of the other peers are those of their p2p:// endpoints on the ledger.
//   kInvalidArgument  an address of `settings` is none
base::Result<std::string> ConfigText(const EngineSettings& settings,
                                     const ledger::PeersRecord& peers,
                                     const crypto::Ed25519PublicKey& node_key);

crypto::SecretString NodeKeyText(const crypto::Ed25519PrivateKey& key);
crypto::SecretString ValidatorKeyText(const crypto::Ed25519PrivateKey& key);

struct EngineFiles {
  std::string genesis;
  std::string config;
  crypto::SecretString node_key;
  crypto::SecretString validator_key;
  // The ledger has blocks of the engine's, so that `genesis` has another time than the file, and
  // perhaps other peers.
  bool begun = false;
};

// The last height for which the validator key of this folder signed a vote, as far as it remembers.
//   kCorrupt  the record cannot be read
//   others    file_system.h
base::Result<std::uint64_t> SignedHeight(const storage::FileSystem& files, const std::string& home);

// Writes them below `home`, folders 0700 and files 0600, durably. Requires: the engine does not
// run.
//   kFailedPrecondition  there is a genesis.json with anything else than `genesis`, or none though
//                        the engine has begun; or the record of what the validator signed is gone
//                        while the engine's blocks are there
//   kCorrupt             the genesis.json that is there cannot be read
//   others               file_system.h
base::Status WriteEngineFiles(storage::FileSystem& files, const std::string& home,
                              const EngineFiles& content);

}  // namespace sogoc::cometbft
