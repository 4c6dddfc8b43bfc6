// Keys, and the founding entry that is made with them.

#include <algorithm>

#include "node/ledger/block.h"
#include "node/ledger/entry.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/ledger_world.h"
#include "tests/support/paths.h"
#include "tests/unit/cli/cli_run.h"
#include "tools/sogoc/admin_units.h"
#include "tools/sogoc/found.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/key_commands.h"

namespace sogoc::tools {
namespace {

using support::CliResult;

class KeysTest : public support::CliTest {
 protected:
  KeysTest() {
    Write("pass", "mật khẩu\n");
    Write("other.pass", "khác\n");
    MakeKey("office.key");
  }
  // `sogoc found` with the repository's example, signed by the office's key.
  CliResult Found(const std::vector<std::string>& more = {}) {
    const std::string data = (support::SourceDir() / "data").string();
    std::vector<std::string> arguments = {"found",  "--from",     data + "/founding.example.json",
                                          "--peer", "peer.json",  "--data",
                                          data,     "--author",   "vp-ha-tinh",
                                          "--key",  "office.key", "--passphrase-file",
                                          "pass"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    v1::Peer peer = support::PeerMessage(1);
    peer.clear_organisation();
    Write("peer.json", JsonText(peer, /*all=*/false));
    return Run(arguments);
  }
  static base::Result<ledger::Entry> ReadEntry(const std::string& file) {
    const std::string bytes = Read(file);
    return ledger::DecodeEntry(base::AsBytes(bytes), ledger::kRulesVersion);
  }
};

TEST_F(KeysTest, AKeyIsShownOnlyToWhoeverHasItsPassphrase) {
  const CliResult shown = Run({"key", "show", "office.key", "--passphrase-file", "pass", "--json"});
  EXPECT_EQ(shown.exit, Exit::kDone) << shown.err;
  EXPECT_NE(shown.out.find("\"key_id\": \""), std::string::npos);
  EXPECT_EQ(Run({"key", "show", "office.key", "--passphrase-file", "other.pass"}).exit,
            Exit::kFailed);
  std::filesystem::permissions("pass", std::filesystem::perms::all);
  EXPECT_EQ(Run({"key", "show", "office.key", "--passphrase-file", "pass"}).exit, Exit::kFailed);
}

TEST_F(KeysTest, AKeyFileIsNeverReplaced) {
  const std::string before = Read("office.key");
  EXPECT_EQ(Run({"key", "new", "office.key", "--passphrase-file", "pass"}).exit, Exit::kFailed);
  EXPECT_EQ(Read("office.key"), before);
}

TEST_F(KeysTest, AProofIsTakenForItsOrganisationAndLedgerOnly) {
  const base::Digest ledger_id = crypto::Sha256(base::AsBytes("a ledger"));
  const CliResult proved =
      Run({"key", "prove", "office.key", "--passphrase-file", "pass", "--author", "htx-cam",
           "--ledger-id", base::ToHex(ledger_id), "--out", "cam.newkey"});
  ASSERT_EQ(proved.exit, Exit::kDone) << proved.err;
  EXPECT_EQ(Read("cam.newkey").find("PRIVATE"), std::string::npos);
  const auto key = ReadNewKey("cam.newkey", "", ledger_id, "htx-cam", true);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_TRUE(key->manages_keys());
  EXPECT_FALSE(ReadNewKey("cam.newkey", "", ledger_id, "ct-mam", true));
  EXPECT_FALSE(ReadNewKey("cam.newkey", "", base::Digest{}, "htx-cam", true));
  const auto own = ReadNewKey("office.key", "pass", ledger_id, "htx-cam", true);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(own->public_key(), key->public_key());
}

TEST_F(KeysTest, TheExampleFoundsALedger) {
  const CliResult result = Found();
  ASSERT_EQ(result.exit, Exit::kDone) << result.err;
  const auto entry = ReadEntry("founding.entry");
  ASSERT_TRUE(entry) << entry.error().message;
  const auto block = ledger::ExecuteFounding(*entry);
  ASSERT_TRUE(block) << block.error().message;
  EXPECT_EQ((*block)->header.time, clock_.now);
  EXPECT_NE(result.out.find(base::ToHex(crypto::Sha256(entry->Leaf()))), std::string::npos);
  const v1::Found& found = entry->body.operations(0).found();
  EXPECT_EQ(found.regimes().regimes_size(), 3);
  EXPECT_EQ(found.vocabularies_size(), 2);
  EXPECT_EQ(found.governance().approvers(0), "vp-ha-tinh");
  EXPECT_EQ(found.governance().threshold(), 1U);
}

TEST_F(KeysTest, AFoundingEntryIsReadWithoutANode) {
  ASSERT_EQ(Found().exit, Exit::kDone);
  const auto entry = ReadEntry("founding.entry");
  ASSERT_TRUE(entry) << entry.error().message;
  const CliResult shown = Run({"entry", "show", "founding.entry"});
  EXPECT_EQ(shown.exit, Exit::kDone) << shown.err;
  for (const std::string& part :
       {"entry id: " + base::ToHex(entry->id) + "\n",
        "ledger id: " + base::ToHex(crypto::Sha256(entry->Leaf())) + "\n",
        "signed by key: " + base::ToHex(entry->key_id) + "\n", std::string("threshold: 1\n")}) {
    EXPECT_NE(shown.out.find(part), std::string::npos) << part << shown.out;
  }
  const CliResult json = Run({"entry", "show", "founding.entry", "--json"});
  v1::EntryBody body;
  ASSERT_TRUE(ParseJson("--json", json.out, body)) << json.out;
  EXPECT_EQ(body.SerializeAsString(), entry->body.SerializeAsString());
  Write("pass.entry", "mật khẩu");
  EXPECT_EQ(Run({"entry", "show", "pass.entry"}).exit, Exit::kFailed);
}

TEST_F(KeysTest, TheShippedRegimesAreThoseOfTheDecisions) {
  v1::Found found;
  ASSERT_TRUE(ReadJsonMessage((support::SourceDir() / "data/regimes.json").string(), found));
  const v1::RegimeTable expected = support::Regimes();
  ASSERT_EQ(found.regimes().regimes_size(), expected.regimes_size());
  for (int i = 0; i < expected.regimes_size(); ++i) {
    v1::Regime regime = found.regimes().regimes(i);
    regime.set_name(expected.regimes(i).name());
    EXPECT_EQ(regime.SerializeAsString(), expected.regimes(i).SerializeAsString());
  }
}

TEST_F(KeysTest, OtherFoundersBringTheirProofs) {
  const CliResult made = Run({"key", "new", "ubnd.key", "--passphrase-file", "pass"});
  ASSERT_EQ(made.exit, Exit::kDone) << made.err;
  ASSERT_EQ(Run({"key", "prove", "ubnd.key", "--passphrase-file", "pass", "--author", "ubnd",
                 "--founding", "--out", "ubnd.newkey"})
                .exit,
            Exit::kDone);
  Write("more.json", R"({"name": "ha-tinh",
      "organisations": [
        {"organisation": "vp-ha-tinh", "name": "VP", "kind": "PROVINCE_OFFICE", "admin_unit": "42"},
        {"organisation": "ubnd", "name": "UBND", "kind": "COMMITTEE", "admin_unit": "42"}],
      "roles": [{"organisation": "vp-ha-tinh", "role": "OFFICE", "scope": "42"}],
      "admin_units": [{"code": "42", "name": "Hà Tĩnh", "level": "PROVINCE", "parent": "VN",
                       "valid_from": 20190101}]})");
  EXPECT_EQ(Found({"--from", "more.json"}).exit, Exit::kFailed) << "two descriptions";
  const std::string data = (support::SourceDir() / "data").string();
  const std::vector<std::string> found = {
      "found", "--from",    "more.json",        "--peer", "peer.json",  "--data",
      data,    "--author",  "vp-ha-tinh",       "--key",  "office.key", "--passphrase-file",
      "pass",  "--new-key", "ubnd=ubnd.newkey", "--out",  "2.entry"};
  const CliResult result = Run(found);
  ASSERT_EQ(result.exit, Exit::kDone) << result.err;
  EXPECT_EQ(ReadEntry("2.entry")->body.operations(0).found().organisations(1).keys_size(), 1);
}

TEST_F(KeysTest, WhatFoundsNothingIsNotWritten) {
  EXPECT_EQ(Found({"--author", "ai-do"}).exit, Exit::kFailed);
  EXPECT_EQ(Found({"--new-key", "office.key"}).exit, Exit::kFailed);
  EXPECT_FALSE(std::filesystem::exists("founding.entry"));
  const CliResult no_peer =
      Run({"found", "--from", (support::SourceDir() / "data/founding.example.json").string(),
           "--data", (support::SourceDir() / "data").string(), "--author", "vp-ha-tinh", "--key",
           "office.key", "--passphrase-file", "pass"});
  EXPECT_EQ(no_peer.exit, Exit::kFailed);
  EXPECT_NE(no_peer.err.find("peers"), std::string::npos) << no_peer.err;
  EXPECT_FALSE(std::filesystem::exists("founding.entry"));
}

TEST(Founding, WhatTheDescriptionSaysStays) {
  v1::Found found = support::FoundMessage({});
  const std::string before = found.SerializeAsString();
  CompleteFounding(0, found);
  EXPECT_EQ(found.SerializeAsString(), before);
}

TEST(Founding, GovernanceIsMoreThanHalfOfThePeersOrganisations) {
  v1::Found found;
  for (const char* name : {"c", "a", "b"}) {
    v1::Peer& peer = *found.add_peers();
    peer.set_name(name);
    peer.set_organisation("org-" + std::string(name));
  }
  CompleteFounding(1, found);
  EXPECT_EQ(found.peers(0).name(), "a");
  ASSERT_EQ(found.governance().approvers_size(), 3);
  EXPECT_EQ(found.governance().approvers(0), "org-a");
  EXPECT_EQ(found.governance().threshold(), 2U);
  EXPECT_EQ(found.admin_units(0).code(), kCountryCode);
}

}  // namespace
}  // namespace sogoc::tools
