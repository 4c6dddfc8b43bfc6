// What an operator can get wrong, and what can happen to his files, with the real program: every
// row ends with status 1 and a sentence that names what is wrong and what to do, or with a node
// that serves. Nothing acknowledged is lost on the way.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <vector>

#include "tests/integration/node/node_folder.h"
#include "tests/integration/node/node_process.h"
#include "tests/support/paths.h"

namespace sogoc {
namespace {

namespace fs = std::filesystem;
using support::NodeFolder;
using support::NodeProcess;
using support::Process;
using support::SubmitAll;
using testing::AllOf;
using testing::HasSubstr;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteText(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

void Replace(const fs::path& path, const std::string& from, const std::string& to) {
  std::string text = ReadText(path);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << path << " has no " << from;
  WriteText(path, text.replace(at, from.size(), to));
}

void Append(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

void Truncate(const fs::path& path) { fs::resize_file(path, fs::file_size(path) / 2); }

void FlipMiddle(const fs::path& path) {
  std::string bytes = ReadText(path);
  char& middle = bytes[bytes.size() / 2];
  middle = middle == 'A' ? 'B' : 'A';
  WriteText(path, bytes);
}

// In a PEM file: the tag of the outermost ASN.1 value. (Encryption with CBC does not notice every
// other change: one may leave the key as it was.)
void FlipBody(const fs::path& path) {
  std::string bytes = ReadText(path);
  bytes[bytes.find('\n') + 1] = 'A';
  WriteText(path, bytes);
}

// The file in `folder` whose name holds `part`.
fs::path Find(const fs::path& folder, const std::string& part) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().find(part) != std::string::npos) return entry.path();
  }
  ADD_FAILURE() << "no " << part << " in " << folder;
  return {};
}

void ReplaceFolder(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

struct Outcome {
  int status = 0;
  std::string output;
};

Outcome RunNode(const std::vector<std::string>& arguments) {
  Process process("sogoc-node", arguments);
  const int status = process.Wait();
  return {status, process.output()};
}

// Two ledgers of the same names, each with some blocks, made once for all tests. `kDesk` is a copy
// of the first that a test may ruin; pass, founding.entry and node/ lie in it.
class Operator : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ours_ = new NodeFolder;
    theirs_ = new NodeFolder;
    for (const NodeFolder* folder : {ours_, theirs_}) {
      NodeProcess node(folder->directory().path());
      auto client = tools::HttpClient::Create(node.url());
      ASSERT_TRUE(client) << client.error().message;
      SubmitAll(*client, folder->FirstEntries());
      node.process().Signal(SIGTERM);
      ASSERT_EQ(node.process().Wait(), 0) << node.process().output();
    }
  }
  static void TearDownTestSuite() {
    delete ours_;
    delete theirs_;
  }

  void SetUp() override { Lay(); }

  // The first ledger as it was.
  void Lay() {
    ReplaceFolder(OursHome(), desk_ / "home");
    Replace(node() / "node.toml", ours_->passphrase_file(), home() / "pass");
  }

  static fs::path OursHome() { return ours_->directory().path().parent_path(); }
  static fs::path Theirs() { return theirs_->directory().path(); }
  fs::path home() const { return desk_ / "home"; }
  fs::path node() const { return home() / "node"; }
  fs::path toml() const { return node() / "node.toml"; }
  fs::path store() const { return node() / "ledger" / "store"; }
  fs::path anchor() const { return node() / "ledger" / "anchor"; }

  // A case: what is done to the desk, and what the program must then say.
  struct Row {
    const char* what;
    std::function<void()> ruin;
    std::vector<std::string> said;
    std::vector<std::string> arguments = {};  // left out: run
  };
  void Expect(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      SCOPED_TRACE(row.what);
      Lay();
      row.ruin();
      const Outcome outcome =
          RunNode(row.arguments.empty() ? std::vector<std::string>{"run", node()} : row.arguments);
      EXPECT_EQ(outcome.status, 1) << outcome.output;
      for (const std::string& said : row.said) EXPECT_THAT(outcome.output, HasSubstr(said));
    }
  }

  static NodeFolder* ours_;
  static NodeFolder* theirs_;
  support::TempDirectory desk_{support::TempDirectory::Place::kMemory};
};

NodeFolder* Operator::ours_ = nullptr;
NodeFolder* Operator::theirs_ = nullptr;

