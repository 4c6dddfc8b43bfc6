#include "node/app/node.h"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fstream>
#include <thread>

#include "crypto/p256.h"
#include "node/app/advice.h"
#include "node/consensus/sequencer.h"
#include "node/gateway/api.h"
#include "node/gateway/http_server.h"
#include "node/ledger/limits.h"
#include "node/ledger/policy.h"
#include "node/peer/cosigner.h"
#include "node/storage/files.h"
#include "node/storage/ledger_directory.h"
#include "node/storage/tile_export.h"

namespace sogoc::app {
namespace {

constexpr ledger::Height kStatesKept = 1'000;  // blocks behind the head (design section 4, State)
constexpr std::size_t kPrunedPerBlockMax = 10'000;  // items, so that no block waits long
constexpr unsigned kReadThreads = 4;

unsigned Cores() { return std::max(1U, std::thread::hardware_concurrency()); }

base::Result<std::string> ReadText(const std::filesystem::path& path) {
  const auto bytes = storage::SystemFiles().Read(path.string(), 1 << 20);
  if (!bytes) return WithAdvice(bytes.error(), "[tls] in node.toml names this file");
  return base::ToText(*bytes);
}

base::Result<std::optional<gateway::TlsIdentity>> ReadTls(const NodeDirectory& directory,
                                                          const Config& config) {
  if (!config.tls) return std::optional<gateway::TlsIdentity>();
  gateway::TlsIdentity identity;
  TRY(identity.certificate_chain, ReadText(directory.Resolve(config.tls->certificate)));
  TRY(identity.private_key, ReadText(directory.Resolve(config.tls->private_key)));
  return std::optional(std::move(identity));
}

// The keys in the folder are those that the ledger gives to this peer.
base::Status CheckOwnKeys(const ledger::StateView& state, const std::string& name,
                          const crypto::Ed25519PublicKey& log_key,
                          const crypto::Ed25519PublicKey& cosigner_key) {
  const auto peers = ledger::Load<ledger::PeersRecord>(state, ledger::PeersKey());
  for (const ledger::PeerRecord& peer : peers.value_or(ledger::PeersRecord{}).peers) {
    if (peer.name != name) continue;
    if (base::Equal(peer.log_key, log_key) && base::Equal(peer.cosigner_key, cosigner_key)) {
      return base::Ok();
    }
    return base::FailedPrecondition(
        "the keys in this folder are not those that the ledger names for peer " + name +
        "; use the folder whose peer.json was founded with");
  }
  return base::FailedPrecondition("peer " + name +
                                  " is not on the ledger; see `name` in node.toml");
}

storage::LedgerOptions StoreOptions(const NodeDirectory& directory, const Config& config) {
  storage::LedgerOptions options;
  options.directory = directory.ledger().string();
  options.block_cache_bytes = config.cache_megabytes << 20;
  return options;
}

base::Result<std::shared_ptr<const ledger::StagedBlock>> ReadFounding(
    const std::filesystem::path& path) {
  const auto read = [&]() -> base::Result<std::shared_ptr<const ledger::StagedBlock>> {
    TRY(const base::Bytes bytes,
        storage::SystemFiles().Read(path.string(), ledger::kSignedEntryBytesMax));
    TRY(const ledger::Entry entry, ledger::DecodeEntry(bytes, ledger::kRulesVersion));
    return ledger::ExecuteFounding(entry);
  };
  auto block = read();
  if (block) return block;
  return WithAdvice({block.error().code, path.string() + ": " + block.error().message},
                    "sogoc found makes a founding entry");
}

}  // namespace

struct Node::Parts {
  base::SystemClock clock;
  std::string origin;
  std::unique_ptr<storage::LedgerStore> store;
  std::unique_ptr<crypto::P256BatchVerifier> verifier = crypto::MakePlainP256Verifier();
  crypto::LogNodeReader log_reader;
  std::unique_ptr<peer::Cosigner> cosigner;
  std::unique_ptr<consensus::Sequencer> sequencer;
  boost::asio::thread_pool readers{kReadThreads};
  std::unique_ptr<gateway::HttpServer> server;

  ~Parts() {
    // Requests under way are answered while everything below still runs. What the cosigner then
    // still calls is part of the server's routes.
    if (server) server->Stop();
    readers.join();
    sequencer.reset();
    cosigner.reset();
    server.reset();
  }

  base::Status OpenStore(const NodeDirectory& directory, const Config& config) {
    TRY(auto opened, storage::OpenLedger(StoreOptions(directory, config)));
    for (const std::string& notice : opened.notices) spdlog::warn("{}", notice);
    store = std::move(opened.store);
    return base::Ok();
  }

