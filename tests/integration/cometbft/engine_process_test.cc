#include "node/consensus/cometbft/engine_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdlib>
#include <future>
#include <optional>

#include "tests/integration/cometbft/engine_home.h"
#include "tests/integration/cometbft/shell.h"
#include "tests/support/paths.h"

namespace sogoc::cometbft {
namespace {

using base::ErrorCode;
using support::Eventually;
using support::ReadText;
using support::WriteScript;
using support::WriteText;

// A variable of the environment, for the time of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

class EngineScript : public testing::Test {
 protected:
  // Runs a shell script in the place of the engine.
  base::Result<std::unique_ptr<EngineProcess>> Start(const std::string& body) {
    EngineProcessOptions options;
    options.program = WriteScript(directory_ / "engine", body);
    options.home = "HOME";
    options.log = log_;
    options.log_bytes_max = 1'000;
    options.stop_time = std::chrono::milliseconds(300);
    options.on_exit = [this](const std::string& message) { ended_.set_value(message); };
    return EngineProcess::Start(std::move(options));
  }
  // What on_exit is told.
  std::string Message() {
    auto message = ended_.get_future();
    if (message.wait_for(std::chrono::seconds(10)) != std::future_status::ready) return "";
    return message.get();
  }
  bool Logs(const std::string& text) {
    return Eventually([&] { return ReadText(log_).find(text) != std::string::npos; });
  }

  support::TempDirectory directory_;
  std::string log_ = directory_ / "engine.log";
  std::promise<std::string> ended_;
};

TEST_F(EngineScript, IsStartedOnItsHome) {
  const auto engine = Start("echo \"$@\"; echo \"$SOGOC_TEST\"; read -r line || echo no input");
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ(Message(), "the engine ended with status 0. It last wrote to " + log_ +
                           ":\nstart --home HOME\n\nno input");
}

TEST_F(EngineScript, GetsOurEnvironment) {
  const Variable variable("FAIL_TEST_INDEX", "7");
  const auto engine = Start("echo \"index $FAIL_TEST_INDEX\"");
  EXPECT_NE(Message().find("\nindex 7"), std::string::npos);
}

TEST_F(EngineScript, GetsNoFileOfOursAndNoBlockedSignal) {
  WriteText(directory_ / "open", "");
  const int open = ::open((directory_ / "open").c_str(), O_RDONLY);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &term, nullptr), 0);
  {
    const auto engine = Start(
        "trap 'echo asked; exit 0' TERM; readlink /proc/$$/fd/*; echo ready; "
        "while :; do sleep 0.02; done");
    ASSERT_TRUE(engine) << engine.error().message;
    EXPECT_TRUE(Logs("ready\n"));
    (*engine)->Stop();
    EXPECT_TRUE(Logs("asked\n")) << ReadText(log_);
  }
  ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  ::close(open);
  EXPECT_EQ(ReadText(log_).find(directory_ / "open"), std::string::npos) << ReadText(log_);
}

