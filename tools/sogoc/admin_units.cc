#include "tools/sogoc/admin_units.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "node/ledger/limits.h"
#include "tools/sogoc/csv.h"
#include "tools/sogoc/values.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;

// Room for the envelope, the key id and the signature of an entry.
constexpr std::size_t kChunkBytesMax = ledger::kLeafBytesMax - 1'000;
constexpr base::Date kCountrySince = 19'760'702;

const CsvRecord kHeader{"snapshot", "code", "name", "level", "parent_code"};

constexpr std::array<std::pair<const char*, v1::AdminLevel>, 4> kLevels{{{"country", v1::COUNTRY},
                                                                         {"province", v1::PROVINCE},
                                                                         {"district", v1::DISTRICT},
                                                                         {"commune", v1::COMMUNE}}};

using Picture = std::map<std::string, const AdminUnitRow*>;  // one snapshot, by code

// The rows of one snapshot that lie inside `under`, itself left out.
Result<Picture> PictureOf(const std::vector<AdminUnitRow>& rows, const std::string& snapshot,
                          const std::string& under) {
  Picture all;
  for (const AdminUnitRow& row : rows) {
    if (row.snapshot == snapshot) all[row.code] = &row;
  }
  if (all.empty()) return InvalidArgument("the file has no snapshot " + snapshot);
  Picture inside;
  for (const auto& [code, row] : all) {
    const AdminUnitRow* outer = row;
    bool found = under.empty();
    while (outer->parent != kCountryCode && !outer->parent.empty()) {
      const auto parent = all.find(outer->parent);
      if (parent == all.end() || parent->second->level >= outer->level) {
        return InvalidArgument("snapshot " + snapshot + ": unit " + outer->code + " has parent " +
                               outer->parent + ", which is not above it there");
      }
      outer = parent->second;
      found = found || outer->code == under;
    }
    if (found) inside.emplace(code, row);
  }
  return inside;
}

bool Same(const AdminUnitRow& a, const AdminUnitRow& b) {
  return std::tie(a.name, a.level, a.parent) == std::tie(b.name, b.level, b.parent);
}

base::Date DayBefore(base::Date day) {
  return base::DateAt(base::StartOf(day) - base::kNsPerSecond);
}

// A version of a unit while its history is told.
struct Version {
  const AdminUnitRow* row;
  std::size_t opened;  // the snapshot that shows it first
  std::size_t ended;   // the first later snapshot that does not; their number if none
};

std::vector<Version> Versions(const std::vector<Picture>& pictures) {
  std::vector<Version> versions;
  std::map<std::string, std::size_t> open;  // code -> place in `versions`
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    std::erase_if(open, [&](const auto& item) {
      const auto now = pictures[i].find(item.first);
      const bool goes_on =
          now != pictures[i].end() && Same(*now->second, *versions[item.second].row);
      if (!goes_on) versions[item.second].ended = i;
      return !goes_on;
    });
    for (const auto& [code, row] : pictures[i]) {
      if (open.contains(code)) continue;
      open[code] = versions.size();
      versions.push_back({row, i, pictures.size()});
    }
  }
  return versions;
}

v1::AdminUnit ToMessage(const Version& version, const std::vector<Snapshot>& snapshots) {
  v1::AdminUnit unit;
  unit.set_code(version.row->code);
  unit.set_name(version.row->name);
  unit.set_level(version.row->level);
  unit.set_parent(version.row->parent);
  unit.set_valid_from(snapshots[version.opened].valid_from);
  if (version.ended < snapshots.size()) {
    unit.set_valid_to(DayBefore(snapshots[version.ended].valid_from));
  }
  return unit;
}

}  // namespace

Result<std::vector<AdminUnitRow>> ParseAdminUnits(const std::string& csv) {
  const auto records = ParseCsv(csv);
  if (!records || records->empty() || records->front() != kHeader) {
    return InvalidArgument("not a CSV file with the header snapshot,code,name,level,parent_code");
  }
  std::vector<AdminUnitRow> rows;
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 1; i < records->size(); ++i) {
    const CsvRecord& record = (*records)[i];
    const std::string where = "line " + std::to_string(i + 1) + ": ";
    if (record.size() != kHeader.size()) return InvalidArgument(where + "not five fields");
    const auto* level = std::find_if(kLevels.begin(), kLevels.end(),
                                     [&](const auto& each) { return each.first == record[3]; });
    if (level == kLevels.end()) return InvalidArgument(where + record[3] + " is no level");
    if (!seen.emplace(record[0], record[1]).second) {
      return InvalidArgument(where + "unit " + record[1] + " stands twice in " + record[0]);
    }
    std::string parent = record[4];
    if (parent.empty() && level->second == v1::PROVINCE) parent = kCountryCode;
    rows.push_back({record[0], record[1], record[2], level->second, std::move(parent)});
  }
  return rows;
}

Result<Snapshot> ParseSnapshot(const std::string& text) {
  const std::size_t sign = text.rfind('=');
  if (sign == std::string::npos || sign == 0) {
    return InvalidArgument("\"" + text + "\": write SNAPSHOT=DATE, as 2026-07=2025-07-01");
  }
  TRY(const base::Date date, ParseDate(text.substr(sign + 1), 0));
  return Snapshot{text.substr(0, sign), date};
}

Result<std::vector<v1::AdminUnit>> TellHistory(const std::vector<AdminUnitRow>& rows,
                                               const std::vector<Snapshot>& snapshots,
                                               std::size_t known, const std::string& under) {
  std::vector<Picture> pictures;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    if (i > 0 && snapshots[i].valid_from <= snapshots[i - 1].valid_from) {
      return InvalidArgument("snapshots must be ascending by their days");
    }
    TRY(Picture picture, PictureOf(rows, snapshots[i].name, under));
    pictures.push_back(std::move(picture));
  }
  std::vector<Version> versions = Versions(pictures);
  std::erase_if(versions, [&](const Version& version) {
    return version.opened < known && (version.ended < known || version.ended == snapshots.size());
  });
  std::stable_sort(versions.begin(), versions.end(), [](const Version& a, const Version& b) {
    return std::tie(a.row->level, a.row->code, a.opened) <
           std::tie(b.row->level, b.row->code, b.opened);
  });
  std::vector<v1::AdminUnit> units;
  for (const Version& version : versions) units.push_back(ToMessage(version, snapshots));
  return units;
}

v1::AdminUnit Country() {
  v1::AdminUnit country;
  country.set_code(kCountryCode);
  country.set_name("Việt Nam");
  country.set_level(v1::COUNTRY);
  country.set_valid_from(kCountrySince);
  return country;
}

std::vector<v1::Operation> ChunkAdminUnits(const std::vector<v1::AdminUnit>& units) {
  std::vector<v1::Operation> chunks;
  std::size_t bytes = kChunkBytesMax;
  for (const v1::AdminUnit& unit : units) {
    const std::size_t size = unit.ByteSizeLong() + 4;  // tag and length
    bytes += size;
    if (bytes > kChunkBytesMax) {
      chunks.emplace_back();
      bytes = size;
    }
    *chunks.back().mutable_record_admin_units()->add_units() = unit;
  }
  return chunks;
}

}  // namespace sogoc::tools
