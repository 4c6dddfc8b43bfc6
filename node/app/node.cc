#include "node/app/node.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <thread>

#include "crypto/p256_tables.h"
#include "node/app/advice.h"
#include "node/app/cosigner_seat.h"
#include "node/app/engine_watch.h"
#include "node/app/evidence.h"
#include "node/app/metrics.h"
#include "node/app/own_ledger.h"
#include "node/app/replication.h"
#include "node/app/scrubber.h"
#include "node/consensus/cometbft/validators.h"
#include "node/consensus/counted_orderer.h"
#include "node/consensus/sequencer.h"
#include "node/gateway/api.h"
#include "node/gateway/http_server.h"
#include "node/ledger/peer_endpoint.h"
#include "node/ledger/policy.h"
#include "node/peer/cosigner.h"
#include "node/peer/peer_links.h"
#include "node/storage/fail_stop.h"
#include "node/storage/files.h"
#include "node/storage/ledger_blobs.h"
#include "node/storage/ledger_directory.h"
#include "node/storage/tile_export.h"

namespace sogoc::app {
namespace {

constexpr ledger::Height kStatesKept = 1'000;  // blocks behind the head (design section 4, State)
constexpr std::size_t kPrunedPerBlockMax = 20'000;  // items, so that no block waits long
constexpr unsigned kReadThreads = 4;
constexpr std::chrono::milliseconds kServingTick{50};
constexpr base::TimeNs kPresentFor = 10 * base::kNsPerSecond;  // after a peer's last heartbeat

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

// All peers of the ledger, as the links need to know them.
std::vector<peer::OtherPeer> OtherPeersOf(const ledger::StateView& state) {
  std::vector<peer::OtherPeer> others;
  const auto peers = ledger::Load<ledger::PeersRecord>(state, ledger::PeersKey());
  for (const ledger::PeerRecord& peer : peers->peers) {
    peer::OtherPeer& other = others.emplace_back();
    other.name = peer.name;
    other.tls_key_hash = base::DigestFromBytes(peer.tls_key_hash).value();
    if (const auto endpoint = ledger::FindEndpoint(peer, ledger::EndpointKind::kPeer)) {
      other.address = peer::PeerAddress{endpoint->host, endpoint->port};
    }
  }
  return others;
}

}  // namespace

struct Node::Parts {
  Parts(const NodeDirectory& node_directory, const Config& node_config)
      : directory(node_directory), config(node_config), evidence(directory.evidence()) {}

  const NodeDirectory directory;
  const Config config;
  const EvidenceFolder evidence;
  base::SystemClock clock;
  std::string origin;
  std::string genesis_sha256;  // of the engine's genesis file; empty without one
  std::unique_ptr<storage::LedgerStore> store;
  std::unique_ptr<storage::BlobStore> blob_store;
  std::optional<storage::LedgerBlobs> blobs;
  std::unique_ptr<crypto::P256BatchVerifier> verifier =
      crypto::MakeTableP256Verifier({.tables_max = config.key_tables});
  crypto::LogNodeReader log_reader;
  std::unique_ptr<Scrubber> scrubber;
  CosignerSeat seat;
  base::Bytes validator;                            // address of this peer's key, with [engine]
  std::atomic<bool> votes = false;                  // the engine, with that key
  std::unique_ptr<peer::PeerLinks> links;           // with [peer]
  std::unique_ptr<Replication> replication;         // with [engine]
  std::unique_ptr<EngineWatch> engine_watch;        // likewise
  std::unique_ptr<consensus::Sequencer> sequencer;  // without
  std::optional<consensus::CountedOrderer> orderer;
  boost::asio::thread_pool readers{kReadThreads};
  std::unique_ptr<gateway::HttpServer> server;
  std::unique_ptr<gateway::HttpServer> metrics_server;  // with `metrics`
  // The metrics are served from early on: `sequencer`, `orderer` and `server` appear under this
  // lock.
  mutable std::mutex appearing;

  ~Parts() {
    // Requests under way are answered while everything below still runs. What the cosigner then
    // still calls is part of the server's routes.
    if (server) server->Stop();
    if (metrics_server) metrics_server->Stop();
    readers.join();
    scrubber.reset();
    engine_watch.reset();
    sequencer.reset();
    replication.reset();
    if (links) links->Stop();
    seat.Empty();
    server.reset();
  }

  base::Status OpenStore() {
    TRY(auto opened, storage::OpenLedger(StoreOptions(directory, config)));
    for (const std::string& notice : opened.notices) spdlog::warn("{}", notice);
    store = std::move(opened.store);
    origin = ledger::Load<ledger::LedgerRecord>(*store, ledger::LedgerKey())->origin;
    log_reader = store->LogReader();
    return base::Ok();
  }

