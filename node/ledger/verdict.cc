#include "node/ledger/verdict.h"

#include <algorithm>
#include <set>

#include "node/ledger/limits.h"
#include "proto/entry.pb.h"

namespace sogoc::ledger {
namespace {

using base::FormatDateVietnamese;
using V = VerdictCode;

constexpr base::TimeNs kClockSkewMax = 60 * base::kNsPerSecond;  // reliability: timestamps ahead

// Passes reads on and remembers which keys they were.
class RecordingView final : public StateView {
 public:
  RecordingView(const StateView& state, std::vector<StateKey>& keys) : state_(state), keys_(keys) {}
  std::optional<base::Bytes> Get(base::ByteView key) const override {
    StateKey copy = base::ToBytes(key);
    if (seen_.insert(copy).second) keys_.push_back(std::move(copy));
    return state_.Get(key);
  }

 private:
  const StateView& state_;
  std::vector<StateKey>& keys_;
  mutable std::set<StateKey> seen_;
};

// Precedence. Decision 22: scan counts may take the place only of a good verdict.
int Rank(V code) {
  return code == V::kSuspectCopy ? 2 * static_cast<int>(V::kGenuineFirst) - 1
                                 : 2 * static_cast<int>(code);
}

class Judge {
 public:
  Judge(const StampQuestion& question, const StateView& state, const StateStanding& standing,
        const std::optional<ScanCounts>& scans, RuleSet rules)
      : question_(question),
        state_(state, verdict_.evidence),
        standing_(standing),
        scans_(scans),
        rules_(rules),
        today_(base::DateAt(standing.now)) {}

  Verdict Run() {
    if (ReadStamp()) {
      CheckStanding();
      if (FindRun() && CheckSignature()) CheckIssuedLabel();
    }
    Order();
    return std::move(verdict_);
  }

 private:
  void Add(V code, const char* name, std::string vi, std::string en) {
    verdict_.notes.push_back({code, name, std::move(vi), std::move(en)});
  }

  bool ReadStamp() {
    auto parsed = ParseStampUri(question_.uri);
    if (!parsed) {
      Add(V::kMalformed, "not_a_stamp", "Mã quét được không phải là tem của hệ thống",
          "Not a stamp: " + parsed.error().message);
      return false;
    }
    claims_ = parsed->claims;
    verdict_.stamp = std::move(parsed->stamp);
    return true;
  }

  const Stamp& stamp() const { return *verdict_.stamp; }

  void CheckStanding() {
    ledger_ = Load<LedgerRecord>(state_, LedgerKey());
    const auto parameters =
        Load<ParametersRecord>(state_, ParametersKey()).value_or(ParametersRecord{});
    const base::TimeNs age_max = parameters.checkpoint_age_max_seconds * base::kNsPerSecond;
    if (!ledger_ || !standing_.quorum) {
      Add(V::kCannotVerify, "no_quorum", "Dữ liệu chưa được đủ số đơn vị giữ sổ xác nhận",
          "The data do not carry the cosignatures of a quorum");
    } else if (standing_.checkpoint_time > standing_.now + kClockSkewMax) {
      Add(V::kCannotVerify, "clock_behind", "Đồng hồ của máy kiểm tra chậm hơn sổ cái",
          "The checking machine's clock is behind the ledger");
    } else if (standing_.checkpoint_time + age_max < standing_.now) {
      Add(V::kCannotVerify, "stale",
          "Dữ liệu đã cũ: xác nhận lúc " + base::FormatTimeVietnamese(standing_.checkpoint_time),
          "The data are stale: confirmed " + base::FormatTimeIso(standing_.checkpoint_time));
    }
    parameters_ = parameters;
  }

  // The run of the batch in which the serial lies.
  bool FindRun() {
    verdict_.product = Load<ProductRecord>(state_, ProductKey(stamp().gtin));
    if (!verdict_.product) {
      Add(V::kNotInSystem, "unknown_product", "Mã sản phẩm " + stamp().gtin + " không có trong sổ",
          "No product " + stamp().gtin + " is registered");
      return false;
    }
    verdict_.producer = Load<ProducerRecord>(state_, ProducerKey(verdict_.product->producer));
    verdict_.batch = Load<BatchRecord>(state_, BatchKey(stamp().gtin, stamp().lot));
    if (!verdict_.batch) {
      Add(V::kNotInSystem, "unknown_lot", "Sản phẩm không có lô " + stamp().lot,
          "The product has no lot " + stamp().lot);
      return false;
    }
    for (const RunRange& range : verdict_.batch->runs) {
      if (stamp().serial < range.first || stamp().serial - range.first >= range.count) continue;
      verdict_.run_first = range.first;
      verdict_.run = Load<LabelRunRecord>(state_, LabelRunKey(stamp().gtin, range.first));
      return true;
    }
    Add(V::kNotInSystem, "unknown_serial",
        "Số tem " + std::to_string(stamp().serial) + " chưa từng được cấp cho lô này",
        "Serial " + std::to_string(stamp().serial) + " was never issued for this lot");
    return false;
  }

