// Keys and roles: I1, everything judged at the time of record.

#include <gtest/gtest.h>

#include "node/ledger/limits.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::KeyIdOf;
using support::Scenario;
using support::Signer;
using support::WorldOptions;

// htx-cam with a second key, "may-2", that manages no keys.
class TwoKeys : public Scenario {
 public:
  TwoKeys() { Accepts("htx-cam", AddKey{NewKey("htx-cam", "may-2")}); }
  KeyRecord Key(const std::string& name) const { return Read<KeyRecord>(KeyKey(KeyIdOf(name))); }
};
Signer SecondKey(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return Signer("htx-cam", file, line).With("may-2");
}

// `entry` with the signature that another key gave to the same body.
Entry SignedByAnother(Entry entry, const std::string& key) {
  entry.signature = support::KeyOf(key).Sign(crypto::SignatureKind::kEntry, entry.body_bytes);
  return entry;
}

RefusalCode CodeOf(const EntryOutcome& outcome) {
  const auto* refusal = std::get_if<Refusal>(&outcome);
  return refusal ? refusal->code : RefusalCode{};
}

// ---- Signatures

TEST(RulesTest, I1_AnUnknownKeySignsNothing) {
  Scenario s;
  s.Refuses(RefusalCode::kUnknownKey, Signer("htx-cam").With("ai-do"), RegisterBatch{});
}

TEST(RulesTest, I1_NobodySignsForAnother) {
  Scenario s;
  s.Refuses(RefusalCode::kNotAuthorsKey, Signer("htx-cam").With("ct-mam"), RegisterBatch{});
}

TEST(RulesTest, I1_TheSignatureIsTheKeys) {
  Scenario s;
  const Entry forged = SignedByAnother(s.Sign("htx-cam", {RegisterBatch{}}), "ct-mam");
  EXPECT_EQ(CodeOf(s.ExecuteBlock(std::vector{forged})[0]), RefusalCode::kBadSignature);
}

TEST(RulesTest, I1_ASignatureFoundRightCountsForThatKeyOnly) {
  const Scenario base;
  const auto execute = [&base](const char* verified_with) {
    Scenario s = base;
    CheckedEntry checked{SignedByAnother(s.Sign("htx-cam", {RegisterBatch{}}), "ct-mam"), {}};
    checked.verified_with = support::KeyOf(verified_with).public_key();
    return CodeOf(ExecuteBlock(s.memory(), std::vector{checked}, s.now(), support::RulesUnderTest())
                      .outcomes[0]);
  };
  EXPECT_EQ(execute("ct-mam"), RefusalCode::kBadSignature);
  EXPECT_EQ(execute("htx-cam"), RefusalCode{});  // the caller says that it verified
}

TEST(KeysTest, AnOrganisationThatIsNotThereSignsNothing) {
  Scenario s;
  s.Refuses(RefusalCode::kUnknownKey, "ai-do", RegisterBatch{});
  s.Refuses(RefusalCode::kNotAuthorsKey, Signer("ai-do").With("htx-cam"), RegisterBatch{});
}

// ---- Keys come and go

TEST(RulesTest, I1_AKeyCountsFromTheEntryThatAddsIt) {
  Scenario s;
  const Entry early = s.Sign(SecondKey(), {RegisterBatch{.lot = "A"}});
  const Entry add = s.Sign("htx-cam", {AddKey{s.NewKey("htx-cam", "may-2")}});
  const Entry late = s.Sign(SecondKey(), {RegisterBatch{.lot = "B"}});
  const auto outcomes = s.ExecuteBlock(std::vector{early, add, late});
  EXPECT_EQ(CodeOf(outcomes[0]), RefusalCode::kUnknownKey);
  EXPECT_TRUE(std::holds_alternative<Accepted>(outcomes[1]));
  EXPECT_TRUE(std::holds_alternative<Accepted>(outcomes[2]));
}

TEST(RulesTest, I1_ARetiredKeySignsNothingMore) {
  TwoKeys s;
  s.Accepts(SecondKey(), RegisterBatch{.lot = "A"});
  const Entry signed_before = s.Sign(SecondKey(), {RegisterBatch{.lot = "B"}});
  s.Accepts("htx-cam", RetireKey{"may-2"});
  EXPECT_EQ(CodeOf(s.ExecuteBlock(std::vector{signed_before})[0]), RefusalCode::kKeyNotActive);
  EXPECT_EQ(s.Key("may-2").status, KeyStatus::kRetired);
  EXPECT_EQ(s.Key("may-2").ended->key_id, KeyIdOf("htx-cam"));
  EXPECT_TRUE(s.memory().Get(BatchKey(support::kCam, "A")));  // what it said stays
}