  base::Status OpenBlobs() {
    TRY(blob_store, storage::BlobStore::Open(storage::SystemFiles(), directory.blobs().string()));
    blobs.emplace(*store, *blob_store, Admit());
    return base::Ok();
  }

  // ---- The other peers

  base::Status StartLinks() {
    if (!config.peer) return base::Ok();
    TRY(const ledger::HostPort listen, ledger::ParseHostPort(config.peer->listen));
    TRY(const auto tls_key, directory.ReadTlsKey(config));
    peer::PeerLinksOptions options;
    options.listen_address = listen.host;
    options.listen_port = listen.port;
    options.name = config.name;
    options.ledger_id = store->ledger_id();
    if (config.engine) {
      TRY(options.genesis_hash, EngineGenesisHash(directory, config, *store));
      TRY(const auto validator_key, directory.ReadKey(config, "validator"));
      validator = cometbft::ValidatorAddress(validator_key.public_key());
      genesis_sha256 = base::ToHex(*options.genesis_hash);
    }
    options.program_version = SOGOC_VERSION;
    TRY(links, peer::PeerLinks::Listen(std::move(options), tls_key, clock));
    links->SetPeers(OtherPeersOf(*store));
    links->Start({[this](const std::string& from, const peer::Cosigned& said) {
                    return seat.Receive(from, said);
                  },
                  [this] { return Progress(); }, &*blobs});
    return base::Ok();
  }

  peer::OwnProgress Progress() const {
    const auto head = store->Head();
    const peer::Cosigner* cosigner = seat.get();
    const bool final = cosigner != nullptr && cosigner->Latest()->verdict.has_quorum;
    return {head->header.height,
            head->log.size(),
            {votes ? validator : base::Bytes(), store->EngineHeight().value_or(0)},
            final ? cosigner->Latest()->head.log.size() : 0};
  }

  base::Status StartCosigner() {
    const base::Status started = seat.Fill([this] { return MakeCosigner(); });
    if (started) return started;
    return WithAdvice(started.error(), "ledger/ and signed/ of " + directory.path().string() +
                                           " must be of one ledger and ledger/ no older: restore "
                                           "the newest copy of both, never remove signed/");
  }

  base::Result<std::unique_ptr<peer::Cosigner>> MakeCosigner() {
    TRY(auto log_key, directory.ReadKey(config, "log"));
    TRY(auto cosigner_key, directory.ReadKey(config, "cosigner"));
    // A block is judged by the policy before it: one that changes the policy is final under the
    // old.
    const auto policy_at = [raw = store.get()](const ledger::ChainHead& head) {
      const ledger::Height height = head.header.height;
      const auto state = raw->StateAfter(height == 0 ? 0 : height - 1);
      return state ? ledger::PolicyOf(**state).value() : ledger::PolicyOf(*raw).value();
    };
    peer::CosignerHooks hooks;
    hooks.fork = [this](const peer::ForkEvidence& fork) { evidence.Record(fork); };
    hooks.policy_end = [this](const peer::SignedHead& head) { KeepPolicyEnd(head); };
    if (links) {
      hooks.check_clock = [this] { return links->CheckClock(); };
      hooks.cosigned = [this](const peer::Cosigned& said) { links->Publish(said); };
    }
    return peer::Cosigner::Start({origin, config.name, directory.signed_checkpoint().string()},
                                 {std::move(log_key), std::move(cosigner_key)}, *store->Head(),
                                 policy_at, log_reader, clock, storage::SystemFiles(),
                                 std::move(hooks));
  }

  // The note under which a policy ended is kept for ever (decision 4).
  void KeepPolicyEnd(const peer::SignedHead& head) const {
    const auto path = directory.policy_end(head.head.header.height);
    const base::Status written =
        storage::WriteFileDurably(storage::SystemFiles(), path.string(), base::AsBytes(head.note));
    if (!written) spdlog::error("{}; the note is {}", written.error().message, head.note);
  }

  // ---- The order

  // A block is durable: on the orderer's thread, before its entries are answered.
  void OnBlock(const ledger::ChainHead& head) {
    seat.Extend(head);
    if (links) links->SetPeers(OtherPeersOf(*store));
    const peer::Cosigner* cosigner = seat.get();
    if (cosigner == nullptr) return;
    // Verdicts are given at the served head.
    const ledger::Height served = cosigner->Latest()->head.header.height;
    if (served > kStatesKept) store->Prune(served - kStatesKept, kPrunedPerBlockMax);
  }

  std::function<base::Status()> Admit() const {
    return [path = directory.path().string(), reserve = ReserveOf(config)] {
      return storage::CheckFreeSpace(path, reserve);
    };
  }

