#include "tests/support/refusal_cases.h"

namespace sogoc::support {
namespace {

using namespace op;
using C = ledger::RefusalCode;
using Outcome = ledger::EntryOutcome;

// The cases are written as what is right first, then what is refused.
using Step = std::pair<const char*, std::vector<v1::Operation>>;
using Steps = std::vector<Step>;

// Executes all steps; all but the last must be accepted.
std::function<Outcome(Scenario&)> Do(Steps steps) {
  return [steps = std::move(steps)](Scenario& s) {
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
      s.ExpectAccepted(steps[i].first, steps[i].second);
    }
    return s.Execute(steps.back().first, steps.back().second);
  };
}

const Step kScore = {"hd-hatinh", {ScoreProduct{}}};
const Step kDecide = {"ubnd-hatinh", {RecordDecision{}}};
const Step kCertify = {"ubnd-hatinh", {RecordDecision{}, IssueCertificate{}}};
const Step kBatch = {"htx-cam", {RegisterBatch{}}};
const Step kRun = {"vp-hatinh", {AuthoriseLabels{}}};
const Step kKeys = {"htx-cam", {SetRunKeys{}}};

Outcome InEnvelope(Scenario& s, const Envelope& envelope) {
  return s.ExecuteBlock(std::vector{s.Sign("htx-cam", {RegisterBatch{}}, envelope)})[0];
}

v1::Change NoApprover() {
  v1::Change change;
  change.mutable_governance();
  return change;
}

// ---- 1xx, 2xx, 3xx

void AddEnvelopeCases(std::vector<RefusalCase>& out) {
  out.push_back(
      {C::kOtherLedger, [](Scenario& s) { return InEnvelope(s, {.ledger_id = base::Digest{}}); }});
  out.push_back({C::kExpired,
                 [](Scenario& s) { return InEnvelope(s, {.not_after = s.now_seconds() - 3600}); }});
  out.push_back({C::kTooFarAhead, [](Scenario& s) {
                   return InEnvelope(s, {.not_after = s.now_seconds() + 30 * 86'400 + 1});
                 }});
  out.push_back({C::kUnknownKey, Do({{"ai-do", {RegisterBatch{}}}})});
  out.push_back({C::kNotAuthorsKey, [](Scenario& s) {
                   return s.Execute(Signer("htx-cam").With("ct-mam"), {RegisterBatch{}});
                 }});
  out.push_back({C::kKeyNotActive, [](Scenario& s) {
                   s.Accepts("htx-cam", AddKey{s.NewKey("htx-cam", "may-2")}, RetireKey{"may-2"});
                   return s.Execute(Signer("htx-cam").With("may-2"), {RegisterBatch{}});
                 }});
  out.push_back({C::kBadSignature, [](Scenario& s) {
                   ledger::Entry entry = s.Sign("htx-cam", {RegisterBatch{}});
                   entry.signature[40] ^= 1;
                   return s.ExecuteBlock(std::vector{entry})[0];
                 }});
  out.push_back({C::kRoleMissing, Do({{"htx-cam", {ScoreProduct{}}}})});
  out.push_back(
      {C::kBadText, Do({{"htx-cam", {RegisterProduct{.gtin = "08930101000031", .name = ""}}}})});
  out.push_back({C::kBadDigest, Do({{"hd-hatinh", {ScoreProduct{.minutes = "scan.pdf"}}}})});
  out.push_back({C::kBadDate, Do({{"htx-cam", {RegisterBatch{.production_date = 20260230}}}})});
  out.push_back({C::kBadNumber, Do({{"htx-cam", {RegisterBatch{.amount = 0}}}})});
  out.push_back({C::kFoundingOnly, [](Scenario& s) {
                   v1::Operation found;
                   found.mutable_found();
                   return s.Execute("vp-hatinh", {found});
                 }});
  out.push_back(
      {C::kListTooLong,
       Do({{"vp-hatinh",
            {RecordAdminUnits{{{.code = "18999",
                                .name = "Xã Mới",
                                .parent = "42",
                                .successors = std::vector<std::string>(65, "18196")}}}}}})});
  out.push_back({C::kFutureDate, Do({{"hd-hatinh", {ScoreProduct{.date = 20260111}}}})});
}

void AddOrganisationCases(std::vector<RefusalCase>& out) {
  out.push_back({C::kOrganisationExists,
                 Do({{"vp-hatinh", {AdmitOrganisation{.organisation = "htx-cam"}}}})});
  out.push_back(
      {C::kUnknownOrganisation, Do({{"vp-hatinh", {GrantRole{.organisation = "htx-la"}}}})});
  out.push_back(
      {C::kBadOrganisationId, Do({{"vp-hatinh", {AdmitOrganisation{.organisation = "HTX cam"}}}})});
  out.push_back({C::kKeyTaken, [](Scenario& s) {
                   return s.Execute("htx-cam", {AddKey{s.NewKey("htx-cam", "ct-mam")}});
                 }});
  out.push_back({C::kBadKey, [](Scenario& s) {
                   v1::NewKey key = s.NewKey("htx-cam", "may-2");
                   key.set_public_key("ssh-ed25519");
                   return s.Execute("htx-cam", {AddKey{key}});
                 }});
  out.push_back({C::kBadPossession, [](Scenario& s) {
                   return s.Execute("htx-cam", {AddKey{s.NewKey("ct-mam", "may-2")}});
                 }});
  out.push_back({C::kKeyMayNotManage, [](Scenario& s) {
                   s.Accepts("htx-cam", AddKey{s.NewKey("htx-cam", "may-2")});
                   return s.Execute(Signer("htx-cam").With("may-2"), {RetireKey{"htx-cam"}});
                 }});
  out.push_back({C::kLastManagingKey, Do({{"htx-cam", {RetireKey{"htx-cam"}}}})});
  out.push_back({C::kNotYourKey, Do({{"htx-cam", {RetireKey{"ct-mam"}}}})});
  out.push_back({C::kNotAdmittingOffice, [](Scenario& s) {
                   s.Accepts("vp-hatinh",
                             AdmitOrganisation{.organisation = "vp-khac",
                                               .kind = v1::PROVINCE_OFFICE,
                                               .keys = {s.NewKey("vp-khac", "vp-khac", true)}},
                             GrantRole{.organisation = "vp-khac", .role = v1::OFFICE});
                   return s.Execute("vp-khac",
                                    {ReplaceLostKeys{"htx-cam", s.NewKey("htx-cam", "moi", true),
                                                     s.now_seconds()}});
                 }});
  out.push_back({C::kRoleHeld, Do({{"vp-hatinh", {GrantRole{.organisation = "htx-cam"}}}})});
  out.push_back({C::kRoleNotHeld,
                 Do({{"vp-hatinh", {RevokeRole{.organisation = "htx-cam", .role = v1::PRINT}}}})});
  out.push_back({C::kRoleNotForKind,
                 Do({{"vp-hatinh", {GrantRole{.organisation = "htx-cam", .role = v1::DECIDE}}}})});
  out.push_back(
      {C::kSuccessorNamed, Do({{"vp-hatinh", {NameSuccessor{"ubnd-huongson", "ubnd-hatinh"}}}})});
  out.push_back({C::kKeysByProposal, [](Scenario& s) {
                   return s.Execute(
                       "vp-hatinh",
                       {ReplaceLostKeys{"ubnd-hatinh", s.NewKey("ubnd-hatinh", "moi", true),
                                        s.now_seconds()}});
                 }});
}

void AddGovernanceCases(std::vector<RefusalCase>& out) {
  const WorldOptions two_of_two{.approvers = {"bo-nnmt", "vp-hatinh"}, .threshold = 2};
  v1::Change change;
  *change.mutable_governance() = FoundMessage(two_of_two).governance();
  const auto propose = [change](Scenario& s) {
    const ledger::Entry entry = s.Sign("vp-hatinh", {Propose{change}});
    s.ExecuteBlock(std::vector{entry});
    return Approve{Scenario::ProposalId(entry)};
  };
  out.push_back({C::kNotApprover, Do({{"htx-cam", {Propose{change}}}})});
  out.push_back({C::kUnknownProposal, Do({{"vp-hatinh", {Approve{Hash("proposal")}}}})});
  out.push_back({C::kAlreadyApproved,
                 [propose](Scenario& s) { return s.Execute("vp-hatinh", {propose(s)}); },
                 two_of_two});
  out.push_back({C::kProposalApplied,
                 [propose](Scenario& s) { return s.Execute("vp-hatinh", {propose(s)}); }});
  out.push_back({C::kBadChange, Do({{"vp-hatinh", {Propose{NoApprover()}}}})});
}

// ---- 4xx, 5xx

void AddReferenceCases(std::vector<RefusalCase>& out) {
  out.push_back({C::kUnknownAdminUnit,
                 Do({{"vp-hatinh", {GrantRole{.organisation = "htx-cam", .scope = "439"}}}})});
  const RecordAdminUnits commune{{{.code = "18999", .name = "Xã Mới", .parent = "42"}}};
  out.push_back({C::kAdminUnitOverlap, Do({{"vp-hatinh", {commune}}, {"vp-hatinh", {commune}}})});
  out.push_back({C::kOutsideScope, Do({{"vp-tuyenquang", {commune}}})});
  out.push_back({C::kBadHost, Do({{"vp-hatinh", {RecordResolver{.host = "https://ocop"}}}})});
  const auto product = [](std::uint32_t vocabulary, const char* group) {
    return RegisterProduct{.gtin = "08930101000031", .vocabulary = vocabulary, .group = group};
  };
  out.push_back({C::kUnknownVocabulary, Do({{"htx-cam", {product(7, "thuc-pham")}}})});
  out.push_back({C::kUnknownGroup, Do({{"htx-cam", {product(2, "thao-duoc")}}})});
  const DecisionRef early{.date = 20190820};
  out.push_back(
      {C::kNoRegime, Do({{"ubnd-hatinh",
                          {RecordDecision{early},
                           IssueCertificate{.decision = early, .score = std::nullopt}}}})});
}

void AddProductCases(std::vector<RefusalCase>& out) {
  out.push_back({C::kProducerExists, Do({{"htx-cam", {RegisterProducer{}}}})});
  out.push_back({C::kUnknownProducer, [](Scenario& s) {
                   s.Accepts("vp-hatinh",
                             AdmitOrganisation{.keys = {s.NewKey("htx-moi", "htx-moi", true)}},
                             GrantRole{.organisation = "htx-moi"});
                   return s.Execute("htx-moi", {RegisterProduct{}});
                 }});
  out.push_back({C::kFacilityExists, Do({{"htx-cam", {RegisterFacility{}}}})});
  out.push_back({C::kUnknownFacility, Do({{"htx-cam", {RegisterBatch{.facility = "xuong-9"}}}})});
  out.push_back({C::kPrefixTaken, Do({{"vp-hatinh", {GrantPrefix{.prefix = "89301010"}}}})});
  out.push_back({C::kCodeTaken, Do({{"vp-hatinh", {AllocateCode{}}},
                                    {"vp-hatinh", {AllocateCode{.organisation = "ct-mam"}}}})});
  out.push_back({C::kNotOfficePrefix, Do({{"vp-hatinh", {AllocateCode{.gtin = kMam}}}})});
  out.push_back(
      {C::kBadCheckDigit, Do({{"htx-cam", {RegisterProduct{.gtin = "08930101000018"}}}})});
  out.push_back({C::kGtinNotYours, Do({{"htx-cam", {RegisterProduct{.gtin = kFreeGtin}}}})});
  out.push_back({C::kProductExists, Do({{"htx-cam", {RegisterProduct{}}}})});
  out.push_back({C::kUnknownProduct, Do({{"htx-cam", {RegisterBatch{.gtin = kFreeGtin}}}})});
  out.push_back({C::kNotYourProduct, Do({{"ct-mam", {RegisterBatch{}}}})});
  out.push_back({C::kBadPrefix, Do({{"vp-hatinh", {GrantPrefix{.prefix = "893"}}}})});
}

// ---- 6xx

void AddGradingCases(std::vector<RefusalCase>& out) {
  out.push_back({C::kScoreExists, Do({kScore, kScore})});
  out.push_back({C::kPartTooHigh, Do({{"hd-hatinh", {ScoreProduct{.part_a = 4050}}}, kCertify})});
  out.push_back({C::kUnknownScore, Do({kCertify})});
  out.push_back({C::kStarNotBand, Do({{"hd-hatinh", {ScoreProduct{.part_c = 1805}}}, kCertify})});
  out.push_back({C::kMandatoryFailed,
                 Do({{"hd-hatinh", {ScoreProduct{.mandatory_failed = true}}}, kCertify})});
  out.push_back({C::kScoreMissing,
                 Do({kDecide, {"ubnd-hatinh", {IssueCertificate{.score = std::nullopt}}}})});
  out.push_back({C::kDecisionExists, Do({kDecide, kDecide})});
  out.push_back({C::kUnknownDecision, Do({kScore, {"ubnd-hatinh", {IssueCertificate{}}}})});
  out.push_back({C::kNotIssuer, Do({{"bo-nnmt", {RecordDecision{}}}})});
  out.push_back({C::kLevelMayNotGrant,
                 Do({kScore, kDecide, {"ubnd-hatinh", {IssueCertificate{.star = 5}}}})});
  const DecisionRef elsewhere{.issuer = "ubnd-tuyenquang", .date = 20240510};
  out.push_back(
      {C::kCommuneOutside,
       Do({{"ubnd-tuyenquang",
            {RecordDecision{elsewhere},
             IssueCertificate{.gtin = kChe, .decision = elsewhere, .score = std::nullopt}}}})});
  out.push_back(
      {C::kCertificateExists, Do({kScore, kCertify, {"ubnd-hatinh", {IssueCertificate{}}}})});
  out.push_back({C::kUnknownCertificate, Do({kDecide, {"ubnd-hatinh", {RevokeCertificate{}}}})});
  out.push_back({C::kWrongValidity,
                 Do({kScore, kDecide, {"ubnd-hatinh", {IssueCertificate{.valid_to = 20281231}}}})});
  const IssueCertificate second{.certificate = "GCN-CAM-2"};
  out.push_back({C::kCertificateOverlap, Do({kScore, kCertify, {"ubnd-hatinh", {second}}})});
  IssueCertificate renewal = second;
  renewal.change = v1::RENEW;
  renewal.previous = "GCN-CAM-0";
  out.push_back({C::kWrongPrevious, Do({kScore, kCertify, {"ubnd-hatinh", {renewal}}})});
  renewal.change = v1::UPGRADE;
  renewal.previous = "GCN-CAM-1";
  out.push_back({C::kWrongChange, Do({kScore, kCertify, {"ubnd-hatinh", {renewal}}})});
  const DecisionRef of_ministry{.issuer = "bo-nnmt"};
  const ScoreRef central{"hd-tw"};
  out.push_back({C::kLevelMayNotRevoke,
                 Do({{"hd-tw", {ScoreProduct{.part_a = 4000, .part_b = 2500}}},
                     {"bo-nnmt",
                      {RecordDecision{of_ministry},
                       IssueCertificate{.star = 5, .decision = of_ministry, .score = central}}},
                     {"ubnd-hatinh", {RecordDecision{}, RevokeCertificate{}}}})});
  out.push_back({C::kCertificateRevoked, Do({kScore,
                                             kCertify,
                                             {"ubnd-hatinh", {RevokeCertificate{}}},
                                             {"ubnd-hatinh", {RevokeCertificate{}}}})});
}

// ---- 7xx

void AddBatchCases(std::vector<RefusalCase>& out) {
  const auto jam = [](std::vector<Input> inputs, Date production_date = 20260109) {
    return RegisterBatch{
        .gtin = kMut, .lot = "M1", .production_date = production_date, .inputs = std::move(inputs)};
  };
  out.push_back({C::kBatchExists, Do({kBatch, kBatch})});
  out.push_back({C::kUnknownBatch, Do({{"htx-cam", {RecordStageEvent{}}}})});
  out.push_back({C::kNotYourBatch, Do({kBatch, {"ct-mam", {RecordStageEvent{}}}})});
  out.push_back(
      {C::kExpiryBeforeProduction, Do({{"htx-cam", {RegisterBatch{.expiry_date = 20260107}}}})});
  out.push_back({C::kInputYounger, Do({kBatch, {"htx-cam", {jam({{}}, 20260107)}}})});
  out.push_back({C::kInputsNotAscending, Do({kBatch, {"htx-cam", {jam({{}, {}})}}})});
  out.push_back({C::kInputOverdrawn, Do({kBatch, {"htx-cam", {jam({{.amount = 10'000'001}})}}})});
  out.push_back({C::kInputNotOffered,
                 Do({kBatch,
                     {"htx-cam", {OfferInput{.gtin = kCam, .amount = 2'500}}},
                     {"ct-mam", {RegisterBatch{.gtin = kMam, .inputs = {{.amount = 2'501}}}}}})});
  out.push_back({C::kTooManyAncestors, [jam](Scenario& s) {
                   std::vector<Input> inputs;
                   for (int lot = 100; lot < 117; ++lot) {
                     std::vector<Input> foreign;
                     for (int i = 1'000; i < 1'256; ++i) {
                       foreign.push_back({.lot = std::to_string(lot * 10'000 + i),
                                          .ledger_id = Hash("another ledger")});
                     }
                     s.Accepts("htx-cam",
                               RegisterBatch{.lot = std::to_string(lot), .inputs = foreign});
                     inputs.push_back({.lot = std::to_string(lot)});
                   }
                   return s.Execute("htx-cam", {jam(inputs)});
                 }});
  out.push_back(
      {C::kInputLabelled,
       Do({kScore, kCertify, kBatch, kRun, {"htx-cam", {jam({{.amount = 9'900'001}})}}})});
  out.push_back(
      {C::kEventInFuture, Do({kBatch, {"htx-cam", {RecordStageEvent{.time = 4'000'000'000}}}})});
  out.push_back(
      {C::kUnknownLocation, Do({kBatch, {"htx-cam", {RecordStageEvent{.location = "xuong-9"}}}})});
  out.push_back({C::kBadLot, Do({{"htx-cam", {RegisterBatch{.lot = "lô 1"}}}})});
}

// ---- 8xx, 9xx

void AddLabelCases(std::vector<RefusalCase>& out) {
  const auto labelled = [](Steps more) {
    Steps steps = {kScore, kCertify, kBatch};
    steps.insert(steps.end(), more.begin(), more.end());
    return Do(std::move(steps));
  };
  const auto authorise = [&labelled](AuthoriseLabels run) {
    return labelled({{"vp-hatinh", {run}}});
  };
  out.push_back({C::kWrongFirstSerial, authorise({.first = 2})});
  out.push_back({C::kBeyondBatch,
                 labelled({{"vp-hatinh", {AuthoriseLabels{.count = 9'500}}},
                           {"vp-hatinh", {AuthoriseLabels{.first = 9'501, .count = 501}}}})});
  const DecisionRef revocation{.number = "170/QĐ-UBND"};
  out.push_back(
      {C::kCertificateNotInForce,
       labelled({{"ubnd-hatinh",
                  {RecordDecision{revocation}, RevokeCertificate{.decision = revocation}}},
                 kRun})});
  out.push_back({C::kStarDiffers, authorise({.star = 5})});
  out.push_back({C::kNotThisProduct, labelled({{"htx-cam", {RegisterBatch{.gtin = kMut}}},
                                               {"vp-hatinh", {AuthoriseLabels{.gtin = kMut}}}})});
  out.push_back({C::kUnknownRun, Do({kKeys})});
  out.push_back({C::kKeysSet, labelled({kRun, kKeys, kKeys})});
  out.push_back({C::kKeysMissing, labelled({kRun, {"in-hatinh", {ConfirmPrint{}}}})});
  out.push_back({C::kNotRunPrinter, labelled({kRun, kKeys, {"htx-cam", {ConfirmPrint{}}}})});
  out.push_back(
      {C::kBeyondRun, labelled({kRun, kKeys, {"in-hatinh", {ConfirmPrint{.printed = 1'200}}}})});
  const Step print = {"in-hatinh", {ConfirmPrint{}}};
  out.push_back({C::kNotRising, labelled({kRun, kKeys, print, print})});
  out.push_back({C::kNotPrinted, labelled({kRun, kKeys, {"htx-cam", {ActivateLabels{}}}})});
  out.push_back({C::kBeyondPrinted, labelled({kRun,
                                              kKeys,
                                              {"in-hatinh", {ConfirmPrint{.printed = 60}}},
                                              {"htx-cam", {ActivateLabels{}}}})});
  out.push_back({C::kBatchTooManyRuns, [](Scenario& s) {
                   s.Certify();
                   s.ExpectAccepted(kBatch.first, kBatch.second);
                   std::vector<v1::Operation> runs;
                   for (std::uint64_t first = 1; first <= 1'024; ++first) {
                     runs.push_back(AuthoriseLabels{.first = first, .count = 1});
                     if (runs.size() == 512) s.ExpectAccepted("vp-hatinh", std::exchange(runs, {}));
                   }
                   return s.Execute("vp-hatinh", {AuthoriseLabels{.first = 1'025}});
                 }});
  out.push_back({C::kSerialOutsideRun,
                 labelled({kRun, {"htx-cam", {RecordExceptions{.ranges = {{100, 2}}}}}})});
  const Step spoilt = {"htx-cam", {RecordExceptions{}}};
  out.push_back({C::kSerialExcepted, labelled({kRun, spoilt, spoilt})});
  out.push_back({C::kExceptionNotYours,
                 labelled({kRun, {"htx-cam", {RecordExceptions{.kind = v1::REVOKED}}}})});
  out.push_back(
      {C::kScratchMismatch, labelled({{"vp-hatinh", {AuthoriseLabels{.scratch = true}}}, kKeys})});

  const Step recall = {"htx-cam", {OpenRecall{}}};
  out.push_back({C::kRecallExists, Do({kBatch, recall, recall})});
  out.push_back({C::kUnknownRecall, Do({kBatch, {"thanhtra-hatinh", {CloseRecall{}}}})});
  out.push_back({C::kRecallNotYours, Do({kBatch, {"ct-mam", {OpenRecall{}}}})});
}

}  // namespace

std::vector<RefusalCase> RefusalCases() {
  std::vector<RefusalCase> out;
  AddEnvelopeCases(out);
  AddOrganisationCases(out);
  AddGovernanceCases(out);
  AddReferenceCases(out);
  AddProductCases(out);
  AddGradingCases(out);
  AddBatchCases(out);
  AddLabelCases(out);
  return out;
}

}  // namespace sogoc::support