TEST(RulesTest, I1_ARevokedKeySignsNothingMore) {
  TwoKeys s;
  const std::uint64_t since = s.now_seconds() - 3600;
  s.Accepts("htx-cam", RevokeKey{"may-2", since});
  s.Refuses(RefusalCode::kKeyNotActive, SecondKey(), RegisterBatch{});
  EXPECT_EQ(s.Key("may-2").status, KeyStatus::kRevoked);
  EXPECT_EQ(s.Key("may-2").suspect_since, since * base::kNsPerSecond);
}

TEST(KeysTest, ARetiredKeyIsRevokedWhenItsTheftComesToLight) {
  TwoKeys s;
  s.Accepts("htx-cam", RetireKey{"may-2"});
  s.Accepts("htx-cam", RevokeKey{"may-2", s.now_seconds() - 60});
  EXPECT_EQ(s.Key("may-2").status, KeyStatus::kRevoked);
  s.Refuses(RefusalCode::kKeyNotActive, "htx-cam", RevokeKey{"may-2", s.now_seconds() - 60});
  s.Refuses(RefusalCode::kKeyNotActive, "htx-cam", RetireKey{"may-2"});
}

TEST(KeysTest, SuspicionBeginsInThePast) {
  TwoKeys s;
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RevokeKey{"may-2", 0});
  s.Refuses(RefusalCode::kBadNumber, "htx-cam", RevokeKey{"may-2", s.now_seconds() + 1});
  s.Accepts("htx-cam", RevokeKey{"may-2", s.now_seconds()});
}

TEST(RulesTest, I1_OnlyAManagingKeyManagesKeys) {
  TwoKeys s;
  s.Refuses(RefusalCode::kKeyMayNotManage, SecondKey(), AddKey{s.NewKey("htx-cam", "may-3")});
  s.Refuses(RefusalCode::kKeyMayNotManage, SecondKey(), RetireKey{"may-2"});
  s.Refuses(RefusalCode::kKeyMayNotManage, SecondKey(), RevokeKey{"htx-cam", s.now_seconds()});
  s.Accepts(SecondKey(), RegisterBatch{});
}

TEST(RulesTest, I1_NobodyManagesAnothersKeys) {
  TwoKeys s;
  s.Refuses(RefusalCode::kNotYourKey, "ct-mam", RetireKey{"may-2"});
  s.Refuses(RefusalCode::kNotYourKey, "ct-mam", RevokeKey{"may-2", s.now_seconds()});
  s.Refuses(RefusalCode::kNotYourKey, "vp-hatinh", RevokeKey{"may-2", s.now_seconds()});
}

TEST(KeysTest, TheLastManagingKeyStaysUnlessItIsRevoked) {
  TwoKeys s;
  s.Refuses(RefusalCode::kLastManagingKey, "htx-cam", RetireKey{"htx-cam"});
  s.Accepts("htx-cam", AddKey{s.NewKey("htx-cam", "may-3", /*manages_keys=*/true)});
  s.Accepts("htx-cam", RetireKey{"htx-cam"});
  s.Refuses(RefusalCode::kLastManagingKey, Signer("htx-cam").With("may-3"), RetireKey{"may-3"});
  s.Accepts(Signer("htx-cam").With("may-3"), RevokeKey{"may-3", s.now_seconds()});
  s.Accepts(SecondKey(), RegisterBatch{});
}

TEST(KeysTest, AKeyBelongsToOneOrganisationForEver) {
  TwoKeys s;
  s.Accepts("htx-cam", RetireKey{"may-2"});
  s.Refuses(RefusalCode::kKeyTaken, "ct-mam", AddKey{s.NewKey("ct-mam", "may-2")});
  s.Refuses(RefusalCode::kKeyTaken, "htx-cam", AddKey{s.NewKey("htx-cam", "may-2")});
}

TEST(KeysTest, ANewKeyComesWithProofOfPossession) {
  Scenario s;
  v1::NewKey for_another = s.NewKey("ct-mam", "may-2");
  s.Refuses(RefusalCode::kBadPossession, "htx-cam", AddKey{for_another});
  const v1::NewKey other_ledger =
      MakeNewKey(base::Digest{}, "htx-cam", support::KeyOf("may-2"), false);
  s.Refuses(RefusalCode::kBadPossession, "htx-cam", AddKey{other_ledger});
  v1::NewKey mixed = s.NewKey("htx-cam", "may-2");
  mixed.set_public_key(s.NewKey("htx-cam", "may-3").public_key());
  s.Refuses(RefusalCode::kBadPossession, "htx-cam", AddKey{mixed});
  mixed.set_possession("short");
  s.Refuses(RefusalCode::kBadPossession, "htx-cam", AddKey{mixed});
}

