#include "tests/support/ledger_ops.h"

#include "node/base/time.h"

namespace sogoc::support::op {
namespace {

// Names of keys stand for the keys.
std::string KeyIdBytes(const std::string& name) {
  return name.empty() ? "" : base::ToText(KeyIdOf(name));
}
std::string PublicKeyBytes(const std::string& name) {
  return name.empty() ? "" : base::ToText(KeyOf(name).public_key());
}

}  // namespace

v1::AdmitOrganisation AdmitOrganisation::Message() const {
  v1::AdmitOrganisation out;
  out.set_organisation(organisation);
  out.set_name(name);
  out.set_kind(kind);
  out.set_admin_unit(admin_unit);
  for (const v1::NewKey& key : keys) *out.add_keys() = key;
  out.set_tax_code(tax_code);
  out.set_gln(gln);
  return out;
}
AdmitOrganisation::operator v1::Operation() const {
  v1::Operation out;
  *out.mutable_admit_organisation() = Message();
  return out;
}
AddKey::operator v1::Operation() const {
  v1::Operation out;
  *out.mutable_add_key()->mutable_key() = key;
  return out;
}
RetireKey::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_retire_key()->set_key_id(KeyIdBytes(key));
  return out;
}
RevokeKey::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_revoke_key()->set_key_id(KeyIdBytes(key));
  out.mutable_revoke_key()->set_suspect_since(suspect_since);
  return out;
}
v1::ReplaceLostKeys ReplaceLostKeys::Message() const {
  v1::ReplaceLostKeys out;
  out.set_organisation(organisation);
  *out.mutable_key() = key;
  out.set_suspect_since(suspect_since);
  return out;
}
ReplaceLostKeys::operator v1::Operation() const {
  v1::Operation out;
  *out.mutable_replace_lost_keys() = Message();
  return out;
}
v1::GrantRole GrantRole::Message() const {
  v1::GrantRole out;
  out.set_organisation(organisation);
  out.set_role(role);
  out.set_scope(scope);
  out.set_valid_from(valid_from);
  out.set_valid_to(valid_to);
  return out;
}
GrantRole::operator v1::Operation() const {
  v1::Operation out;
  *out.mutable_grant_role() = Message();
  return out;
}
RevokeRole::operator v1::Operation() const {
  v1::Operation out;
  v1::RevokeRole& op = *out.mutable_revoke_role();
  op.set_organisation(organisation);
  op.set_role(role);
  op.set_scope(scope);
  return out;
}
NameSuccessor::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_name_successor()->set_organisation(organisation);
  out.mutable_name_successor()->set_successor(successor);
  return out;
}

Propose::operator v1::Operation() const {
  v1::Operation out;
  *out.mutable_propose()->mutable_change() = change;
  out.mutable_propose()->set_title(title);
  return out;
}
Approve::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_approve()->set_proposal(proposal);
  return out;
}

v1::AdminUnit AdminUnit::Message() const {
  v1::AdminUnit out;
  out.set_code(code);
  out.set_name(name);
  out.set_level(level);
  out.set_parent(parent);
  out.set_valid_from(valid_from);
  out.set_valid_to(valid_to);
  for (const std::string& successor : successors) out.add_successors(successor);
  return out;
}
RecordAdminUnits::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_record_admin_units();
  for (const AdminUnit& unit : units) {
    *out.mutable_record_admin_units()->add_units() = unit.Message();
  }
  return out;
}
RecordResolver::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_record_resolver()->set_host(host);
  out.mutable_record_resolver()->set_withdrawn(withdrawn);
  return out;
}

RegisterProducer::operator v1::Operation() const {
  v1::Operation out;
  v1::RegisterProducer& op = *out.mutable_register_producer();
  op.set_type(type);
  op.set_legal_name(legal_name);
  op.set_address(address);
  for (const Residence& residence : residences) {
    v1::Residence& added = *op.add_residences();
    added.set_commune(residence.commune);
    added.set_since(residence.since);
  }
  op.set_representative_digest(representative_digest);
  return out;
}
RegisterFacility::operator v1::Operation() const {
  v1::Operation out;
  v1::RegisterFacility& op = *out.mutable_register_facility();
  op.set_facility(facility);
  op.set_name(name);
  op.set_kind(kind);
  op.set_commune(commune);
  op.set_gln(gln);
  op.set_zone_code(zone_code);
  op.set_area_square_metres(area_square_metres);
  return out;
}
GrantPrefix::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_grant_prefix()->set_organisation(organisation);
  out.mutable_grant_prefix()->set_prefix(prefix);
  return out;
}
AllocateCode::operator v1::Operation() const {
  v1::Operation out;
  out.mutable_allocate_code()->set_organisation(organisation);
  out.mutable_allocate_code()->set_gtin(gtin);
  return out;
}
RegisterProduct::operator v1::Operation() const {
  v1::Operation out;
  v1::RegisterProduct& op = *out.mutable_register_product();
  op.set_gtin(gtin);
  op.set_name(name);
  op.set_brand(brand);
  op.set_vocabulary(vocabulary);
  op.set_group(group);
  op.set_picture(picture);
  for (const std::string& standard : standards) op.add_standards(standard);
  return out;
}