  bool CheckSignature() {
    crypto::P256PublicKey key{};
    const bool keyed = ledger_ && verdict_.run->stamp_key.size() == key.size();
    if (keyed)
      std::copy(verdict_.run->stamp_key.begin(), verdict_.run->stamp_key.end(), key.begin());
    if (keyed && VerifyStamp(stamp(), ledger_->ledger_id, key)) return true;
    Add(V::kNotInSystem, "wrong_signature", "Chữ ký trên tem không do khóa của dải tem tạo ra",
        "The signature on the stamp was not made with the key of its run");
    return false;
  }

  // From here on the code itself is one that was issued.
  void CheckIssuedLabel() {
    CheckClaims();
    CheckActivation();
    CheckExceptions();
    CheckRecalls();
    CheckScans();
    CheckExpiry();
    CheckCertificate();
    CheckKeys();
    Add(V::kCodeIssued, "issued",
        "Mã này đã được cấp cho lô " + stamp().lot + ", tem số " + std::to_string(stamp().serial),
        "This code was issued for lot " + stamp().lot + ", serial " +
            std::to_string(stamp().serial));
  }

  // Decision 21: only unsigned claims can differ.
  void CheckClaims() {
    const BatchRecord& batch = *verdict_.batch;
    CheckClaimedDate(claims_.production, batch.production_date, "production_differs",
                     "Ngày sản xuất", "Production date");
    CheckClaimedDate(claims_.expiry, batch.expiry_date, "expiry_differs", "Hạn sử dụng",
                     "Expiry date");
    if (question_.printed_star && *question_.printed_star != verdict_.run->star) {
      const std::string printed = std::to_string(*question_.printed_star);
      const std::string authorised = std::to_string(verdict_.run->star);
      Add(V::kMismatch, "star_differs",
          "Hạng sao trên bao bì (" + printed + ") khác hạng được cấp (" + authorised + ")",
          "The printed star (" + printed + ") differs from the authorised one (" + authorised +
              ")");
    }
    const auto resolver = Load<ResolverRecord>(state_, ResolverKey(stamp().host));
    if (!resolver || resolver->withdrawn) {
      Add(V::kMismatch, "foreign_host",
          "Địa chỉ " + stamp().host + " không phải địa chỉ tra cứu chính thức của sổ",
          "The host " + stamp().host + " is not a resolver of this ledger");
    }
  }

