// What a run does with answers, with silence, and with a gateway that is slow.

#include "tools/load/run.h"

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/temp_directory.h"
#include "tests/unit/load/fake_gateway.h"

namespace sogoc::load {
namespace {

using support::FakeGateway;

constexpr char kNobody[] = "http://127.0.0.1:1";

class RunTest : public testing::Test {
 protected:
  base::Result<Measurement> Send(const std::vector<std::string>& urls, std::uint64_t entries,
                                 Pace pace = {}) {
    std::vector<Author> authors;
    authors.push_back({"htx-cam", crypto::P256PrivateKey::Generate(), "08930101000017", "CS1"});
    const Workload workload(std::move(authors), {.lot = "L1", .per_request = per_request_});
    RequestSource requests(workload, entries);
    requests.SignAhead(entries, 1 << 20);
    Nodes nodes(urls);
    return load::Run(requests, nodes, options_, *journal_, pace);
  }

  unsigned per_request_ = 1;
  CourierOptions options_;
  std::unique_ptr<Journal> journal_ = MakeNoJournal();
};

TEST_F(RunTest, EveryEntryIsSentOnceAndCounted) {
  per_request_ = 4;
  FakeGateway gateway;
  const auto measurement = Send({gateway.url()}, 10, {.connections = 3});
  ASSERT_TRUE(measurement) << measurement.error().message;
  EXPECT_EQ(measurement->counts.committed, 10U);
  EXPECT_EQ(measurement->counts.undecided, 0U);
  EXPECT_EQ(measurement->samples.size(), 3U);
  EXPECT_EQ(gateway.requests().size(), 3U);
  EXPECT_GT(measurement->seconds, 0);
}

TEST_F(RunTest, ConnectionsTakeTurnsOverTheNodes) {
  FakeGateway one;
  FakeGateway two;
  const auto measurement = Send({one.url(), two.url()}, 1, {.connections = 1});
  ASSERT_TRUE(measurement);
  EXPECT_EQ(one.requests().size(), 1U);
  EXPECT_EQ(two.requests().size(), 0U);
  Nodes nodes({one.url(), two.url(), kNobody});
  EXPECT_EQ(nodes.Choose(4), 1U);
  nodes.Failed(1);
  EXPECT_EQ(nodes.Choose(4), 2U);
  nodes.Failed(2);
  EXPECT_EQ(nodes.Choose(4), 0U);
  nodes.Failed(0);
  EXPECT_EQ(nodes.Choose(4), 1U);
}

TEST_F(RunTest, ANodeThatIsDownIsPassedOverAndCounted) {
  FakeGateway gateway;
  // One connection, which begins with the first node: of two, the other might send everything.
  const auto measurement = Send({kNobody, gateway.url()}, 20, {.connections = 1});
  ASSERT_TRUE(measurement) << measurement.error().message;
  EXPECT_EQ(measurement->counts.committed, 20U);
  EXPECT_GE(measurement->counts.lost, 1U);
  EXPECT_EQ(gateway.requests().size(), 20U);
}

TEST_F(RunTest, ABusyNodeIsAskedAgainWithTheSameBytes) {
  int asked = 0;
  FakeGateway gateway([&](const v1::SubmitRequest& submit) {
    ++asked;
    if (asked == 1) return gateway::Problem(503, "busy");
    if (asked == 2) return FakeGateway::Fail(submit, "unavailable");
    return FakeGateway::Commit(submit);
  });
  const auto measurement = Send({gateway.url()}, 1);
  ASSERT_TRUE(measurement);
  EXPECT_EQ(measurement->counts.committed, 1U);
  EXPECT_EQ(measurement->counts.retries, 2U);
  ASSERT_EQ(gateway.requests().size(), 3U);
  EXPECT_EQ(gateway.requests()[0].entries(0), gateway.requests()[2].entries(0));
}

TEST_F(RunTest, WhatStaysUnansweredIsUndecided) {
  options_.give_up = std::chrono::milliseconds(0);
  FakeGateway gateway([](const v1::SubmitRequest&) { return gateway::Problem(503, "busy"); });
  const auto measurement = Send({gateway.url()}, 3);
  ASSERT_TRUE(measurement);
  EXPECT_EQ(measurement->counts.committed, 0U);
  EXPECT_EQ(measurement->counts.undecided, 3U);
  EXPECT_EQ(measurement->counts.retries, gateway.requests().size());
}

TEST_F(RunTest, ARefusalIsAnAnswer) {
  FakeGateway gateway([](const v1::SubmitRequest& submit) {
    v1::SubmitResponse response;
    for (int i = 0; i < submit.entries_size(); ++i) response.add_results()->mutable_refused();
    return FakeGateway::Give(response);
  });
  const auto measurement = Send({gateway.url()}, 2);
  ASSERT_TRUE(measurement);
  EXPECT_EQ(measurement->counts.refused, 2U);
  EXPECT_EQ(gateway.requests().size(), 2U);
}

TEST_F(RunTest, ANodeThatFindsTheRequestWrongEndsTheRun) {
  FakeGateway gateway([](const v1::SubmitRequest&) { return gateway::Problem(400, "wrong"); });
  const auto measurement = Send({gateway.url()}, 2);
  ASSERT_FALSE(measurement);
  EXPECT_NE(measurement.error().message.find("400"), std::string::npos);
}

TEST_F(RunTest, TheJournalHasALineForEachAcknowledgement) {
  const support::TempDirectory folder;
  auto journal = OpenJournal(folder / "journal");
  ASSERT_TRUE(journal);
  journal_ = std::move(*journal);
  per_request_ = 2;
  FakeGateway gateway;
  ASSERT_TRUE(Send({gateway.url()}, 2));
  std::ifstream file(folder / "journal");
  const v1::SubmitRequest sent = gateway.requests().at(0);
  for (const std::string& bytes : sent.entries()) {
    const auto entry = ledger::DecodeEntry(base::AsBytes(bytes), ledger::kRulesVersion);
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(line, base::ToHex(entry->id) + " 7 3 " + std::string(64, 'b') + " " + gateway.url() +
                        " committed");
  }
  std::string line;
  EXPECT_FALSE(std::getline(file, line));
  EXPECT_FALSE(OpenJournal(folder / "nowhere/journal"));
}

TEST_F(RunTest, FinalityIsAskedForInTheTarget) {
  options_.wait_final = true;
  FakeGateway gateway;
  ASSERT_TRUE(Send({gateway.url()}, 1));
  EXPECT_EQ(gateway.targets(), (std::vector<std::string>{"/v1/entries?wait=final"}));
}

TEST_F(RunTest, ATimedRunEndsByItself) {
  FakeGateway gateway;
  const auto measurement = Send({gateway.url()}, 1'000'000'000, {.seconds = 0.2});
  ASSERT_TRUE(measurement);
  EXPECT_EQ(measurement->seconds, 0.2);
  EXPECT_EQ(measurement->counts.committed, gateway.requests().size());
  EXPECT_GT(measurement->counts.committed, 0U);
}

TEST_F(RunTest, AtAFixedRateExactlyTheRequestsOfTheTimeAreSent) {
  FakeGateway gateway;
  const auto measurement =
      Send({gateway.url()}, 1'000, {.requests_per_second = 100, .seconds = 0.195});
  ASSERT_TRUE(measurement);
  EXPECT_EQ(measurement->counts.committed, 20U);
}

// A closed loop would say that one request was slow and the other nine quick.
TEST_F(RunTest, AtAFixedRateAStallIsSeenByAllWhoWouldHaveMetIt) {
  std::atomic<bool> first = true;
  FakeGateway gateway([&](const v1::SubmitRequest& submit) {
    if (first.exchange(false)) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return FakeGateway::Commit(submit);
  });
  const auto measurement =
      Send({gateway.url()}, 10, {.connections = 1, .requests_per_second = 1'000});
  ASSERT_TRUE(measurement);
  ASSERT_EQ(measurement->samples.size(), 10U);
  for (const Sample& sample : measurement->samples) EXPECT_GE(sample.latency_ms, 290);
}

}  // namespace
}  // namespace sogoc::load
