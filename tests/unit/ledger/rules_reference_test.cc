// Admin units in time (I24) and resolver hosts.

#include <gtest/gtest.h>

#include "node/ledger/rules/checks.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using rules::Contains;
using rules::Covers;
using rules::UnitAt;
using support::MemoryLedger;
using support::Scenario;

// A commune of Hà Tĩnh that nobody knows yet.
AdminUnit NewCommune(Date from, Date to = 0, const std::string& parent = "42") {
  return {"18999", "Xã Mới", v1::COMMUNE, parent, from, to};
}

TEST(RulesTest, I24_NamesAndParentsAreThoseOfTheDate) {
  const Scenario s;
  EXPECT_EQ(UnitAt(s.memory(), "18781", 20250630)->name, "Xã Kỳ Ninh");
  EXPECT_EQ(UnitAt(s.memory(), "18781", 20250630)->parent, "449");
  EXPECT_EQ(UnitAt(s.memory(), "18781", 20250701)->name, "Phường Hải Ninh");
  EXPECT_EQ(UnitAt(s.memory(), "18781", 20250701)->parent, "42");
  EXPECT_FALSE(UnitAt(s.memory(), "18781", 20181231));
  EXPECT_FALSE(UnitAt(s.memory(), "449", 20250701));
}

TEST(RulesTest, I24_AreasAreThoseOfTheDate) {
  const Scenario s;
  const MemoryLedger& state = s.memory();
  EXPECT_TRUE(Contains(state, "439", "18196", 20250630));
  EXPECT_FALSE(Contains(state, "439", "18196", 20250701));
  EXPECT_TRUE(Contains(state, "42", "18196", 20250630));
  EXPECT_TRUE(Contains(state, "42", "18196", 20250701));
  EXPECT_TRUE(Contains(state, "02", "01171", 20250630));
  EXPECT_TRUE(Contains(state, "08", "01171", 20250701));
  EXPECT_FALSE(Contains(state, "08", "01171", 20250630));
  EXPECT_TRUE(Contains(state, "VN", "01171", 20250701));
  EXPECT_TRUE(Contains(state, "42", "42", 20260101));
  EXPECT_FALSE(Contains(state, "42", "VN", 20260101));
  EXPECT_FALSE(Contains(state, "42", "99999", 20260101));
}

TEST(ReferenceTest, WhatEndedIsCoveredByWhatBecameOfIt) {
  const Scenario s;
  const MemoryLedger& state = s.memory();
  EXPECT_TRUE(Covers(state, "42", "439", 20260101));    // names no successor: its parent
  EXPECT_TRUE(Covers(state, "42", "18145", 20260101));  // the parent's parent
  EXPECT_TRUE(Covers(state, "08", "02", 20260101));     // names one
  EXPECT_TRUE(Covers(state, "08", "034", 20260101));    // a district of 02
  EXPECT_FALSE(Covers(state, "42", "02", 20260101));
  EXPECT_FALSE(Covers(state, "02", "034", 20260101));  // 02 itself has ended
  EXPECT_FALSE(Covers(state, "08", "02", 20250630));   // not before
  EXPECT_FALSE(Covers(state, "08", "99999", 20260101));
}

TEST(RulesTest, I24_OperationsNameUnitsThatExist) {
  Scenario s;
  EXPECT_EQ(s.Refuses(RefusalCode::kUnknownAdminUnit, "vp-hatinh",
                      AdmitOrganisation{.admin_unit = "99999"})
                .vi(),
            "Đơn vị hành chính 99999 không tồn tại vào ngày 2026-01-10");
  s.Refuses(RefusalCode::kUnknownAdminUnit, "vp-hatinh",
            GrantRole{.organisation = "htx-cam", .scope = "439"});
  s.Refuses(RefusalCode::kUnknownAdminUnit, "htx-cam",
            RegisterFacility{.facility = "xuong-2", .commune = "18145"});
  s.Refuses(RefusalCode::kUnknownAdminUnit, "vp-hatinh",
            RecordAdminUnits{{{"42", "Tỉnh Hà Tĩnh", v1::PROVINCE, "99", 20260101}}});
}

TEST(RulesTest, I24_AUnitIsClosedAndNothingElseAboutItChanges) {
  Scenario s;
  s.Accepts("vp-hatinh", RecordAdminUnits{{NewCommune(20260101)}});
  AdminUnit closed = NewCommune(20260101, 20260630);
  AdminUnit renamed = closed;
  renamed.name = "Xã Khác";
  s.Refuses(RefusalCode::kAdminUnitOverlap, "vp-hatinh", RecordAdminUnits{{renamed}});
  s.Refuses(RefusalCode::kAdminUnitOverlap, "vp-hatinh",
            RecordAdminUnits{{NewCommune(20260101)}});  // says nothing new
  closed.successors = {"18196"};
  s.Accepts("vp-hatinh", RecordAdminUnits{{closed}});
  const auto record = s.Read<AdminUnitRecord>(AdminUnitKey("18999"));
  ASSERT_EQ(record.versions.size(), 1U);
  EXPECT_EQ(record.versions[0].valid_to, 20260630U);
  EXPECT_EQ(record.versions[0].successors, std::vector<std::string>{"18196"});
  s.Refuses(RefusalCode::kAdminUnitOverlap, "vp-hatinh",
            RecordAdminUnits{{NewCommune(20260101, 20260731)}});  // closed already
}