TEST_F(EngineScript, IsKilledWhenItDoesNotStop) {
  const auto engine = Start("trap '' TERM; echo ready; while :; do sleep 0.02; done");
  ASSERT_TRUE(engine) << engine.error().message;
  ASSERT_TRUE(Logs("ready\n"));
  (*engine)->Stop();
  EXPECT_NE(::kill((*engine)->pid(), 0), 0);
  (*engine)->Stop();
  EXPECT_EQ(ended_.get_future().wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

TEST_F(EngineScript, TellsItsLastLinesOfThisRun) {
  WriteText(log_, "of an earlier run\n");
  const auto engine = Start("for i in 1 2 3 4 5 6 7; do echo line $i; done >&2; exit 3");
  EXPECT_EQ(Message(), "the engine ended with status 3. It last wrote to " + log_ +
                           ":\nline 3\nline 4\nline 5\nline 6\nline 7");
  EXPECT_TRUE(ReadText(log_).starts_with("of an earlier run\nline 1\n"));
}

TEST_F(EngineScript, TellsWhereAPanicBegins) {
  const auto engine = Start(
      "echo fine; echo 'panic: no luck'; for i in 1 2 3 4 5 6 7; do echo goroutine $i; done; exit "
      "2");
  EXPECT_TRUE(
      Message().ends_with("engine.log:\npanic: no luck\ngoroutine 1\ngoroutine 2\n"
                          "goroutine 3\ngoroutine 4"));
}

TEST_F(EngineScript, IsEndedWhenItsConsensusFailed) {
  const auto engine = Start(
      "echo before; printf 'E[2026] CONSENSUS '; sleep 0.7; "
      "echo 'FAILURE!!! module=consensus err=\"no space\" stack=\"goroutine 1\"'; echo after; "
      "while :; do sleep 0.02; done");
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ(Message(), "the engine stopped making blocks and was ended. It last wrote to " + log_ +
                           ":\nCONSENSUS FAILURE!!! module=consensus err=\"no space\"");
}

TEST_F(EngineScript, IsEndedAlsoWhenTheLogsDiskIsFull) {
  log_ = "/dev/full";
  const auto engine =
      Start("echo 'E[2026] CONSENSUS FAILURE!!! err=\"no space\"'; while :; do sleep 0.02; done");
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ(Message(),
            "the engine stopped making blocks and was ended. It last wrote to /dev/full:\n"
            "CONSENSUS FAILURE!!! err=\"no space\"");
}

TEST_F(EngineScript, TellsASignalAndSilence) {
  const auto engine = Start("kill -KILL $$");
  EXPECT_EQ(Message(), "the engine ended by signal 9 and printed nothing");
}

TEST_F(EngineScript, SetsALongLogAside) {
  WriteText(log_ + ".1", "older");
  WriteText(log_, std::string(1'001, 'x'));
  {
    const auto engine = Start("echo new");
    EXPECT_FALSE(Message().empty());
  }
  EXPECT_EQ(ReadText(log_), "new\n");
  EXPECT_EQ(ReadText(log_ + ".1"), std::string(1'001, 'x'));
}

TEST_F(EngineScript, SetsALogAsideThatGrowsLong) {
  {
    const auto engine = Start("printf '%1001s' old; for i in $(seq 400); do [ -e '" + log_ +
                              ".1' ] && break; sleep 0.02; done; echo new");
    EXPECT_FALSE(Message().empty());
  }
  EXPECT_EQ(ReadText(log_), "new\n");
  EXPECT_EQ(ReadText(log_ + ".1"), std::string(998, ' ') + "old");
}

TEST_F(EngineScript, DiesWithItsParent) {
  // Whoever loses its parent becomes our child, so that it can be waited for.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto engine = Start("exec sleep 60");
    const pid_t pid = engine ? (*engine)->pid() : -1;
    if (::write(ends[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
    ::raise(SIGKILL);
  }
  pid_t pid = -1;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ::close(ends[0]);
  ::close(ends[1]);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  ASSERT_GT(pid, 0);
  int status = 0;
  ASSERT_TRUE(Eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(EngineStart, SaysWhatCannotBeRun) {
  const support::TempDirectory directory;
  EngineProcessOptions options;
  options.program = directory / "none";
  options.log = directory / "log";
  auto missing = EngineProcess::Start(options);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, "run " + options.program + ": No such file or directory");
  options.program = directory.path();
  EXPECT_EQ(EngineProcess::Start(options).error().code, ErrorCode::kPermissionDenied);
  options.log = directory / "none/log";
  EXPECT_EQ(EngineProcess::Start(options).error().code, ErrorCode::kNotFound);
}

// FindEngine and scripts/engine_path look in the same places.
class FindEngineTest : public testing::Test {
 protected:
  static std::string FromScript() {
    std::string path = support::Shell(
        "'" + (support::SourceDir() / "scripts/engine_path").string() + "' 2>/dev/null");
    if (!path.empty()) path.pop_back();
    return path;
  }
  std::string Make(const std::string& folder) {
    std::filesystem::create_directories(directory_ / folder);
    return WriteScript(directory_ / (folder + "/cometbft"), "true");
  }

  support::TempDirectory directory_;
  const Variable chosen_{"COMETBFT_BIN", ""};
  const Variable path_{"PATH", directory_ / "bin:/usr/bin:/bin"};
  const Variable cache_{"SOGOC_CACHE", directory_ / "cache"};
};

TEST_F(FindEngineTest, PrefersTheChosenThenThePathThenTheInstalled) {
  const std::string installed = Make(std::string("cache/cometbft-v") + kEngineVersion);
  EXPECT_EQ(FindEngine("cometbft").value(), installed);
  EXPECT_EQ(FindEngine("other").value(), installed);
  EXPECT_EQ(FromScript(), installed);
  const std::string on_path = Make("bin");
  EXPECT_EQ(FindEngine("cometbft").value(), on_path);
  EXPECT_EQ(FindEngine("other").value(), installed);
  EXPECT_EQ(FindEngine(on_path).value(), on_path);
  EXPECT_EQ(FromScript(), on_path);
  const Variable chosen("COMETBFT_BIN", Make("chosen"));
  EXPECT_EQ(FindEngine("cometbft").value(), directory_ / "chosen/cometbft");
  EXPECT_EQ(FromScript(), directory_ / "chosen/cometbft");
}

TEST_F(FindEngineTest, UsesTheUsualCacheFolders) {
  const Variable no_cache("SOGOC_CACHE", "");
  const Variable home("HOME", directory_ / "home");
  const std::string folder = std::string("sogoc/cometbft-v") + kEngineVersion;
  {
    const Variable no_xdg("XDG_CACHE_HOME", "");
    const std::string installed = Make("home/.cache/" + folder);
    EXPECT_EQ(FindEngine("cometbft").value(), installed);
    EXPECT_EQ(FromScript(), installed);
  }
  const Variable xdg("XDG_CACHE_HOME", directory_ / "xdg");
  const std::string installed = Make("xdg/" + folder);
  EXPECT_EQ(FindEngine("cometbft").value(), installed);
  EXPECT_EQ(FromScript(), installed);
}

TEST_F(FindEngineTest, SaysHowToGetIt) {
  const auto missing = FindEngine("cometbft");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("scripts/setup --engine-only"), std::string::npos);
  EXPECT_NE(
      missing.error().message.find("go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.25"),
      std::string::npos);
  EXPECT_EQ(FromScript(), "");
  // A chosen one that is none is not passed over.
  Make("bin");
  const Variable chosen("COMETBFT_BIN", directory_ / "none");
  EXPECT_EQ(FindEngine("cometbft").error().message,
            "COMETBFT_BIN is " + (directory_ / "none") + ", which is no program");
  EXPECT_EQ(FromScript(), "");
}

}  // namespace
}  // namespace sogoc::cometbft
