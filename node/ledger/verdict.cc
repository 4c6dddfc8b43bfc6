#include "node/ledger/verdict.h"

#include <algorithm>
#include <set>

#include "node/ledger/verdict_parts.h"

namespace sogoc::ledger {
namespace {

using V = VerdictCode;

constexpr base::TimeNs kClockSkewMax = 60 * base::kNsPerSecond;  // as crypto::kTimeAheadMax_s

// Passes reads on and remembers which keys they were.
class RecordingView final : public StateView {
 public:
  explicit RecordingView(const StateView& state) : state_(state) {}
  std::optional<base::Bytes> Get(base::ByteView key) const override {
    StateKey copy = base::ToBytes(key);
    if (seen_.insert(copy).second) keys_.push_back(std::move(copy));
    return state_.Get(key);
  }
  std::vector<StateKey> TakeKeys() { return std::move(keys_); }

 private:
  const StateView& state_;
  mutable std::vector<StateKey> keys_;
  mutable std::set<StateKey> seen_;
};

// Precedence. Decision 22: scan counts may take the place only of a good verdict.
int Rank(V code) {
  return code == V::kSuspectCopy ? 2 * static_cast<int>(V::kGenuineFirst) - 1
                                 : 2 * static_cast<int>(code);
}

bool ReadStamp(Judging& judging) {
  auto parsed = ParseStampUri(judging.question.uri);
  if (!parsed) {
    judging.Add(V::kMalformed, "not_a_stamp", "Mã quét được không phải là tem của hệ thống",
                "Not a stamp: " + parsed.error().message);
    return false;
  }
  judging.claims = parsed->claims;
  judging.verdict.stamp = std::move(parsed->stamp);
  return true;
}

void CheckStanding(Judging& judging, const StateStanding& standing, bool founded) {
  const base::TimeNs age_max = judging.parameters.checkpoint_age_max_seconds * base::kNsPerSecond;
  if (!founded || !standing.quorum) {
    judging.Add(V::kCannotVerify, "no_quorum", "Dữ liệu chưa được đủ số đơn vị giữ sổ xác nhận",
                "The data do not carry the cosignatures of a quorum");
  } else if (standing.checkpoint_time > standing.now + kClockSkewMax) {
    judging.Add(V::kCannotVerify, "clock_behind", "Đồng hồ của máy kiểm tra chậm hơn sổ cái",
                "The checking machine's clock is behind the ledger");
  } else if (standing.checkpoint_time + age_max < standing.now) {
    judging.Add(
        V::kCannotVerify, "stale",
        "Dữ liệu đã cũ: xác nhận lúc " + base::FormatTimeVietnamese(standing.checkpoint_time),
        "The data are stale: confirmed " + base::FormatTimeIso(standing.checkpoint_time));
  }
}

// The run of the batch in which the serial lies.
bool FindRun(Judging& judging) {
  const Stamp& stamp = judging.stamp();
  Verdict& verdict = judging.verdict;
  verdict.product = Load<ProductRecord>(judging.state, ProductKey(stamp.gtin));
  if (!verdict.product) {
    judging.Add(V::kNotInSystem, "unknown_product",
                "Mã sản phẩm " + stamp.gtin + " không có trong sổ",
                "No product " + stamp.gtin + " is registered");
    return false;
  }
  verdict.producer = Load<ProducerRecord>(judging.state, ProducerKey(verdict.product->producer));
  verdict.batch = Load<BatchRecord>(judging.state, BatchKey(stamp.gtin, stamp.lot));
  if (!verdict.batch) {
    judging.Add(V::kNotInSystem, "unknown_lot", "Sản phẩm không có lô " + stamp.lot,
                "The product has no lot " + stamp.lot);
    return false;
  }
  for (const RunRange& range : verdict.batch->runs) {
    if (stamp.serial < range.first || stamp.serial - range.first >= range.count) continue;
    verdict.run_first = range.first;
    verdict.run = Load<LabelRunRecord>(judging.state, LabelRunKey(stamp.gtin, range.first)).value();
    return true;
  }
  const std::string serial = std::to_string(stamp.serial);
  judging.Add(V::kNotInSystem, "unknown_serial",
              "Số tem " + serial + " chưa từng được cấp cho lô này",
              "Serial " + serial + " was never issued for this lot");
  return false;
}

bool CheckSignature(Judging& judging, const std::optional<LedgerRecord>& ledger) {
  const base::Bytes& stamp_key = judging.verdict.run->stamp_key;
  crypto::P256PublicKey key{};
  const bool keyed = ledger && stamp_key.size() == key.size();
  if (keyed) std::copy(stamp_key.begin(), stamp_key.end(), key.begin());
  if (keyed && VerifyStamp(judging.stamp(), ledger->ledger_id, key)) return true;
  judging.Add(V::kNotInSystem, "wrong_signature",
              "Chữ ký trên tem không do khóa của dải tem tạo ra",
              "The signature on the stamp was not made with the key of its run");
  return false;
}

// The headline is the finding of the highest precedence. Where nothing could be verified, nothing
// that sounds like a confirmation is said.
void Order(Verdict& verdict) {
  auto& notes = verdict.notes;
  std::stable_sort(notes.begin(), notes.end(), [](const VerdictNote& a, const VerdictNote& b) {
    return Rank(a.code) < Rank(b.code);
  });
  verdict.code = notes.front().code;
  if (verdict.code != V::kCannotVerify) return;
  std::erase_if(notes, [](const VerdictNote& note) { return ExitCodeOf(note.code) == 0; });
}

}  // namespace

Verdict JudgeStamp(const StampQuestion& question, const StateView& state,
                   const StateStanding& standing, const std::optional<ScanCounts>& scans,
                   RuleSet rules) {
  RecordingView recording(state);
  Judging judging{question, recording, scans, rules, base::DateAt(standing.now)};
  if (ReadStamp(judging)) {
    const auto ledger = Load<LedgerRecord>(recording, LedgerKey());
    judging.parameters =
        Load<ParametersRecord>(recording, ParametersKey()).value_or(ParametersRecord{});
    CheckStanding(judging, standing, ledger.has_value());
    if (FindRun(judging) && CheckSignature(judging, ledger)) CheckIssuedLabel(judging);
  }
  Order(judging.verdict);
  judging.verdict.evidence = recording.TakeKeys();
  return std::move(judging.verdict);
}

}  // namespace sogoc::ledger