TEST_F(Operator, AFolderIsFoundedAndMovesWithItsPassphrase) {
  const fs::path made = desk_ / "new";
  fs::create_directory(made);
  fs::copy_file(home() / "pass", made / "node.pass");
  const Outcome init =
      RunNode({"init", made, "--name", "peer9.example", "--organisation", "vp", "--resolver-host",
               "ocop.example", "--passphrase-file", made / ".." / "new" / "node.pass",
               "--metrics-listen", "127.0.0.1:9464"});
  ASSERT_EQ(init.status, 0) << init.output;
  EXPECT_THAT(ReadText(made / "node.toml"), AllOf(HasSubstr("passphrase_file = \"node.pass\"\n"),
                                                  HasSubstr("\nmetrics = \"127.0.0.1:9464\"\n")));

  fs::remove_all(node() / "ledger");
  fs::remove_all(node() / "signed");
  fs::create_directory(node() / "signed");
  const Outcome found = RunNode({"found", node(), home() / "founding.entry"});
  EXPECT_EQ(found.status, 0) << found.output;
  EXPECT_THAT(found.output, AllOf(HasSubstr(base::ToHex(ours_->ledger_id())), HasSubstr("origin")));
}

TEST_F(Operator, MistakesInTheConfigurationAreNamedWithWhatIsAllowed) {
  const auto line = [this](const char* text) {
    return [this, text] { WriteText(toml(), text + ("\n" + ReadText(toml()))); };
  };
  const auto changed = [this](const char* from, const char* to) {
    return [=, this] { Replace(toml(), from, to); };
  };
  Expect({
      {"unknown key", line("naem = \"x\""), {"node.toml: naem is not known", "known are address"}},
      {"unknown table", [&] { Append(toml(), "[nett]\n"); }, {"nett is not known"}},
      {"missing key", changed("resolver_host = ", "# "), {"resolver_host is missing"}},
      {"text for a number", changed("port = 0", "port = \"0\""), {"port must be a number from 0"}},
      {"number too large", changed("port = 0", "port = 70000"), {"from 0 to 65535"}},
      {"number too small",
       changed("connections_per_client = 256", "connections_per_client = 0"),
       {"connections_per_client must be a number from 1"}},
      {"number for text", changed("address = ", "address = 5 #"), {"address must be text"}},
      {"unknown level", changed("\"info\"", "\"all\""), {"log_level", "trace, debug, info, warn"}},
      {"no TOML", line("port = = 1"), {"node.toml, line 1"}},
      {"key twice", line("name = \"y\""), {"node.toml, line"}},
      {"half a table",
       [&] { Append(toml(), "[tls]\ncertificate = \"c.pem\"\n"); },
       {"[tls]: private_key is missing"}},
      {"no file", [&] { fs::remove(toml()); }, {"node.toml does not exist", "sogoc-node init"}},
      {"no folder", [&] { fs::remove_all(node()); }, {"does not exist", "sogoc-node init"}},
      {"a folder in its place",
       [&] {
         fs::remove(toml());
         fs::create_directory(toml());
       },
       {"node.toml is not a file"}},
      {"name of no peer",
       changed("peer1.example", "peer9.example"),
       {"peer9.example is not on the ledger", "name"}},
      {"no address", changed("127.0.0.1", "localhost"), {"not an IP address: localhost"}},
      {"address of no interface",
       changed("127.0.0.1", "192.0.2.1"),
       {"cannot listen", "node.toml"}},
      {"no certificate",
       [&] { Append(toml(), "[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n"); },
       {"c.pem", "No such file", "[tls] in node.toml"}},
      {"no certificate in the file",
       [&] {
         Append(toml(), "[tls]\ncertificate = \"c.pem\"\nprivate_key = \"c.pem\"\n");
         WriteText(node() / "c.pem", "nothing");
       },
       {"TLS certificate is not PEM", "[tls]", "node.toml"}},
  });
}

