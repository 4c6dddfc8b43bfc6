#pragma once

// This node's figures for a monitoring system, in Prometheus' text format. docs/metrics.md is made
// from AllMetrics. Pure.

#include <optional>
#include <string>
#include <vector>

#include "node/app/evidence.h"
#include "node/app/process_figures.h"
#include "node/base/durations.h"
#include "node/base/time.h"
#include "node/consensus/counted_orderer.h"
#include "node/gateway/http_server.h"
#include "node/gateway/own_standing.h"
#include "node/peer/peer_links.h"
#include "node/peer/peer_status.h"
#include "node/storage/files.h"

namespace sogoc::app {

// All that the figures are made of, as it was when somebody asked.
struct NodeFigures {
  std::string name;  // of this peer
  base::TimeNs now = 0;

  // The log.
  std::uint64_t height = 0;
  base::TimeNs head_time = 0;
  std::uint64_t log_size = 0;
  std::uint64_t executed_engine_height = 0;

  // The checkpoint that is served; absent while nothing may be signed yet.
  struct Checkpoint {
    std::uint64_t height = 0;
    std::uint64_t size = 0;
    bool quorum = false;
    base::TimeNs quorum_time = 0;
    std::size_t cosignatures = 0;
    std::size_t quorum_needed = 0;
    std::size_t cosigners_known = 0;
    bool signing = false;
  };
  std::optional<Checkpoint> checkpoint;
  std::optional<base::Durations::Totals> final_times;  // likewise

  // Entries on their way; absent before the node takes any.
  struct Order {
    consensus::EntryCounts entries;
    base::Durations::Totals answer_times;
  };
  std::optional<Order> order;
  base::Durations::Totals execute_times;
  base::Durations::Totals commit_times;
  std::size_t waiting_bytes = 0;
  std::size_t travelling_bundles = 0;

  std::optional<gateway::HttpStats> http;
  std::optional<storage::FreeSpace> space;
  gateway::OwnStanding own;
  std::vector<peer::PeerStatus> peers;
  std::optional<peer::PeerLinksStats> links;
  ProcessFigures process;
};

struct MetricInfo {
  const char* name;
  const char* kind;    // gauge, counter, histogram
  const char* labels;  // "peer"; empty: none
  const char* help;
};
// In the order of the text.
std::vector<MetricInfo> AllMetrics();

// Text exposition format 0.0.4. A figure that is not known is left out.
std::string MetricsText(const NodeFigures& figures);

}  // namespace sogoc::app
