#include "tools/load/measurement.h"

#include <gtest/gtest.h>

namespace sogoc::load {
namespace {

TEST(MeasurementTest, NothingWasSent) {
  Measurement measurement;
  measurement.seconds = 2;
  const Summary summary = Summarise(measurement);
  EXPECT_EQ(summary.entries_per_second, 0);
  EXPECT_EQ(summary.max_ms, 0);
  EXPECT_EQ(summary.longest_gap_s, 2);
  EXPECT_EQ(summary.each_second, (std::vector<std::uint64_t>{0, 0}));
}

TEST(MeasurementTest, PercentilesAreOfTheOrderedLatencies) {
  Measurement measurement;
  measurement.seconds = 1;
  for (int i = 100; i >= 0; --i) measurement.samples.push_back({0.5, static_cast<double>(i), 1});
  const Summary summary = Summarise(measurement);
  EXPECT_EQ(summary.p50_ms, 50);
  EXPECT_EQ(summary.p90_ms, 90);
  EXPECT_EQ(summary.p99_ms, 99);
  EXPECT_EQ(summary.max_ms, 100);
}

// An answer after the window still says how long it took, or the slowest would be left out.
TEST(MeasurementTest, TheRateIsAboutTheWindowAndLatencyAboutAll) {
  Measurement measurement;
  measurement.seconds = 3;
  measurement.operations = 10;
  measurement.samples = {{0.5, 10, 4}, {2.9, 10, 2}, {1.0, 10, 0}, {7.0, 5'000, 8}};
  const Summary summary = Summarise(measurement);
  EXPECT_EQ(summary.entries_per_second, 2);
  EXPECT_EQ(summary.each_second, (std::vector<std::uint64_t>{4, 0, 2}));
  EXPECT_DOUBLE_EQ(summary.longest_gap_s, 2.4);
  EXPECT_EQ(summary.max_ms, 5'000);
}

TEST(MeasurementTest, AGapAtTheEndCounts) {
  Measurement measurement;
  measurement.seconds = 10;
  measurement.samples = {{1, 1, 1}, {2, 1, 1}, {9, 1, 0}};
  EXPECT_DOUBLE_EQ(Summarise(measurement).longest_gap_s, 8);
}

TEST(MeasurementTest, JsonHasWhatScriptsRead) {
  Measurement measurement;
  measurement.seconds = 2;
  measurement.openssl_rate = 100;
  measurement.cores = 2;
  measurement.operations = 3;
  measurement.counts.committed = 200;
  measurement.counts.lost = 1;
  measurement.samples = {{1.5, 12, 200}};
  const std::string json = ToJson(measurement, Summarise(measurement));
  EXPECT_EQ(json,
            "{\"committed\":200,\"repeated\":0,\"final\":0,\"refused\":0,\"undecided\":0,"
            "\"retries\":0,\"lost_connections\":1,\"signed_late\":0,\"seconds\":2,"
            "\"entries_per_second\":100,\"operations_per_second\":300,"
            "\"openssl_verify_per_second_per_core\":100,\"cores\":2,\"percent_of_openssl\":50,"
            "\"request_ms_p50\":12,\"request_ms_p90\":12,\"request_ms_p99\":12,"
            "\"request_ms_max\":12,\"longest_gap_seconds\":1.5,\"each_second\":[0,200]}\n");
}

}  // namespace
}  // namespace sogoc::load
