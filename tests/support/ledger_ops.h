#pragma once

// Operations as one-liners: RegisterBatch{.lot = "L2", .amount = 500}. A field that is left out has
// the value that makes the operation right in the usual order of things: htx-cam's oranges, four
// stars by ubnd-hatinh, one run of 100 labels. A field with its default value is not written, as
// the canonical form wants it.

#include <optional>
#include <string>
#include <vector>

#include "proto/entry.pb.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/ledger_names.h"

namespace sogoc::support::op {

using Date = std::uint32_t;
using Amount = std::uint64_t;

// ---- Organisations (a v1::NewKey comes from Scenario::NewKey)

struct AdmitOrganisation {
  std::string organisation = "htx-moi";
  std::string name = "Hợp tác xã mới";
  v1::OrganisationKind kind = v1::PRODUCER;
  std::string admin_unit = "18196";
  std::vector<v1::NewKey> keys = {};
  std::string tax_code = "";
  std::string gln = "";
  v1::AdmitOrganisation Message() const;
  operator v1::Operation() const;
};
struct AddKey {
  v1::NewKey key = {};
  operator v1::Operation() const;
};
// The three name a key by the name it was made from.
struct RetireKey {
  std::string key = "";
  operator v1::Operation() const;
};
struct RevokeKey {
  std::string key = "";
  std::uint64_t suspect_since = 0;
  operator v1::Operation() const;
};
struct ReplaceLostKeys {
  std::string organisation = "";
  v1::NewKey key = {};
  std::uint64_t suspect_since = 0;
  v1::ReplaceLostKeys Message() const;
  operator v1::Operation() const;
};
struct GrantRole {
  std::string organisation = "";
  v1::Role role = v1::PRODUCE;
  std::string scope = "42";
  Date valid_from = 20190101;
  Date valid_to = 0;
  v1::GrantRole Message() const;
  operator v1::Operation() const;
};
struct RevokeRole {
  std::string organisation = "";
  v1::Role role = v1::PRODUCE;
  std::string scope = "42";
  operator v1::Operation() const;
};
struct NameSuccessor {
  std::string organisation = "";
  std::string successor = "";
  operator v1::Operation() const;
};

// ---- Governance

struct Propose {
  v1::Change change = {};
  std::string title = "Thay đổi";
  operator v1::Operation() const;
};
struct Approve {
  std::string proposal = "";  // 32 bytes: Scenario::ProposalId
  operator v1::Operation() const;
};

// ---- Reference data

struct AdminUnit {
  std::string code = "";
  std::string name = "";
  v1::AdminLevel level = v1::COMMUNE;
  std::string parent = "";
  Date valid_from = 20190101;
  Date valid_to = 0;
  std::vector<std::string> successors = {};
  v1::AdminUnit Message() const;
};
struct RecordAdminUnits {
  std::vector<AdminUnit> units = {};
  operator v1::Operation() const;
};
struct RecordResolver {
  std::string host = "ocop.hatinh.example";
  bool withdrawn = false;
  operator v1::Operation() const;
};

// ---- Producers and products

struct Residence {
  std::string commune = "18196";
  Date since = 20190101;
};
struct RegisterProducer {
  v1::ProducerType type = v1::COOPERATIVE;
  std::string legal_name = "Hợp tác xã mới";
  std::string address = "Thôn Kim Cương";
  std::vector<Residence> residences = {{}};
  std::string representative_digest = Hash("người đại diện");
  operator v1::Operation() const;
};
struct RegisterFacility {
  std::string facility = "xuong-1";
  std::string name = "Xưởng 1";
  v1::FacilityKind kind = v1::PLANT;
  std::string commune = "18196";
  std::string gln = "";
  std::string zone_code = "";
  Amount area_square_metres = 0;
  operator v1::Operation() const;
};
struct GrantPrefix {
  std::string organisation = "htx-cam";
  std::string prefix = "8930777";
  operator v1::Operation() const;
};
struct AllocateCode {
  std::string organisation = "htx-cam";
  std::string gtin = kFreeGtin;
  operator v1::Operation() const;
};
struct RegisterProduct {
  std::string gtin = kCam;
  std::string name = "Cam bù Hương Sơn";
  std::string brand = "";
  std::uint32_t vocabulary = 2;
  std::string group = "thuc-pham";
  std::string picture = Hash("ảnh sản phẩm");
  std::vector<std::string> standards = {};
  operator v1::Operation() const;
};

// ---- Grading

struct ScoreProduct {
  std::string gtin = kCam;
  std::string session = "dot-1-2026";
  Date date = 20260106;
  std::uint32_t part_a = 3200;
  std::uint32_t part_b = 1900;
  std::uint32_t part_c = 2700;
  bool mandatory_failed = false;
  std::string minutes = Hash("biên bản");
  operator v1::Operation() const;
};
struct DecisionRef {
  std::string issuer = "ubnd-hatinh";
  Date date = 20260107;
  std::string number = "156/QĐ-UBND";
  v1::DecisionRef Message() const;
};
struct RecordDecision {
  DecisionRef decision = {};
  std::string title = "Công nhận sản phẩm OCOP";
  std::string document = Hash("quyết định");
  operator v1::Operation() const;
};
struct ScoreRef {
  std::string council = "hd-hatinh";
  std::string session = "dot-1-2026";
};
struct IssueCertificate {
  std::string certificate = "GCN-CAM-1";
  std::string gtin = kCam;
  std::uint32_t star = 4;
  DecisionRef decision = {};
  v1::CertificateChange change = v1::NEW;
  std::string previous = "";
  std::optional<Date> valid_to = std::nullopt;  // left out: 36 months after the decision
  std::optional<ScoreRef> score = ScoreRef{};
  bool five_star_proposed = false;
  operator v1::Operation() const;
};
struct RevokeCertificate {
  std::string certificate = "GCN-CAM-1";
  DecisionRef decision = {};
  std::string reason = "Vi phạm điều kiện";
  operator v1::Operation() const;
};

// ---- Batches

struct Input {
  std::string gtin = kCam;
  std::string lot = "L1";
  Amount amount = 1'000;
  std::string ledger_id = "";
};
struct RegisterBatch {
  std::string gtin = kCam;
  std::string lot = "L1";
  Amount amount = 10'000'000;
  v1::Unit unit = v1::GRAM;
  Amount unit_content = 1'000;
  Date production_date = 20260108;
  Date expiry_date = 20260408;
  std::string facility = "xuong-1";
  std::vector<Input> inputs = {};
  operator v1::Operation() const;
};
struct RecordStageEvent {
  std::string gtin = kCam;
  std::string lot = "L1";
  v1::Stage stage = v1::PACKING;
  std::string location = "xuong-1";
  std::uint64_t time = 1'767'850'000;  // 2026-01-08, 12:26 in UTC+7
  std::string note = "";
  std::string document = "";
  operator v1::Operation() const;
};
struct OfferInput {
  std::string gtin = kCa;
  std::string lot = "L1";
  std::string to = "ct-mam";
  Amount amount = 1'000;
  operator v1::Operation() const;
};

// ---- Labels

struct AuthoriseLabels {
  std::string gtin = kCam;
  std::string lot = "L1";
  std::string certificate = "GCN-CAM-1";
  Amount first = 1;
  Amount count = 100;
  std::uint32_t star = 4;
  bool scratch = false;
  std::string printer = "in-hatinh";
  operator v1::Operation() const;
};
struct SetRunKeys {
  std::string gtin = kCam;
  Amount first = 1;
  std::string stamp_key = "stamp";  // the name of the key
  std::string scratch_root = "";
  operator v1::Operation() const;
};
struct ConfirmPrint {
  std::string gtin = kCam;
  Amount first = 1;
  Amount printed = 100;
  operator v1::Operation() const;
};
struct ActivateLabels {
  std::string gtin = kCam;
  Amount first = 1;
  Amount activated = 100;
  operator v1::Operation() const;
};
struct SerialRange {
  Amount first = 1;
  Amount count = 1;
};
struct RecordExceptions {
  std::string gtin = kCam;
  Amount first = 1;
  v1::ExceptionKind kind = v1::VOID;
  std::vector<SerialRange> ranges = {{}};
  std::string reason = "";
  operator v1::Operation() const;
};

// ---- Recalls

struct OpenRecall {
  std::string gtin = kCam;
  std::string recall = "TH-1";
  std::string lot = "L1";
  v1::RecallKind kind = v1::RECALL;
  std::string reason = "Dư lượng thuốc bảo vệ thực vật";
  std::string document = "";
  operator v1::Operation() const;
};
struct CloseRecall {
  std::string gtin = kCam;
  std::string recall = "TH-1";
  std::string report = Hash("báo cáo");
  operator v1::Operation() const;
};

}  // namespace sogoc::support::op
