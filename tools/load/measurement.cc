#include "tools/load/measurement.h"

#include <algorithm>
#include <sstream>

namespace sogoc::load {
namespace {

// Nearest rank below: of an ordered list.
double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

double PercentOfOpenSsl(const Measurement& measurement, const Summary& summary) {
  if (measurement.openssl_rate == 0) return 0;
  return summary.entries_per_second / (measurement.openssl_rate * measurement.cores) * 100;
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  committed += other.committed;
  repeated += other.repeated;
  final += other.final;
  refused += other.refused;
  undecided += other.undecided;
  retries += other.retries;
  lost += other.lost;
  if (refusal_text.empty()) {
    refusal = other.refusal;
    refusal_text = other.refusal_text;
  }
  return *this;
}

Summary Summarise(const Measurement& measurement) {
  Summary summary;
  std::vector<Sample> samples = measurement.samples;
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.answered_s < b.answered_s; });
  summary.each_second.resize(static_cast<std::size_t>(measurement.seconds));
  std::vector<double> latencies;
  std::uint64_t committed = 0;
  double last = 0;
  for (const Sample& sample : samples) {
    latencies.push_back(sample.latency_ms);
    if (sample.committed == 0 || sample.answered_s > measurement.seconds) continue;
    committed += sample.committed;
    summary.longest_gap_s = std::max(summary.longest_gap_s, sample.answered_s - last);
    last = sample.answered_s;
    const auto second = static_cast<std::size_t>(sample.answered_s);
    if (second < summary.each_second.size()) summary.each_second[second] += sample.committed;
  }
  summary.longest_gap_s = std::max(summary.longest_gap_s, measurement.seconds - last);
  std::sort(latencies.begin(), latencies.end());
  if (measurement.seconds > 0) {
    summary.entries_per_second = static_cast<double>(committed) / measurement.seconds;
  }
  summary.p50_ms = Percentile(latencies, 0.5);
  summary.p90_ms = Percentile(latencies, 0.9);
  summary.p99_ms = Percentile(latencies, 0.99);
  summary.max_ms = latencies.empty() ? 0 : latencies.back();
  return summary;
}

std::string ToJson(const Measurement& measurement, const Summary& summary) {
  const Counts& counts = measurement.counts;
  std::ostringstream out;
  out << "{\"committed\":" << counts.committed << ",\"repeated\":" << counts.repeated
      << ",\"final\":" << counts.final << ",\"refused\":" << counts.refused
      << ",\"undecided\":" << counts.undecided << ",\"retries\":" << counts.retries
      << ",\"lost_connections\":" << counts.lost << ",\"signed_late\":" << measurement.signed_late
      << ",\"seconds\":" << measurement.seconds
      << ",\"entries_per_second\":" << summary.entries_per_second
      << ",\"operations_per_second\":" << summary.entries_per_second * measurement.operations
      << ",\"openssl_verify_per_second_per_core\":" << measurement.openssl_rate
      << ",\"cores\":" << measurement.cores
      << ",\"percent_of_openssl\":" << PercentOfOpenSsl(measurement, summary)
      << ",\"request_ms_p50\":" << summary.p50_ms << ",\"request_ms_p90\":" << summary.p90_ms
      << ",\"request_ms_p99\":" << summary.p99_ms << ",\"request_ms_max\":" << summary.max_ms
      << ",\"longest_gap_seconds\":" << summary.longest_gap_s << ",\"each_second\":[";
  for (std::size_t i = 0; i < summary.each_second.size(); ++i) {
    out << (i == 0 ? "" : ",") << summary.each_second[i];
  }
  out << "]}\n";
  return out.str();
}

std::string ToText(const Measurement& measurement, const Summary& summary) {
  const Counts& counts = measurement.counts;
  std::ostringstream out;
  out << "committed " << counts.committed << " (repeated " << counts.repeated << ", final "
      << counts.final << "), refused " << counts.refused << ", undecided " << counts.undecided
      << " in " << measurement.seconds << " s; retries " << counts.retries << ", lost connections "
      << counts.lost << "\n"
      << "entries/s " << summary.entries_per_second << ", operations/s "
      << summary.entries_per_second * measurement.operations << "; longest gap "
      << summary.longest_gap_s << " s\n"
      << "request latency p50 " << summary.p50_ms << " ms, p90 " << summary.p90_ms << " ms, p99 "
      << summary.p99_ms << " ms, max " << summary.max_ms << " ms\n"
      << "openssl P-256 verify/s per core " << measurement.openssl_rate << ", cores "
      << measurement.cores << " -> " << PercentOfOpenSsl(measurement, summary) << " %\n";
  return out.str();
}

}  // namespace sogoc::load
