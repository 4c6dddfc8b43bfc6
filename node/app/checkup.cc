#include "node/app/checkup.h"

#include <algorithm>
#include <cstdlib>

#include "node/consensus/cometbft/engine_process.h"
#include "node/gateway/health.h"
#include "node/ledger/peer_endpoint.h"

namespace sogoc::app {
namespace {

constexpr std::int64_t kAgeMaxSeconds = gateway::kHealthyAgeMax.count();
constexpr std::uint64_t kBehindMax = 10;  // blocks
constexpr std::int64_t kClockOffMaxMs = 1'000;
constexpr std::int64_t kPeerClockOffMaxMs = 5'000;

using Findings = std::vector<Finding>;

std::string Number(std::uint64_t number) { return std::to_string(number); }

std::string SecondsOf(std::int64_t ms) {
  const std::int64_t tenths = std::abs(ms) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string Gigabytes(std::uint64_t bytes) {
  const std::uint64_t tenths = bytes / 100'000'000;
  return Number(tenths / 10) + "." + Number(tenths % 10) + " GB";
}

const ledger::PeerRecord* OwnRecord(const Checkup& checkup) {
  if (!checkup.peers) return nullptr;
  for (const ledger::PeerRecord& peer : checkup.peers->peers) {
    if (peer.name == checkup.config.name) return &peer;
  }
  return nullptr;
}

base::Bytes NamedKey(const ledger::PeerRecord& peer, const std::string& name) {
  if (name == "log") return peer.log_key;
  if (name == "cosigner") return peer.cosigner_key;
  if (name == "validator") return peer.validator_key;
  if (name == "tls") return peer.tls_key_hash;
  const auto endpoint = ledger::FindEndpoint(peer, ledger::EndpointKind::kEngine);
  return endpoint ? base::ToBytes(base::AsBytes(endpoint->node_id)) : base::Bytes();
}

// A ledger that one node orders alone has no use for the keys of engine and links.
bool Needed(const Checkup& checkup, const std::string& name) {
  if (name == "validator" || name == "engine") return checkup.config.engine.has_value();
  return name != "tls" || checkup.config.peer.has_value();
}

void FindInEvidence(const Checkup& checkup, Findings& found) {
  const EvidenceCount& evidence = checkup.evidence;
  if (evidence.forks == 0 && evidence.validators == 0) return;
  found.push_back({"Somebody signed what an honest peer never signs; evidence: " +
                       Number(evidence.forks + evidence.validators) + " in " + checkup.folder +
                       "/evidence",
                   "Read them, send copies to all operators and to the office, and go on as "
                   "docs/OPERATORS.md says (Somebody signed two ledgers)"});
}

void FindInKeys(const Checkup& checkup, Findings& found) {
  const ledger::PeerRecord* own = OwnRecord(checkup);
  for (const Checkup::Key& key : checkup.keys) {
    if (!Needed(checkup, key.name)) continue;
    if (!key.read) {
      found.push_back({"The key " + key.name + " cannot be read: " + key.read.error().message,
                       "See docs/OPERATORS.md, A lost key; a passphrase that does not fit is that "
                       "of another file"});
    } else if (own != nullptr && !NamedKey(*own, key.name).empty() &&
               !base::Equal(NamedKey(*own, key.name), key.named)) {
      found.push_back({"keys/" + key.name + ".key is not the key that the ledger names for " +
                           checkup.config.name,
                       "Use the folder whose peer.json was founded or approved with, or have the "
                       "new peer.json approved (docs/OPERATORS.md, A lost key)"});
    }
  }
  if (checkup.peers && own == nullptr) {
    found.push_back({"The ledger names no peer " + checkup.config.name +
                         ": this node follows and signs nothing",
                     "Have its peer.json approved (docs/OPERATORS.md, Joining and leaving), or "
                     "correct `name` in node.toml"});
  }
}

void FindOnDisk(const Checkup& checkup, Findings& found) {
  for (const std::string& path : checkup.open_to_others) {
    found.push_back({"Other users of this machine can read " + path,
                     "chmod go-rwx " + path + ", and think who may have read it"});
  }
  FindInKeys(checkup, found);
  if (checkup.old_copy) {
    found.push_back(
        {"This folder is an old copy: its validator key has voted on blocks that it "
         "knows nothing of, so it must not vote again",
         "Make a new validator key and have it approved (docs/OPERATORS.md, A lost "
         "key)"});
  }
  if (!checkup.founded) {
    found.push_back({"There is no ledger in " + checkup.folder,
                     "sogoc-node found " + checkup.folder + " founding.entry"});
  }
  if (!checkup.store_read) {
    found.push_back({"The store cannot be read: " + checkup.store_read.error().message,
                     "Keep the folder as it is, and see docs/OPERATORS.md, Restoring"});
  }
  if (!checkup.rules_known) {
    found.push_back({"The program is too old: " + checkup.rules_known.error().message,
                     "See docs/OPERATORS.md, New rules"});
  }
  if (checkup.engine_version && !*checkup.engine_version) {
    found.push_back(
        {"The engine's program cannot be used: " + checkup.engine_version->error().message,
         "Install CometBFT " + std::string(cometbft::kEngineVersion) +
             ", or name it as `program` in [engine] of node.toml"});
  } else if (checkup.engine_version && **checkup.engine_version != cometbft::kEngineVersion) {
    found.push_back({"The engine's program is version " + **checkup.engine_version +
                         ", this node is made for " + cometbft::kEngineVersion,
                     "Install the engine that all peers have agreed on (docs/OPERATORS.md, A new "
                     "engine)"});
  }
  if (!checkup.engine_failure.empty()) {
    found.push_back({"The engine's log ends with a failure: " + checkup.engine_failure,
                     "See docs/OPERATORS.md, \"state.AppHash does not match\", and engine.log"});
  }
  if (!checkup.space) return;
  if (!checkup.space->enough()) {
    found.push_back({"The disk is too full: " + Gigabytes(checkup.space->free) +
                         " are free, and below " + Gigabytes(checkup.space->needed) +
                         " this gateway takes no entries",
                     "Make room outside " + checkup.folder + ", or grow the disk"});
  } else if (checkup.space->free < 2 * checkup.space->needed) {
    found.push_back({"The disk is nearly full: " + Gigabytes(checkup.space->free) + " are free",
                     "Order a larger one; below " + Gigabytes(checkup.space->needed) +
                         " this gateway takes no entries"});
  }
}

void FindInClock(const v1::PeersStatus& status, Findings& found) {
  constexpr const char* kSetClock =
      "chronyc tracking shows the machine's clock; four sources or more (docs/OPERATORS.md, Time)";
  if (!status.own().clock_problem().empty()) {
    found.push_back(
        {"This peer may not sign by its clock: " + status.own().clock_problem(), kSetClock});
    return;
  }
  std::vector<std::int64_t> offsets;
  for (const v1::PeerView& peer : status.peers()) {
    if (peer.clock_known()) offsets.push_back(peer.clock_offset_ms());
  }
  if (offsets.size() < 2) return;
  std::ranges::sort(offsets);
  const std::int64_t low = offsets[(offsets.size() - 1) / 2];
  const std::int64_t high = offsets[offsets.size() / 2];
  if (low > kClockOffMaxMs || high < -kClockOffMaxMs) {
    const std::int64_t off = low > 0 ? low : high;
    found.push_back({"This machine's clock is about " + SecondsOf(off) +
                         (off > 0 ? " behind" : " ahead of") + " the other peers'",
                     kSetClock});
    return;
  }
  for (const v1::PeerView& peer : status.peers()) {
    if (!peer.clock_known() || std::abs(peer.clock_offset_ms()) <= kPeerClockOffMaxMs) continue;
    found.push_back({"The clock of " + peer.name() + " is " + SecondsOf(peer.clock_offset_ms()) +
                         (peer.clock_offset_ms() > 0 ? " ahead" : " behind"),
                     "Tell its operator"});
  }
}

std::string Because(const std::string& why) { return why.empty() ? "" : ": " + why; }

bool IsDown(const v1::PeerView& peer) {
  return peer.dialled_since().empty() && peer.heard_since().empty();
}

void FindInLink(const v1::PeerView& peer, Findings& found) {
  if (peer.address().empty()) {
    found.push_back({"The ledger names no address peer://… of " + peer.name() +
                         ": this node cannot send it cosignatures",
                     "Its operator has its peer.json approved with one"});
  } else if (IsDown(peer)) {
    found.push_back({"There is no link with " + peer.name() + " at " + peer.address() +
                         Because(peer.dial_problem()),
                     "Does that peer run? Do the firewalls of both let the other through "
                     "(docs/OPERATORS.md, Addresses and firewall)?"});
    return;
  } else if (peer.dialled_since().empty()) {
    found.push_back({"This node does not reach " + peer.name() + " at " + peer.address() +
                         Because(peer.dial_problem()),
                     "Does that peer's firewall let this machine through to that port?"});
  }
  if (peer.heard_since().empty()) {
    found.push_back({peer.name() + " does not reach this node" + Because(peer.hear_problem()),
                     "Is the port of [peer] listen open to it, and the address that the ledger "
                     "names for this peer right?"});
  }
}

void FindInLinks(const v1::PeersStatus& status, Findings& found) {
  for (const v1::PeerView& peer : status.peers()) {
    if (peer.genesis_differs()) {
      found.push_back(
          {"The engine of " + peer.name() + " was founded on another genesis file than this one's",
           "Compare sha256sum engine/config/genesis.json with all operators: whoever "
           "differs has another ledger, or another program"});
    }
    FindInLink(peer, found);
    if (!peer.version().empty() && peer.version() != status.own().version()) {
      found.push_back({peer.name() + " runs version " + peer.version() + ", this node " +
                           status.own().version(),
                       "All peers should run one version, unless an upgrade is under way"});
    }
  }
}

// What the operator of an engine that is gone does.
std::string BringBack(const Config& config) {
  if (!config.engine || config.engine->mode == EngineConfig::Mode::kManaged) {
    return "See engine/engine.log, and restart the node";
  }
  return "See the engine's log, and have it started again by whatever starts it (cometbft start "
         "--home …/" +
         config.engine->home + ")";
}

std::string OpenPort(const Config& config) {
  return "Do the firewalls let " + (config.engine ? config.engine->p2p : "the engine's port") +
         " through, and the others' ports (docs/OPERATORS.md, Addresses and firewall)? After a "
         "long cut, restart the node";
}

void FindInEngine(const Checkup& checkup, Findings& found) {
  const v1::PeersStatus& status = *checkup.status;
  if (!status.own().has_engine()) return;
  const v1::EngineView& engine = status.own().engine();
  const std::uint64_t others = static_cast<std::uint64_t>(status.peers_size());
  if (!engine.problem().empty()) {
    found.push_back({"The engine is lost: " + engine.problem(), BringBack(checkup.config)});
    return;
  }
  const auto down = static_cast<std::uint64_t>(std::ranges::count_if(status.peers(), IsDown));
  if (3 * (engine.peers() + std::uint64_t{1}) <= 2 * (others + 1)) {
    found.push_back({"The engine is connected with " + Number(engine.peers()) + " of " +
                         Number(others) + " others: too few to agree on anything",
                     "Do the other peers run? " + OpenPort(checkup.config)});
  } else if (engine.peers() + down < others) {
    found.push_back({"The engine is connected with " + Number(engine.peers()) + " of " +
                         Number(others) + " others",
                     OpenPort(checkup.config)});
  }
  if (engine.catching_up()) {
    found.push_back({"The engine is catching up: it is at block " + Number(engine.height()),
                     "Wait. If the number does not grow, see engine/engine.log"});
  } else if (engine.height_unchanged_seconds() > static_cast<std::uint64_t>(kAgeMaxSeconds)) {
    found.push_back({"The engine has stood at block " + Number(engine.height()) + " for " +
                         Number(engine.height_unchanged_seconds()) + " s",
                     "If the other peers go on, look for CONSENSUS FAILURE in engine/engine.log; "
                     "if they stand too, more than f peers are missing"});
  }
  if (checkup.old_copy) return;
  if (!engine.votes_not().empty()) {
    found.push_back({"This peer does not vote: " + engine.votes_not(),
                     "Nothing, as long as it is catching up"});
  } else if (engine.voting_power() == 0 && !status.own().organisation().empty()) {
    found.push_back({"The engine does not vote: its key is none of the validators'",
                     "Is keys/validator.key the key that the ledger names for this peer?"});
  }
}

void FindInCheckpoint(const Checkup& checkup, Findings& found) {
  if (!checkup.checkpoint) return;
  const v1::CheckpointStatus& checkpoint = *checkup.checkpoint;
  constexpr const char* kWho =
      "Each peer's doctor says why it does not sign; more than f peers may be down";
  if (!checkpoint.quorum()) {
    found.push_back(
        {"No quorum stands behind this node's log: " + std::to_string(checkpoint.cosigners_size()) +
             " of " + std::to_string(checkpoint.quorum_needed()) + " peers have signed",
         kWho});
  } else if (checkpoint.age_seconds() > kAgeMaxSeconds) {
    found.push_back({"The checkpoint is " + std::to_string(checkpoint.age_seconds()) +
                         " s old: no quorum has signed since",
                     kWho});
  }
}

void FindInNode(const Checkup& checkup, Findings& found) {
  const v1::PeersStatus& status = *checkup.status;
  const v1::OwnStatus& own = status.own();
  if (!own.serving()) {
    found.push_back({"Blocks that this node promised are still being brought back",
                     "Wait, and keep the other peers running"});
  }
  if (!own.store_damage().empty()) {
    found.push_back({"The stored ledger is damaged: " + own.store_damage(),
                     "Stop the node, keep the folder as it is, look at the disk (smartctl, "
                     "dmesg), and see docs/OPERATORS.md, Restoring"});
  }
  if (!status.cosigns() && !own.organisation().empty()) {
    found.push_back({"This peer does not sign: " + status.cosigns_not(),
                     "It signs by itself as soon as the reason is gone"});
  }
  FindInClock(status, found);
  std::uint64_t height_max = 0;
  for (const v1::PeerView& peer : status.peers()) {
    height_max = std::max<std::uint64_t>(height_max, peer.height());
  }
  if (height_max > own.height() + kBehindMax) {
    found.push_back({"This node is at block " + Number(own.height()) + ", another peer at " +
                         Number(height_max),
                     "Wait. If the distance does not shrink: is this machine too slow, or its "
                     "engine lost?"});
  }
  FindInLinks(status, found);
  FindInEngine(checkup, found);
}

}  // namespace

std::vector<Finding> FindingsOf(const Checkup& checkup) {
  Findings found;
  if (!checkup.config_read) {
    return {{"The configuration cannot be used: " + checkup.config_read.error().message,
             "Correct the file; sogoc-node init in another folder shows one with all settings"}};
  }
  FindInEvidence(checkup, found);
  if (checkup.founded && !checkup.running) {
    found.push_back({"The node does not run",
                     "systemctl start sogoc-node; journalctl -u sogoc-node says why it ended"});
  }
  if (checkup.running && !checkup.gateway) {
    found.push_back({"The gateway does not answer: " + checkup.gateway.error().message,
                     "If the node has just started, wait; else see its log. With [tls], restart "
                     "the node after every new certificate"});
  }
  FindInCheckpoint(checkup, found);
  FindOnDisk(checkup, found);
  if (checkup.status) FindInNode(checkup, found);
  return found;
}

}  // namespace sogoc::app
