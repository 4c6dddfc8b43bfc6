// What the program does with the node's answers, and with its silence.

#include "tests/support/ledger_keys.h"
#include "tests/unit/cli/cli_run.h"
#include "tests/unit/cli/fake_node.h"
#include "tools/sogoc/entry_file.h"

namespace sogoc::tools {
namespace {

using support::CliResult;
using support::FakeNode;

class SubmitTest : public support::CliTest {
 protected:
  SubmitTest() {
    Write("pass", "mật khẩu\n");
    MakeKey("ht.key");
    Write("sogoc.toml",
          "key = \"ht.key\"\npassphrase_file = \"pass\"\nauthor = \"vp-hatinh\"\n"
          "ledger_id = \"" +
              std::string(64, 'a') + "\"\nnode = \"" + node_.url() + "\"\n");
  }
  CliResult Record(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"resolver", "record", "--host", "a.example"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  // The file of entries that the program kept; empty if there is none.
  static std::string Kept() {
    for (const auto& file : std::filesystem::directory_iterator(".")) {
      if (file.path().extension() == ".entry") return file.path().filename().string();
    }
    return "";
  }

  FakeNode node_;
};

TEST_F(SubmitTest, ARecordedEntryIsExitZero) {
  const CliResult result = Record();
  EXPECT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_NE(result.out.find("Đã ghi vào sổ / recorded"), std::string::npos) << result.out;
  ASSERT_EQ(node_.requests.size(), 1U);
  const auto entry =
      ledger::DecodeEntry(base::AsBytes(node_.requests[0].entries(0)), ledger::kRulesVersion);
  EXPECT_EQ(entry->body.author(), "vp-hatinh");
  EXPECT_EQ(entry->body.operations(0).record_resolver().host(), "a.example");
  EXPECT_EQ(Kept(), "");
}

TEST_F(SubmitTest, ARefusedEntryIsExitOneWithBothSentences) {
  node_.answer = [](const v1::SubmitRequest& submit) { return FakeNode::Refuse(submit, 802); };
  const CliResult result = Record();
  EXPECT_EQ(result.exit, Exit::kRefused);
  EXPECT_NE(result.err.find("802"), std::string::npos);
  EXPECT_LT(result.err.find("Vượt số lượng lô"), result.err.find("More labels than units"));
  EXPECT_EQ(Kept(), "");
  EXPECT_TRUE(slept_.empty());
}

TEST_F(SubmitTest, ABusyNodeIsAskedAgainWithTheSameEntry) {
  int asked = 0;
  node_.answer = [&](const v1::SubmitRequest& submit) {
    return ++asked < 3 ? gateway::Problem(503, "busy") : FakeNode::Commit(submit);
  };
  EXPECT_EQ(Record().exit, Exit::kDone);
  EXPECT_EQ(slept_,
            (std::vector<std::chrono::seconds>{std::chrono::seconds(1), std::chrono::seconds(2)}));
  ASSERT_EQ(node_.requests.size(), 3U);
  EXPECT_EQ(node_.requests[0].entries(0), node_.requests[2].entries(0));
}

TEST_F(SubmitTest, WhatTheNodeNeverAnsweredIsKeptAndCanBeSent) {
  node_.answer = [](const v1::SubmitRequest&) { return gateway::Problem(503, "busy"); };
  const CliResult lost = Record();
  EXPECT_EQ(lost.exit, Exit::kFailed);
  EXPECT_EQ(slept_.size(), 4U);
  ASSERT_NE(Kept(), "");
  EXPECT_NE(lost.err.find("sogoc entry submit " + Kept()), std::string::npos) << lost.err;
  EXPECT_NE(lost.err.find("Đừng lập lại"), std::string::npos);

  node_.answer = FakeNode::Commit;
  EXPECT_EQ(Run({"entry", "submit", Kept()}).exit, Exit::kDone);
  EXPECT_EQ(node_.requests.front().entries(0), node_.requests.back().entries(0));
}

TEST_F(SubmitTest, ANodeThatIsNotThereLosesNothing) {
  const CliResult result = Record({"--node", "http://127.0.0.1:9"});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(Kept(), "");
}

TEST_F(SubmitTest, AnAnswerThatIsNoneIsNotTrusted) {
  node_.answer = [](const v1::SubmitRequest&) {
    return gateway::Response{200, "text/html", "<p>", {}};
  };
  EXPECT_EQ(Record().exit, Exit::kFailed);
  EXPECT_NE(Kept(), "");
  EXPECT_EQ(node_.requests.size(), 1U);
}

TEST_F(SubmitTest, WhatIsMalformedIsNotSentAgain) {
  node_.answer = [](const v1::SubmitRequest&) { return gateway::Problem(400, "no such thing"); };
  const CliResult result = Record();
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("no such thing"), std::string::npos) << result.err;
  EXPECT_EQ(node_.requests.size(), 1U);
  EXPECT_EQ(Kept(), "");
}

TEST_F(SubmitTest, OnlyEntriesThatFoundNoRoomAreSentAgain) {
  bool full = true;
  node_.answer = [&](const v1::SubmitRequest& submit) {
    gateway::Response response = FakeNode::Commit(submit);
    if (std::exchange(full, false)) {
      v1::SubmitResponse parsed;
      EXPECT_TRUE(ParseJson("", response.body, parsed));
      parsed.mutable_results(1)->mutable_error()->set_code("unavailable");
      response = support::JsonAnswer(parsed);
    }
    return response;
  };
  ASSERT_EQ(Record({"--out", "1.entry"}).exit, Exit::kDone);
  ASSERT_EQ(Record({"--out", "2.entry"}).exit, Exit::kDone);
  EXPECT_EQ(Run({"entry", "submit", "1.entry", "2.entry"}).exit, Exit::kDone);
  ASSERT_EQ(node_.requests.size(), 2U);
  ASSERT_EQ(node_.requests[1].entries_size(), 1);
  EXPECT_EQ(node_.requests[1].entries(0), node_.requests[0].entries(1));
}

TEST_F(SubmitTest, AnEntryForLaterIsWrittenAndSaysUntilWhen) {
  const CliResult result = Record({"--out", "later.entry", "--valid-for", "30d"});
  EXPECT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_NE(result.err.find("(29 days)"), std::string::npos) << result.err;
  EXPECT_TRUE(node_.requests.empty());
  const auto entries = ReadEntryFile("later.entry");
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->size(), 1U);
}

TEST_F(SubmitTest, ThousandsGoOutInRequestsOfAThousand) {
  std::vector<base::Bytes> entries;
  v1::Operation operation;
  operation.mutable_record_resolver()->set_host("a.example");
  for (int i = 0; i < 2'500; ++i) {
    const auto body = MakeBody({base::Digest{1}, "vp-hatinh", 2'000'000'000}, {operation});
    entries.push_back(*SignBody(body, support::KeyOf("vp-hatinh")));
  }
  ASSERT_TRUE(WriteEntryFile("many.jsonl", entries));
  EXPECT_EQ(ReadEntryFile("many.jsonl").value(), entries);
  const CliResult result = Run({"entry", "submit", "many.jsonl"});
  EXPECT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_EQ(result.out, "2500 recorded, 0 refused, 0 undecided\n");
  ASSERT_EQ(node_.requests.size(), 3U);
  EXPECT_EQ(node_.requests[0].entries_size(), 1'000);
  EXPECT_EQ(node_.requests[2].entries_size(), 500);

  node_.requests.clear();
  node_.answer = [](const v1::SubmitRequest&) { return gateway::Problem(503, "busy"); };
  EXPECT_EQ(Run({"entry", "submit", "many.jsonl"}).exit, Exit::kFailed);
  EXPECT_EQ(node_.requests.size(), 5U) << "a second request after the first had no answer";
}

TEST_F(SubmitTest, JsonIsTheAnswerAndNothingElse) {
  const CliResult result = Record({"--json"});
  v1::SubmitResponse response;
  ASSERT_TRUE(ParseJson("out", result.out, response)) << result.out;
  EXPECT_EQ(response.results(0).committed().index(), 7U);
}

TEST_F(SubmitTest, FilesThatAreNoEntriesAreRefusedBeforeAnythingIsSent) {
  for (const char* content : {"", "nonsense", "{\"body\": \"\"}\n", "{broken\n"}) {
    Write("bad.entry", content);
    EXPECT_EQ(Run({"entry", "submit", "bad.entry"}).exit, Exit::kFailed) << content;
  }
  EXPECT_EQ(Run({"entry", "submit", "missing.entry"}).exit, Exit::kFailed);
  EXPECT_TRUE(node_.requests.empty());
}

TEST_F(SubmitTest, SeveralOperationsAreSignedAsOneEntry) {
  const CliResult printed = Record({"--dry-run"});
  Write("one.json", printed.out);
  EXPECT_EQ(Run({"entry", "sign", "--from", "one.json", "--from", "one.json"}).exit, Exit::kDone);
  const auto entry =
      ledger::DecodeEntry(base::AsBytes(node_.requests.at(0).entries(0)), ledger::kRulesVersion);
  EXPECT_EQ(entry->body.operations_size(), 2);
  EXPECT_EQ(entry->body.nonce().size(), 16U);
  Write("none.json", "{}");
  EXPECT_EQ(Run({"entry", "sign", "--from", "none.json"}).exit, Exit::kFailed);
}

TEST_F(SubmitTest, TextThatTheLedgerWouldFindMalformedIsNotSigned) {
  Write("bad.json", R"({"host": "a\u0007b"})");
  const CliResult result = Run({"resolver", "record", "--from", "bad.json"});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("host"), std::string::npos) << result.err;
  EXPECT_TRUE(node_.requests.empty());
}

TEST_F(SubmitTest, AdminUnitsGoOneEntryAfterTheOtherAndStopAtARefusal) {
  std::string csv = "snapshot,code,name,level,parent_code\na,42,Tỉnh Hà Tĩnh,province,\n";
  for (int i = 0; i < 2'000; ++i) {
    csv += "a,x" + std::to_string(i) + ",Xã số " + std::to_string(i) + ",commune,42\n";
  }
  Write("units.csv", csv);
  const std::vector<std::string> import = {"admin-units", "import",     "units.csv",   "--under",
                                           "42",          "--snapshot", "a=2019-01-01"};
  EXPECT_EQ(Run(import).exit, Exit::kDone);
  ASSERT_GT(node_.requests.size(), 1U);
  int units = 0;
  for (const v1::SubmitRequest& request : node_.requests) {
    ASSERT_EQ(request.entries_size(), 1);
    const auto entry =
        ledger::DecodeEntry(base::AsBytes(request.entries(0)), ledger::kRulesVersion);
    units += entry->body.operations(0).record_admin_units().units_size();
  }
  EXPECT_EQ(units, 2'000);

  node_.requests.clear();
  node_.answer = [](const v1::SubmitRequest& submit) { return FakeNode::Refuse(submit, 402); };
  const CliResult refused = Run(import);
  EXPECT_EQ(refused.exit, Exit::kRefused);
  EXPECT_EQ(node_.requests.size(), 1U);
  EXPECT_NE(refused.err.find("further entries were not sent"), std::string::npos);
}

}  // namespace
}  // namespace sogoc::tools
