// labels issue, show and trace against a node in this process.

#include <google/protobuf/util/json_util.h>

#include <fstream>

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "node/app/node.h"
#include "node/ledger/stamp.h"
#include "tests/integration/node/node_folder.h"
#include "tests/support/ledger_keys.h"
#include "tests/unit/cli/cli_run.h"
#include "tools/sogoc/json.h"

namespace sogoc::tools {
namespace {

using support::CliResult;
using support::kCam;
using support::KeyOf;
namespace op = support::op;

constexpr char kHost[] = "ocop.hatinh.example";

class LabelsTest : public support::CliTest {
 protected:
  void SetUp() override {
    clock_.now = base::SystemClock().Now();
    auto node = app::Node::Start(folder_.directory(), folder_.config());
    ASSERT_TRUE(node) << node.error().message;
    node_ = std::move(*node);
    Write("pass", "mật khẩu\n");
    WriteKey("htx-cam");
    Write("sogoc.toml",
          "key = \"htx-cam.key\"\npassphrase_file = \"pass\"\nauthor = \"htx-cam\"\n"
          "node = \"" +
              url() + "\"\n");
    auto client = HttpClient::Create(url());
    ASSERT_TRUE(client);
    support::SubmitAll(*client, folder_.FirstEntries());
    support::SubmitAll(*client,
                       {folder_.Sign("hd-hatinh", {op::ScoreProduct{}}),
                        folder_.Sign("ubnd-hatinh", {op::RecordDecision{}, op::IssueCertificate{}}),
                        folder_.Sign("htx-cam", {op::RegisterBatch{.expiry_date = 20991231}}),
                        folder_.Sign("vp-hatinh", {op::AuthoriseLabels{.count = 1'000}})});
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(node_->port()); }

  void WriteKey(const std::string& name) {
    const auto passphrase = crypto::ReadPassphraseFile("pass");
    ASSERT_TRUE(passphrase);
    const base::Status written = crypto::WriteKeyFile(name + ".key", KeyOf(name), *passphrase);
    ASSERT_TRUE(written) << written.error().message;
  }

  CliResult Issue(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"labels",  "issue", "--gtin", kCam,
                                          "--first", "1",     "--out",  "stamps"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  v1::LabelRunView ShowRun() {
    v1::LabelRunView view;
    EXPECT_TRUE(ParseJson("run", Run({"show", "run", kCam, "1", "--json"}).out, view));
    return view;
  }
  static std::vector<std::string> Lines(const std::string& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  // Every line of stamps.csv is the next stamp of the run, signed by its key.
  void ExpectGoodStamps(std::uint64_t count) {
    const std::vector<std::string> lines = Lines("stamps/stamps.csv");
    ASSERT_EQ(lines.size(), count + 1);
    EXPECT_EQ(lines[0], "serial,uri");
    crypto::P256PublicKey key{};
    const auto bytes = base::FromHex(ShowRun().stamp_key());
    ASSERT_TRUE(bytes && bytes->size() == key.size());
    std::copy(bytes->begin(), bytes->end(), key.begin());
    for (std::uint64_t i = 1; i <= count; ++i) {
      const std::string prefix = std::to_string(i) + ",";
      ASSERT_TRUE(lines[i].starts_with(prefix)) << lines[i];
      const auto stamp = ledger::ParseStampUri(lines[i].substr(prefix.size()));
      ASSERT_TRUE(stamp) << lines[i];
      EXPECT_EQ(stamp->stamp.serial, i);
      EXPECT_EQ(stamp->stamp.lot, "L1");
      EXPECT_EQ(stamp->stamp.host, kHost);
      ASSERT_TRUE(ledger::VerifyStamp(stamp->stamp, folder_.ledger_id(), key));
    }
  }

  support::NodeFolder folder_;
  std::unique_ptr<app::Node> node_;
};

TEST_F(LabelsTest, StampsOfARunAreMadeOnceAndVerify) {
  const CliResult issued = Issue();
  ASSERT_EQ(issued.exit, Exit::kDone) << issued.err;
  EXPECT_NE(issued.out.find("1000 stamps of lot L1"), std::string::npos) << issued.out;
  ExpectGoodStamps(1'000);
  EXPECT_FALSE(std::filesystem::exists("stamps/stamps.csv.part"));
  EXPECT_FALSE(std::filesystem::exists("stamps/set-run-keys.entry"));

  const std::string before = Read("stamps/stamps.csv");
  EXPECT_EQ(Issue().exit, Exit::kDone);
  EXPECT_EQ(Read("stamps/stamps.csv"), before);
}

TEST_F(LabelsTest, PicturesAreDrawnForTheFirstStamps) {
  ASSERT_EQ(Issue({"--png", "--svg", "--limit", "3"}).exit, Exit::kDone);
  const auto count = [](const char* folder) {
    return std::distance(std::filesystem::directory_iterator(folder), {});
  };
  EXPECT_EQ(count("stamps/png"), 3);
  EXPECT_EQ(count("stamps/svg"), 3);
  EXPECT_TRUE(Read("stamps/png/1.png").starts_with("\x89PNG"));
  EXPECT_NE(Read("stamps/svg/3.svg").find("<svg"), std::string::npos);
}

TEST_F(LabelsTest, ARunThatIsKeyedElsewhereIsNotMadeAgain) {
  ASSERT_EQ(Issue().exit, Exit::kDone);
  const CliResult again =
      Run({"labels", "issue", "--gtin", kCam, "--first", "1", "--out", "elsewhere"});
  EXPECT_EQ(again.exit, Exit::kFailed);
  EXPECT_NE(again.err.find("void the run"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("hủy dải tem"), std::string::npos);
}

TEST_F(LabelsTest, ARefusalLeavesNothingBehind) {
  WriteKey("ct-mam");
  const CliResult refused = Issue({"--author", "ct-mam", "--key", "ct-mam.key"});
  EXPECT_EQ(refused.exit, Exit::kRefused) << refused.err;
  EXPECT_TRUE(std::filesystem::is_empty("stamps"));
  EXPECT_EQ(ShowRun().stamp_key(), "");
  EXPECT_EQ(Issue().exit, Exit::kDone);
}

TEST_F(LabelsTest, AKeptStampKeyMakesTheSameRunAgain) {
  const std::vector<std::string> keep = {"--keep-stamp-key", "s.key", "--stamp-passphrase-file",
                                         "pass"};
  ASSERT_EQ(Issue(keep).exit, Exit::kDone);
  std::filesystem::remove_all("stamps");
  ASSERT_EQ(Issue(keep).exit, Exit::kDone);
  ExpectGoodStamps(1'000);
  std::filesystem::remove_all("stamps");
  EXPECT_EQ(Issue({"--keep-stamp-key", "htx-cam.key", "--stamp-passphrase-file", "pass"}).exit,
            Exit::kFailed)
      << "another key";
}

TEST_F(LabelsTest, OnlyResolversOfTheLedgerStandInStamps) {
  const CliResult wrong = Issue({"--host", "evil.example"});
  EXPECT_EQ(wrong.exit, Exit::kFailed);
  EXPECT_NE(wrong.err.find(kHost), std::string::npos) << wrong.err;
  EXPECT_EQ(Issue({"--host", kHost}).exit, Exit::kDone);
}

TEST_F(LabelsTest, ARunThatIsNotAuthorisedIsNotFound) {
  const CliResult result =
      Run({"labels", "issue", "--gtin", kCam, "--first", "77", "--out", "none"});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_FALSE(std::filesystem::exists("none"));
}

TEST_F(LabelsTest, TheLedgerIsShown) {
  for (const std::vector<std::string>& what :
       std::vector<std::vector<std::string>>{{"ledger"},
                                             {"product", kCam},
                                             {"batch", kCam, "L1"},
                                             {"certificate", op::IssueCertificate{}.certificate},
                                             {"run", kCam, "1"},
                                             {"entry", "0"}}) {
    std::vector<std::string> arguments = {"show"};
    arguments.insert(arguments.end(), what.begin(), what.end());
    const CliResult shown = Run(arguments);
    EXPECT_EQ(shown.exit, Exit::kDone) << what[0] << shown.err;
    EXPECT_NE(shown.out, "") << what[0];
    arguments.emplace_back("--json");
    EXPECT_TRUE(Run(arguments).out.starts_with("{")) << what[0];
  }
  EXPECT_EQ(Run({"show", "batch", kCam, "L99"}).exit, Exit::kFailed);
  ASSERT_EQ(Issue().exit, Exit::kDone);
  const std::string uri = Lines("stamps/stamps.csv")[1].substr(2);
  const CliResult verdict = Run({"show", "stamp", uri});
  EXPECT_NE(verdict.out.find("verdict: NOT_ACTIVATED"), std::string::npos) << verdict.out;
}

TEST_F(LabelsTest, ATraceShowsWhatABatchWasMadeOf) {
  ASSERT_EQ(Run({"batch", "register", "--gtin", support::kMut, "--lot", "M1", "--amount", "1kg",
                 "--production-date", "today", "--facility", op::RegisterBatch{}.facility,
                 "--input", std::string(kCam) + ":L1:1"})
                .exit,
            Exit::kDone);
  const CliResult back = Run({"batch", "trace", support::kMut, "M1"});
  ASSERT_EQ(back.exit, Exit::kDone) << back.err;
  EXPECT_TRUE(back.out.starts_with(std::string(support::kMut) + " M1"));
  EXPECT_NE(back.out.find("\n  " + std::string(kCam) + " L1"), std::string::npos) << back.out;
  const CliResult forward = Run({"batch", "trace", kCam, "L1", "--forward"});
  EXPECT_NE(forward.out.find("\n  " + std::string(support::kMut) + " M1"), std::string::npos)
      << forward.out;
}

}  // namespace
}  // namespace sogoc::tools