  void StartSequencer() {
    consensus::SequencerOptions options;
    options.verify_threads = config.verify_threads == 0 ? Cores() : config.verify_threads;
    options.admit = Admit();
    const std::lock_guard lock(appearing);
    sequencer = std::make_unique<consensus::Sequencer>(
        *store, clock, *verifier, options,
        [this](const ledger::ChainHead& head) { OnBlock(head); });
  }

  base::Status StartReplication() {
    ReplicationHooks hooks;
    hooks.admit = Admit();
    hooks.on_block = [this](const ledger::ChainHead& head) { OnBlock(head); };
    hooks.on_misbehavior = [this](const cometbft::ValidatorMisbehavior& misbehavior) {
      evidence.Record(misbehavior);
    };
    hooks.others = [this] { return OthersProgress(); };
    hooks.on_voting = [this](bool now) { votes = now; };
    const bool managed = config.engine->mode == EngineConfig::Mode::kManaged;
    hooks.on_engine_lost = [managed](const std::string& why) {
      if (managed) storage::FailStop(why);
      spdlog::warn("{}", why);
    };
    TRY(replication, Replication::Start(directory, config, *store, *verifier, std::move(hooks)));
    engine_watch = std::make_unique<EngineWatch>(replication->engine());
    return base::Ok();
  }

  cometbft::OthersProgress OthersProgress() const {
    cometbft::OthersProgress others;
    if (!links) return others;
    for (const peer::PeerStatus& peer : links->Peers()) {
      if (peer.heartbeat_at == 0) continue;
      if (clock.Now() < peer.heartbeat_at + kPresentFor) ++others.present;
      others.engine_height.push_back(peer.engine_height);
      const bool of_this_key = peer.remembered.validator == validator;
      others.remembered.push_back(of_this_key ? peer.remembered.engine_height : 0);
    }
    return others;
  }

  // A store that is shorter than was promised is replayed by the engine first.
  base::Status AwaitServing(const std::function<bool()>& stop_asked) const {
    if (store->Serving()) return base::Ok();
    spdlog::warn("this store is shorter than was promised; the engine brings back the rest");
    while (!store->Serving()) {
      if (stop_asked()) return base::Unavailable("stopped before the store was whole again");
      std::this_thread::sleep_for(kServingTick);
    }
    spdlog::info("the store is whole again at block {}", store->Head()->header.height);
    return base::Ok();
  }

  void StartScrubber() {
    ScrubberOptions options;
    options.on_damage = [](const base::Error& error) {
      spdlog::error("THE STORED LEDGER IS DAMAGED: {}", error.message);
    };
    scrubber = std::make_unique<Scrubber>(*store, std::move(options));
  }

  // ---- How this node stands

  gateway::OwnStanding Standing() const {
    gateway::OwnStanding own;
    own.version = SOGOC_VERSION;
    own.serving = store->Serving();
    own.takes_entries = Admit()();
    if (links) own.clock = links->CheckClock();
    own.genesis_sha256 = genesis_sha256;
    if (engine_watch) {
      own.engine = engine_watch->Standing();
      own.engine->votes = replication->Voting();
    }
    own.scrub = scrubber->Standing();
    const EvidenceCount count = evidence.Count();
    own.fork_evidence = count.forks;
    own.validator_evidence = count.validators;
    return own;
  }

  NodeFigures Figures() const {
    NodeFigures figures;
    figures.name = config.name;
    figures.now = clock.Now();
    const auto head = store->Head();
    figures.height = head->header.height;
    figures.head_time = head->header.time;
    figures.log_size = head->log.size();
    figures.executed_engine_height = store->EngineHeight().value_or(0);
    if (const peer::Cosigner* cosigner = seat.get()) {
      const auto latest = cosigner->Latest();
      figures.checkpoint = {latest->head.header.height,
                            latest->head.log.size(),
                            latest->verdict.has_quorum,
                            latest->verdict.quorum_time_s * base::kNsPerSecond,
                            latest->verdict.cosignatures.size(),
                            latest->quorum_needed,
                            latest->cosigners_known,
                            cosigner->Signing().has_value()};
      figures.final_times = cosigner->final_times();
    }
    if (const auto space =
            storage::MeasureFreeSpace(directory.path().string(), ReserveOf(config))) {
      figures.space = *space;
    }
    figures.own = Standing();
    if (links) {
      figures.peers = links->Peers();
      figures.links = links->stats();
    }
    figures.process = ReadProcessFigures();
    const std::lock_guard lock(appearing);
    if (orderer) figures.order = {orderer->counts(), orderer->answer_times()};
    if (server) figures.http = server->stats();
    if (sequencer) figures.waiting_bytes = sequencer->waiting_bytes();
    if (replication) {
      figures.waiting_bytes = replication->waiting_bytes();
      figures.travelling_bundles = replication->travelling_bundles();
    }
    const consensus::BlockTimes* times = sequencer     ? &sequencer->block_times()
                                         : replication ? &replication->block_times()
                                                       : nullptr;
    if (times != nullptr) {
      figures.execute_times = times->execute.totals();
      figures.commit_times = times->commit.totals();
    }
    return figures;
  }

