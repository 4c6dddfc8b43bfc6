// Admission, roles, successors.

#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::Scenario;
using support::WorldOptions;

OrganisationRecord Get(const Scenario& s, const std::string& id) {
  return s.Read<OrganisationRecord>(OrganisationKey(id));
}

TEST(OrganisationsTest, AnAdmittedOrganisationIsRecordedAsSaid) {
  Scenario s;
  s.Accepts("vp-hatinh",
            AdmitOrganisation{.keys = {s.NewKey("htx-moi", "a", true), s.NewKey("htx-moi", "b")},
                              .tax_code = "3001234567",
                              .gln = support::kGln});
  const OrganisationRecord record = Get(s, "htx-moi");
  EXPECT_EQ(record.name, "Hợp tác xã mới");
  EXPECT_EQ(record.kind, v1::PRODUCER);
  EXPECT_EQ(record.admin_unit, "18196");
  EXPECT_EQ(record.tax_code, "3001234567");
  EXPECT_EQ(record.gln, support::kGln);
  const std::vector<base::Digest> keys = {support::KeyIdOf("a"), support::KeyIdOf("b")};
  EXPECT_EQ(record.keys, keys);
  EXPECT_EQ(record.admitted.organisation, "vp-hatinh");
  EXPECT_TRUE(s.Read<KeyRecord>(KeyKey(keys[0])).manages_keys);
  EXPECT_FALSE(s.Read<KeyRecord>(KeyKey(keys[1])).manages_keys);
}

TEST(OrganisationsTest, AnIdIsASlugUsedOnce) {
  Scenario s;
  for (const char* bad : {"", "a", "HTX", "htx cam", "htx_cam", "hợp-tác",
                          "a2345678901234567890123456789012345678901"}) {
    s.Refuses(RefusalCode::kBadOrganisationId, "vp-hatinh", AdmitOrganisation{.organisation = bad});
  }
  s.Refuses(RefusalCode::kOrganisationExists, "vp-hatinh",
            AdmitOrganisation{.organisation = "htx-cam"});
  s.Accepts("vp-hatinh", AdmitOrganisation{.organisation = "a2"},
            AdmitOrganisation{.organisation = "a234567890123456789012345678901234567890"});
}

