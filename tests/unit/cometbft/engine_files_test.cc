#include "node/consensus/cometbft/engine_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "crypto/sha256.h"
#include "tests/support/temp_directory.h"

namespace sogoc::cometbft {
namespace {

using base::ErrorCode;
using crypto::Ed25519PrivateKey;

Ed25519PrivateKey Key(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes;
  bytes.fill(seed);
  return Ed25519PrivateKey::FromSeed(bytes);
}

// The keys of the published vectors: 32 bytes of 1, 2, … validate; of 101, 102, … are the engines'.
ledger::PeersRecord Peers(std::uint8_t count) {
  ledger::PeersRecord record;
  for (std::uint8_t i = 1; i <= count; ++i) {
    ledger::PeerRecord peer;
    const std::string number = std::to_string(i);
    peer.name = "peer" + number + ".example";
    peer.validator_key = base::ToBytes(Key(i).public_key());
    const std::string host = "127.0.0." + number;
    peer.endpoints = {"http://" + host + ":8080", "peer://" + host + ":26670",
                      "p2p://" + NodeIdOf(Key(static_cast<std::uint8_t>(100 + i)).public_key()) +
                          "@" + host + ":26656"};
    record.peers.push_back(peer);
  }
  return record;
}

EngineSettings Settings() {
  return {"peer2.example", "127.0.0.2:26656", "127.0.0.2:26657", "unix:///srv/node/abci.sock"};
}

base::Digest LedgerId() {
  base::Digest id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(0xa0 + i);
  return id;
}

constexpr base::TimeNs kFounded = 1'780'000'000'012'345'678;

TEST(EngineKeys, HaveTheAddressesOfThePublishedVectors) {
  EXPECT_EQ(ValidatorAddressOf(Key(1).public_key()), "34750F98BD59FCFC946DA45AAABE933BE154A4B5");
  EXPECT_EQ(ValidatorAddressOf(Key(4).public_key()), "C5B940ED3F65C391965DE8295FC5D25F474FA57B");
  EXPECT_EQ(NodeIdOf(Key(1).public_key()), "34750f98bd59fcfc946da45aaabe933be154a4b5");
}

TEST(EngineKeys, AreWrittenAsTheEngineReadsThem) {
  const std::string both =
      "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGKiOPddAnxlf1S2y08ul1yymcJvx2UEhvzdIgBtA9vXA==";
  EXPECT_EQ(
      NodeKeyText(Key(1)).view(),
      "{\"priv_key\": {\"type\": \"tendermint/PrivKeyEd25519\", \"value\": \"" + both + "\"}}\n");
  EXPECT_EQ(ValidatorKeyText(Key(1)).view(),
            "{\"address\": \"34750F98BD59FCFC946DA45AAABE933BE154A4B5\",\n"
            " \"pub_key\": {\"type\": \"tendermint/PubKeyEd25519\", \"value\": "
            "\"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\"},\n"
            " \"priv_key\": {\"type\": \"tendermint/PrivKeyEd25519\", \"value\": \"" +
                both + "\"}}\n");
}

TEST(Genesis, IsThisText) {
  EXPECT_EQ(ChainIdOf(LedgerId()), "sogoc-a0a1a2a3a4a5a6a7");
  const auto text = GenesisText(LedgerId(), kFounded, Peers(2));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, R"({
  "genesis_time": "2026-05-28T20:26:41.012345678Z",
  "chain_id": "sogoc-a0a1a2a3a4a5a6a7",
  "initial_height": "1",
  "consensus_params": {
    "block": {"max_bytes": "2097152", "max_gas": "-1"},
    "evidence": {"max_age_num_blocks": "100000", "max_age_duration": "172800000000000", "max_bytes": "65536"},
    "validator": {"pub_key_types": ["ed25519"]},
    "version": {"app": "1"},
    "abci": {"vote_extensions_enable_height": "0"}
  },
  "validators": [
    {"address": "34750F98BD59FCFC946DA45AAABE933BE154A4B5", "pub_key": {"type": "tendermint/PubKeyEd25519", "value": "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="}, "power": "10", "name": "peer1.example"},
    {"address": "6A3803D5F059902A1C6DAFBC9BA4729212F7CAAC", "pub_key": {"type": "tendermint/PubKeyEd25519", "value": "gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q="}, "power": "10", "name": "peer2.example"}
  ],
  "app_hash": "",
  "app_state": {}
}
)");
}

