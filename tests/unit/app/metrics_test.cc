#include "node/app/metrics.h"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

namespace sogoc::app {
namespace {

using testing::HasSubstr;
using testing::Not;

// Of a node that knows everything.
NodeFigures Full() {
  NodeFigures figures;
  figures.name = "peer1.example";
  figures.now = 2'000 * base::kNsPerSecond;
  figures.height = 12;
  figures.head_time = 1'990 * base::kNsPerSecond;
  figures.checkpoint = {10, 33, true, 1'995 * base::kNsPerSecond, 3, 3, 4, true};
  figures.final_times.emplace();
  figures.order.emplace();
  figures.order->entries.refused = 7;
  figures.order->answer_times.counts[3] = 2;
  figures.order->answer_times.counts.back() = 1;
  figures.order->answer_times.seconds = 40.5;
  figures.http.emplace();
  figures.space = {10, 100, 5};
  figures.own.version = "0.1.0";
  figures.own.engine.emplace();
  figures.own.engine->voting_power = 10;
  figures.own.fork_evidence = 2;
  figures.own.scrub = {base::Corrupt("000012.sst"), 4, std::chrono::hours(1)};
  figures.links.emplace();
  peer::PeerStatus& peer = figures.peers.emplace_back();
  peer.name = "peer2 \"x\"";
  peer.dialled_since = 1;
  peer.clock_offset = std::chrono::milliseconds(-1'500);
  peer.heartbeat_at = 1'999 * base::kNsPerSecond;
  return figures;
}

std::set<std::string> Names(const std::string& text, const std::string& line_start) {
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(line_start)) continue;
    line = line.substr(line_start.size());
    names.insert(line.substr(0, line.find(' ')));
  }
  return names;
}

TEST(Metrics, EveryOneIsThereWithItsHelp) {
  const std::string text = MetricsText(Full());
  std::set<std::string> expected;
  for (const MetricInfo& info : AllMetrics()) {
    EXPECT_TRUE(expected.insert(info.name).second) << info.name << " is there twice";
    EXPECT_THAT(text, HasSubstr(std::string("# TYPE ") + info.name + " " + info.kind + "\n"));
    const bool total = std::string(info.name).ends_with("_total");
    EXPECT_EQ(total, std::string(info.kind) == "counter") << info.name;
  }
  EXPECT_EQ(Names(text, "# HELP "), expected);
}

TEST(Metrics, AreInTheUnitsTheyName) {
  const std::string text = MetricsText(Full());
  for (const char* line : {"sogoc_build_info{peer=\"peer1.example\",version=\"0.1.0\"} 1\n",
                           "sogoc_head_height 12\n",
                           "sogoc_head_age_seconds 10\n",
                           "sogoc_checkpoint_age_seconds 5\n",
                           "sogoc_heads_without_quorum 2\n",
                           "sogoc_entries_total{outcome=\"refused\"} 7\n",
                           "sogoc_answer_seconds_bucket{le=\"0.005\"} 0\n",
                           "sogoc_answer_seconds_bucket{le=\"0.01\"} 2\n",
                           "sogoc_answer_seconds_bucket{le=\"+Inf\"} 3\n",
                           "sogoc_answer_seconds_count 3\n",
                           "sogoc_answer_seconds_sum 40.5\n",
                           "sogoc_peer_link_up{peer=\"peer2 \\\"x\\\"\"} 1\n",
                           "sogoc_peer_heard{peer=\"peer2 \\\"x\\\"\"} 0\n",
                           "sogoc_peer_clock_offset_seconds{peer=\"peer2 \\\"x\\\"\"} -1.5\n",
                           "sogoc_peer_heartbeat_age_seconds{peer=\"peer2 \\\"x\\\"\"} 1\n",
                           "sogoc_engine_up 1\n",
                           "sogoc_engine_voting 1\n",
                           "sogoc_evidence_files{kind=\"fork\"} 2\n",
                           "sogoc_disk_reserve_bytes 5\n",
                           "sogoc_scrub_age_seconds 3600\n",
                           "sogoc_scrub_passes_total 4\n",
                           "sogoc_scrub_damage 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Metrics, WhatIsNotKnownIsLeftOut) {
  NodeFigures figures = Full();
  figures.peers[0].heartbeat_at = 0;
  figures.peers[0].clock_offset.reset();
  figures.checkpoint->quorum = false;
  std::string text = MetricsText(figures);
  EXPECT_THAT(text, Not(HasSubstr("sogoc_peer_height")));
  EXPECT_THAT(text, Not(HasSubstr("sogoc_peer_clock_offset")));
  EXPECT_THAT(text, Not(HasSubstr("sogoc_checkpoint_age")));
  EXPECT_THAT(text, HasSubstr("sogoc_heads_without_quorum 12\n"));

  text = MetricsText({});
  for (const char* name : {"sogoc_engine", "sogoc_peer_", "sogoc_checkpoint", "sogoc_signing",
                           "sogoc_entries_total", "sogoc_http", "sogoc_disk"}) {
    EXPECT_THAT(text, Not(HasSubstr(name)));
  }
  EXPECT_THAT(text, HasSubstr("sogoc_store_serving 1\n"));
}

TEST(Metrics, TheProcessIsRead) {
  const ProcessFigures figures = ReadProcessFigures();
  EXPECT_GT(figures.resident_bytes, 1U << 20);
  EXPECT_GE(figures.threads, 1U);
  EXPECT_GE(figures.open_files, 3U);
  EXPECT_GE(figures.open_files_max, figures.open_files);
  const double now = static_cast<double>(base::SystemClock().Now()) / 1e9;
  EXPECT_LT(figures.start_time, now + 2);
  EXPECT_GT(figures.start_time, now - 3'600);
}

}  // namespace
}  // namespace sogoc::app
