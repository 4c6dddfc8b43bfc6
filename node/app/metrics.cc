#include "node/app/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>
#include <utility>
#include <variant>

namespace sogoc::app {
namespace {

using gateway::EngineStanding;
using peer::PeerStatus;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Figures = NodeFigures;
using Labels = std::vector<ClientMetric::Label>;

// How a metric is read: one value, one of the engine or of the checkpoint where there is one, one
// for each other peer, one for each value of a label, or times.
using Number = std::optional<double>;
using One = Number (*)(const Figures&);
using OfEngine = double (*)(const EngineStanding&);
using OfPeer = Number (*)(const PeerStatus&, const Figures&);
using Labelled = std::vector<std::pair<Labels, double>> (*)(const Figures&);
using Times = const base::Durations::Totals* (*)(const Figures&);
using Read = std::variant<One, OfEngine, OfPeer, Labelled, Times>;

struct Metric {
  MetricInfo info;
  Read read;
};

template <class T>
double Value(T value) {
  return static_cast<double>(value);
}

double Seconds(base::TimeNs time) { return Value(time) / Value(base::kNsPerSecond); }

double SecondsSince(base::TimeNs time, const Figures& figures) {
  return (Value(figures.now) - Value(time)) / Value(base::kNsPerSecond);
}

// Of a part that may be absent.
template <auto kPart, auto kMember>
Number Of(const Figures& figures) {
  const auto& part = figures.*kPart;
  if (!part) return std::nullopt;
  return Value((*part).*kMember);
}

template <auto kMember>
constexpr One OfCheckpoint = Of<&Figures::checkpoint, kMember>;
template <auto kMember>
constexpr One OfHttp = Of<&Figures::http, kMember>;
template <auto kMember>
constexpr One OfSpace = Of<&Figures::space, kMember>;
template <auto kMember>
constexpr One OfLinks = Of<&Figures::links, kMember>;

template <auto kMember>
Number OfProcess(const Figures& figures) {
  return Value(figures.process.*kMember);
}

template <auto kMember>
Number OfStatus(const PeerStatus& peer, const Figures&) {
  return Value(peer.*kMember);
}

// What a peer said of itself, if it did.
template <auto kMember>
Number OfHeartbeat(const PeerStatus& peer, const Figures&) {
  if (peer.heartbeat_at == 0) return std::nullopt;
  return Value(peer.*kMember);
}

std::vector<std::pair<Labels, double>> Entries(const Figures& figures) {
  if (!figures.order) return {};
  const consensus::EntryCounts& counts = figures.order->entries;
  return {{{{"outcome", "committed"}}, Value(counts.committed)},
          {{{"outcome", "repeated"}}, Value(counts.repeated)},
          {{{"outcome", "refused"}}, Value(counts.refused)},
          {{{"outcome", "malformed"}}, Value(counts.malformed)},
          {{{"outcome", "undecided"}}, Value(counts.undecided)},
          {{{"outcome", "turned_away"}}, Value(counts.turned_away)}};
}

using F = const Figures&;
using E = const EngineStanding&;
using P = const PeerStatus&;
using C = Figures::Checkpoint;

const std::vector<Metric>& Metrics() {
  static const std::vector<Metric> kMetrics = {
      {{"sogoc_build_info", "gauge", "peer, version", "1: the peer's name, and its program"},
       Labelled([](F f) {
         return std::vector<std::pair<Labels, double>>{
             {{{"peer", f.name}, {"version", f.own.version}}, 1}};
       })},

      // The log
      {{"sogoc_head_height", "gauge", "", "Height of the newest block that is durable here"},
       One([](F f) -> Number { return Value(f.height); })},
      {{"sogoc_head_time_seconds", "gauge", "", "Record time of that block, POSIX seconds"},
       One([](F f) -> Number { return Seconds(f.head_time); })},
      {{"sogoc_head_age_seconds", "gauge", "", "Time since then; grows while nobody sends entries"},
       One([](F f) -> Number { return SecondsSince(f.head_time, f); })},
      {{"sogoc_log_size", "gauge", "", "Leaves of the log: entries and headers"},
       One([](F f) -> Number { return Value(f.log_size); })},
      {{"sogoc_store_serving", "gauge", "",
        "1; 0 while blocks that were promised are still being brought back"},
       One([](F f) -> Number { return f.own.serving ? 1 : 0; })},

      // The checkpoint
      {{"sogoc_checkpoint_height", "gauge", "", "Height of the served checkpoint"},
       OfCheckpoint<&C::height>},
      {{"sogoc_checkpoint_size", "gauge", "", "Leaves under the served checkpoint"},
       OfCheckpoint<&C::size>},
      {{"sogoc_checkpoint_quorum", "gauge", "", "1 if a quorum stands behind it"},
       OfCheckpoint<&C::quorum>},
      {{"sogoc_checkpoint_age_seconds", "gauge", "",
        "Time since a quorum last stood behind it; beyond 600 no stamp is answered for"},
       One([](F f) -> Number {
         if (!f.checkpoint || !f.checkpoint->quorum) return std::nullopt;
         return SecondsSince(f.checkpoint->quorum_time, f);
       })},
      {{"sogoc_checkpoint_cosignatures", "gauge", "", "Peers that signed it"},
       OfCheckpoint<&C::cosignatures>},
      {{"sogoc_cosigners_needed", "gauge", "", "Peers that make a quorum"},
       OfCheckpoint<&C::quorum_needed>},
      {{"sogoc_cosigners_known", "gauge", "", "Peers that may sign"},
       OfCheckpoint<&C::cosigners_known>},
      {{"sogoc_heads_without_quorum", "gauge", "",
        "Blocks of this node's log above the served checkpoint"},
       One([](F f) -> Number {
         if (!f.checkpoint) return std::nullopt;
         return Value(f.height) - (f.checkpoint->quorum ? Value(f.checkpoint->height) : 0);
       })},
      {{"sogoc_block_final_seconds", "histogram", "le",
        "From a block being durable here until a quorum stands behind a head that covers it"},
       Times([](F f) { return f.final_times ? &*f.final_times : nullptr; })},
      {{"sogoc_signing", "gauge", "", "1 if this peer cosigned the newest head that it looked at"},
       OfCheckpoint<&C::signing>},
      {{"sogoc_clock_fit", "gauge", "",
        "1; 0 while this machine's clock is too far from the peers' median to sign by"},
       One([](F f) -> Number { return f.own.clock ? 1 : 0; })},

      // Entries
      {{"sogoc_entries_total", "counter", "outcome",
        "Entries brought to this node: committed, repeated (stood in the log before), refused by "
        "the rules, malformed, undecided (its sender was told to send it again), turned_away (too "
        "much waits, or the disk is full)"},
       Labelled(Entries)},
      {{"sogoc_answer_seconds", "histogram", "le",
        "From a submission to the answers to all its entries, which are durable then"},
       Times([](F f) { return f.order ? &f.order->answer_times : nullptr; })},
      {{"sogoc_waiting_bytes", "gauge", "", "Entries that wait to be ordered"},
       One([](F f) -> Number { return Value(f.waiting_bytes); })},
      {{"sogoc_travelling_bundles", "gauge", "",
        "Bundles given to the engine, without a block yet"},
       One([](F f) -> Number { return Value(f.travelling_bundles); })},
      {{"sogoc_block_execute_seconds", "histogram", "le", "Executing a block that has submissions"},
       Times([](F f) { return &f.execute_times; })},
      {{"sogoc_block_commit_seconds", "histogram", "le", "Making a block durable"},
       Times([](F f) { return &f.commit_times; })},

      // Other peers
      {{"sogoc_peer_link_up", "gauge", "peer", "1 if this node's link to it stands"},
       OfPeer([](P p, F) -> Number { return p.dialled_since != 0 ? 1 : 0; })},
      {{"sogoc_peer_heard", "gauge", "peer", "1 if its link to this node stands"},
       OfPeer([](P p, F) -> Number { return p.heard_since != 0 ? 1 : 0; })},
      {{"sogoc_peer_heartbeat_age_seconds", "gauge", "peer", "Since it last said how it is"},
       OfPeer([](P p, F f) -> Number {
         if (p.heartbeat_at == 0) return std::nullopt;
         return SecondsSince(p.heartbeat_at, f);
       })},
      {{"sogoc_peer_clock_offset_seconds", "gauge", "peer", "Its clock minus this node's"},
       OfPeer([](P p, F) -> Number {
         if (!p.clock_offset) return std::nullopt;
         return std::chrono::duration<double>(*p.clock_offset).count();
       })},
      {{"sogoc_peer_height", "gauge", "peer", "Height of its newest block, as it says"},
       OfPeer(OfHeartbeat<&PeerStatus::height>)},
      {{"sogoc_peer_log_size", "gauge", "peer", "Size of its log, as it says"},
       OfPeer(OfHeartbeat<&PeerStatus::size>)},
      {{"sogoc_peer_engine_height", "gauge", "peer", "Its engine's height, as it says"},
       OfPeer(OfHeartbeat<&PeerStatus::engine_height>)},
      {{"sogoc_peer_final_size", "gauge", "peer",
        "Size of the newest log that it knows a quorum behind, as it says"},
       OfPeer(OfHeartbeat<&PeerStatus::final_size>)},
      {{"sogoc_peer_cosignatures_total", "counter", "peer", "Cosignatures that came from it"},
       OfPeer(OfStatus<&PeerStatus::cosignatures>)},
      {{"sogoc_peer_cosignatures_refused_total", "counter", "peer", "Of these, of no use"},
       OfPeer(OfStatus<&PeerStatus::cosignatures_refused>)},
      {{"sogoc_peer_blobs_total", "counter", "peer", "Files of the ledger that came from it"},
       OfPeer(OfStatus<&PeerStatus::blobs_fetched>)},
      {{"sogoc_peer_blobs_refused_total", "counter", "peer",
        "What it said of files that was wrong or not asked for"},
       OfPeer(OfStatus<&PeerStatus::blobs_refused>)},
      {{"sogoc_peer_frames_dropped_total", "counter", "peer",
        "Messages for it that could not be sent in time"},
       OfPeer(OfStatus<&PeerStatus::frames_dropped>)},
      {{"sogoc_peer_genesis_differs", "gauge", "peer",
        "1 if its engine was founded on another genesis file"},
       OfPeer(OfStatus<&PeerStatus::genesis_differs>)},
      {{"sogoc_peer_port_connections_total", "counter", "", "Accepted at the peer port"},
       OfLinks<&peer::PeerLinksStats::accepted>},
      {{"sogoc_peer_port_strangers_total", "counter", "",
        "Of these, refused: their key is not on the ledger"},
       OfLinks<&peer::PeerLinksStats::refused_certificates>},
      {{"sogoc_peer_port_refused_total", "counter", "", "Of these, refused for another reason"},
       OfLinks<&peer::PeerLinksStats::refused>},

      // The engine
      {{"sogoc_engine_up", "gauge", "", "1 if the engine answers"},
       OfEngine([](E e) { return e.answers ? 1.0 : 0.0; })},
      {{"sogoc_engine_height", "gauge", "", "Height of its newest block"},
       OfEngine([](E e) { return Value(e.height); })},
      {{"sogoc_engine_height_age_seconds", "gauge", "",
        "Time since its height last grew, which it does every 5 s also when nobody sends entries"},
       OfEngine([](E e) { return Value(e.height_unchanged.count()); })},
      {{"sogoc_engine_executed_height", "gauge", "",
        "The engine's last block that this node has executed and stored"},
       One([](F f) -> Number {
         if (!f.own.engine) return std::nullopt;
         return Value(f.executed_engine_height);
       })},
      {{"sogoc_engine_catching_up", "gauge", "", "1 while it fetches blocks that it missed"},
       OfEngine([](E e) { return Value(e.catching_up); })},
      {{"sogoc_engine_peers", "gauge", "", "Engines that it is connected with"},
       OfEngine([](E e) { return Value(e.peers); })},
      {{"sogoc_engine_voting", "gauge", "",
        "1 if it votes: this node lets it, and it is one of the validators"},
       OfEngine([](E e) { return e.votes && e.voting_power > 0 ? 1.0 : 0.0; })},

      // What is stored
      {{"sogoc_scrub_age_seconds", "gauge", "",
        "Since the whole ledger was last read again and compared with its hashes, or since the "
        "start"},
       One([](F f) -> Number {
         if (!f.own.scrub) return std::nullopt;
         return Value(f.own.scrub->age.count());
       })},
      {{"sogoc_scrub_passes_total", "counter", "", "How often it was, since the start"},
       One([](F f) -> Number {
         if (!f.own.scrub) return std::nullopt;
         return Value(f.own.scrub->passes);
       })},
      {{"sogoc_scrub_damage", "gauge", "", "1 if that found damage"}, One([](F f) -> Number {
         if (!f.own.scrub) return std::nullopt;
         return f.own.scrub->whole ? 0 : 1;
       })},

      // What points at somebody
      {{"sogoc_evidence_files", "gauge", "kind",
        "Cases in evidence/: fork (two logs signed), validator (voted twice)"},
       Labelled([](F f) {
         return std::vector<std::pair<Labels, double>>{
             {{{"kind", "fork"}}, Value(f.own.fork_evidence)},
             {{{"kind", "validator"}}, Value(f.own.validator_evidence)}};
       })},

      // The gateway
      {{"sogoc_http_connections_total", "counter", "", "Accepted by the gateway"},
       OfHttp<&gateway::HttpStats::connections>},
      {{"sogoc_http_connections_open", "gauge", "", "Of these, open now"},
       OfHttp<&gateway::HttpStats::connections_open>},
      {{"sogoc_http_connections_refused_total", "counter", "", "Of these, one too many"},
       OfHttp<&gateway::HttpStats::connections_refused>},
      {{"sogoc_http_requests_total", "counter", "", "Answered by the gateway"},
       OfHttp<&gateway::HttpStats::requests>},
      {{"sogoc_http_framing_refused_total", "counter", "",
        "Of these, malformed in a way that no honest client is"},
       OfHttp<&gateway::HttpStats::framing_refused>},
      {{"sogoc_http_timeouts_total", "counter", "", "Connections cut for being slow"},
       OfHttp<&gateway::HttpStats::timeouts>},

      // The machine
      {{"sogoc_disk_free_bytes", "gauge", "", "Free on the ledger's file system"},
       OfSpace<&storage::FreeSpace::free>},
      {{"sogoc_disk_size_bytes", "gauge", "", "Size of that file system"},
       OfSpace<&storage::FreeSpace::total>},
      {{"sogoc_disk_reserve_bytes", "gauge", "", "With less free, entries are turned away"},
       OfSpace<&storage::FreeSpace::needed>},
      {{"process_cpu_seconds_total", "counter", "", "User and system time of the node"},
       One(OfProcess<&ProcessFigures::cpu_seconds>)},
      {{"process_resident_memory_bytes", "gauge", "", "Memory of the node"},
       One(OfProcess<&ProcessFigures::resident_bytes>)},
      {{"process_threads", "gauge", "", "Threads of the node"},
       One(OfProcess<&ProcessFigures::threads>)},
      {{"process_open_fds", "gauge", "", "Open files and sockets"},
       One(OfProcess<&ProcessFigures::open_files>)},
      {{"process_max_fds", "gauge", "", "How many there may be"},
       One(OfProcess<&ProcessFigures::open_files_max>)},
      {{"process_start_time_seconds", "gauge", "", "When the node started, POSIX seconds"},
       One(OfProcess<&ProcessFigures::start_time>)},
  };
  return kMetrics;
}

MetricType TypeOf(const MetricInfo& info) {
  const std::string_view kind = info.kind;
  if (kind == "histogram") return MetricType::Histogram;
  return kind == "counter" ? MetricType::Counter : MetricType::Gauge;
}

void Add(MetricFamily& family, Labels labels, double value) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
  metric.counter.value = value;
}

void AddTimes(MetricFamily& family, const base::Durations::Totals& totals) {
  ClientMetric::Histogram& histogram = family.metric.emplace_back().histogram;
  for (std::size_t i = 0; i < totals.counts.size(); ++i) {
    histogram.sample_count += totals.counts[i];
    const bool last = i == base::Durations::kBounds.size();
    histogram.bucket.push_back(
        {histogram.sample_count,
         last ? std::numeric_limits<double>::infinity() : base::Durations::kBounds[i]});
  }
  histogram.sample_sum = totals.seconds;
}

void ReadInto(MetricFamily& family, const Read& read, const Figures& figures) {
  if (const auto* one = std::get_if<One>(&read)) {
    if (const Number number = (*one)(figures)) Add(family, {}, *number);
  } else if (const auto* of_engine = std::get_if<OfEngine>(&read)) {
    if (figures.own.engine) Add(family, {}, (*of_engine)(*figures.own.engine));
  } else if (const auto* of_peer = std::get_if<OfPeer>(&read)) {
    for (const PeerStatus& peer : figures.peers) {
      if (const Number number = (*of_peer)(peer, figures)) {
        Add(family, {{"peer", peer.name}}, *number);
      }
    }
  } else if (const auto* labelled = std::get_if<Labelled>(&read)) {
    for (auto& [labels, value] : (*labelled)(figures)) Add(family, labels, value);
  } else if (const auto* totals = std::get<Times>(read)(figures)) {
    AddTimes(family, *totals);
  }
}

}  // namespace

std::vector<MetricInfo> AllMetrics() {
  std::vector<MetricInfo> all;
  for (const Metric& metric : Metrics()) all.push_back(metric.info);
  return all;
}

std::string MetricsText(const NodeFigures& figures) {
  std::vector<MetricFamily> families;
  for (const Metric& metric : Metrics()) {
    MetricFamily family;
    family.name = metric.info.name;
    family.help = metric.info.help;
    family.type = TypeOf(metric.info);
    ReadInto(family, metric.read, figures);
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace sogoc::app
