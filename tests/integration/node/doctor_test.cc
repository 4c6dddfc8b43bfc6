// doctor, health and the metrics of a real node, with the real program.

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "node/consensus/cometbft/validators.h"
#include "node/ledger/block.h"
#include "node/storage/ledger_directory.h"
#include "tests/integration/node/node_folder.h"
#include "tests/integration/node/node_process.h"
#include "tests/support/certificate.h"
#include "tests/support/loopback.h"
#include "tests/support/test_ledger.h"

namespace sogoc {
namespace {

namespace fs = std::filesystem;
using support::NodeFolder;
using support::NodeProcess;
using support::Process;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint16_t kPort = 8471;
const std::string kMetrics = support::OwnLoopback() + ":8472";

struct Outcome {
  int status = 0;
  std::string output;
};

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    app::Config config = folder_.config();
    config.address = support::OwnLoopback();
    config.port = kPort;
    config.metrics = kMetrics;
    std::ofstream(folder_.directory().config()) << app::FormatConfig(config);
  }
  Outcome Run(const std::string& command, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {command, folder_.directory().path().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process("sogoc-node", arguments);
    const int status = process.Wait();
    return {status, process.output()};
  }

  NodeFolder folder_;
};

TEST_F(DoctorTest, ANodeThatServesIsWell) {
  NodeProcess node(folder_.directory().path());
  const Outcome health = Run("health");
  EXPECT_EQ(health.status, 0) << health.output;
  EXPECT_EQ(health.output, "healthy\n");
  const Outcome doctor = Run("doctor");
  EXPECT_EQ(doctor.status, 0) << doctor.output;
  EXPECT_EQ(doctor.output, "peer1.example: nothing is wrong\n");

  auto client = tools::HttpClient::Create("http://" + kMetrics).value();
  auto gateway = tools::HttpClient::Create(node.url()).value();
  support::SubmitAll(gateway, folder_.FirstEntries());
  const auto metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics) << metrics.error().message;
  EXPECT_THAT(std::string(metrics->Header("Content-Type")),
              StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics->body, HasSubstr("sogoc_signing 1\n"));
  EXPECT_THAT(metrics->body, HasSubstr("sogoc_scrub_damage 0\n"));
  EXPECT_THAT(metrics->body, HasSubstr("sogoc_checkpoint_quorum 1\n"));
  EXPECT_THAT(metrics->body, HasSubstr("sogoc_answer_seconds_count 1\n"));
  EXPECT_THAT(metrics->body, Not(HasSubstr("outcome=\"committed\"} 0\n")));
  EXPECT_THAT(metrics->body, Not(HasSubstr("sogoc_block_commit_seconds_count 0\n")));
  // The gateway is public, and has none.
  EXPECT_EQ(gateway.Get("/metrics")->status, 404);
}

TEST_F(DoctorTest, OverTlsTheGatewayMustShowTheCertificateOfItsFile) {
  app::Config config = app::ReadConfig(folder_.directory().config()).value();
  const support::Certificate certificate = support::MakeCertificate("DNS:ocop.hatinh.example");
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder_.directory().path() / name) << text;
    return name;
  };
  config.tls = {write("chain.pem", certificate.certificate),
                write("key.pem", certificate.private_key)};
  std::ofstream(folder_.directory().config()) << app::FormatConfig(config);
  Process node("sogoc-node", {"run", folder_.directory().path()});
  ASSERT_THAT(node.ReadLine().value(), HasSubstr("https://"));
  EXPECT_EQ(Run("health").output, "healthy\n");
  write("chain.pem", support::MakeCertificate("DNS:ocop.hatinh.example").certificate);
  const Outcome health = Run("health");
  EXPECT_EQ(health.status, 1);
  EXPECT_THAT(health.output, HasSubstr("shows another certificate than chain.pem"));
  EXPECT_THAT(Run("doctor").output, HasSubstr("The gateway does not answer"));
}