TEST(Genesis, NeedsPeersThatCanValidate) {
  EXPECT_EQ(GenesisText(LedgerId(), kFounded, {}).error().code, ErrorCode::kFailedPrecondition);
  ledger::PeersRecord peers = Peers(2);
  peers.peers[1].validator_key.pop_back();
  EXPECT_EQ(GenesisText(LedgerId(), kFounded, peers).error().message,
            "the ledger has no validator key of peer peer2.example");
  peers.peers[1].validator_key = peers.peers[0].validator_key;
  EXPECT_EQ(GenesisText(LedgerId(), kFounded, peers).error().message,
            "peer peer2.example has the validator key of another peer");
}

TEST(EngineConfig, IsThisText) {
  const auto text = ConfigText(Settings(), Peers(3), Key(102).public_key());
  ASSERT_TRUE(text) << text.error().message;
  const std::string id1 = NodeIdOf(Key(101).public_key());
  const std::string id3 = NodeIdOf(Key(103).public_key());
  EXPECT_EQ(
      *text,
      R"(# Made from node.toml and the ledger at every start of sogoc-node: changes here are lost.
# Timers and packet sizes have to be alike on all peers.

proxy_app = "unix:///srv/node/abci.sock"
abci = "socket"
moniker = "peer2.example"
log_level = "error"

[rpc]
laddr = "tcp://127.0.0.2:26657"
unsafe = false
cors_allowed_origins = []
pprof_laddr = ""

[p2p]
laddr = "tcp://127.0.0.2:26656"
persistent_peers = ")" +
          id1 + "@127.0.0.1:26656," + id3 + R"(@127.0.0.3:26656"
unconditional_peer_ids = ")" +
          id1 + "," + id3 + R"("
persistent_peers_max_dial_period = "10s"
pex = false
addr_book_strict = false
allow_duplicate_ip = true
flush_throttle_timeout = "5ms"
max_packet_msg_payload_size = 16384
send_rate = 50000000
recv_rate = 50000000

[mempool]
recheck = false
broadcast = true
max_txs_bytes = 67108864
max_tx_bytes = 131072

[statesync]
enable = false

[consensus]
timeout_propose = "500ms"
timeout_propose_delta = "250ms"
timeout_prevote = "300ms"
timeout_precommit = "300ms"
timeout_commit = "0s"
skip_timeout_commit = true
create_empty_blocks = false
create_empty_blocks_interval = "5s"
peer_gossip_sleep_duration = "10ms"
double_sign_check_height = 0

[storage]
discard_abci_responses = true

[tx_index]
indexer = "null"
)");
}

TEST(EngineConfig, EscapesPathsAndServesMetricsWhenAsked) {
  EngineSettings settings = Settings();
  settings.abci = "unix:///a \"b\"\\\n/abci.sock";
  settings.metrics = "127.0.0.2:26660";
  const std::string text = ConfigText(settings, {}, Key(102).public_key()).value();
  EXPECT_NE(text.find("proxy_app = \"unix:///a \\\"b\\\"\\\\\\u000A/abci.sock\"\n"),
            std::string::npos);
  EXPECT_NE(text.find("\nprometheus = true\nprometheus_listen_addr = \"127.0.0.2:26660\"\n"),
            std::string::npos);
  EXPECT_NE(text.find("\npersistent_peers = \"\"\n"), std::string::npos);
}

