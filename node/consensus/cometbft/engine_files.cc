#include "node/consensus/cometbft/engine_files.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

#include "crypto/sha256.h"
#include "node/consensus/cometbft/genesis_params.h"
#include "node/ledger/peer_endpoint.h"
#include "node/storage/files.h"

namespace sogoc::cometbft {
namespace {

using crypto::Ed25519PrivateKey;
using crypto::Ed25519PublicKey;
using crypto::SecretString;

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kStateBytesMax = 64 << 10;
constexpr const char* kPublicKeyType = "tendermint/PubKeyEd25519";
constexpr const char* kPrivateKeyType = "tendermint/PrivKeyEd25519";

std::string AddressOf(const Ed25519PublicKey& key) { return base::ToHex(ValidatorAddress(key)); }

std::string StatePath(const std::string& home) { return home + "/data/priv_validator_state.json"; }

std::string JsonText(const std::string& text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

// A basic string of TOML.
std::string TomlText(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", byte);
      out += escape;
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

// RFC 3339 with all nine digits.
std::string TimeText(base::TimeNs time) {
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%09u",
                static_cast<unsigned>(time % base::kNsPerSecond));
  const std::string milliseconds = base::FormatTimeIso(time);
  return milliseconds.substr(0, milliseconds.find('.')) + fraction + "Z";
}

// A key of the engine's own JSON: {"type": …, "value": …}.
std::string PublicKeyText(const Ed25519PublicKey& key) {
  return std::string("{\"type\": \"") + kPublicKeyType + "\", \"value\": \"" + base::ToBase64(key) +
         "\"}";
}

// Joins texts of which one is secret; leaves no copy behind.
SecretString JoinSecret(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const std::string_view part : parts) text += part;
  SecretString secret(text);
  crypto::Clear(std::span<char>(text));
  return secret;
}

SecretString PrivateKeyText(const Ed25519PrivateKey& key) {
  SecretString seed = key.Seed();
  const SecretString both = JoinSecret({seed.view(), base::AsText(key.public_key())});
  std::string base64 = base::ToBase64(base::AsBytes(both.view()));
  SecretString text =
      JoinSecret({"{\"type\": \"", kPrivateKeyType, "\", \"value\": \"", base64, "\"}"});
  crypto::Clear(std::span<char>(base64));
  return text;
}

// As the engine writes them: numbers are texts.
std::string ParamsText(const abci::ConsensusParams& params) {
  const auto number = [](const char* name, auto value) {
    return std::string("\"") + name + "\": \"" + std::to_string(value) + "\"";
  };
  const abci::EvidenceParams& evidence = params.evidence();
  return "{\n    \"block\": {" + number("max_bytes", params.block().max_bytes()) + ", " +
         number("max_gas", params.block().max_gas()) + "},\n    \"evidence\": {" +
         number("max_age_num_blocks", evidence.max_age_num_blocks()) + ", " +
         number("max_age_duration", evidence.max_age_duration().seconds() * base::kNsPerSecond) +
         ", " + number("max_bytes", evidence.max_bytes()) +
         "},\n    \"validator\": {\"pub_key_types\": [" +
         JsonText(params.validator().pub_key_types(0)) + "]},\n    \"version\": {" +
         number("app", params.version().app()) + "},\n    \"abci\": {" +
         number("vote_extensions_enable_height", params.abci().vote_extensions_enable_height()) +
         "}\n  }";
}

base::Result<Ed25519PublicKey> ValidatorKeyOf(const ledger::PeerRecord& peer) {
  Ed25519PublicKey key{};
  if (peer.validator_key.size() != key.size()) {
    return base::FailedPrecondition("the ledger has no validator key of peer " + peer.name);
  }
  std::copy(peer.validator_key.begin(), peer.validator_key.end(), key.begin());
  return key;
}

// NODEID@HOST:PORT of every other peer that says where its engine is.
struct OtherEngines {
  std::string addresses;
  std::string ids;
};

// This peer's own record is passed over: where it came back with new keys, the state that it starts
// from still names the old ones.
OtherEngines FindOthers(const std::string& own_name, const std::string& own_id,
                        const ledger::PeersRecord& peers) {
  OtherEngines others;
  std::set<std::string> seen = {own_id};
  for (const ledger::PeerRecord& peer : peers.peers) {
    const auto endpoint = ledger::FindEndpoint(peer, ledger::EndpointKind::kEngine);
    if (!endpoint || peer.name == own_name) continue;
    if (!seen.insert(endpoint->node_id).second) continue;
    const char* comma = others.ids.empty() ? "" : ",";
    others.addresses += comma + endpoint->node_id + "@" + endpoint->Authority();
    others.ids += comma + endpoint->node_id;
  }
  return others;
}

base::Status CheckAddress(const char* what, const std::string& text) {
  if (const auto address = ledger::ParseHostPort(text); !address) {
    return base::InvalidArgument(std::string("the engine's ") + what +
                                 " address must be IP:PORT; " + address.error().message);
  }
  return base::Ok();
}

// nullopt unless it is a JSON object.
std::optional<boost::json::object> ObjectIn(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  return value.get_object();
}

base::Status WriteIfOther(storage::FileSystem& files, const std::string& path,
                          std::string_view text) {
  if (files.Exists(path)) {
    TRY(base::Bytes there, files.Read(path, kFileBytesMax));
    const bool same = base::AsText(there) == text;
    crypto::Clear(std::span<std::uint8_t>(there));
    if (same) return base::Ok();
  }
  return storage::WriteFileDurably(files, path, base::AsBytes(text));
}

// What the file that is there has else than this ledger's genesis; empty: nothing.
std::string OtherMember(const boost::json::object& there, const boost::json::object& genesis,
                        bool begun) {
  for (const auto& [name, value] : genesis) {
    // Of the peers and the head before the engine's first block, which the ledger has left behind.
    if (begun && (name == "genesis_time" || name == "validators")) continue;
    const boost::json::value* other = there.if_contains(name);
    if (other == nullptr || *other != value) return name;
  }
  return "";
}

base::Status WriteGenesis(storage::FileSystem& files, const std::string& path,
                          const EngineFiles& content) {
  if (!files.Exists(path) && content.begun) {
    return base::FailedPrecondition(path +
                                    " is missing: copy it from another peer, all have the same");
  }
  if (!files.Exists(path)) {
    return storage::WriteFileDurably(files, path, base::AsBytes(content.genesis));
  }
  TRY(const base::Bytes there, files.Read(path, kFileBytesMax));
  const auto object = ObjectIn(base::AsText(there));
  const boost::json::value* chain_id = object ? object->if_contains("chain_id") : nullptr;
  if (chain_id == nullptr || !chain_id->is_string()) {
    return base::Corrupt(path + " is not the genesis file of a network");
  }
  const boost::json::object genesis = *ObjectIn(content.genesis);
  if (*chain_id != genesis.at("chain_id")) {
    return base::FailedPrecondition(path + " belongs to network " +
                                    std::string(chain_id->get_string()) + ", this ledger's is " +
                                    std::string(genesis.at("chain_id").get_string()) +
                                    ": give the engine a folder of its own");
  }
  std::string other = OtherMember(*object, genesis, content.begun);
  // Peers compare its hash.
  if (other.empty() && !content.begun && base::AsText(there) != content.genesis) other = "text";
  if (other.empty()) return base::Ok();
  return base::FailedPrecondition(path + " is not this ledger's: it has another " + other + ". " +
                                  (content.begun
                                       ? "Copy it from another peer, all have the same"
                                       : "Move it away, and the node writes the right one"));
}

base::Error LostState(const std::string& state, const std::string& store) {
  return base::FailedPrecondition(
      state + " is missing, but " + store +
      " is there: nothing says what this validator has signed, and it must not sign that twice. "
      "Have the ledger replace its validator key, then begin with an empty engine folder");
}

// The guard against signing one height twice is never made anew where it was lost.
base::Status WriteFirstState(storage::FileSystem& files, const std::string& home) {
  const std::string path = StatePath(home);
  const std::string data = home + "/data";
  if (files.Exists(path)) return base::Ok();
  for (const std::string& store : {data + "/blockstore.db", data + "/state.db", data + "/cs.wal"}) {
    if (files.Exists(store)) return LostState(path, store);
  }
  return storage::WriteFileDurably(
      files, path, base::AsBytes("{\"height\": \"0\", \"round\": 0, \"step\": 0}\n"));
}

}  // namespace

std::string NodeIdOf(const Ed25519PublicKey& key) { return AddressOf(key); }

std::string ValidatorAddressOf(const Ed25519PublicKey& key) {
  std::string address = AddressOf(key);
  for (char& c : address) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  return address;
}

std::string ChainIdOf(const base::Digest& ledger_id) {
  return "sogoc-" + base::ToHex(base::ByteView(ledger_id).first(8));
}

base::Result<std::string> GenesisText(const base::Digest& ledger_id, base::TimeNs last_header_time,
                                      const ledger::PeersRecord& peers) {
  std::set<Ed25519PublicKey> keys;
  std::string validators;
  for (const ledger::PeerRecord& peer : peers.peers) {
    TRY(const Ed25519PublicKey key, ValidatorKeyOf(peer));
    if (!keys.insert(key).second) {
      return base::FailedPrecondition("peer " + peer.name +
                                      " has the validator key of another peer");
    }
    validators += validators.empty() ? "\n" : ",\n";
    validators += "    {\"address\": \"" + ValidatorAddressOf(key) +
                  "\", \"pub_key\": " + PublicKeyText(key) + ", \"power\": \"" +
                  std::to_string(kValidatorPower) + "\", \"name\": " + JsonText(peer.name) + "}";
  }
  if (keys.empty()) return base::FailedPrecondition("the ledger has no peers");
  return "{\n"
         "  \"genesis_time\": \"" +
         TimeText(last_header_time + base::kNsPerSecond) +
         "\",\n"
         "  \"chain_id\": \"" +
         ChainIdOf(ledger_id) +
         "\",\n"
         "  \"initial_height\": \"1\",\n"
         "  \"consensus_params\": " +
         ParamsText(GenesisParams()) +
         ",\n"
         "  \"validators\": [" +
         validators +
         "\n  ],\n"
         "  \"app_hash\": \"\",\n"
         "  \"app_state\": " +
         kGenesisAppState + "\n}\n";
}

base::Result<std::string> ConfigText(const EngineSettings& settings,
                                     const ledger::PeersRecord& peers,
                                     const Ed25519PublicKey& node_key) {
  TRY_STATUS(CheckAddress("p2p", settings.p2p));
  TRY_STATUS(CheckAddress("rpc", settings.rpc));
  if (!settings.metrics.empty()) TRY_STATUS(CheckAddress("metrics", settings.metrics));
  const OtherEngines others = FindOthers(settings.name, NodeIdOf(node_key), peers);
  std::string text =
      "# Made from node.toml and the ledger at every start of sogoc-node: changes here are lost.\n"
      "# Timers and packet sizes have to be alike on all peers.\n\n"
      "proxy_app = " +
      TomlText(settings.abci) + "\nabci = \"socket\"\nmoniker = " + TomlText(settings.name) +
      "\nlog_level = " + TomlText(settings.log_level) +
      (settings.follower ? "\npriv_validator_key_file = \"config/follower_key.json\"\n"
                           "priv_validator_state_file = \"data/follower_state.json\""
                         : "") +
      "\n\n[rpc]\nladdr = " + TomlText("tcp://" + settings.rpc) +
      "\nunsafe = false\ncors_allowed_origins = []\npprof_laddr = \"\"\n"
      "\n[p2p]\nladdr = " +
      TomlText("tcp://" + settings.p2p) + "\npersistent_peers = " + TomlText(others.addresses) +
      "\nunconditional_peer_ids = " + TomlText(others.ids) +
      "\npersistent_peers_max_dial_period = \"10s\"\n"
      "pex = false\n"
      "addr_book_strict = false\n"
      "allow_duplicate_ip = true\n"
      "flush_throttle_timeout = \"5ms\"\n"
      "max_packet_msg_payload_size = 16384\n"
      "send_rate = 50000000\n"
      "recv_rate = 50000000\n"
      "\n[mempool]\n"
      "recheck = false\n"
      "broadcast = true\n"
      "max_txs_bytes = 67108864\n"
      "max_tx_bytes = 131072\n"
      "\n[statesync]\nenable = false\n"
      "\n[consensus]\n"
      "timeout_propose = \"500ms\"\n"
      "timeout_propose_delta = \"250ms\"\n"
      "timeout_prevote = \"300ms\"\n"
      "timeout_precommit = \"300ms\"\n"
      "timeout_commit = \"0s\"\n"
      "skip_timeout_commit = true\n"
      "create_empty_blocks = false\n"
      "create_empty_blocks_interval = \"5s\"\n"
      "peer_gossip_sleep_duration = \"10ms\"\n"
      "double_sign_check_height = 0\n"
      "\n[storage]\ndiscard_abci_responses = true\n"
      "\n[tx_index]\nindexer = \"null\"\n";
  if (!settings.metrics.empty()) {
    text += "\n[instrumentation]\nprometheus = true\nprometheus_listen_addr = " +
            TomlText(settings.metrics) + "\n";
  }
  return text;
}

SecretString NodeKeyText(const Ed25519PrivateKey& key) {
  return JoinSecret({"{\"priv_key\": ", PrivateKeyText(key).view(), "}\n"});
}

SecretString ValidatorKeyText(const Ed25519PrivateKey& key) {
  return JoinSecret({"{\"address\": \"", ValidatorAddressOf(key.public_key()),
                     "\",\n \"pub_key\": ", PublicKeyText(key.public_key()),
                     ",\n \"priv_key\": ", PrivateKeyText(key).view(), "}\n"});
}

base::Result<std::uint64_t> SignedHeight(const storage::FileSystem& files,
                                         const std::string& home) {
  const std::string path = StatePath(home);
  TRY(const base::Bytes bytes, files.Read(path, kStateBytesMax));
  boost::system::error_code error;
  const auto json = boost::json::parse(base::AsText(bytes), error);
  const auto* object = error ? nullptr : json.if_object();
  const auto* height = object != nullptr ? object->if_contains("height") : nullptr;
  std::uint64_t value = 0;
  if (height != nullptr && height->is_string()) {
    const boost::json::string& text = height->get_string();
    const auto [end, problem] = std::from_chars(text.begin(), text.end(), value);
    if (problem == std::errc() && end == text.end()) return value;
  }
  return base::Corrupt(path +
                       " cannot be read: it says what this peer's validator key has signed. "
                       "Do not make a new one; give the peer a new validator key");
}

base::Status WriteEngineFiles(storage::FileSystem& files, const std::string& home,
                              const EngineFiles& content) {
  const std::string config = home + "/config";
  const std::string data = home + "/data";
  for (const std::string& folder : {home, config, data}) {
    TRY_STATUS(files.CreateDirectory(folder));
    TRY_STATUS(files.SyncDirectory(storage::DirectoryOf(folder)));
  }
  TRY_STATUS(WriteGenesis(files, config + "/genesis.json", content));
  TRY_STATUS(WriteFirstState(files, home));
  TRY_STATUS(WriteIfOther(files, config + "/config.toml", content.config));
  TRY_STATUS(WriteIfOther(files, config + "/node_key.json", content.node_key.view()));
  return WriteIfOther(files, config + "/priv_validator_key.json", content.validator_key.view());
}

}  // namespace sogoc::cometbft