TEST(KeysTest, ANewKeyIsAPointOfTheCurve) {
  Scenario s;
  v1::NewKey key = s.NewKey("htx-cam", "may-2");
  std::string off_curve(33, '\xff');
  off_curve[0] = 2;
  for (const std::string& bad : {std::string(), std::string(32, 'x'), off_curve}) {
    key.set_public_key(bad);
    s.Refuses(RefusalCode::kBadKey, "htx-cam", AddKey{key});
  }
}

TEST(KeysTest, AnOrganisationAddsAtMost64Keys) {
  Scenario s;
  for (int i = 1; i < 64; ++i) {
    s.Accepts("htx-cam", AddKey{s.NewKey("htx-cam", "may-" + std::to_string(i))});
  }
  s.Refuses(RefusalCode::kListTooLong, "htx-cam", AddKey{s.NewKey("htx-cam", "may-64")});
  // A thief who filled the list cannot keep the organisation from getting a new key.
  s.Accepts("vp-hatinh",
            ReplaceLostKeys{"htx-cam", s.NewKey("htx-cam", "moi", true), s.now_seconds()});
  s.Accepts(Signer("htx-cam").With("moi"), RegisterBatch{});
}

// ---- Lost keys

TEST(KeysTest, TheAdmittingOfficeReplacesLostKeys) {
  TwoKeys s;
  s.Accepts("htx-cam", AddKey{s.NewKey("htx-cam", "may-3")}, RetireKey{"may-3"});
  const std::uint64_t since = s.now_seconds();
  s.Accepts("vp-hatinh", ReplaceLostKeys{"htx-cam", s.NewKey("htx-cam", "moi", true), since});
  for (const char* lost : {"htx-cam", "may-2"}) {
    EXPECT_EQ(s.Key(lost).status, KeyStatus::kRevoked);
    EXPECT_EQ(s.Key(lost).suspect_since, since * base::kNsPerSecond);
    s.Refuses(RefusalCode::kKeyNotActive, Signer("htx-cam").With(lost), RegisterBatch{});
  }
  EXPECT_EQ(s.Key("may-3").status, KeyStatus::kRetired);
  s.Accepts(Signer("htx-cam").With("moi"), RegisterBatch{});
  s.Accepts(Signer("htx-cam").With("moi"), AddKey{s.NewKey("htx-cam", "may-4")});
}

TEST(KeysTest, AReplacementManagesKeys) {
  Scenario s;
  s.Refuses(RefusalCode::kBadKey, "vp-hatinh",
            ReplaceLostKeys{"htx-cam", s.NewKey("htx-cam", "moi"), s.now_seconds()});
  s.Refuses(RefusalCode::kBadNumber, "vp-hatinh",
            ReplaceLostKeys{"htx-cam", s.NewKey("htx-cam", "moi", true), 0});
}

TEST(RulesTest, I1_OnlyTheAdmittingOfficeReplacesLostKeys) {
  Scenario s;
  const ReplaceLostKeys replace{"htx-cam", s.NewKey("htx-cam", "moi", true), s.now_seconds()};
  s.Refuses(RefusalCode::kRoleMissing, "vp-tuyenquang", replace);
  s.Refuses(RefusalCode::kRoleMissing, "ubnd-hatinh", replace);
  // Another office of the same area did not admit it either.
  s.Accepts("vp-hatinh",
            AdmitOrganisation{.organisation = "vp-huongson",
                              .kind = v1::PROVINCE_OFFICE,
                              .admin_unit = "42",
                              .keys = {s.NewKey("vp-huongson", "vp-huongson", true)}},
            GrantRole{.organisation = "vp-huongson", .role = v1::OFFICE});
  s.Refuses(RefusalCode::kNotAdmittingOffice, "vp-huongson", replace);
}

TEST(RulesTest, I1_AnOfficeDoesNotReplaceTheKeysOfFoundersAndApprovers) {
  Scenario s;
  s.Refuses(RefusalCode::kKeysByProposal, "vp-hatinh",
            ReplaceLostKeys{"ubnd-hatinh", s.NewKey("ubnd-hatinh", "moi", true), s.now_seconds()});
  v1::Change change;
  for (const char* approver : {"bo-nnmt", "thanhtra-hatinh", "vp-hatinh"}) {
    change.mutable_governance()->add_approvers(approver);
  }
  change.mutable_governance()->set_threshold(2);
  s.Accepts("vp-hatinh", Propose{change});
  s.Refuses(RefusalCode::kKeysByProposal, "vp-hatinh",
            ReplaceLostKeys{"thanhtra-hatinh", s.NewKey("thanhtra-hatinh", "moi", true),
                            s.now_seconds()});
}

