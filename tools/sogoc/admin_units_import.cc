#include "tools/sogoc/admin_units_import.h"

#include "tools/sogoc/admin_units.h"
#include "tools/sogoc/delivery.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/values.h"

namespace sogoc::tools {
namespace {

using base::Result;

constexpr std::size_t kCsvBytesMax = std::size_t{64} << 20;

// What the file and the flags tell.
Result<std::vector<v1::AdminUnit>> ReadHistory(const FlagValues& values) {
  const std::string file = values.Get("csv");
  TRY(const std::string csv, ReadFile(file, kCsvBytesMax));
  auto rows = ParseAdminUnits(csv);
  if (!rows) return base::InvalidArgument(file + ": " + rows.error().message);
  std::vector<Snapshot> snapshots;
  for (const std::string& text : values.All("snapshot")) {
    TRY(Snapshot snapshot, ParseSnapshot(text));
    snapshots.push_back(std::move(snapshot));
  }
  if (snapshots.empty()) return base::InvalidArgument("--snapshot SNAPSHOT=DATE is missing");
  std::uint64_t known = 0;
  if (values.Has("known")) {
    TRY(known, ParseWhole(values.Get("known")));
  }
  return TellHistory(*rows, snapshots, known, values.Get("under"));
}

Result<Exit> RunImport(Session& session, const FlagValues& values) {
  TRY(const std::vector<v1::AdminUnit> units, ReadHistory(values));
  if (units.empty()) {
    session.err() << "nothing changed since the snapshots that the ledger knows\n";
    return Exit::kDone;
  }
  std::vector<std::vector<v1::Operation>> entries;
  for (v1::Operation& chunk : ChunkAdminUnits(units)) entries.push_back({std::move(chunk)});
  session.err() << units.size() << " units in " << entries.size() << " entries\n";
  return DeliverInOrder(session, entries);
}

}  // namespace

std::vector<Command> AdminUnitsImportCommands() {
  return {
      {"admin-units import",
       "Record administrative units and their history from a CSV file of snapshots (office)",
       "admin-units.csv --under 42 --snapshot 2021-12=2019-01-01 --snapshot 2026-07=2025-07-01\n"
       "admin-units.csv --under 42 --snapshot 2021-12=2019-01-01 --snapshot 2026-07=2025-07-01 "
       "--known 1",
       {{"csv", FlagKind::kPositional, "CSV",
         "file with the header snapshot,code,name,level,parent_code", /*required=*/true},
        {"snapshot", FlagKind::kList, "SNAPSHOT=DATE",
         "a snapshot of the file and the day from which it was so; oldest first"},
        {"known", FlagKind::kValue, "NUMBER",
         "how many of them the ledger holds already [0]: only what changed since is recorded"},
        {"under", FlagKind::kValue, "CODE", "only what lies in this unit"}},
       RunImport}};
}

}  // namespace sogoc::tools