TEST(EngineConfig, LeavesOutPeersThatCannotBeReachedOrNameAnIdTwice) {
  ledger::PeersRecord peers = Peers(4);
  peers.peers[0].endpoints.pop_back();
  peers.peers[3].endpoints = peers.peers[2].endpoints;
  const std::string text = ConfigText(Settings(), peers, Key(102).public_key()).value();
  EXPECT_NE(
      text.find("persistent_peers = \"" + NodeIdOf(Key(103).public_key()) + "@127.0.0.3:26656\"\n"),
      std::string::npos);
}

TEST(EngineConfig, DoesNotDialWhatThisPeerWasBeforeItsKeysWereReplaced) {
  const std::string text = ConfigText(Settings(), Peers(3), Key(9).public_key()).value();
  EXPECT_EQ(text.find(NodeIdOf(Key(102).public_key())), std::string::npos);
  EXPECT_NE(text.find(NodeIdOf(Key(103).public_key())), std::string::npos);
}

TEST(EngineConfig, RefusesAddressesThatAreNone) {
  for (std::string EngineSettings::*member :
       {&EngineSettings::p2p, &EngineSettings::rpc, &EngineSettings::metrics}) {
    EngineSettings settings = Settings();
    settings.*member = "tcp://127.0.0.1:1";
    EXPECT_EQ(ConfigText(settings, {}, Key(1).public_key()).error().code,
              ErrorCode::kInvalidArgument);
  }
}

class WriteFiles : public testing::Test {
 protected:
  EngineFiles Content(const base::Digest& ledger_id = LedgerId()) {
    return {GenesisText(ledger_id, kFounded, Peers(3)).value(),
            ConfigText(Settings(), Peers(3), Key(102).public_key()).value(), NodeKeyText(Key(102)),
            ValidatorKeyText(Key(2))};
  }
  base::Status Write(const EngineFiles& content) {
    return WriteEngineFiles(storage::SystemFiles(), home_, content);
  }
  std::string Read(const std::string& name) {
    const auto bytes = storage::SystemFiles().Read(home_ + "/" + name, 1 << 20);
    return bytes ? base::ToText(*bytes) : bytes.error().message;
  }
  void Put(const std::string& name, const std::string& text) {
    std::ofstream(home_ + "/" + name) << text;
  }
  unsigned ModeOf(const std::string& name) {
    struct stat status {};
    EXPECT_EQ(::stat((home_ + "/" + name).c_str(), &status), 0) << name;
    return status.st_mode & 0777U;
  }

  support::TempDirectory directory_;
  const std::string home_ = directory_ / "engine";
};

TEST_F(WriteFiles, MakesThemForTheirOwnerOnly) {
  const base::Status written = Write(Content());
  ASSERT_TRUE(written) << written.error().message;
  for (const char* folder : {".", "config", "data"}) EXPECT_EQ(ModeOf(folder), 0700U) << folder;
  for (const char* file : {"config/genesis.json", "config/config.toml", "config/node_key.json",
                           "config/priv_validator_key.json", "data/priv_validator_state.json"}) {
    EXPECT_EQ(ModeOf(file), 0600U) << file;
  }
  EXPECT_EQ(Read("config/genesis.json"), Content().genesis);
  EXPECT_EQ(Read("config/config.toml"), Content().config);
  EXPECT_EQ(Read("config/node_key.json"), Content().node_key.view());
  EXPECT_EQ(Read("config/priv_validator_key.json"), Content().validator_key.view());
  EXPECT_EQ(Read("data/priv_validator_state.json"),
            "{\"height\": \"0\", \"round\": 0, \"step\": 0}\n");
}

TEST_F(WriteFiles, ReplacesWhatIsOursAndKeepsWhatIsTheEngines) {
  ASSERT_TRUE(Write(Content()));
  Put("data/priv_validator_state.json", "{\"height\": \"7\"}");
  Put("config/config.toml", "edited");
  EngineFiles content = Content();
  content.validator_key = ValidatorKeyText(Key(3));
  ASSERT_TRUE(Write(content));
  EXPECT_EQ(Read("data/priv_validator_state.json"), "{\"height\": \"7\"}");
  EXPECT_EQ(Read("config/config.toml"), content.config);
  EXPECT_EQ(Read("config/priv_validator_key.json"), content.validator_key.view());
}

