#pragma once

// What is wrong with a peer, in sentences, and what its operator can do: `sogoc-node doctor`.

#include <optional>
#include <string>
#include <vector>

#include "node/app/config.h"
#include "node/app/evidence.h"
#include "node/app/node_directory.h"
#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/ledger/records.h"
#include "node/storage/files.h"
#include "proto/api.pb.h"

namespace sogoc::app {

// What was looked at. What could not be is absent.
struct Checkup {
  std::string folder;
  base::Status config_read = base::Ok();
  Config config;  // where it could be read
  bool running = false;

  // On the disk.
  std::vector<std::string> open_to_others;  // files and folders that others could read
  struct Key {
    std::string name;  // log, cosigner, validator, engine, tls
    base::Status read = base::Ok();
    // What the ledger should name: the public key; of the engine its node id; of tls its hash.
    base::Bytes named;
  };
  std::vector<Key> keys;
  bool old_copy = false;  // the node has marked its folder as one
  bool founded = false;
  base::Status store_read = base::Ok();                     // of a node that does not run
  base::Status rules_known = base::Ok();                    // likewise
  std::optional<base::Result<std::string>> engine_version;  // of the program, where it is managed
  std::string engine_failure;  // a line at the end of the engine's log, where the node is down
  std::optional<storage::FreeSpace> space;
  EvidenceCount evidence;

  // From the node where it runs, else from its store.
  std::optional<ledger::PeersRecord> peers;

  // From the node.
  base::Status gateway = base::Ok();
  std::optional<v1::PeersStatus> status;
  std::optional<v1::CheckpointStatus> checkpoint;

  std::vector<std::string> not_checked;  // what, and why not
};

struct Finding {
  std::string what;
  std::string to_do;
};

// The most urgent first. Pure.
std::vector<Finding> FindingsOf(const Checkup& checkup);

// Looks at the folder and, where its node runs, asks its gateway. Changes nothing.
//   kNotFound          there is no node's folder
//   kPermissionDenied  it belongs to another user
base::Result<Checkup> Examine(const NodeDirectory& directory);

}  // namespace sogoc::app
