#include "tools/sogoc/found.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "node/ledger/block.h"
#include "node/storage/files.h"
#include "tools/sogoc/admin_units.h"
#include "tools/sogoc/entry_file.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/key_commands.h"
#include "tools/sogoc/session.h"

namespace sogoc::tools {
namespace {

using base::Result;
using base::Status;

constexpr base::Digest kNoLedger{};
constexpr const char* kDefaultOut = "founding.entry";

// Where the installed data files lie: beside the program's folder.
std::string DefaultDataFolder() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "share" / "sogoc").string();
}

Status ReadDescription(const FlagValues& values, v1::Found& found) {
  TRY_STATUS(ReadJsonMessage(values.Get("from"), found));
  const std::string data = values.Has("data") ? values.Get("data") : DefaultDataFolder();
  if (!found.has_regimes()) TRY_STATUS(ReadJsonMessage(data + "/regimes.json", found));
  if (found.vocabularies().empty()) {
    TRY_STATUS(ReadJsonMessage(data + "/vocabularies.json", found));
  }
  for (const std::string& file : values.All("peer")) {
    TRY_STATUS(ReadJsonMessage(file, *found.add_peers()));
  }
  return base::Ok();
}

v1::AdmitOrganisation* FindOrganisation(v1::Found& found, const std::string& id) {
  for (auto& organisation : *found.mutable_organisations()) {
    if (organisation.organisation() == id) return &organisation;
  }
  return nullptr;
}

// The founder's own key, and those that the others proved.
Status AddKeys(Session& session, const FlagValues& values, const std::string& author,
               v1::Found& found) {
  v1::AdmitOrganisation* founder = FindOrganisation(found, author);
  if (founder == nullptr) {
    return base::InvalidArgument("the description lists no organisation " + author);
  }
  TRY(const crypto::P256PrivateKey* key, session.Key());
  if (founder->keys().empty()) {
    *founder->add_keys() = ledger::MakeNewKey(kNoLedger, author, *key, /*manages_keys=*/true);
  }
  for (const std::string& text : values.All("new-key")) {
    const std::size_t sign = text.find('=');
    const std::string id = text.substr(0, sign);
    v1::AdmitOrganisation* organisation = FindOrganisation(found, id);
    if (sign == std::string::npos || organisation == nullptr) {
      return base::InvalidArgument("--new-key " + text +
                                   ": write ORGANISATION=FILE with one of the description's");
    }
    TRY(*organisation->add_keys(), ReadNewKey(text.substr(sign + 1), "", kNoLedger, id, true));
  }
  return base::Ok();
}

Result<Exit> RunFound(Session& session, const FlagValues& values) {
  TRY(const std::string author, session.Author());
  v1::Operation operation;
  v1::Found& found = *operation.mutable_found();
  TRY_STATUS(ReadDescription(values, found));
  for (v1::Peer& peer : *found.mutable_peers()) {
    if (peer.organisation().empty()) peer.set_organisation(author);
  }
  CompleteFounding(session.Now(), found);
  TRY_STATUS(AddKeys(session, values, author, found));
  const std::uint64_t not_after = found.founded_at() / base::kNsPerSecond + kDefaultValidSeconds;
  const v1::EntryBody body = MakeBody({kNoLedger, author, not_after}, {operation});
  if (session.options().dry_run) {
    session.out() << JsonText(body, /*all=*/false);
    return Exit::kDone;
  }
  TRY(const crypto::P256PrivateKey* key, session.Key());
  TRY(const base::Bytes bytes, SignBody(body, *key));
  TRY(const ledger::Entry entry, ledger::DecodeEntry(bytes, ledger::kFoundingRulesVersion));
  TRY_STATUS(ledger::ExecuteFounding(entry));  // refuses now what every peer would refuse
  const std::string out = session.options().out.empty() ? kDefaultOut : session.options().out;
  TRY_STATUS(WriteEntryFile(out, {bytes}));
  const std::string ledger_id = base::ToHex(crypto::Sha256(entry.Leaf()));
  if (session.options().json) {
    session.out() << "{\"ledger_id\": \"" << ledger_id << "\", \"file\": \"" << out << "\"}\n";
  } else {
    session.out() << "ledger id: " << ledger_id << "\norigin:    " << found.name() << "/"
                  << ledger_id.substr(0, 16)
                  << "\nfounded:   " << base::FormatTimeIso(found.founded_at())
                  << "\nentry:     " << out << "\n";
    session.err() << "Give " << out << " to the operators of all " << found.peers_size()
                  << " peers, and put ledger_id into every sogoc.toml.\n";
  }
  return Exit::kDone;
}

}  // namespace

void CompleteFounding(base::TimeNs now, v1::Found& found) {
  if (found.founded_at() == 0) found.set_founded_at(now);
  const base::Date today = base::DateAt(found.founded_at());
  for (v1::GrantRole& role : *found.mutable_roles()) {
    if (role.valid_from() == 0) role.set_valid_from(today);
  }
  auto& units = *found.mutable_admin_units();
  const bool has_country = std::any_of(
      units.begin(), units.end(), [](const v1::AdminUnit& u) { return u.level() == v1::COUNTRY; });
  if (!has_country) {
    *units.Add() = Country();
    std::rotate(units.begin(), units.end() - 1, units.end());
  }
  if (!found.has_parameters()) {
    found.mutable_parameters()->set_scan_count_max(50);
    found.mutable_parameters()->set_scan_days_min(10);
    found.mutable_parameters()->set_checkpoint_age_max_seconds(600);
    found.mutable_parameters()->set_attested_after_days(30);
  }
  std::sort(found.mutable_peers()->begin(), found.mutable_peers()->end(),
            [](const v1::Peer& a, const v1::Peer& b) { return a.name() < b.name(); });
  if (!found.has_governance()) {
    std::set<std::string> approvers;
    for (const v1::Peer& peer : found.peers()) approvers.insert(peer.organisation());
    for (const std::string& approver : approvers) {
      found.mutable_governance()->add_approvers(approver);
    }
    found.mutable_governance()->set_threshold(static_cast<std::uint32_t>(approvers.size() / 2 + 1));
  }
}

std::vector<Command> FoundCommands() {
  return {{"found",
           "Make the founding entry of a ledger (office)",
           "--from founding.json --peer peer1.json --author vp-ha-tinh --key office.key\n"
           "--from founding.json --peer peer1.json --peer peer2.json "
           "--new-key ubnd-ha-tinh=ubnd.newkey --out founding.entry",
           {{"from", FlagKind::kValue, "FILE",
             "description: v1.Found in proto3 JSON; what it leaves out gets a usual value",
             /*required=*/true},
            {"peer", FlagKind::kList, "FILE", "a node's v1.Peer, as `sogoc-node init` wrote it"},
            {"new-key", FlagKind::kList, "ORGANISATION=FILE",
             "another founder's key, as `sogoc key prove --founding` wrote it"},
            {"data", FlagKind::kValue, "FOLDER",
             "where regimes.json and vocabularies.json lie [../share/sogoc from the program]"}},
           RunFound}};
}

}  // namespace sogoc::tools
