// Where settings come from, usage, and what the program answers.

#include <cstdlib>

#include "tests/unit/cli/cli_run.h"
#include "tools/sogoc/json.h"

namespace sogoc::tools {
namespace {

using support::CliResult;

class SettingsTest : public support::CliTest {
 protected:
  void SetUp() override {
    ::unsetenv("SOGOC_NODE");
    ::setenv("XDG_CONFIG_HOME", "config", 1);
  }
  void TearDown() override {
    ::unsetenv("SOGOC_NODE");
    ::unsetenv("XDG_CONFIG_HOME");
  }
  // Every setting after `profile` and the environment had their say.
  static base::Result<Options> Complete(Options options = {}) {
    TRY_STATUS(CompleteOptions(options));
    return options;
  }
};

TEST_F(SettingsTest, TheCommandLineGoesBeforeTheEnvironmentBeforeTheProfile) {
  EXPECT_EQ(Complete()->node, kDefaultNode);
  Write("sogoc.toml", "node = \"https://profile.example\"\nauthor = \"htx-cam\"\n");
  EXPECT_EQ(Complete()->node, "https://profile.example");
  EXPECT_EQ(Complete()->author, "htx-cam");
  ::setenv("SOGOC_NODE", "https://env.example", 1);
  EXPECT_EQ(Complete()->node, "https://env.example");
  Options options;
  options.node = "https://flag.example";
  options.author = "vp-hatinh";
  EXPECT_EQ(Complete(options)->node, "https://flag.example");
  EXPECT_EQ(Complete(options)->author, "vp-hatinh");
}

TEST_F(SettingsTest, ThePathsOfAProfileAreRelativeToItsFolder) {
  std::filesystem::create_directories("config/sogoc");
  Write("config/sogoc/sogoc.toml", "key = \"ht.key\"\npassphrase_file = \"/etc/pass\"\n");
  EXPECT_EQ(Complete()->key, "config/sogoc/ht.key");
  EXPECT_EQ(Complete()->passphrase_file, "/etc/pass");
  Write("sogoc.toml", "key = \"here.key\"\n");
  EXPECT_EQ(Complete()->key, "here.key");
  Write("other.toml", "author = \"other\"\n");
  Options options;
  options.profile = "other.toml";
  EXPECT_EQ(Complete(options)->author, "other");
  EXPECT_EQ(Complete(options)->key, "");
}

TEST_F(SettingsTest, AProfileHasNoUnknownKeys) {
  for (const char* text : {"passphrase = \"x\"\n", "node = 7\n", "node = \n", "[node]\nx = 1\n"}) {
    Write("sogoc.toml", text);
    EXPECT_FALSE(Complete()) << text;
  }
  Options options;
  options.profile = "missing.toml";
  EXPECT_EQ(Complete(options).error().code, base::ErrorCode::kNotFound);
}

TEST_F(SettingsTest, EveryCommandShowsItsHelpWithExamples) {
  for (const Command& command : AllCommands()) {
    std::vector<std::string> arguments = support::SplitWords(command.path);
    arguments.emplace_back("--help");
    const CliResult result = Run(arguments);
    EXPECT_EQ(result.exit, Exit::kDone) << command.path;
    EXPECT_NE(result.out.find("sogoc " + command.path), std::string::npos) << result.out;
    for (const Flag& flag : command.flags) {
      EXPECT_NE(result.out.find(flag.name), std::string::npos) << command.path << flag.name;
    }
  }
}

TEST_F(SettingsTest, EveryExampleIsUnderstood) {
  for (const Command& command : AllCommands()) {
    std::istringstream lines(command.examples);
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string> arguments = support::SplitWords(command.path + " " + line);
      for (const char* more :
           {"--dry-run", "--node", "http://127.0.0.1:9", "--passphrase-file", "missing.pass"}) {
        arguments.emplace_back(more);
      }
      const CliResult result = Run(arguments);  // lacks files and node, but not words
      EXPECT_EQ(result.err.find("Run with --help"), std::string::npos) << line << result.err;
    }
  }
}

TEST_F(SettingsTest, WrongUsageIsExitTwo) {
  for (const char* line : {"", "batch", "batch bake", "frobnicate", "--frobnicate", "show batch",
                           "show batch 8935000000014", "labels issue --gtin 8935000000014",
                           "batch register --lot A --lot B", "recall open --kind war"}) {
    const CliResult result = Run(support::SplitWords(line));
    EXPECT_EQ(result.exit, Exit::kFailed) << line;
    EXPECT_NE(result.err, "") << line;
    EXPECT_EQ(result.out, "") << line;
  }
}

TEST_F(SettingsTest, WhoeverForgetsAuthorOrKeyIsToldWhatToDo) {
  CliResult result = Run({"resolver", "record", "--host", "a.example"});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("--author"), std::string::npos) << result.err;
  result = Run({"resolver", "record", "--host", "a.example", "--author", "vp-hatinh", "--ledger-id",
                std::string(64, 'a')});
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("sogoc key new"), std::string::npos) << result.err;
}

TEST_F(SettingsTest, AnEntryLivesAnHourUnlessItIsToldOtherwise) {
  const auto not_after = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"--dry-run", "--author", "vp-hatinh", "resolver",
                                          "record",    "--host",   "a.example"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    v1::EntryBody body;
    const CliResult result = Run(arguments);
    if (result.exit != Exit::kDone) return std::uint64_t{0};
    EXPECT_TRUE(ParseJson("out", result.out, body));
    EXPECT_EQ(body.nonce().size(), 16U);
    EXPECT_EQ(body.ledger_id(), "");
    return body.not_after() - clock_.now / base::kNsPerSecond;
  };
  EXPECT_EQ(not_after({}), 3'600U);
  EXPECT_EQ(not_after({"--valid-for", "2h"}), 7'200U);
  EXPECT_EQ(not_after({"--valid-for", "30d"}), 30U * 86'400 - 300);
  EXPECT_EQ(not_after({"--valid-for", "31d"}), 0U);
  EXPECT_EQ(not_after({"--valid-for", "soon"}), 0U);
}

}  // namespace
}  // namespace sogoc::tools
