#include <map>
#include <set>

#include "node/ledger/limits.h"
#include "node/ledger/verdict_parts.h"
#include "proto/entry.pb.h"

namespace sogoc::ledger {
namespace {

using base::FormatDateVietnamese;
using V = VerdictCode;

struct DateField {
  const char* note;
  const char* vi;
  const char* en;
};

// `claimed`: the days that the claim may mean; none of them if it means no day.
void CheckClaimedDate(Judging& judging, const std::optional<DayRange>& claimed, Date recorded,
                      const DateField& field) {
  if (claimed && recorded >= claimed->first && recorded <= claimed->last) return;
  const std::string ledger_vi = recorded == 0 ? "không có" : FormatDateVietnamese(recorded);
  const std::string ledger_en = recorded == 0 ? "none" : base::FormatDateIso(recorded);
  judging.Add(V::kMismatch, field.note,
              std::string(field.vi) + " trên tem khác sổ cái (" + ledger_vi + ")",
              std::string(field.en) + " on the stamp differs from the ledger (" + ledger_en + ")");
}

// Decision 21: only unsigned claims can differ.
void CheckClaims(Judging& judging) {
  const BatchRecord& batch = *judging.verdict.batch;
  const int year = static_cast<int>(judging.today / 10'000);
  if (judging.claims.production) {
    CheckClaimedDate(judging, ResolveGs1Date(*judging.claims.production, year),
                     batch.production_date,
                     {"production_differs", "Ngày sản xuất", "Production date"});
  }
  if (judging.claims.expiry) {
    auto days = ResolveGs1Date(*judging.claims.expiry, year);
    if (days) days->first = days->last;  // day 00 of AI 17 is the last of the month
    CheckClaimedDate(judging, days, batch.expiry_date,
                     {"expiry_differs", "Hạn sử dụng", "Expiry date"});
  }
  const std::optional<std::uint8_t> star = judging.question.printed_star;
  if (star && *star != judging.verdict.run->star) {
    const std::string printed = std::to_string(*star);
    const std::string authorised = std::to_string(judging.verdict.run->star);
    judging.Add(
        V::kMismatch, "star_differs",
        "Hạng sao trên bao bì (" + printed + ") khác hạng được cấp (" + authorised + ")",
        "The printed star (" + printed + ") differs from the authorised one (" + authorised + ")");
  }
  const std::string& host = judging.stamp().host;
  const auto resolver = Load<ResolverRecord>(judging.state, ResolverKey(host));
  if (!resolver || resolver->withdrawn) {
    judging.Add(V::kMismatch, "foreign_host",
                "Địa chỉ " + host + " không phải địa chỉ tra cứu chính thức của sổ",
                "The host " + host + " is not a resolver of this ledger");
  }
}

void CheckActivation(Judging& judging) {
  const LabelRunRecord& run = *judging.verdict.run;
  const std::uint64_t position = judging.stamp().serial - judging.verdict.run_first;
  if (position < run.activated) return;
  if (position < run.printed) {
    judging.Add(V::kNotActivated, "printed_only", "Tem đã in nhưng chủ thể chưa kích hoạt",
                "Printed, but the producer has not activated it");
  } else {
    judging.Add(V::kNotActivated, "not_printed", "Tem chưa được xác nhận in",
                "No print was confirmed");
  }
}

void AddException(Judging& judging, const ExceptionRange& range) {
  const std::string reason = range.reason.empty() ? "" : ": " + range.reason;
  const std::string vi = " lúc " + base::FormatTimeVietnamese(range.recorded.time) + reason;
  const std::string en = " at " + base::FormatTimeIso(range.recorded.time) + reason;
  switch (range.kind) {
    case v1::LOST:
      return judging.Add(V::kStolenLost, "lost", "Báo mất" + vi, "Reported lost" + en);
    case v1::STOLEN:
      return judging.Add(V::kStolenLost, "stolen", "Báo bị đánh cắp" + vi, "Reported stolen" + en);
    case v1::VOID:
      return judging.Add(V::kRevoked, "void", "Tem hỏng, đã hủy" + vi, "Made void" + en);
    default:
      return judging.Add(V::kRevoked, "revoked", "Tem bị thu hồi" + vi, "Revoked" + en);
  }
}

void CheckExceptions(Judging& judging) {
  const Stamp& stamp = judging.stamp();
  const auto page = Load<ExceptionsRecord>(
      judging.state,
      ExceptionsKey(stamp.gtin, judging.verdict.run_first, stamp.serial / kExceptionPageSerials));
  if (!page) return;
  for (const ExceptionRange& range : page->ranges) {
    if (stamp.serial >= range.first && stamp.serial - range.first < range.count) {
      AddException(judging, range);
    }
  }
}

void AddRecall(Judging& judging, const BatchId& batch, const RecallRecord& recall) {
  const bool input = batch.gtin != judging.stamp().gtin || batch.lot != judging.stamp().lot;
  const bool hold = recall.kind == v1::HOLD;
  const char* const name =
      input ? (hold ? "held_input" : "recalled_input") : (hold ? "held" : "recalled");
  const std::string vi =
      input ? "Nguyên liệu lô " + batch.lot + " (" + batch.gtin + ")" : "Lô " + batch.lot;
  judging.Add(V::kRecalled, name,
              vi + (hold ? " đang tạm giữ" : " đang bị thu hồi") + " theo " + recall.recall + ": " +
                  recall.reason + " – không sử dụng",
              std::string(input ? "Input lot " : "Lot ") + batch.lot + " (" + batch.gtin + ") is " +
                  (hold ? "on hold" : "recalled") + " by " + recall.recall + ": " + recall.reason +
                  " – do not use");
}

// I19: a recall of a batch reaches all that was made of it. One note a recall: one of a whole
// product can concern thousands of input lots.
void CheckRecalls(Judging& judging) {
  const BatchRecord& own = *judging.verdict.batch;
  std::vector<BatchId> batches = {BatchId{{}, judging.stamp().gtin, judging.stamp().lot}};
  if (own.ancestor_count > 0 && judging.rules.Applies(Rule::kI19)) {
    const auto list = Load<AncestorsRecord>(judging.state, AncestorsKey(own.ancestors)).value();
    batches.insert(batches.end(), list.batches.begin(), list.batches.end());
  }
  std::map<std::string, RecallsRecord> recalls;  // read once a product
  std::set<std::pair<std::string, std::string>> said;
  const BatchId* foreign = nullptr;
  for (const BatchId& batch : batches) {
    if (batch.ledger_id != Digest{}) {
      if (foreign == nullptr) foreign = &batch;
      continue;
    }
    const auto [it, fresh] = recalls.try_emplace(batch.gtin);
    if (fresh) {
      it->second =
          Load<RecallsRecord>(judging.state, RecallsKey(batch.gtin)).value_or(RecallsRecord{});
    }
    for (const RecallRecord& recall : it->second.open) {
      if (!recall.lot.empty() && recall.lot != batch.lot) continue;
      if (said.emplace(batch.gtin, recall.recall).second) AddRecall(judging, batch, recall);
    }
  }
  if (foreign != nullptr) {
    judging.Add(
        V::kCodeIssued, "foreign_input",
        "Có nguyên liệu từ sổ khác (lô " + foreign->lot + "), chưa kiểm tra thu hồi ở sổ đó",
        "An input comes from another ledger (lot " + foreign->lot +
            "); recalls there were not checked");
  }
}

void CheckScans(Judging& judging) {
  const auto& scans = judging.scans;
  if (!scans || scans->scans <= judging.parameters.scan_count_max ||
      scans->days < judging.parameters.scan_days_min) {
    return;
  }
  const std::string count = std::to_string(scans->scans);
  const std::string days = std::to_string(scans->days);
  judging.Add(
      V::kSuspectCopy, "many_scans",
      "Theo số đếm của cổng này, mã đã được quét " + count + " lần trong " + days + " ngày",
      "By this gateway's count the code was scanned " + count + " times on " + days + " days");
}

void CheckExpiry(Judging& judging) {
  const Date expiry = judging.verdict.batch->expiry_date;
  if (expiry == 0 || judging.today <= expiry) return;
  judging.Add(V::kExpired, "expired", "Hạn sử dụng đến " + FormatDateVietnamese(expiry),
              "Use by " + base::FormatDateIso(expiry));
}

bool InForce(const CertificateRecord& certificate, Date today) {
  return certificate.status == CertificateStatus::kActive && certificate.valid_from <= today &&
         today <= certificate.valid_to;
}

void FindCertificates(Judging& judging) {
  Verdict& verdict = judging.verdict;
  for (const std::string& id : verdict.product->certificates) {
    const auto record = Load<CertificateRecord>(judging.state, CertificateKey(id)).value();
    if (id == verdict.run->certificate) verdict.certificate = {id, record};
    if (InForce(record, judging.today)) verdict.certificate_in_force = {id, record};
  }
}

// Decision 19. The run's certificate lives on in those that replaced it.
void CheckCertificate(Judging& judging) {
  FindCertificates(judging);
  const VerdictFinding& certificate = judging.verdict.certificate.value();
  CertificateRecord last = certificate.record;
  while (last.status == CertificateStatus::kSuperseded) {
    last = Load<CertificateRecord>(judging.state, CertificateKey(last.superseded_by)).value();
  }
  if (certificate.record.attested) {
    judging.Add(V::kCodeIssued, "attested",
                "Chứng nhận " + certificate.id + " được ghi lại từ hồ sơ cũ (xác nhận sau)",
                "Certificate " + certificate.id + " was attested after the fact");
  }
  const std::uint8_t star = judging.verdict.run->star;
  const auto& in_force = judging.verdict.certificate_in_force;
  const bool star_in_force = in_force && in_force->record.star >= star;
  if (judging.rules.Applies(Rule::kI15) && last.status == CertificateStatus::kRevoked) {
    const RevocationRecord& revocation = last.revocation.value();
    judging.Add(V::kGenuineCertRevoked, "certificate_revoked",
                "Chứng nhận bị thu hồi theo " + revocation.decision.number + " ngày " +
                    FormatDateVietnamese(revocation.decision.date) + ": " + revocation.reason,
                "Certificate revoked by " + revocation.decision.number + " of " +
                    base::FormatDateIso(revocation.decision.date) + ": " + revocation.reason);
  } else if (star_in_force) {
    return;
  } else if (judging.rules.Applies(Rule::kI15) && last.star < star) {
    judging.Add(
        V::kGenuineCertRevoked, "downgraded",
        "Sản phẩm bị hạ sao từ " + std::to_string(star) + " xuống " + std::to_string(last.star),
        "The product was downgraded from " + std::to_string(star) + " to " +
            std::to_string(last.star) + " stars");
  } else if (judging.rules.Applies(Rule::kI14)) {
    judging.Add(V::kGenuineCertExpired, "certificate_expired",
                "Sản phẩm từng đạt " + std::to_string(star) + " sao đến " +
                    FormatDateVietnamese(last.valid_to),
                "Was certified with " + std::to_string(star) + " stars until " +
                    base::FormatDateIso(last.valid_to));
  }
}

// Entries by a key that is suspected since before they were made stay, and the verdict says so.
void CheckKeys(Judging& judging) {
  const Verdict& verdict = judging.verdict;
  std::vector<const Fact*> facts = {&verdict.batch->registered, &verdict.run->authorised,
                                    &verdict.certificate->record.issued};
  for (const auto* fact :
       {&verdict.run->keyed, &verdict.run->last_printed, &verdict.run->last_activated}) {
    if (*fact) facts.push_back(&**fact);
  }
  std::set<Digest> said;
  for (const Fact* fact : facts) {
    const auto key = Load<KeyRecord>(judging.state, KeyKey(fact->key_id));
    if (!key || key->status != KeyStatus::kRevoked || fact->time < key->suspect_since) continue;
    if (!said.insert(fact->key_id).second) continue;
    judging.Add(V::kCodeIssued, "suspect_key",
                "Có bản ghi của " + fact->organisation + " ký bằng khóa bị nghi lộ từ " +
                    base::FormatTimeVietnamese(key->suspect_since),
                "It rests on entries of " + fact->organisation +
                    " by a key that is suspect since " + base::FormatTimeIso(key->suspect_since));
  }
}

}  // namespace

void CheckIssuedLabel(Judging& judging) {
  CheckClaims(judging);
  CheckActivation(judging);
  CheckExceptions(judging);
  CheckRecalls(judging);
  CheckScans(judging);
  CheckExpiry(judging);
  CheckCertificate(judging);
  CheckKeys(judging);
  const Stamp& stamp = judging.stamp();
  const std::string serial = std::to_string(stamp.serial);
  judging.Add(V::kCodeIssued, "issued",
              "Mã này đã được cấp cho lô " + stamp.lot + ", tem số " + serial,
              "This code was issued for lot " + stamp.lot + ", serial " + serial);
}

}  // namespace sogoc::ledger