TEST_F(DoctorTest, ANodeThatDoesNotRunIsLookedAtOnTheDisk) {
  const Outcome health = Run("health");
  EXPECT_EQ(health.status, 1);
  EXPECT_THAT(health.output, HasSubstr("refused"));
  fs::permissions(folder_.directory().key("log"), fs::perms::group_read, fs::perm_options::add);
  fs::create_directories(folder_.directory().evidence());
  std::ofstream(folder_.directory().evidence() / "fork-7-peer2.txt") << "two notes";
  fs::copy_file(folder_.directory().key("validator"), folder_.directory().key("cosigner"),
                fs::copy_options::overwrite_existing);
  const auto validator = folder_.directory().ReadKey(folder_.config(), "validator");
  std::ofstream(
      folder_.directory().old_copy_mark(cometbft::ValidatorAddress(validator.value().public_key())))
      << "as the node leaves it";
  const Outcome doctor = Run("doctor");
  EXPECT_EQ(doctor.status, 1);
  for (const char* said :
       {"things are wrong", "The node does not run", "log.key", "evidence: 1 in ",
        "keys/cosigner.key is not the key that the ledger names for peer1.example",
        "This folder is an old copy", "Not checked"}) {
    EXPECT_THAT(doctor.output, HasSubstr(said));
  }
  const Outcome json = Run("doctor", {"--json"});
  EXPECT_EQ(json.status, 1);
  EXPECT_THAT(json.output, HasSubstr("\"findings\": ["));
  EXPECT_THAT(json.output, HasSubstr("\"to_do\": "));
}

TEST_F(DoctorTest, ADamagedStoreIsNamedAndStopsNoDoctor) {
  { const NodeProcess node(folder_.directory().path()); }
  // What is stored has gone from the journal into tables, each of them read at a start.
  { const NodeProcess node(folder_.directory().path()); }
  std::string table;
  for (const auto& entry : fs::directory_iterator(folder_.directory().ledger() / "store")) {
    if (entry.path().extension() != ".sst") continue;
    if (table.empty() || fs::file_size(entry) > fs::file_size(table)) table = entry.path();
  }
  ASSERT_FALSE(table.empty());
  std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
  char byte = 0;
  file.seekg(20).get(byte);
  file.seekp(20).put(static_cast<char>(byte ^ 1));
  file.close();
  const Outcome doctor = Run("doctor");
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.output, AllOf(HasSubstr("The store cannot be read: "), HasSubstr(table),
                                   HasSubstr("docs/OPERATORS.md, Restoring")));
}

TEST_F(DoctorTest, AProgramThatDoesNotKnowTheRulesDoesNotBegin) {
  {
    const auto opened =
        storage::OpenLedger({.directory = folder_.directory().ledger().string()}).value();
    const ledger::CheckedEntry entry{
        *ledger::DecodeEntry(folder_.FirstEntries().front(), ledger::kRulesVersion), {}};
    const auto executed =
        ledger::ExecuteBlock(*opened.store, std::vector{entry}, base::SystemClock().Now());
    opened.store->Commit(support::UnderRules(ledger::kRulesVersion + 1, *executed.block));
  }
  const Outcome run = Run("run");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("rules version 2 is in force on this ledger"));
  const Outcome doctor = Run("doctor");
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.output, AllOf(HasSubstr("The program is too old: rules version 2"),
                                   HasSubstr("docs/OPERATORS.md, New rules")));
}

TEST_F(DoctorTest, AFolderThatIsNoneCannotBeChecked) {
  fs::remove(folder_.directory().config());
  EXPECT_EQ(Run("doctor").status, 2);
  Process nowhere("sogoc-node", {"doctor", "/nonexistent"});
  EXPECT_EQ(nowhere.Wait(), 2);
  EXPECT_THAT(nowhere.output(), HasSubstr("/nonexistent does not exist"));
}

}  // namespace
}  // namespace sogoc
