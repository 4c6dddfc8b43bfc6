#include "tools/sogoc/operation_table.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>

namespace sogoc::tools {
namespace {

using K = ValueKind;

constexpr OperationRow kOperations[] = {
    {"propose", "governance propose", "Propose a change that several organisations must approve",
     "--title 'Quy chế 2026' --change change.json"},
    {"approve", "governance approve", "Approve a proposed change",
     "--proposal 9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5"},
    {"admit_organisation", "organisation admit", "Admit an organisation (office)",
     "--organisation htx-son-nam --name 'HTX Sơn Nam' --kind producer --admin-unit 42 "
     "--new-key son-nam.newkey"},
    {"add_key", "key add", "Add a key to your organisation", "--new-key second.newkey"},
    {"retire_key", "key retire", "End a key of your organisation that is no longer used",
     "--key-id 9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5"},
    {"revoke_key", "key revoke", "Revoke a lost or stolen key of your organisation",
     "--key-id 9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5 "
     "--suspect-since 2026-07-01"},
    {"replace_lost_keys", "key replace-lost",
     "Give an organisation that lost all its keys a new one (office)",
     "--organisation htx-son-nam --new-key son-nam.newkey --suspect-since 2026-07-01T08:00"},
    {"grant_role", "role grant", "Grant a role (office)",
     "--organisation htx-son-nam --role produce --scope 42 --valid-from 2026-07-01"},
    {"revoke_role", "role revoke", "Revoke a role (office)",
     "--organisation htx-son-nam --role produce --scope 42"},
    {"name_successor", "organisation name-successor",
     "Record which organisation took over another's work (office)",
     "--organisation ubnd-ha-giang --successor ubnd-tuyen-quang"},
    {"record_admin_units", "admin-units record",
     "Record administrative units from JSON files (office; see also admin-units import)",
     "--unit unit.json"},
    {"record_resolver", "resolver record",
     "Record a host that stamps may point to, or withdraw it (office)",
     "--host ocop.hatinh.example"},
    {"register_producer", "producer register", "Register your organisation as a producer (chủ thể)",
     "--type cooperative --legal-name 'HTX Sơn Nam' --address 'Thôn 1, xã Sơn Nam' "
     "--residence 18073:2021-01-01"},
    {"register_facility", "facility register", "Register a plant or a growing area of yours",
     "--facility CS1 --name 'Xưởng Sơn Nam' --kind plant --commune 18073"},
    {"grant_prefix", "prefix grant", "Record that a GS1 prefix belongs to an organisation (office)",
     "--organisation htx-son-nam --prefix 8935000"},
    {"allocate_code", "code allocate", "Give a producer a code under your own prefix (office)",
     "--organisation htx-son-nam --gtin 8935000000014"},
    {"register_product", "product register", "Register a product",
     "--gtin 8935000000014 --name 'Cam bù' --vocabulary 2 --group thuc-pham --picture @cam.jpg "
     "--standard VietGAP --standard 'Hữu cơ'"},
    {"score_product", "product score", "Record a score sheet (council)",
     "--gtin 8935000000014 --session dot-1-2026 --date 2026-07-01 --part-a 32,5 --part-b 20 "
     "--part-c 30 --minutes @bien-ban.pdf"},
    {"record_decision", "decision record", "Record a decision (People's Committee)",
     "--decision ubnd-ha-tinh:2026-07-01:156/QĐ-UBND --title 'Công nhận đợt 1' "
     "--document @quyet-dinh.pdf"},
    {"issue_certificate", "certificate issue", "Issue an OCOP certificate (People's Committee)",
     "--certificate 12/GCN --gtin 8935000000014 --star 4 "
     "--decision ubnd-ha-tinh:2026-07-01:156/QĐ-UBND --change new --valid-to 2029-07-01 "
     "--score hoi-dong-tinh:dot-1-2026"},
    {"revoke_certificate", "certificate revoke", "Revoke a certificate (People's Committee)",
     "--certificate 12/GCN --decision ubnd-ha-tinh:2026-08-01:170/QĐ-UBND "
     "--reason 'Không đạt tiêu chí bắt buộc'"},
    {"register_batch", "batch register", "Register a batch (lô)",
     "--gtin 8935000000014 --lot L2026-07 --amount 500kg --unit-content 250g "
     "--production-date 2026-07-01 --expiry-date 2027-07-01 --facility CS1 "
     "--input 8935000000021:L1:600kg"},
    {"record_stage_event", "batch event", "Record what happened to a batch at a stage",
     "--gtin 8935000000014 --lot L2026-07 --stage packing --location CS1 --time 2026-07-02T08:30 "
     "--note 'Đóng gói 250 g'"},
    {"offer_input", "batch offer", "Let another producer use part of your batch as an input",
     "--gtin 8935000000014 --lot L2026-07 --to co-so-banh --amount 50kg"},
    {"authorise_labels", "labels authorise", "Authorise a run of labels for a batch (office)",
     "--gtin 8935000000014 --lot L2026-07 --certificate 12/GCN --first 1 --count 2000 --star 4 "
     "--printer in-ha-tinh"},
    {"set_run_keys", "labels set-keys",
     "Give a run its stamp key (labels issue does this and makes the stamps)",
     "--gtin 8935000000014 --first 1 "
     "--stamp-key 0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"},
    {"confirm_print", "labels confirm-print", "Confirm how many labels are printed (printer)",
     "--gtin 8935000000014 --first 1 --printed 2000"},
    {"activate_labels", "labels activate", "Activate printed labels",
     "--gtin 8935000000014 --first 1 --activated 2000"},
    {"record_exceptions", "labels except", "Record labels as void, lost, stolen or revoked",
     "--gtin 8935000000014 --first 1 --kind void --range 100-199 --range 250 "
     "--reason 'In lỗi'"},
    {"open_recall", "recall open", "Open a recall or a hold",
     "--gtin 8935000000014 --recall TH-01/2026 --lot L2026-07 --kind recall "
     "--reason 'Dư lượng vượt mức'"},
    {"close_recall", "recall close", "Close a recall or a hold with its report",
     "--gtin 8935000000014 --recall TH-01/2026 --report @bao-cao.pdf"},
};

constexpr FieldRow kFields[] = {
    {"activated", K::kWhole, false, "labels activated so far, counted from the run's first"},
    {"address", K::kText, false, "address as registered"},
    {"admin_unit", K::kText, false, "code of its administrative unit"},
    {"amount", K::kAmount, false, "how much, in the batch's own unit, as 50kg"},
    {"RegisterBatch.amount", K::kAmount, false, "how much the batch holds, as 500kg, 20l, 1000pcs"},
    {"area_square_metres", K::kWhole, true, "area in square metres"},
    {"brand", K::kText, true, "brand"},
    {"certificate", K::kText, false, "number of the certificate"},
    {"change", K::kEnum, false, "what the certificate is to the one before"},
    {"Propose.change", K::kJsonFile, false, "the change, a v1.Change in proto3 JSON"},
    {"commune", K::kText, false, "code of the commune"},
    {"count", K::kWhole, false, "number of labels"},
    {"date", K::kDate, false, "day of the sitting"},
    {"decision", K::kDecision, false, "the decision: who, when, its number"},
    {"document", K::kDigest, true, "its document, by SHA-256"},
    {"RecordDecision.document", K::kDigest, false, "its document, by SHA-256"},
    {"expiry_date", K::kDate, true, "last day of use, as printed"},
    {"facility", K::kText, false, "your own code of the plant or growing area"},
    {"first", K::kWhole, false, "first serial of the run"},
    {"five_star_proposed", K::kSwitch, true, "the province also proposes five stars"},
    {"gln", K::kText, true, "Global Location Number, 13 digits"},
    {"group", K::kText, false, "code of the product group in that vocabulary"},
    {"gtin", K::kGtin, false, "GTIN of the product, 8 to 14 digits"},
    {"host", K::kText, false, "host name, lower case"},
    {"inputs", K::kInput, true, "a batch that went into this one, and how much of it"},
    {"key", K::kNewKey, false, "the new key"},
    {"keys", K::kNewKey, true, "a key of the organisation; it may change its keys"},
    {"key_id", K::kDigest, false, "the key's id (sogoc key show)"},
    {"kind", K::kEnum, false, "kind"},
    {"legal_name", K::kText, false, "name as registered"},
    {"location", K::kText, false, "where: a facility code of yours, or a GLN"},
    {"lot", K::kText, false, "lot number, 1 to 20 characters"},
    {"OpenRecall.lot", K::kText, true, "one lot; without it all lots of the product"},
    {"mandatory_failed", K::kSwitch, true, "a mandatory criterion was not met"},
    {"manages_keys", K::kSwitch, true, "the new key may add, retire and revoke keys"},
    {"minutes", K::kDigest, false, "minutes of the sitting, by SHA-256"},
    {"name", K::kText, false, "name"},
    {"note", K::kText, true, "what was done; no personal data"},
    {"organisation", K::kText, false, "id of the organisation"},
    {"part_a", K::kPoints, false, "points of part A"},
    {"part_b", K::kPoints, false, "points of part B"},
    {"part_c", K::kPoints, false, "points of part C"},
    {"picture", K::kDigest, true, "picture of the product, by SHA-256"},
    {"prefix", K::kText, false, "GS1 company prefix, 4 to 12 digits"},
    {"previous", K::kText, true, "the certificate that this one replaces"},
    {"printed", K::kWhole, false, "labels printed so far, counted from the run's first"},
    {"printer", K::kText, false, "id of the printer; the producer's own to print oneself"},
    {"production_date", K::kDate, false, "day of production"},
    {"proposal", K::kDigest, false, "id of the proposal"},
    {"ranges", K::kRange, false, "serials, both ends included"},
    {"reason", K::kText, false, "why"},
    {"RecordExceptions.reason", K::kText, true, "why"},
    {"recall", K::kText, false, "number of the notice"},
    {"report", K::kDigest, false, "report, by SHA-256"},
    {"representative_digest", K::kDigest, true, "salted SHA-256 of the representative's data"},
    {"residences", K::kResidence, false, "commune and the day since when; oldest first"},
    {"role", K::kEnum, false, "role"},
    {"scope", K::kText, false, "code of the administrative unit it holds for"},
    {"score", K::kScore, true, "the score sheet it rests on"},
    {"scratch", K::kSwitch, true, "the labels have a scratch layer"},
    {"scratch_root", K::kDigest, true,
     "Merkle root over the secrets of a run with a scratch layer"},
    {"session", K::kText, false, "name of the sitting, as dot-1-2026"},
    {"stage", K::kEnum, false, "stage"},
    {"stamp_key", K::kPublicKey, false, "public stamp key of the run"},
    {"standards", K::kText, true, "a standard that it follows, as VietGAP"},
    {"star", K::kWhole, false, "stars, 1 to 5"},
    {"successor", K::kText, false, "id of the organisation that took over"},
    {"suspect_since", K::kTime, false, "what the lost keys signed after this is shown as doubtful"},
    {"tax_code", K::kText, true, "mã số thuế"},
    {"time", K::kTime, false, "when"},
    {"title", K::kText, false, "title"},
    {"RecordDecision.title", K::kText, true, "title"},
    {"to", K::kText, false, "id of the producer who may use it"},
    {"type", K::kEnum, false, "kind of producer"},
    {"unit", K::kEnum, true, "unit of amounts that are written without one"},
    {"unit_content", K::kAmount, true, "amount in one unit that is sold, as 250g; else no labels"},
    {"units", K::kJsonFile, false, "a v1.AdminUnit in proto3 JSON"},
    {"valid_from", K::kDate, false, "first day"},
    {"valid_to", K::kDate, true, "last day, included; without it until revoked"},
    {"IssueCertificate.valid_to", K::kDate, false, "last day, as printed: 36 months on"},
    {"vocabulary", K::kWhole, false, "version of the vocabulary of product groups"},
    {"withdrawn", K::kSwitch, true, "withdraw the host"},
    {"zone_code", K::kText, true, "mã số vùng trồng"},
};

const FieldRow* Find(const std::string& name) {
  const auto* it = std::find_if(std::begin(kFields), std::end(kFields),
                                [&](const FieldRow& row) { return row.field == name; });
  return it == std::end(kFields) ? nullptr : it;
}

}  // namespace

std::span<const OperationRow> OperationRows() { return kOperations; }

const FieldRow* FindFieldRow(const google::protobuf::FieldDescriptor& field) {
  const FieldRow* row = Find(field.containing_type()->name() + "." + field.name());
  return row != nullptr ? row : Find(field.name());
}

}  // namespace sogoc::tools
