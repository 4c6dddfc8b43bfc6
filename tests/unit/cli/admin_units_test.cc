#include "tools/sogoc/admin_units.h"

#include <gtest/gtest.h>

#include "node/ledger/limits.h"
#include "tools/sogoc/csv.h"

namespace sogoc::tools {
namespace {

// Two districts; one commune is renamed, one moves, then the districts end.
constexpr char kCsv[] =
    "snapshot,code,name,level,parent_code\n"
    "a,42,Tỉnh Hà Tĩnh,province,\n"
    "a,439,Huyện Hương Sơn,district,42\n"
    "a,449,Thị xã Kỳ Anh,district,42\n"
    "a,18196,Xã Sơn Kim 1,commune,439\n"
    "a,18781,\"Xã Kỳ Ninh\",commune,449\n"
    "a,08,Tỉnh Tuyên Quang,province,\n"
    "b,42,Tỉnh Hà Tĩnh,province,\n"
    "b,439,Huyện Hương Sơn,district,42\n"
    "b,449,Thị xã Kỳ Anh,district,42\n"
    "b,18196,Xã Sơn Kim,commune,439\n"
    "b,18781,Xã Kỳ Ninh,commune,449\n"
    "c,42,Tỉnh Hà Tĩnh,province,\n"
    "c,18196,Xã Sơn Kim,commune,42\n"
    "c,18781,Xã Kỳ Ninh,commune,42\n";
const std::vector<Snapshot> kSnapshots = {{"a", 20190101}, {"b", 20240101}, {"c", 20250701}};

std::vector<std::string> Told(std::size_t snapshots, std::size_t known, const std::string& under) {
  const auto rows = ParseAdminUnits(kCsv);
  EXPECT_TRUE(rows) << rows.error().message;
  const auto units = TellHistory(
      *rows, {kSnapshots.begin(), kSnapshots.begin() + static_cast<std::ptrdiff_t>(snapshots)},
      known, under);
  EXPECT_TRUE(units) << units.error().message;
  std::vector<std::string> lines;
  for (const v1::AdminUnit& unit : *units) {
    lines.push_back(unit.code() + " " + unit.name() + " " + unit.parent() + " " +
                    std::to_string(unit.valid_from()) + "-" + std::to_string(unit.valid_to()));
  }
  return lines;
}

TEST(AdminUnits, HistoryHasParentsFirstAndOldVersionsBeforeNew) {
  EXPECT_EQ(
      Told(3, 0, "42"),
      (std::vector<std::string>{
          "439 Huyện Hương Sơn 42 20190101-20250630", "449 Thị xã Kỳ Anh 42 20190101-20250630",
          "18196 Xã Sơn Kim 1 439 20190101-20231231", "18196 Xã Sơn Kim 439 20240101-20250630",
          "18196 Xã Sơn Kim 42 20250701-0", "18781 Xã Kỳ Ninh 449 20190101-20250630",
          "18781 Xã Kỳ Ninh 42 20250701-0"}));
}

TEST(AdminUnits, WhatTheLedgerKnowsIsOnlyClosed) {
  EXPECT_EQ(
      Told(3, 2, "42"),
      (std::vector<std::string>{
          "439 Huyện Hương Sơn 42 20190101-20250630", "449 Thị xã Kỳ Anh 42 20190101-20250630",
          "18196 Xã Sơn Kim 439 20240101-20250630", "18196 Xã Sơn Kim 42 20250701-0",
          "18781 Xã Kỳ Ninh 449 20190101-20250630", "18781 Xã Kỳ Ninh 42 20250701-0"}));
  EXPECT_EQ(Told(2, 1, "439"), (std::vector<std::string>{"18196 Xã Sơn Kim 1 439 20190101-20231231",
                                                         "18196 Xã Sơn Kim 439 20240101-0"}));
  EXPECT_TRUE(Told(2, 2, "42").empty());
}

TEST(AdminUnits, WithoutAUnitAboveAllAreTold) {
  const auto lines = Told(1, 0, "");
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], "08 Tỉnh Tuyên Quang VN 20190101-0");
}

TEST(AdminUnits, WrongFilesAreRefusedWithTheLine) {
  const std::string header = "snapshot,code,name,level,parent_code\n";
  for (const std::string& csv :
       {std::string("code,name\n1,x\n"), std::string(), header + "a,42,X,province\n",
        header + "a,42,X,tinh,\n", header + "a,42,X,province,\na,42,Y,province,\n",
        header + "a,42,X\"Y,province,\n", header + "a,42,\"X,province,\n"}) {
    EXPECT_FALSE(ParseAdminUnits(csv)) << csv;
  }
  EXPECT_EQ(ParseAdminUnits(header + "a,42,X,tinh,\n").error().message, "line 2: tinh is no level");
}

TEST(AdminUnits, SnapshotsMustExistAscendAndHoldTheirParents) {
  const auto rows = ParseAdminUnits(kCsv);
  EXPECT_FALSE(TellHistory(*rows, {{"z", 20190101}}, 0, ""));
  EXPECT_FALSE(TellHistory(*rows, {{"b", 20240101}, {"a", 20190101}}, 0, ""));
  const auto orphan =
      ParseAdminUnits("snapshot,code,name,level,parent_code\na,18196,Xã,commune,439\n");
  EXPECT_FALSE(TellHistory(*orphan, {{"a", 20190101}}, 0, ""));
  const auto loop =
      ParseAdminUnits("snapshot,code,name,level,parent_code\na,1,X,district,2\na,2,Y,district,1\n");
  EXPECT_FALSE(TellHistory(*loop, {{"a", 20190101}}, 0, ""));
}

TEST(AdminUnits, ASnapshotIsNamedWithItsDay) {
  EXPECT_EQ(ParseSnapshot("2021-12=2019-01-01")->valid_from, 20190101U);
  EXPECT_EQ(ParseSnapshot("a=b=2019-01-01")->name, "a=b");
  for (const char* text : {"", "2021-12", "=2019-01-01", "a=2019-13-01"}) {
    EXPECT_FALSE(ParseSnapshot(text)) << text;
  }
}

TEST(AdminUnits, EveryChunkFitsAnEntryAndNothingIsLost) {
  std::vector<v1::AdminUnit> units(3'000, Country());
  const std::vector<v1::Operation> chunks = ChunkAdminUnits(units);
  EXPECT_GT(chunks.size(), 1U);
  int count = 0;
  for (const v1::Operation& chunk : chunks) {
    EXPECT_LT(chunk.ByteSizeLong(), ledger::kLeafBytesMax - 200);
    EXPECT_GT(chunk.record_admin_units().units_size(), 0);
    count += chunk.record_admin_units().units_size();
  }
  EXPECT_EQ(count, 3'000);
  EXPECT_TRUE(ChunkAdminUnits({}).empty());
}

TEST(Csv, QuotesAndLineEndsAreThoseOfTheStandard) {
  EXPECT_EQ(ParseCsv("\xEF\xBB\xBF"
                     "a,b\r\n\"c,\"\"d\n\",\n"),
            (std::vector<CsvRecord>{{"a", "b"}, {"c,\"d\n", ""}}));
  EXPECT_EQ(ParseCsv("a"), (std::vector<CsvRecord>{{"a"}}));
  EXPECT_EQ(ParseCsv(""), std::vector<CsvRecord>());
  EXPECT_FALSE(ParseCsv("\"a"));
  EXPECT_FALSE(ParseCsv("\"a\"b"));
  EXPECT_FALSE(ParseCsv("a\"b"));
}

}  // namespace
}  // namespace sogoc::tools