  void CheckClaimedDate(const std::optional<Gs1Date>& claim, Date recorded, const char* name,
                        const char* vi, const char* en) {
    if (!claim) return;
    const auto range = ResolveGs1Date(*claim, static_cast<int>(today_ / 10'000));
    if (range && recorded >= range->first && recorded <= range->last) return;
    const std::string ledger_vi = recorded == 0 ? "không có" : FormatDateVietnamese(recorded);
    const std::string ledger_en = recorded == 0 ? "none" : base::FormatDateIso(recorded);
    Add(V::kMismatch, name, std::string(vi) + " trên tem khác sổ cái (" + ledger_vi + ")",
        std::string(en) + " on the stamp differs from the ledger (" + ledger_en + ")");
  }

  void CheckActivation() {
    if (stamp().serial - verdict_.run_first < verdict_.run->activated) return;
    const bool printed = stamp().serial - verdict_.run_first < verdict_.run->printed;
    Add(V::kNotActivated, printed ? "printed_only" : "not_printed",
        printed ? "Tem đã in nhưng chủ thể chưa kích hoạt" : "Tem chưa được xác nhận in",
        printed ? "Printed, but the producer has not activated it" : "No print was confirmed");
  }

  void CheckExceptions() {
    const auto page = Load<ExceptionsRecord>(
        state_,
        ExceptionsKey(stamp().gtin, verdict_.run_first, stamp().serial / kExceptionPageSerials));
    if (!page) return;
    for (const ExceptionRange& range : page->ranges) {
      if (stamp().serial < range.first || stamp().serial - range.first >= range.count) continue;
      const std::string when = base::FormatTimeVietnamese(range.recorded.time);
      const std::string reason = range.reason.empty() ? "" : ": " + range.reason;
      switch (range.kind) {
        case v1::LOST:
          Add(V::kStolenLost, "lost", "Báo mất lúc " + when + reason, "Reported lost" + reason);
          break;
        case v1::STOLEN:
          Add(V::kStolenLost, "stolen", "Báo bị đánh cắp lúc " + when + reason,
              "Reported stolen" + reason);
          break;
        case v1::VOID:
          Add(V::kRevoked, "void", "Tem hỏng, đã hủy lúc " + when + reason, "Made void" + reason);
          break;
        default:
          Add(V::kRevoked, "revoked", "Bị thu hồi lúc " + when + reason, "Revoked" + reason);
      }
    }
  }

  // I19: a recall of a batch reaches all that was made of it.
  void CheckRecalls() {
    std::vector<BatchId> batches = {BatchId{{}, stamp().gtin, stamp().lot}};
    if (verdict_.batch->ancestor_count > 0 && rules_.Applies(Rule::kI19)) {
      const auto list = *Load<AncestorsRecord>(state_, AncestorsKey(verdict_.batch->ancestors));
      batches.insert(batches.end(), list.batches.begin(), list.batches.end());
    }
    std::map<std::string, RecallsRecord> recalls;  // read once a product
    for (const BatchId& batch : batches) {
      if (batch.ledger_id != Digest{}) {
        Add(V::kCodeIssued, "foreign_input",
            "Có nguyên liệu từ sổ khác (lô " + batch.lot + "), chưa kiểm tra thu hồi ở sổ đó",
            "An input comes from another ledger (lot " + batch.lot +
                "); recalls there were not checked");
        continue;
      }
      const auto [it, fresh] = recalls.try_emplace(batch.gtin);
      if (fresh) {
        it->second = Load<RecallsRecord>(state_, RecallsKey(batch.gtin)).value_or(RecallsRecord{});
      }
      for (const RecallRecord& recall : it->second.open) {
        if (recall.lot.empty() || recall.lot == batch.lot) AddRecall(batch, recall);
      }
    }
  }

  void AddRecall(const BatchId& batch, const RecallRecord& recall) {
    const bool input = batch.gtin != stamp().gtin || batch.lot != stamp().lot;
    const bool hold = recall.kind == v1::HOLD;
    const std::string what =
        input ? "Nguyên liệu lô " + batch.lot + " (" + batch.gtin + ") " : "Lô " + batch.lot + " ";
    Add(V::kRecalled,
        input  ? "recalled_input"
        : hold ? "held"
               : "recalled",
        what + (hold ? "đang tạm giữ" : "đang bị thu hồi") + " theo " + recall.recall + ": " +
            recall.reason + " – không sử dụng",
        std::string(input ? "Input lot " : "Lot ") + batch.lot + " (" + batch.gtin + ") is " +
            (hold ? "on hold" : "recalled") + " by " + recall.recall + ": " + recall.reason);
  }

  void CheckScans() {
    if (!scans_ || scans_->scans <= parameters_.scan_count_max ||
        scans_->days < parameters_.scan_days_min) {
      return;
    }
    Add(V::kSuspectCopy, "many_scans",
        "Theo số đếm của cổng này, mã đã được quét " + std::to_string(scans_->scans) +
            " lần trong " + std::to_string(scans_->days) + " ngày",
        "By this gateway's count the code was scanned " + std::to_string(scans_->scans) +
            " times on " + std::to_string(scans_->days) + " days");
  }

  void CheckExpiry() {
    const Date expiry = verdict_.batch->expiry_date;
    if (expiry == 0 || today_ <= expiry) return;
    Add(V::kExpired, "expired", "Hạn sử dụng đến " + FormatDateVietnamese(expiry),
        "Use by " + base::FormatDateIso(expiry));
  }

  bool InForce(const CertificateRecord& certificate) const {
    return certificate.status == CertificateStatus::kActive && certificate.valid_from <= today_ &&
           today_ <= certificate.valid_to;
  }

  // Decision 19. The run's certificate lives on in those that replaced it.
  void CheckCertificate() {
    for (const std::string& id : verdict_.product->certificates) {
      const auto record = Load<CertificateRecord>(state_, CertificateKey(id));
      if (record && id == verdict_.run->certificate) verdict_.certificate = {id, *record};
      if (record && InForce(*record)) verdict_.certificate_in_force = {id, *record};
    }
    if (!verdict_.certificate) return;
    CertificateRecord last = verdict_.certificate->record;
    while (last.status == CertificateStatus::kSuperseded) {
      last = *Load<CertificateRecord>(state_, CertificateKey(last.superseded_by));
    }
    const std::uint8_t star = verdict_.run->star;
    const bool star_in_force =
        verdict_.certificate_in_force && verdict_.certificate_in_force->record.star >= star;
    if (verdict_.certificate->record.attested) {
      Add(V::kCodeIssued, "attested",
          "Chứng nhận " + verdict_.certificate->id + " được ghi lại từ hồ sơ cũ (xác nhận sau)",
          "Certificate " + verdict_.certificate->id + " was attested after the fact");
    }
    if (rules_.Applies(Rule::kI15) && last.status == CertificateStatus::kRevoked) {
      Add(V::kGenuineCertRevoked, "certificate_revoked",
          "Chứng nhận bị thu hồi theo " + last.revocation->decision.number + " ngày " +
              FormatDateVietnamese(last.revocation->decision.date) + ": " + last.revocation->reason,
          "Certificate revoked by " + last.revocation->decision.number + " of " +
              base::FormatDateIso(last.revocation->decision.date));
    } else if (rules_.Applies(Rule::kI15) && last.star < star && !star_in_force) {
      Add(V::kGenuineCertRevoked, "downgraded",
          "Sản phẩm bị hạ sao từ " + std::to_string(star) + " xuống " + std::to_string(last.star),
          "The product was downgraded from " + std::to_string(star) + " to " +
              std::to_string(last.star) + " stars");
    } else if (rules_.Applies(Rule::kI14) && !star_in_force) {
      Add(V::kGenuineCertExpired, "certificate_expired",
          "Sản phẩm từng đạt " + std::to_string(star) + " sao đến " +
              FormatDateVietnamese(last.valid_to),
          "Was certified with " + std::to_string(star) + " stars until " +
              base::FormatDateIso(last.valid_to));
    }
  }

  // Entries by a key that is suspected since before they were made stay, and the verdict says so.
  void CheckKeys() {
    std::vector<const Fact*> facts = {&verdict_.batch->registered, &verdict_.run->authorised};
    for (const auto* fact :
         {&verdict_.run->keyed, &verdict_.run->last_printed, &verdict_.run->last_activated}) {
      if (*fact) facts.push_back(&**fact);
    }
    if (verdict_.certificate) facts.push_back(&verdict_.certificate->record.issued);
    std::set<Digest> said;
    for (const Fact* fact : facts) {
      const auto key = Load<KeyRecord>(state_, KeyKey(fact->key_id));
      if (!key || key->status != KeyStatus::kRevoked || fact->time < key->suspect_since) continue;
      if (!said.insert(fact->key_id).second) continue;
      Add(V::kCodeIssued, "suspect_key",
          "Có bản ghi của " + fact->organisation + " ký bằng khóa bị nghi lộ từ " +
              base::FormatTimeVietnamese(key->suspect_since),
          "It rests on entries of " + fact->organisation + " by a key that is suspect since " +
              base::FormatTimeIso(key->suspect_since));
    }
  }

  // The headline is the finding of the highest precedence. Where nothing could be verified, nothing
  // that sounds like a confirmation is said.
  void Order() {
    auto& notes = verdict_.notes;
    std::stable_sort(notes.begin(), notes.end(), [](const VerdictNote& a, const VerdictNote& b) {
      return Rank(a.code) < Rank(b.code);
    });
    verdict_.code = notes.front().code;
    if (verdict_.code != V::kCannotVerify) return;
    std::erase_if(notes, [](const VerdictNote& note) { return ExitCodeOf(note.code) == 0; });
  }

  Verdict verdict_;
  const StampQuestion& question_;
  RecordingView state_;
  const StateStanding standing_;
  const std::optional<ScanCounts> scans_;
  const RuleSet rules_;
  const Date today_;
  DateClaims claims_;
  std::optional<LedgerRecord> ledger_;
  ParametersRecord parameters_;
};

}  // namespace

Verdict JudgeStamp(const StampQuestion& question, const StateView& state,
                   const StateStanding& standing, const std::optional<ScanCounts>& scans,
                   RuleSet rules) {
  return Judge(question, state, standing, scans, rules).Run();
}

}  // namespace sogoc::ledger