  void RunInBackground(std::function<void()> work) { boost::asio::post(readers, std::move(work)); }

  // On a port of their own: the gateway's is public.
  base::Status StartMetrics() {
    if (config.metrics.empty()) return base::Ok();
    TRY(const ledger::HostPort listen, ledger::ParseHostPort(config.metrics));
    gateway::Router router;
    router.Add(
        gateway::Method::kGet, "/metrics", 0,
        [this](const gateway::Request&, gateway::Respond respond) {
          RunInBackground([this, respond = std::move(respond)] {
            respond({200, "text/plain; version=0.0.4; charset=utf-8", MetricsText(Figures()), {}});
          });
        });
    gateway::HttpServerConfig http;
    http.address = listen.host;
    http.port = listen.port;
    http.threads = 1;
    auto started = gateway::HttpServer::Start(std::move(http), std::move(router));
    if (!started) {
      return WithAdvice(started.error(), "metrics is in " + directory.config().string());
    }
    metrics_server = std::move(*started);
    return base::Ok();
  }

  base::Status StartGateway() {
    {
      const std::lock_guard lock(appearing);
      orderer.emplace(replication ? replication->orderer()
                                  : static_cast<consensus::Orderer&>(*sequencer));
    }
    gateway::ApiServices services{
        *store,
        *orderer,
        *seat.get(),
        clock,
        [this](std::function<void()> work) { RunInBackground(std::move(work)); },
        config.resolver_host,
        config.name,
        [this] { return links ? links->Peers() : std::vector<peer::PeerStatus>(); }};
    services.own = [this] { return Standing(); };
    services.blobs.store = &*blobs;
    if (links) {
      services.blobs.announce = [this](const base::Digest& hash) { links->AnnounceBlob(hash); };
      services.blobs.fetch = [this](const base::Digest& hash, std::function<void()> done) {
        links->FetchBlob(hash, std::move(done));
      };
    }
    gateway::Router router;
    gateway::AddApiRoutes(services, router);
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
    const std::lock_guard lock(appearing);
    server = std::move(*started);
    return base::Ok();
  }

  base::Status CheckKeys() const {
    TRY(const auto log_key, directory.ReadKey(config, "log"));
    TRY(const auto cosigner_key, directory.ReadKey(config, "cosigner"));
    const base::Status own =
        CheckOwnKeys(*store, config.name, log_key.public_key(), cosigner_key.public_key());
    if (own || !config.engine) return own;
    // A peer that is about to join, or whose keys are about to be replaced, follows meanwhile.
    spdlog::warn("{}; this node follows and signs nothing until the ledger names it",
                 own.error().message);
    return base::Ok();
  }
};

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() = default;

std::uint16_t Node::port() const { return parts_->server->port(); }
const std::string& Node::origin() const { return parts_->origin; }

base::Result<std::unique_ptr<Node>> Node::Start(const NodeDirectory& directory,
                                                const Config& config,
                                                const std::function<bool()>& stop_asked) {
  auto parts = std::make_unique<Parts>(directory, config);
  TRY_STATUS(parts->OpenStore());
  TRY_STATUS(parts->OpenBlobs());
  TRY_STATUS(parts->CheckKeys());
  parts->StartScrubber();
  TRY_STATUS(parts->StartLinks());
  if (config.engine) {
    TRY_STATUS(parts->StartReplication());
    TRY_STATUS(parts->StartMetrics());
    TRY_STATUS(parts->AwaitServing(stop_asked));
  }
  TRY_STATUS(parts->StartCosigner());
  if (!config.engine) {
    parts->StartSequencer();
    TRY_STATUS(parts->StartMetrics());
  }
  TRY_STATUS(parts->StartGateway());
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

base::Status Node::Export(const NodeDirectory& directory, const Config& config,
                          const std::filesystem::path& folder) {
  Parts parts(directory, config);
  TRY_STATUS(parts.OpenStore());
  TRY_STATUS(parts.CheckKeys());
  TRY_STATUS(parts.StartCosigner());
  const auto signed_head = parts.seat.get()->Newest();
  const storage::LogSource log{signed_head->head.log.size(),
                               [&parts](ledger::EntryIndex index) -> base::Result<base::Bytes> {
                                 return parts.store->Leaf(index);
                               },
                               parts.log_reader};
  return storage::ExportTiles(storage::SystemFiles(), folder.string(), log, signed_head->note);
}

}  // namespace sogoc::app
