#include "node/gateway/views.h"

#include "node/ledger/rules/checks.h"
#include "proto/entry.pb.h"

namespace sogoc::gateway {
namespace {

using base::FormatDateIso;

std::string DateText(ledger::Date date) { return date == 0 ? "" : FormatDateIso(date); }

const char* UnitText(std::uint8_t unit) {
  switch (unit) {
    case v1::GRAM:
      return "g";
    case v1::MILLILITRE:
      return "ml";
    default:
      return "pcs";
  }
}

const char* StatusText(ledger::CertificateStatus status) {
  switch (status) {
    case ledger::CertificateStatus::kActive:
      return "ACTIVE";
    case ledger::CertificateStatus::kSuperseded:
      return "SUPERSEDED";
    case ledger::CertificateStatus::kRevoked:
      return "REVOKED";
  }
  return "";
}

}  // namespace

const char* const kNotProvedVi =
    "Mã QR có thể bị chụp và in lại: kết quả này chứng tỏ mã đã được cấp cho lô hàng, không chứng "
    "tỏ món hàng "
    "trên tay là hàng thật.";
const char* const kNotProvedEn =
    "A QR code can be copied: this shows that the code was issued for the batch, not that the "
    "goods in your "
    "hand are the genuine ones.";

v1::FactView View(const ledger::Fact& fact) {
  v1::FactView out;
  out.set_entry_index(fact.entry_index);
  out.set_time(base::FormatTimeIso(fact.time));
  out.set_organisation(fact.organisation);
  out.set_key_id(base::ToHex(fact.key_id));
  return out;
}

v1::ProductView View(const std::string& gtin, const ledger::ProductRecord& product,
                     const std::optional<ledger::ProducerRecord>& producer) {
  v1::ProductView out;
  out.set_gtin(gtin);
  out.set_name(product.name);
  out.set_brand(product.brand);
  out.set_producer(product.producer);
  if (producer) {
    out.set_producer_name(producer->legal_name);
    out.set_producer_address(producer->address);
  }
  out.set_group(product.group);
  out.set_vocabulary(product.vocabulary);
  for (const std::string& standard : product.standards) out.add_standards(standard);
  out.set_picture(base::ToHex(product.picture));
  for (const std::string& certificate : product.certificates) out.add_certificates(certificate);
  out.set_next_serial(product.next_serial);
  *out.mutable_registered() = View(product.registered);
  return out;
}

v1::CertificateView View(const std::string& id, const ledger::CertificateRecord& certificate) {
  v1::CertificateView out;
  out.set_certificate(id);
  out.set_gtin(certificate.gtin);
  out.set_star(certificate.star);
  out.set_decision_issuer(certificate.decision.issuer);
  out.set_decision_number(certificate.decision.number);
  out.set_decision_date(DateText(certificate.decision.date));
  out.set_valid_from(DateText(certificate.valid_from));
  out.set_valid_to(DateText(certificate.valid_to));
  out.set_status(StatusText(certificate.status));
  out.set_attested(certificate.attested);
  out.set_five_star_proposed(certificate.five_star_proposed);
  out.set_superseded_by(certificate.superseded_by);
  out.set_previous(certificate.previous);
  if (certificate.revocation) {
    out.set_revocation_reason(certificate.revocation->reason);
    out.set_revocation_decision(certificate.revocation->decision.number);
  }
  *out.mutable_issued() = View(certificate.issued);
  return out;
}

v1::LabelRunView View(const std::string& gtin, std::uint64_t first,
                      const ledger::LabelRunRecord& run) {
  v1::LabelRunView out;
  out.set_gtin(gtin);
  out.set_first(first);
  out.set_count(run.count);
  out.set_lot(run.lot);
  out.set_certificate(run.certificate);
  out.set_star(run.star);
  out.set_scratch(run.scratch);
  out.set_printer(run.printer);
  out.set_stamp_key(base::ToHex(run.stamp_key));
  out.set_printed(run.printed);
  out.set_activated(run.activated);
  out.set_void_count(run.void_count);
  out.set_lost_count(run.lost_count);
  out.set_stolen_count(run.stolen_count);
  out.set_revoked_count(run.revoked_count);
  *out.mutable_authorised() = View(run.authorised);
  return out;
}

v1::BatchView View(const std::string& gtin, const std::string& lot,
                   const ledger::BatchRecord& batch, const ledger::StateView& state) {
  v1::BatchView out;
  out.set_gtin(gtin);
  out.set_lot(lot);
  out.set_owner(batch.owner);
  out.set_amount(batch.amount);
  out.set_unit(UnitText(batch.unit));
  out.set_unit_content(batch.unit_content);
  out.set_sellable_units(ledger::rules::SellableUnits(batch));
  out.set_labels_in_use(ledger::rules::LabelsInUse(batch));
  out.set_production_date(DateText(batch.production_date));
  out.set_expiry_date(DateText(batch.expiry_date));
  out.set_facility(batch.facility);
  for (const ledger::InputRecord& input : batch.inputs) {
    v1::InputView* view = out.add_inputs();
    if (input.batch.ledger_id != ledger::Digest{}) {
      view->set_ledger_id(base::ToHex(input.batch.ledger_id));
    }
    view->set_gtin(input.batch.gtin);
    view->set_lot(input.batch.lot);
    view->set_amount(input.amount);
  }
  out.set_ancestor_count(batch.ancestor_count);
  out.set_drawn(batch.drawn);
  for (const ledger::RunRange& range : batch.runs) {
    const auto run =
        ledger::Load<ledger::LabelRunRecord>(state, ledger::LabelRunKey(gtin, range.first));
    if (run) *out.add_runs() = View(gtin, range.first, *run);
  }
  out.set_event_count(batch.event_count);
  *out.mutable_registered() = View(batch.registered);
  return out;
}

v1::VerdictAnswer View(const ledger::Verdict& verdict) {
  v1::VerdictAnswer out;
  const ledger::VerdictText& text = ledger::TextOf(verdict.code);
  out.set_verdict(text.name);
  out.set_verdict_vi(text.vi);
  out.set_verdict_en(text.en);
  for (const ledger::VerdictNote& note : verdict.notes) {
    v1::VerdictNoteView* view = out.add_notes();
    view->set_verdict(ledger::TextOf(note.code).name);
    view->set_name(note.name);
    view->set_vi(note.vi);
    view->set_en(note.en);
  }
  if (verdict.stamp) {
    v1::LabelView* label = out.mutable_label();
    label->set_gtin(verdict.stamp->gtin);
    label->set_lot(verdict.stamp->lot);
    label->set_serial(verdict.stamp->serial);
    label->set_host(verdict.stamp->host);
    if (verdict.run) {
      label->set_run_first(verdict.run_first);
      label->set_star_printed(verdict.run->star);
      label->set_stamp_key(base::ToHex(verdict.run->stamp_key));
    }
  }
  if (verdict.product) {
    *out.mutable_product() = View(verdict.stamp->gtin, *verdict.product, verdict.producer);
  }
  if (verdict.certificate) {
    *out.mutable_certificate() = View(verdict.certificate->id, verdict.certificate->record);
  }
  if (verdict.certificate_in_force) {
    *out.mutable_certificate_in_force() =
        View(verdict.certificate_in_force->id, verdict.certificate_in_force->record);
  }
  if (verdict.code > ledger::VerdictCode::kNotInSystem) {
    out.set_not_proved_vi(kNotProvedVi);
    out.set_not_proved_en(kNotProvedEn);
  }
  return out;
}

v1::RefusedEntry View(const ledger::Refusal& refusal) {
  v1::RefusedEntry out;
  const ledger::RefusalInfo& info = refusal.info();
  out.set_number(static_cast<std::uint32_t>(info.code));
  out.set_name(info.name);
  out.set_rule(std::string(ledger::RuleName(info.rule)));
  out.set_vi(refusal.vi());
  out.set_en(refusal.en());
  return out;
}

}  // namespace sogoc::gateway