TEST_F(Operator, PassphraseAndKeysThatDoNotFitAreNamed) {
  const fs::path pass = home() / "pass";
  const fs::path key = node() / "keys" / "log.key";
  const std::string restore = "restore it from a copy";
  Expect({
      {"wrong passphrase",
       [&] { WriteText(pass, "incorrect horse\n"); },
       {"wrong passphrase for", "log.key", restore}},
      {"no passphrase file", [&] { fs::remove(pass); }, {"pass: No such file", "passphrase_file"}},
      {"empty passphrase file",
       [&] { WriteText(pass, ""); },
       {"pass holds no passphrase", "one line"}},
      {"two lines", [&] { WriteText(pass, "one\ntwo\n"); }, {"must hold one line"}},
      {"passphrase for all to read",
       [&] { ::chmod(pass.c_str(), 0644); },
       {"others than its owner", "chmod 600 "}},
      {"key for all to read",
       [&] { ::chmod(key.c_str(), 0640); },
       {"others than its owner", "chmod 600 "}},
      {"no key", [&] { fs::remove(key); }, {"log.key: No such file", restore}},
      {"no other key",
       [&] { fs::remove(node() / "keys" / "cosigner.key"); },
       {"cosigner.key: No such file", restore}},
      {"half a key", [&] { Truncate(key); }, {"log.key", "damaged", restore}},
      {"a damaged key", [&] { FlipBody(key); }, {"log.key", "damaged", restore}},
      {"no key in the file",
       [&] { WriteText(key, "nothing\n"); },
       {"log.key is not an encrypted PKCS#8 key", restore}},
      {"a key that is not encrypted",
       [&] { WriteText(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"); },
       {"log.key holds a key that is not encrypted", "openssl pkcs8"}},
      {"a key of another kind",
       [&] {
         fs::copy_file(node() / "keys" / "tls.key", key, fs::copy_options::overwrite_existing);
       },
       {"log.key does not hold a key for Ed25519"}},
      {"keys of another node",
       [&] { ReplaceFolder(Theirs() / "keys", node() / "keys"); },
       {"not those that the ledger names for peer peer1.example", "use the folder"}},
  });
}

TEST_F(Operator, ADamagedLedgerIsEvidenceAndNotServed) {
  const std::string evidence = "as evidence";
  const std::string restore = "restore it whole";
  const auto damage = [&](const char* part, void (*ruin)(const fs::path&)) {
    return [this, part, ruin] { ruin(Find(store(), part)); };
  };
  const auto remove = [](const fs::path& path) { fs::remove(path); };
  Expect({
      {"no ledger",
       [&] { fs::remove_all(node() / "ledger"); },
       {"there is no ledger in", "sogoc-node found"}},
      {"no store", [&] { fs::remove_all(store()); }, {"store", evidence, restore}},
      {"an empty store",
       [&] {
         fs::remove_all(store());
         fs::create_directory(store());
       },
       {"store", evidence, restore}},
      {"no list of tables", damage("CURRENT", remove), {evidence, restore}},
      {"no manifest", damage("MANIFEST", remove), {evidence, restore}},
      {"half a manifest", damage("MANIFEST", Truncate), {evidence, restore}},
      {"a damaged manifest", damage("MANIFEST", FlipMiddle), {evidence, restore}},
      {"no log", damage(".log", remove), {evidence, restore}},
      {"half a log", damage(".log", Truncate), {evidence, restore}},
      {"a damaged log", damage(".log", FlipMiddle), {evidence, restore}},
      {"no anchor", [&] { fs::remove_all(anchor()); }, {"no head anchor", evidence, restore}},
      {"two damaged anchors",
       [&] {
         Truncate(anchor() / "anchor.0");
         Truncate(anchor() / "anchor.1");
       },
       {"head anchor", "no longer tell the last block", evidence, restore}},
      {"store of another ledger",
       [&] { ReplaceFolder(Theirs() / "ledger" / "store", store()); },
       {"of different ledgers", evidence, restore}},
      {"anchor of another ledger",
       [&] { ReplaceFolder(Theirs() / "ledger" / "anchor", anchor()); },
       {"of different ledgers", evidence, restore}},
      {"another ledger",
       [&] { ReplaceFolder(Theirs() / "ledger", node() / "ledger"); },
       {"not those that the ledger names for peer peer1.example", "use the folder"}},
      {"what was signed for another ledger",
       [&] { ReplaceFolder(Theirs() / "signed", node() / "signed"); },
       {"signed for another ledger", "restore"}},
      {"damage to what was signed",
       [&] { Truncate(node() / "signed" / "checkpoint"); },
       {"signed/checkpoint is damaged", "Restore it"}},
  });
}

TEST_F(Operator, OneDamagedAnchorIsMendedByTheOther) {
  for (const char* name : {"anchor.0", "anchor.1"}) {
    Lay();
    Truncate(anchor() / name);
    NodeProcess node(this->node());
    ASSERT_NE(node.url(), "");
    EXPECT_THAT(node.process().output(), HasSubstr("missing or damaged; the other copy serves"));
    node.process().Signal(SIGTERM);
    EXPECT_EQ(node.process().Wait(), 0);
    EXPECT_EQ(RunNode({"check", "--quiet", this->node()}).status, 0);
  }
}

TEST_F(Operator, ASecondProcessIsRefusedWithTheFirstOnesNumber) {
  NodeProcess serving(node());
  ASSERT_NE(serving.url(), "");
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"run", node()},
                                                    {"check", node()},
                                                    {"export", node(), home() / "exported"}}) {
    const Outcome outcome = RunNode(arguments);
    EXPECT_EQ(outcome.status, 1) << arguments[0];
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("is in use by process " +
                                                ReadText(node() / "ledger" / "LOCK").substr(0, 3)),
                                      HasSubstr("stop it first")));
  }
  EXPECT_EQ(tools::HttpClient::Create(serving.url())->Get("/v1/health")->status, 200);
}