TEST(RulesTest, I24_VersionsFollowEachOther) {
  Scenario s;
  s.Accepts("vp-hatinh", RecordAdminUnits{{NewCommune(20260101)}});
  s.Refuses(RefusalCode::kAdminUnitOverlap, "vp-hatinh", RecordAdminUnits{{NewCommune(20260201)}});
  s.Accepts("vp-hatinh", RecordAdminUnits{{NewCommune(20260101, 20260131)}});
  s.Refuses(RefusalCode::kAdminUnitOverlap, "vp-hatinh", RecordAdminUnits{{NewCommune(20260131)}});
  s.Refuses(RefusalCode::kAdminUnitOverlap, "vp-hatinh", RecordAdminUnits{{NewCommune(20250101)}});
  s.Accepts("vp-hatinh", RecordAdminUnits{{NewCommune(20260201)}});
  EXPECT_EQ(s.Read<AdminUnitRecord>(AdminUnitKey("18999")).versions.size(), 2U);
}

TEST(RulesTest, I1_AnOfficeRecordsTheUnitsOfItsArea) {
  Scenario s;
  s.Refuses(RefusalCode::kOutsideScope, "vp-tuyenquang", RecordAdminUnits{{NewCommune(20260101)}});
  s.Refuses(RefusalCode::kOutsideScope, "vp-hatinh",
            RecordAdminUnits{{{"43", "Tỉnh Mới", v1::PROVINCE, "VN"}}});
  s.Accepts("vp-hatinh", RecordAdminUnits{{NewCommune(20260101)}});
}

TEST(ReferenceTest, FormOfAUnitIsChecked) {
  Scenario s;
  const auto with = [&s](RefusalCode code, auto mend, const char* file = __builtin_FILE(),
                         int line = __builtin_LINE()) {
    AdminUnit unit = NewCommune(20260101);
    mend(unit);
    s.Refuses(code, support::Signer("vp-hatinh", file, line), RecordAdminUnits{{unit}});
  };
  with(RefusalCode::kBadText, [](AdminUnit& u) { u.code = ""; });
  with(RefusalCode::kBadText, [](AdminUnit& u) { u.name = ""; });
  with(RefusalCode::kBadDate, [](AdminUnit& u) { u.valid_to = 20251231; });
  with(RefusalCode::kBadDate, [](AdminUnit& u) { u.valid_to = 20260230; });
  with(RefusalCode::kBadNumber, [](AdminUnit& u) { u.level = v1::ADMIN_LEVEL_UNSPECIFIED; });
  with(RefusalCode::kBadNumber, [](AdminUnit& u) { u.level = v1::PROVINCE; });
  with(RefusalCode::kBadText, [](AdminUnit& u) { u.level = v1::COUNTRY; });
  with(RefusalCode::kListTooLong, [](AdminUnit& u) { u.successors.resize(65, "18196"); });
  with(RefusalCode::kBadText, [](AdminUnit& u) { u.successors = {""}; });
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh", RecordAdminUnits{});
}

TEST(ReferenceTest, ParentsInACircleEndTheWalk) {
  Scenario s;
  s.Accepts("vp-hatinh",
            RecordAdminUnits{{{"77", "Huyện", v1::DISTRICT, "42", 20260101},
                              {"42", "Tỉnh Hà Tĩnh", v1::PROVINCE, "VN", 20190101, 20260630},
                              {"42", "Xã Hà Tĩnh", v1::COMMUNE, "77", 20260701}}});
  EXPECT_TRUE(Contains(s.memory(), "42", "77", 20260630));
  EXPECT_FALSE(Contains(s.memory(), "VN", "42", 20260701));
  EXPECT_FALSE(Covers(s.memory(), "VN", "77", 20260701));
}

TEST(ReferenceTest, AUnitHasAtMost64Versions) {
  Scenario s;
  RecordAdminUnits years;
  for (Date year = 2026; year < 2090; ++year) {
    years.units.push_back(NewCommune(year * 10'000 + 101, year * 10'000 + 1231));
  }
  s.Accepts("vp-hatinh", years);
  s.Refuses(RefusalCode::kListTooLong, "vp-hatinh", RecordAdminUnits{{NewCommune(20900101)}});
}

// ---- Resolvers

TEST(ReferenceTest, AResolverIsRecordedAndWithdrawn) {
  Scenario s;
  s.Accepts("vp-hatinh", RecordResolver{.host = "qr.hatinh.example"});
  EXPECT_FALSE(s.Read<ResolverRecord>(ResolverKey("qr.hatinh.example")).withdrawn);
  s.Accepts("vp-hatinh", RecordResolver{.host = "qr.hatinh.example", .withdrawn = true});
  EXPECT_TRUE(s.Read<ResolverRecord>(ResolverKey("qr.hatinh.example")).withdrawn);
}

TEST(ReferenceTest, AHostIsALowerCaseName) {
  Scenario s;
  const std::string label(63, 'a');
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a."),
        std::string("-a.vn"), std::string("a-.vn"), std::string("a.vn-"), std::string("A.vn"),
        std::string("a_b.vn"), std::string("a.vn:443"), std::string("đặc-sản.vn"), label + "a.vn",
        label + "." + label + "." + label + "." + label}) {
    s.Refuses(RefusalCode::kBadHost, "vp-hatinh", RecordResolver{.host = bad});
  }
  for (const std::string& good : {std::string("vn"), std::string("1.a-b.vn"), label + ".vn"}) {
    s.Accepts("vp-hatinh", RecordResolver{.host = good});
  }
}

}  // namespace
}  // namespace sogoc::ledger