// ---- Roles

TEST(RulesTest, I1_TheRoleIsHeldOnTheDayOfRecord) {
  Scenario s;
  s.Accepts("vp-hatinh", RevokeRole{.organisation = "htx-cam"});
  s.Refuses(RefusalCode::kRoleMissing, "htx-cam", RegisterBatch{});
  s.Accepts("vp-hatinh",
            GrantRole{.organisation = "htx-cam", .valid_from = 20260201, .valid_to = 20260228});
  s.Refuses(RefusalCode::kRoleMissing, "htx-cam", RegisterBatch{});
  s.GoTo(20260201);
  s.Accepts("htx-cam", RegisterBatch{.lot = "A"});
  s.GoTo(20260228);
  s.Accepts("htx-cam", RegisterBatch{.lot = "B"});
  s.GoTo(20260301);
  const auto refusal = s.Refuses(RefusalCode::kRoleMissing, "htx-cam", RegisterBatch{.lot = "C"});
  EXPECT_EQ(refusal.vi(), "Tổ chức htx-cam không có quyền PRODUCE tại đơn vị - vào ngày ghi sổ");
}

TEST(RulesTest, I1_EveryOperationNeedsItsRole) {
  Scenario s;
  s.Certify();
  s.Accepts("htx-cam", RegisterBatch{});
  s.KeyedRun();
  s.Accepts("vp-hatinh", RevokeRole{.organisation = "htx-cam"},
            RevokeRole{.organisation = "in-hatinh", .role = v1::PRINT});
  const std::vector<v1::Operation> of_producer = {RegisterProduct{.gtin = support::kFreeGtin},
                                                  RegisterFacility{.facility = "xuong-2"},
                                                  RegisterBatch{.lot = "L2"},
                                                  RecordStageEvent{},
                                                  OfferInput{.gtin = support::kCam},
                                                  SetRunKeys{},
                                                  ActivateLabels{}};
  for (const v1::Operation& operation : of_producer) {
    s.Refuses(RefusalCode::kRoleMissing, "htx-cam", operation);
  }
  s.Refuses(RefusalCode::kRecallNotYours, "htx-cam", OpenRecall{});
  s.Refuses(RefusalCode::kExceptionNotYours, "htx-cam", RecordExceptions{});
  s.Refuses(RefusalCode::kRoleMissing, "in-hatinh", ConfirmPrint{});
  const std::vector<v1::Operation> of_office = {AdmitOrganisation{},
                                                GrantRole{.organisation = "htx-cam"},
                                                RevokeRole{.organisation = "ct-mam"},
                                                NameSuccessor{"htx-cam", "ct-mam"},
                                                GrantPrefix{},
                                                AllocateCode{},
                                                RecordResolver{},
                                                AuthoriseLabels{.first = 101}};
  for (const v1::Operation& operation : of_office) {
    s.Refuses(RefusalCode::kRoleMissing, "ct-mam", operation);
  }
  s.Refuses(RefusalCode::kOutsideScope, "ct-mam",
            RecordAdminUnits{{{"18999", "Xã", v1::COMMUNE, "42"}}});
  s.Refuses(RefusalCode::kRoleMissing, "ct-mam", ScoreProduct{});
}

TEST(RulesTest, I1_ARunsKeysAndLabelsAreTheProducersAndThePrinters) {
  Scenario s;
  s.Certify();
  s.Accepts("htx-cam", RegisterBatch{});
  s.Accepts("vp-hatinh", AuthoriseLabels{});
  s.Refuses(RefusalCode::kNotYourBatch, "ct-mam", SetRunKeys{});
  s.Accepts("htx-cam", SetRunKeys{});
  s.Refuses(RefusalCode::kNotRunPrinter, "htx-cam", ConfirmPrint{});
  s.Accepts("in-hatinh", ConfirmPrint{});
  s.Refuses(RefusalCode::kNotYourBatch, "ct-mam", ActivateLabels{});
}

TEST(RulesTest, I1_AnOfficeActsInItsArea) {
  Scenario s;
  s.Certify();
  s.Accepts("htx-cam", RegisterBatch{});
  s.Refuses(RefusalCode::kRoleMissing, "vp-tuyenquang", AuthoriseLabels{});
  s.Refuses(RefusalCode::kRoleMissing, "vp-tuyenquang", AdmitOrganisation{});
  s.Refuses(RefusalCode::kRoleMissing, "vp-tuyenquang", GrantRole{.organisation = "hkd-che"});
  s.Refuses(RefusalCode::kRoleMissing, "vp-tuyenquang", GrantPrefix{});
}

}  // namespace
}  // namespace sogoc::ledger
