// What is left in the folder of stamps when something goes wrong, and how it goes on.

#include "node/ledger/refusal.h"
#include "node/ledger/stamp.h"
#include "tests/unit/cli/cli_run.h"
#include "tests/unit/cli/fake_node.h"
#include "tools/sogoc/stamp_file.h"

namespace sogoc::tools {
namespace {

using support::CliResult;
using support::FakeNode;

constexpr char kGtin[] = "08935000000014";
constexpr auto kKeysSet = static_cast<std::uint32_t>(ledger::RefusalCode::kKeysSet);

gateway::Response Silence(const v1::SubmitRequest&) { return gateway::Problem(503, "busy"); }

class LabelsIssueTest : public support::CliTest {
 protected:
  LabelsIssueTest() {
    Write("pass", "mật khẩu\n");
    MakeKey("ht.key");
    node_.ledger.add_resolvers("ocop.example");
    node_.run.emplace();
    node_.run->set_gtin(kGtin);
    node_.run->set_lot("A,B");
    node_.run->set_first(41);
    node_.run->set_count(300);
  }
  CliResult Issue(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"labels",
                                          "issue",
                                          "--gtin",
                                          kGtin,
                                          "--first",
                                          "41",
                                          "--out",
                                          "stamps",
                                          "--key",
                                          "ht.key",
                                          "--author",
                                          "htx-cam",
                                          "--passphrase-file",
                                          "pass",
                                          "--node",
                                          node_.url()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  // The stamp key, in hexadecimal, that the last request asked for.
  std::string SentKey() const {
    const auto entry =
        ledger::DecodeEntry(base::AsBytes(node_.requests.back().entries(0)), ledger::kRulesVersion);
    return base::ToHex(base::AsBytes(entry->body.operations(0).set_run_keys().stamp_key()));
  }
  static bool Exists(const std::string& name) { return std::filesystem::exists("stamps/" + name); }
  static void ExpectFinished() {
    EXPECT_TRUE(Exists("stamps.csv"));
    EXPECT_FALSE(Exists("stamps.csv.part"));
    EXPECT_FALSE(Exists("set-run-keys.entry"));
  }
  static void ExpectWaiting() {
    EXPECT_FALSE(Exists("stamps.csv"));
    EXPECT_TRUE(Exists("stamps.csv.part"));
    EXPECT_TRUE(Exists("set-run-keys.entry"));
  }

  FakeNode node_;
};

TEST_F(LabelsIssueTest, AllStampsAreDurableBeforeTheirKeyIsSent) {
  bool seen = false;
  node_.answer = [&](const v1::SubmitRequest& submit) {
    const std::string part = Read("stamps/stamps.csv.part");
    seen = std::count(part.begin(), part.end(), '\n') == 301 && Exists("set-run-keys.entry");
    return FakeNode::Commit(submit);
  };
  const CliResult issued = Issue();
  EXPECT_EQ(issued.exit, Exit::kDone) << issued.err;
  EXPECT_TRUE(seen);
  ExpectFinished();
}

TEST_F(LabelsIssueTest, WithoutAnAnswerTheSameStampsAreKeyedLater) {
  node_.answer = Silence;
  const CliResult silent = Issue();
  EXPECT_EQ(silent.exit, Exit::kFailed);
  EXPECT_NE(silent.err.find("run the same command again"), std::string::npos) << silent.err;
  ExpectWaiting();
  const std::string stamps = Read("stamps/stamps.csv.part");
  const std::string key = SentKey();

  node_.answer = FakeNode::Commit;
  EXPECT_EQ(Issue().exit, Exit::kDone);
  EXPECT_EQ(SentKey(), key);
  ExpectFinished();
  EXPECT_EQ(Read("stamps/stamps.csv"), stamps);
}

TEST_F(LabelsIssueTest, AKeyThatWasRecordedAfterAllIsNotSentAgain) {
  node_.answer = Silence;
  Issue();
  node_.run->set_stamp_key(SentKey());
  node_.requests.clear();
  EXPECT_EQ(Issue().exit, Exit::kDone);
  EXPECT_TRUE(node_.requests.empty());
  ExpectFinished();
}

TEST_F(LabelsIssueTest, ARefusalBecauseOfOurOwnKeyIsSuccess) {
  node_.answer = Silence;
  Issue();
  node_.answer = [&](const v1::SubmitRequest& submit) {
    node_.run->set_stamp_key(SentKey());
    return FakeNode::Refuse(submit, kKeysSet);
  };
  EXPECT_EQ(Issue().exit, Exit::kDone);
  ExpectFinished();
}

TEST_F(LabelsIssueTest, ARefusalThatTheNodeCannotExplainYetLosesNothing) {
  node_.answer = [](const v1::SubmitRequest& submit) { return FakeNode::Refuse(submit, kKeysSet); };
  EXPECT_EQ(Issue().exit, Exit::kFailed);
  ExpectWaiting();
}

TEST_F(LabelsIssueTest, StampsOfARunThatAnotherKeyTookAreThrownAway) {
  node_.answer = Silence;
  Issue();
  node_.run->set_stamp_key("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
  const CliResult result = Issue();
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("void the run"), std::string::npos) << result.err;
  EXPECT_TRUE(std::filesystem::is_empty("stamps"));
}

TEST_F(LabelsIssueTest, ARefusalThrowsTheStampsAway) {
  node_.answer = [](const v1::SubmitRequest& submit) { return FakeNode::Refuse(submit, 108); };
  EXPECT_EQ(Issue().exit, Exit::kRefused);
  EXPECT_TRUE(std::filesystem::is_empty("stamps"));
}

TEST_F(LabelsIssueTest, StampsThatACrashCutShortAreMadeAnew) {
  std::filesystem::create_directory("stamps");
  Write("stamps/stamps.csv.part", "serial,uri\n41,HTTPS://");
  EXPECT_EQ(Issue().exit, Exit::kDone);
  ExpectFinished();
}

TEST_F(LabelsIssueTest, StampsOfAnotherRunAreNotTakenForThisOne) {
  EXPECT_EQ(Issue().exit, Exit::kDone);
  node_.run->set_stamp_key(SentKey());
  node_.run->set_lot("C");
  EXPECT_EQ(Issue().exit, Exit::kFailed);
  ExpectFinished();
}

TEST_F(LabelsIssueTest, TheKeyIsMissedBeforeAnyStampIsMade) {
  const CliResult result = Issue({"--author", "htx-cam"});  // twice
  EXPECT_EQ(result.exit, Exit::kFailed);
  std::filesystem::remove("pass");
  EXPECT_EQ(Issue().exit, Exit::kFailed);
  EXPECT_FALSE(Exists("stamps.csv.part"));
}

TEST_F(LabelsIssueTest, RunsWithAScratchLayerAndLedgersWithoutResolversAreTurnedDown) {
  node_.run->set_scratch(true);
  EXPECT_NE(Issue().err.find("scratch"), std::string::npos);
  node_.run->set_scratch(false);
  node_.ledger.clear_resolvers();
  EXPECT_NE(Issue().err.find("resolver record"), std::string::npos);
  node_.ledger.add_resolvers("a.example");
  node_.ledger.add_resolvers("b.example");
  EXPECT_NE(Issue().err.find("a.example b.example"), std::string::npos);
  EXPECT_EQ(Issue({"--host", "b.example"}).exit, Exit::kDone);
  EXPECT_NE(
      Read("stamps/stamps.csv").find("41,HTTPS://B.EXAMPLE/01/08935000000014/10/A%2CB/21/41?"),
      std::string::npos);
}

}  // namespace
}  // namespace sogoc::tools
