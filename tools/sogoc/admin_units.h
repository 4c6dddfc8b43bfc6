#pragma once

// Administrative units from a file of snapshots: which units existed when, as the operations that
// record it.

#include <cstdint>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "proto/entry.pb.h"

namespace sogoc::tools {

inline constexpr const char* kCountryCode = "VN";

// One unit as one snapshot shows it.
struct AdminUnitRow {
  std::string snapshot;
  std::string code;
  std::string name;
  v1::AdminLevel level = v1::ADMIN_LEVEL_UNSPECIFIED;
  std::string parent;  // of a province: kCountryCode where the file has none
};

// A moment of the file, and the day from which things were as it shows.
struct Snapshot {
  std::string name;
  base::Date valid_from = 0;
};

// CSV (RFC 4180, UTF-8) with the header snapshot,code,name,level,parent_code.
// kInvalidArgument, naming the line, for anything else.
base::Result<std::vector<AdminUnitRow>> ParseAdminUnits(const std::string& csv);

// "2021-12=2019-01-01".
base::Result<Snapshot> ParseSnapshot(const std::string& text);

// The history that the snapshots tell, in the order in which the ledger takes it: parents first,
// the older version of a unit before the newer. A unit that a later snapshot shows otherwise, or no
// more, ends on the day before. Of the first `known` snapshots, which the ledger holds already,
// only units that ended since are told, so as to close them. With `under`, only units inside that
// one, without itself, in the snapshot concerned.
//   kInvalidArgument  snapshots are not ascending by day, one has no rows, or a parent is missing
base::Result<std::vector<v1::AdminUnit>> TellHistory(const std::vector<AdminUnitRow>& rows,
                                                     const std::vector<Snapshot>& snapshots,
                                                     std::size_t known, const std::string& under);

// The country itself, for a founding entry.
v1::AdminUnit Country();

// The units as RecordAdminUnits operations, each small enough for an entry of its own.
std::vector<v1::Operation> ChunkAdminUnits(const std::vector<v1::AdminUnit>& units);

}  // namespace sogoc::tools