TEST(OrganisationsTest, FormIsChecked) {
  Scenario s;
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", AdmitOrganisation{.name = ""});
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", AdmitOrganisation{.name = std::string(201, 'x')});
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh",
            AdmitOrganisation{.kind = v1::ORGANISATION_KIND_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", AdmitOrganisation{.admin_unit = ""});
  s.Refuses(RefusalCode::kBadText, "vp-hatinh",
            AdmitOrganisation{.tax_code = std::string(65, '1')});
}

TEST(OrganisationsTest, AnOfficeAdmitsBodiesOfFormerDistricts) {
  Scenario s;  // after the districts
  s.Accepts(
      "vp-hatinh",
      AdmitOrganisation{.organisation = "ubnd-kyanh", .kind = v1::COMMITTEE, .admin_unit = "449"});
}

TEST(OrganisationsTest, WhatBecameOfAProvinceIsItsSuccessorsBusiness) {
  Scenario s;
  const AdmitOrganisation of_hagiang{
      .organisation = "ubnd-bacquang", .kind = v1::COMMITTEE, .admin_unit = "034"};
  s.Refuses(RefusalCode::kRoleMissing, "vp-hatinh", of_hagiang);
  s.Accepts("vp-tuyenquang", of_hagiang);
}

TEST(OrganisationsTest, AProducerKeepsItsOfficeWhenItsCommuneEnds) {
  Scenario s(WorldOptions{.founded = 20250601});
  s.Accepts("vp-hatinh",
            AdmitOrganisation{.admin_unit = "18145", .keys = {s.NewKey("htx-moi", "moi", true)}},
            GrantRole{.organisation = "htx-moi"});
  s.Accepts(support::Signer("htx-moi").With("moi"),
            RegisterProducer{.residences = {{"18145", 20200101}}});
  s.GoTo(20250801);  // 18145 ended with its district and names no successor
  s.Accepts("vp-hatinh", AllocateCode{.organisation = "htx-moi"});
  s.Accepts(
      support::Signer("htx-moi").With("moi"), RegisterProduct{.gtin = support::kFreeGtin},
      RegisterFacility{},
      RegisterBatch{.gtin = support::kFreeGtin, .production_date = 20250731, .expiry_date = 0});
  s.Accepts("hd-hatinh", ScoreProduct{.gtin = support::kFreeGtin, .date = 20250801});
  s.Accepts("thanhtra-hatinh", OpenRecall{.gtin = support::kFreeGtin});
}

// ---- Roles

TEST(OrganisationsTest, ARoleFitsTheKindOfOrganisation) {
  Scenario s;
  const struct {
    const char* organisation;
    v1::Role role;
  } misfits[] = {
      {"htx-cam", v1::OFFICE},    {"htx-cam", v1::DECIDE},          {"ubnd-hatinh", v1::SCORE},
      {"htx-cam", v1::INSPECT},   {"in-hatinh", v1::PRODUCE},       {"cong-hatinh", v1::PRINT},
      {"htx-cam", v1::GATEWAY},   {"vp-hatinh", v1::DECIDE},        {"vp-hatinh", v1::SCORE},
      {"vp-hatinh", v1::PRODUCE}, {"htx-cam", v1::ROLE_UNSPECIFIED}};
  for (const auto& [organisation, role] : misfits) {
    s.Refuses(RefusalCode::kRoleNotForKind, "vp-hatinh",
              GrantRole{.organisation = organisation, .role = role});
  }
  s.Accepts("vp-hatinh", GrantRole{.organisation = "htx-cam", .role = v1::PRINT},
            GrantRole{.organisation = "vp-hatinh", .role = v1::INSPECT},
            GrantRole{.organisation = "vp-hatinh", .role = v1::GATEWAY});
}

TEST(OrganisationsTest, ARoleIsHeldOnceAtATime) {
  Scenario s;
  s.Refuses(RefusalCode::kRoleHeld, "vp-hatinh", GrantRole{.organisation = "htx-cam"});
  s.Accepts("vp-hatinh", GrantRole{.organisation = "htx-cam", .scope = "18196"});
  const auto print = [](Date from, Date to) {
    return GrantRole{
        .organisation = "htx-cam", .role = v1::PRINT, .valid_from = from, .valid_to = to};
  };
  s.Accepts("vp-hatinh", print(20260101, 20260131));
  s.Refuses(RefusalCode::kRoleHeld, "vp-hatinh", print(20260131, 0));
  s.Refuses(RefusalCode::kRoleHeld, "vp-hatinh", print(20250101, 20260101));
  s.Accepts("vp-hatinh", print(20260201, 0), print(20250101, 20251231));
}

TEST(OrganisationsTest, RevokingARoleEndsWhatCountsNowAndLater) {
  Scenario s;
  const auto print = [](Date from, Date to) {
    return GrantRole{
        .organisation = "htx-cam", .role = v1::PRINT, .valid_from = from, .valid_to = to};
  };
  s.Accepts("vp-hatinh", print(20250101, 20251231), print(20260101, 20260630), print(20270101, 0));
  s.Accepts("vp-hatinh", RevokeRole{.organisation = "htx-cam", .role = v1::PRINT});
  const std::vector<RoleGrant> roles = Get(s, "htx-cam").roles;
  ASSERT_EQ(roles.size(), 4U);     // PRODUCE first
  EXPECT_FALSE(roles[1].revoked);  // over already
  EXPECT_TRUE(roles[2].revoked);
  EXPECT_TRUE(roles[3].revoked);
  s.Refuses(RefusalCode::kRoleNotHeld, "vp-hatinh",
            RevokeRole{.organisation = "htx-cam", .role = v1::PRINT});
  s.Refuses(RefusalCode::kRoleNotHeld, "vp-hatinh",
            RevokeRole{.organisation = "htx-cam", .scope = "18196"});
}

TEST(OrganisationsTest, FormOfAGrantIsChecked) {
  Scenario s;
  s.Refuses(RefusalCode::kBadDate, "vp-hatinh",
            GrantRole{.organisation = "htx-cam", .valid_from = 0});
  s.Refuses(RefusalCode::kBadDate, "vp-hatinh",
            GrantRole{.organisation = "htx-cam", .valid_from = 20260102, .valid_to = 20260101});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", GrantRole{.organisation = "ai-do"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", RevokeRole{.organisation = "ai-do"});
}

TEST(OrganisationsTest, AnOrganisationHasAtMost64Grants) {
  Scenario s;
  std::vector<v1::Operation> grants;
  for (Date year = 1937; year < 2000; ++year) {
    grants.push_back(GrantRole{.organisation = "htx-cam",
                               .role = v1::PRINT,
                               .valid_from = year * 10'000 + 101,
                               .valid_to = year * 10'000 + 1231});
  }
  s.ExpectAccepted("vp-hatinh", grants);
  s.Refuses(RefusalCode::kListTooLong, "vp-hatinh",
            GrantRole{.organisation = "htx-cam", .role = v1::PRINT});
}

// ---- Successors

TEST(OrganisationsTest, ASuccessorIsNamedOnce) {
  Scenario s;
  s.Refuses(RefusalCode::kSuccessorNamed, "vp-hatinh", NameSuccessor{"ubnd-huongson", "bo-nnmt"});
  EXPECT_EQ(Get(s, "ubnd-huongson").successor, "ubnd-hatinh");
}

TEST(OrganisationsTest, ASuccessorIsOfTheSameKind) {
  Scenario s;
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", NameSuccessor{"hd-huongson", "ubnd-hatinh"});
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", NameSuccessor{"hd-huongson", "hd-huongson"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", NameSuccessor{"hd-huongson", "ai-do"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", NameSuccessor{"ai-do", "hd-hatinh"});
  s.Accepts("vp-hatinh", NameSuccessor{"hd-huongson", "hd-hatinh"});
}

TEST(OrganisationsTest, ASuccessorIsNamedByTheOfficeOfTheFormerUnit) {
  Scenario s;
  s.Refuses(RefusalCode::kRoleMissing, "vp-tuyenquang", NameSuccessor{"hd-huongson", "hd-hatinh"});
}

}  // namespace
}  // namespace sogoc::ledger
