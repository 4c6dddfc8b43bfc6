#include "node/gateway/pages.h"

#include <ctemplate/template.h>

#include <memory>

#include "node/base/time.h"
#include "node/gateway/templates.h"
#include "node/ledger/verdict.h"

namespace sogoc::gateway {
namespace {

using ctemplate::TemplateDictionary;
using ledger::VerdictCode;

const ctemplate::TemplateCache& Templates() {
  static const std::unique_ptr<ctemplate::TemplateCache> cache = [] {
    auto made = std::make_unique<ctemplate::TemplateCache>();
    made->StringToTemplateCache("stamp", kStampTemplate, ctemplate::DO_NOT_STRIP);
    made->Freeze();
    return made;
  }();
  return *cache;
}

// Colour is never the only sign: tone goes with an icon and the words.
struct Tone {
  const char* name;
  const char* icon;
};
Tone ToneOf(VerdictCode code) {
  switch (code) {
    case VerdictCode::kCodeIssued:
    case VerdictCode::kGenuineFirst:
      return {"good", "✔"};
    case VerdictCode::kCannotVerify:
    case VerdictCode::kMalformed:
      return {"unknown", "?"};
    case VerdictCode::kGenuineCertExpired:
    case VerdictCode::kGenuineCertRevoked:
    case VerdictCode::kSuspectCopy:
    case VerdictCode::kSold:
    case VerdictCode::kMismatch:
      return {"warning", "⚠"};
    default:
      return {"bad", "✖"};
  }
}

// "2025-07-06" as "06/07/2025"; "–" where there is none.
std::string VietnameseDate(const std::string& iso) {
  const auto date = base::ParseDateIso(iso);
  return date ? base::FormatDateVietnamese(*date) : "–";
}

void FillVerdict(const v1::VerdictAnswer& answer, VerdictCode code, TemplateDictionary& page) {
  const Tone tone = ToneOf(code);
  page.SetValue("HEADLINE", answer.verdict_vi());
  page.SetValue("TONE", tone.name);
  page.SetValue("ICON", tone.icon);
  TemplateDictionary* notes = nullptr;
  for (const v1::VerdictNoteView& note : answer.notes()) {
    if (note.verdict() == answer.verdict()) {
      page.AddSectionDictionary("REASON")->SetValue("TEXT", note.vi());
      continue;
    }
    if (notes == nullptr) notes = page.AddSectionDictionary("NOTES");
    notes->AddSectionDictionary("NOTE")->SetValue("TEXT", note.vi());
  }
}

// The star is today's; the one that was printed stands in the reasons where it differs. What could
// not be verified shows no star, and what a foreign code says of itself is called a claim.
void FillProduct(const v1::VerdictAnswer& answer, VerdictCode code, TemplateDictionary& page) {
  if (code == VerdictCode::kNotInSystem) page.ShowSection("CLAIMED");
  TemplateDictionary* product = page.AddSectionDictionary("PRODUCT");
  product->SetValue("NAME", answer.product().name());
  product->SetValue("PRODUCER", answer.product().producer_name());
  product->SetValue("ADDRESS", answer.product().producer_address());
  product->SetValue("GTIN", answer.product().gtin());
  if (code == VerdictCode::kCannotVerify || code == VerdictCode::kNotInSystem) return;
  if (!answer.product().picture().empty()) {
    product->SetValueAndShowSection("HASH", answer.product().picture(), "PICTURE");
  }
  if (!answer.has_certificate_in_force()) {
    product->ShowSection("NO_STARS");
    return;
  }
  const std::uint32_t star = answer.certificate_in_force().star();
  std::string signs;
  for (std::uint32_t i = 0; i < star; ++i) signs += "★";
  TemplateDictionary* stars = product->AddSectionDictionary("STARS");
  stars->SetValue("STAR_SIGNS", signs);
  stars->SetValue("STAR_TEXT", "OCOP " + std::to_string(star) + " sao (tính đến hôm nay)");
}

void FillBatch(const v1::VerdictAnswer& answer, TemplateDictionary& page) {
  TemplateDictionary* batch = page.AddSectionDictionary("BATCH");
  batch->SetValue("LOT", answer.batch().lot());
  batch->SetValue("SERIAL", std::to_string(answer.label().serial()));
  batch->SetValue("PRODUCTION", VietnameseDate(answer.batch().production_date()));
  batch->SetValue("EXPIRY", VietnameseDate(answer.batch().expiry_date()));
}

void FillCertificate(const v1::CertificateView& view, TemplateDictionary& page) {
  TemplateDictionary* certificate = page.AddSectionDictionary("CERTIFICATE");
  certificate->SetValue("NUMBER", view.certificate());
  certificate->SetValue("STAR", std::to_string(view.star()));
  certificate->SetValue("DECISION", view.decision_number());
  certificate->SetValue("DECIDED", VietnameseDate(view.decision_date()));
  certificate->SetValue("FROM", VietnameseDate(view.valid_from()));
  certificate->SetValue("TO", VietnameseDate(view.valid_to()));
}

std::string CosignedText(const v1::CheckpointStatus& checkpoint) {
  const std::string cosigned = std::to_string(checkpoint.cosigners_size()) + " trên " +
                               std::to_string(checkpoint.cosigners_known());
  const std::string needed = std::to_string(checkpoint.quorum_needed());
  if (!checkpoint.quorum()) {
    return "chưa chung cuộc (" + cosigned + " đơn vị giữ sổ đã xác nhận, cần " + needed + ")";
  }
  return "chung cuộc: " + cosigned + " đơn vị giữ sổ (cần " + needed + "), cách đây " +
         std::to_string(checkpoint.age_seconds()) + " giây";
}

void FillEvidence(const v1::VerdictAnswer& answer, TemplateDictionary& page) {
  const v1::LedgerStatus& ledger = answer.ledger();
  const v1::CheckpointStatus& checkpoint = ledger.checkpoint();
  page.SetValueAndShowSection("TEXT", answer.not_proved_vi(), "NOT_PROVED");
  page.SetValue("ORIGIN", ledger.origin());
  page.SetValue("HEIGHT", std::to_string(ledger.height()));
  page.SetValue("HASH", ledger.header_hash());
  page.SetValue("COSIGNED", CosignedText(checkpoint));
}

}  // namespace

std::string StampPage(const v1::VerdictAnswer& answer) {
  TemplateDictionary page("stamp");
  const VerdictCode code =
      ledger::VerdictFromName(answer.verdict()).value_or(VerdictCode::kCannotVerify);
  FillVerdict(answer, code, page);
  if (answer.has_product()) FillProduct(answer, code, page);
  if (answer.has_batch()) FillBatch(answer, page);
  if (answer.has_certificate()) FillCertificate(answer.certificate(), page);
  FillEvidence(answer, page);
  std::string html;
  // A template that does not expand is a fault of the build, found by the first test of any page.
  if (!Templates().ExpandNoLoad("stamp", ctemplate::DO_NOT_STRIP, &page, nullptr, &html))
    std::abort();
  return html;
}

const std::string& StyleSheet() {
  static const std::string sheet = kStyleSheet;
  return sheet;
}

}  // namespace sogoc::gateway