ScoreProduct::operator v1::Operation() const {
  v1::Operation out;
  v1::ScoreProduct& op = *out.mutable_score_product();
  op.set_gtin(gtin);
  op.set_session(session);
  op.set_date(date);
  op.set_part_a(part_a);
  op.set_part_b(part_b);
  op.set_part_c(part_c);
  op.set_mandatory_failed(mandatory_failed);
  op.set_minutes(minutes);
  return out;
}
v1::DecisionRef DecisionRef::Message() const {
  v1::DecisionRef out;
  out.set_issuer(issuer);
  out.set_date(date);
  out.set_number(number);
  return out;
}
RecordDecision::operator v1::Operation() const {
  v1::Operation out;
  v1::RecordDecision& op = *out.mutable_record_decision();
  *op.mutable_decision() = decision.Message();
  op.set_title(title);
  op.set_document(document);
  return out;
}
IssueCertificate::operator v1::Operation() const {
  v1::Operation out;
  v1::IssueCertificate& op = *out.mutable_issue_certificate();
  op.set_certificate(certificate);
  op.set_gtin(gtin);
  op.set_star(star);
  *op.mutable_decision() = decision.Message();
  op.set_change(change);
  op.set_previous(previous);
  op.set_valid_to(valid_to                      ? *valid_to
                  : base::IsDate(decision.date) ? base::AddMonths(decision.date, 36)
                                                : 0);
  if (score) {
    op.mutable_score()->set_council(score->council);
    op.mutable_score()->set_session(score->session);
  }
  op.set_five_star_proposed(five_star_proposed);
  return out;
}
RevokeCertificate::operator v1::Operation() const {
  v1::Operation out;
  v1::RevokeCertificate& op = *out.mutable_revoke_certificate();
  op.set_certificate(certificate);
  *op.mutable_decision() = decision.Message();
  op.set_reason(reason);
  return out;
}

RegisterBatch::operator v1::Operation() const {
  v1::Operation out;
  v1::RegisterBatch& op = *out.mutable_register_batch();
  op.set_gtin(gtin);
  op.set_lot(lot);
  op.set_amount(amount);
  op.set_unit(unit);
  op.set_unit_content(unit_content);
  op.set_production_date(production_date);
  op.set_expiry_date(expiry_date);
  op.set_facility(facility);
  for (const Input& input : inputs) {
    v1::Input& added = *op.add_inputs();
    added.set_ledger_id(input.ledger_id);
    added.set_gtin(input.gtin);
    added.set_lot(input.lot);
    added.set_amount(input.amount);
  }
  return out;
}
RecordStageEvent::operator v1::Operation() const {
  v1::Operation out;
  v1::RecordStageEvent& op = *out.mutable_record_stage_event();
  op.set_gtin(gtin);
  op.set_lot(lot);
  op.set_stage(stage);
  op.set_location(location);
  op.set_time(time);
  op.set_note(note);
  op.set_document(document);
  return out;
}
OfferInput::operator v1::Operation() const {
  v1::Operation out;
  v1::OfferInput& op = *out.mutable_offer_input();
  op.set_gtin(gtin);
  op.set_lot(lot);
  op.set_to(to);
  op.set_amount(amount);
  return out;
}

AuthoriseLabels::operator v1::Operation() const {
  v1::Operation out;
  v1::AuthoriseLabels& op = *out.mutable_authorise_labels();
  op.set_gtin(gtin);
  op.set_lot(lot);
  op.set_certificate(certificate);
  op.set_first(first);
  op.set_count(count);
  op.set_star(star);
  op.set_scratch(scratch);
  op.set_printer(printer);
  return out;
}
SetRunKeys::operator v1::Operation() const {
  v1::Operation out;
  v1::SetRunKeys& op = *out.mutable_set_run_keys();
  op.set_gtin(gtin);
  op.set_first(first);
  op.set_stamp_key(PublicKeyBytes(stamp_key));
  op.set_scratch_root(scratch_root);
  return out;
}
ConfirmPrint::operator v1::Operation() const {
  v1::Operation out;
  v1::ConfirmPrint& op = *out.mutable_confirm_print();
  op.set_gtin(gtin);
  op.set_first(first);
  op.set_printed(printed);
  return out;
}
ActivateLabels::operator v1::Operation() const {
  v1::Operation out;
  v1::ActivateLabels& op = *out.mutable_activate_labels();
  op.set_gtin(gtin);
  op.set_first(first);
  op.set_activated(activated);
  return out;
}
RecordExceptions::operator v1::Operation() const {
  v1::Operation out;
  v1::RecordExceptions& op = *out.mutable_record_exceptions();
  op.set_gtin(gtin);
  op.set_first(first);
  op.set_kind(kind);
  for (const SerialRange& range : ranges) {
    v1::SerialRange& added = *op.add_ranges();
    added.set_first(range.first);
    added.set_count(range.count);
  }
  op.set_reason(reason);
  return out;
}

OpenRecall::operator v1::Operation() const {
  v1::Operation out;
  v1::OpenRecall& op = *out.mutable_open_recall();
  op.set_gtin(gtin);
  op.set_recall(recall);
  op.set_lot(lot);
  op.set_kind(kind);
  op.set_reason(reason);
  op.set_document(document);
  return out;
}
CloseRecall::operator v1::Operation() const {
  v1::Operation out;
  v1::CloseRecall& op = *out.mutable_close_recall();
  op.set_gtin(gtin);
  op.set_recall(recall);
  op.set_report(report);
  return out;
}

}  // namespace sogoc::support::op