TEST_F(WriteFiles, RefusesTheFolderOfAnotherNetwork) {
  ASSERT_TRUE(Write(Content(base::Digest{})));
  const base::Status other = Write(Content());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(other.error().message,
            home_ +
                "/config/genesis.json belongs to network sogoc-0000000000000000, this ledger's is "
                "sogoc-a0a1a2a3a4a5a6a7: give the engine a folder of its own");
  for (const char* broken : {"", "{", "[]", "{\"chain_id\": 7}"}) {
    Put("config/genesis.json", broken);
    EXPECT_EQ(Write(Content()).error().code, ErrorCode::kCorrupt) << broken;
    EXPECT_EQ(Read("config/genesis.json"), broken);
  }
}

TEST_F(WriteFiles, RefusesAGenesisThatSaysAnythingElse) {
  EngineFiles content = Content();
  ASSERT_TRUE(Write(content));
  const auto altered = [&](const std::string& from, const std::string& to) {
    std::string text = content.genesis;
    Put("config/genesis.json", text.replace(text.find(from), from.size(), to));
    const base::Status written = Write(content);
    EXPECT_EQ(Read("config/genesis.json"), text);
    return written ? "" : written.error().message;
  };
  const auto other = [&](const std::string& what, const std::string& to_do) {
    return home_ + "/config/genesis.json is not this ledger's: it has another " + what + ". " +
           to_do;
  };
  const std::string anew = "Move it away, and the node writes the right one";
  const std::string copy = "Copy it from another peer, all have the same";
  EXPECT_EQ(altered("2097152", "2097153"), other("consensus_params", anew));
  EXPECT_EQ(altered("\"app_state\": {}", "\"app_state\": {\"a\": 1}"), other("app_state", anew));
  EXPECT_EQ(altered("\"power\": \"10\"", "\"power\": \"11\""), other("validators", anew));
  EXPECT_EQ(altered("20:26:41", "20:26:42"), other("genesis_time", anew));
  EXPECT_EQ(altered("{", "{ "), other("text", anew));
  content.begun = true;
  EXPECT_EQ(altered("2097152", "2097153"), other("consensus_params", copy));
  EXPECT_EQ(altered("\"app_state\": {}", "\"app_state\": []"), other("app_state", copy));
}

TEST_F(WriteFiles, KeepsTheGenesisThatTheEngineBeganWith) {
  ASSERT_TRUE(Write(Content()));
  EngineFiles later = Content();
  later.genesis = GenesisText(LedgerId(), kFounded + base::kNsPerDay, Peers(4)).value();
  later.begun = true;
  EXPECT_TRUE(Write(later));
  EXPECT_EQ(Read("config/genesis.json"), Content().genesis);
  std::filesystem::remove(home_ + "/config/genesis.json");
  const base::Status missing = Write(later);
  ASSERT_FALSE(missing);
  EXPECT_EQ(
      missing.error().message,
      home_ + "/config/genesis.json is missing: copy it from another peer, all have the same");
  EXPECT_FALSE(std::filesystem::exists(home_ + "/config/genesis.json"));
}

TEST_F(WriteFiles, DoesNotForgetWhatAValidatorSigned) {
  ASSERT_TRUE(Write(Content()));
  for (const char* store : {"blockstore.db", "state.db", "cs.wal"}) {
    std::filesystem::remove(home_ + "/data/priv_validator_state.json");
    std::filesystem::create_directory(home_ + "/data/" + store);
    const base::Status status = Write(Content());
    ASSERT_FALSE(status) << store;
    EXPECT_EQ(status.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_FALSE(std::filesystem::exists(home_ + "/data/priv_validator_state.json"));
    std::filesystem::remove(home_ + "/data/" + store);
  }
  EXPECT_TRUE(Write(Content()));
}

}  // namespace
}  // namespace sogoc::cometbft