  base::Status StartCosigner(const NodeDirectory& directory, const Config& config) {
    TRY(auto log_key, directory.ReadKey(config, "log"));
    TRY(auto cosigner_key, directory.ReadKey(config, "cosigner"));
    TRY_STATUS(CheckOwnKeys(*store, config.name, log_key.public_key(), cosigner_key.public_key()));
    origin = ledger::Load<ledger::LedgerRecord>(*store, ledger::LedgerKey())->origin;
    log_reader = store->LogReader();
    // A block is judged by the policy before it: one that changes the policy is final under the
    // old.
    const auto policy_at = [raw = store.get()](const ledger::ChainHead& head) {
      const ledger::Height height = head.header.height;
      const auto state = raw->StateAfter(height == 0 ? 0 : height - 1);
      return state ? ledger::PolicyOf(**state).value() : ledger::PolicyOf(*raw).value();
    };
    auto started =
        peer::Cosigner::Start({origin, config.name, directory.signed_checkpoint().string()},
                              {std::move(log_key), std::move(cosigner_key)}, *store->Head(),
                              policy_at, log_reader, clock, storage::SystemFiles());
    if (!started) {
      return WithAdvice(started.error(),
                        "ledger/ and signed/ of " + directory.path().string() +
                            " must be of one ledger and ledger/ no older: restore the newest "
                            "copy of both, never remove signed/");
    }
    cosigner = std::move(*started);
    return base::Ok();
  }

  void StartSequencer(const NodeDirectory& directory, const Config& config) {
    consensus::SequencerOptions options;
    options.verify_threads = config.verify_threads == 0 ? Cores() : config.verify_threads;
    options.admit =
        [path = directory.path().string(),
         reserve = storage::SpaceReserve{config.reserve_megabytes << 20, config.reserve_percent}] {
          return storage::CheckFreeSpace(path, reserve);
        };
    sequencer = std::make_unique<consensus::Sequencer>(
        *store, clock, *verifier, options, [this](const ledger::ChainHead& head) {
          cosigner->Extend(head);
          // What is served is never pruned: it may be far behind the head for want of a quorum.
          const ledger::Height served = cosigner->Latest()->head.header.height;
          if (served > kStatesKept) store->Prune(served - kStatesKept, kPrunedPerBlockMax);
        });
  }

  base::Status StartGateway(const NodeDirectory& directory, const Config& config) {
    gateway::Router router;
    gateway::AddApiRoutes(
        {*store, *sequencer, *cosigner, clock,
         [this](std::function<void()> work) { boost::asio::post(readers, std::move(work)); },
         config.resolver_host, config.name, nullptr},
        router);
    gateway::HttpServerConfig http;
    http.address = config.address;
    http.port = config.port;
    http.limits.connections_per_client_max = config.connections_per_client;
    TRY(http.tls, ReadTls(directory, config));
    auto started = gateway::HttpServer::Start(std::move(http), std::move(router));
    if (!started) {
      return WithAdvice(started.error(),
                        "address, port and [tls] are in " + directory.config().string());
    }
    server = std::move(*started);
    return base::Ok();
  }
};

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() = default;

std::uint16_t Node::port() const { return parts_->server->port(); }
const std::string& Node::origin() const { return parts_->origin; }

base::Result<std::unique_ptr<Node>> Node::Start(const NodeDirectory& directory,
                                                const Config& config) {
  auto parts = std::make_unique<Parts>();
  TRY_STATUS(parts->OpenStore(directory, config));
  TRY_STATUS(parts->StartCosigner(directory, config));
  parts->StartSequencer(directory, config);
  TRY_STATUS(parts->StartGateway(directory, config));
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

base::Status FoundLedger(const NodeDirectory& directory, const Config& config,
                         const std::filesystem::path& founding_entry) {
  if (std::filesystem::exists(directory.ledger())) {
    return base::FailedPrecondition(directory.ledger().string() +
                                    " holds a ledger already: sogoc-node run serves it");
  }
  TRY(const auto block, ReadFounding(founding_entry));
  const auto memory = storage::LedgerStore::CreateInMemory(*block);
  TRY(const auto log_key, directory.ReadKey(config, "log"));
  TRY(const auto cosigner_key, directory.ReadKey(config, "cosigner"));
  TRY_STATUS(CheckOwnKeys(*memory, config.name, log_key.public_key(), cosigner_key.public_key()));
  return storage::CreateLedger(StoreOptions(directory, config), *block);
}

base::Status Node::Export(const NodeDirectory& directory, const Config& config,
                          const std::filesystem::path& folder) {
  Parts parts;
  TRY_STATUS(parts.OpenStore(directory, config));
  TRY_STATUS(parts.StartCosigner(directory, config));
  const auto signed_head = parts.cosigner->Latest();
  const storage::LogSource log{signed_head->head.log.size(),
                               [&parts](ledger::EntryIndex index) -> base::Result<base::Bytes> {
                                 return parts.store->Leaf(index);
                               },
                               parts.log_reader};
  return storage::ExportTiles(storage::SystemFiles(), folder.string(), log, signed_head->note);
}

}  // namespace sogoc::app