TEST_F(Operator, WrongUsageIsStatus2) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"serve"},
                                                    {"run"},
                                                    {"run", node(), "--port", "1"},
                                                    {"init", home() / "new", "--name", "x"}}) {
    const Outcome outcome = RunNode(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("--help"));
  }
  EXPECT_EQ(RunNode({"--help"}).status, 0);
}

TEST_F(Operator, APortInUseIsNamed) {
  NodeProcess serving(ours_->directory().path());
  const std::string port = serving.url().substr(serving.url().rfind(':') + 1);
  Replace(toml(), "port = 0", "port = " + port);
  const Outcome outcome = RunNode({"run", node()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("cannot listen on port " + port), HasSubstr("node.toml")));
}

TEST_F(Operator, FoundingAndMakingAFolderRefuseWhatIsThereOrMissing) {
  const std::string entry = home() / "founding.entry";
  const std::vector<std::string> found = {"found", node(), entry};
  const auto unfounded = [this](std::function<void()> ruin) {
    return [this, ruin = std::move(ruin)] {
      fs::remove_all(node() / "ledger");
      fs::remove_all(node() / "signed" / "checkpoint");
      ruin();
    };
  };
  const auto init = [this](const fs::path& folder, const fs::path& pass) {
    return std::vector<std::string>{"init",
                                    folder,
                                    "--name",
                                    "peer1.example",
                                    "--organisation",
                                    "vp-hatinh",
                                    "--resolver-host",
                                    "ocop.example",
                                    "--passphrase-file",
                                    pass};
  };
  Expect({
      {"founded already", [] {}, {"holds a ledger already", "sogoc-node run"}, found},
      {"no entry",
       unfounded([&] { fs::remove(entry); }),
       {"founding.entry: No such file", "sogoc found"},
       found},
      {"half an entry",
       unfounded([&] { Truncate(entry); }),
       {"founding.entry", "sogoc found"},
       found},
      {"a damaged entry",
       unfounded([&] { FlipMiddle(entry); }),
       {"founding.entry", "sogoc found"},
       found},
      {"another peer's entry",
       unfounded([&] {
         fs::copy_file(Theirs().parent_path() / "founding.entry", entry,
                       fs::copy_options::overwrite_existing);
       }),
       {"not those that the ledger names"},
       found},
      {"a folder with a node",
       [] {},
       {"exists already; choose another folder"},
       init(node(), home() / "pass")},
      {"no passphrase file", [] {}, {"none: No such file"}, init(home() / "new", home() / "none")},
  });
}

// A start reads the last blocks only; `check` reads all.
TEST_F(Operator, CheckFindsADamagedTable) {
  const Outcome whole = RunNode({"check", "--quiet", node()});
  EXPECT_EQ(whole.status, 0) << whole.output;
  EXPECT_THAT(whole.output, testing::StartsWith("ok: "));
  FlipMiddle(Find(store(), ".sst"));
  const Outcome damaged = RunNode({"check", "--quiet", node()});
  EXPECT_EQ(damaged.status, 1) << damaged.output;
  EXPECT_THAT(damaged.output, HasSubstr("evidence"));
}

}  // namespace
}  // namespace sogoc
