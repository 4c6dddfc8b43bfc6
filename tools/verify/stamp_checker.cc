#include "tools/verify/stamp_checker.h"

#include <google/protobuf/util/json_util.h>

#include "node/base/time.h"
#include "node/ledger/stamp.h"

namespace sogoc::tools {
namespace {

using ledger::VerdictCode;

std::string PercentEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

// What a node says about its own stamp key is enough to refute a forged stamp and to catch a node
// that answers for another one; it is not yet a proof that the key stands on the ledger.
bool SignatureHolds(const ledger::Stamp& stamp, const v1::VerdictAnswer& answer) {
  const auto key_bytes = base::FromHex(answer.label().stamp_key());
  const auto ledger_id = base::DigestFromHex(answer.ledger().ledger_id());
  crypto::P256PublicKey key{};
  if (!ledger_id || !key_bytes || key_bytes->size() != key.size()) return false;
  std::copy(key_bytes->begin(), key_bytes->end(), key.begin());
  return ledger::VerifyStamp(stamp, *ledger_id, key);
}

bool IsAbout(const v1::VerdictAnswer& answer, const ledger::Stamp& stamp) {
  return answer.label().gtin() == stamp.gtin && answer.label().lot() == stamp.lot &&
         answer.label().serial() == stamp.serial;
}

// True for the verdicts that say that the code itself was issued.
bool SaysIssued(VerdictCode code) { return code > VerdictCode::kNotInSystem; }

}  // namespace

VerdictCode CodeOf(const v1::CheckedStamp& stamp) {
  return ledger::VerdictFromName(stamp.verdict()).value_or(VerdictCode::kCannotVerify);
}

void SetVerdict(v1::CheckedStamp& stamp, VerdictCode code, const std::string& name,
                const std::string& vi, const std::string& en) {
  const ledger::VerdictText& text = ledger::TextOf(code);
  stamp.set_verdict(text.name);
  stamp.set_verdict_vi(text.vi);
  stamp.set_verdict_en(text.en);
  stamp.clear_notes();
  stamp.clear_not_proved_vi();
  stamp.clear_not_proved_en();
  v1::VerdictNoteView* note = stamp.add_notes();
  note->set_verdict(text.name);
  note->set_name(name);
  note->set_vi(vi);
  note->set_en(en);
}

v1::CheckedStamp StampChecker::Check(const std::string& uri) {
  v1::CheckedStamp out;
  out.set_uri(uri);
  const auto parsed = ledger::ParseStampUri(uri);
  if (!parsed) {
    SetVerdict(out, VerdictCode::kMalformed, "not_a_stamp",
               "Mã quét được không phải là tem của hệ thống",
               "Not a stamp: " + parsed.error().message);
    return out;
  }
  const auto cannot = [&out](const char* name, const std::string& vi, const std::string& en) {
    SetVerdict(out, VerdictCode::kCannotVerify, name, vi, en);
    return out;
  };
  auto answer = Ask(uri);
  if (!answer) {
    return cannot("no_answer", "Không hỏi được máy chủ: " + answer.error().message,
                  "No usable answer from the node: " + answer.error().message);
  }
  *out.mutable_answer() = *answer;
  const auto code = ledger::VerdictFromName(answer->verdict());
  if (!code || *code == VerdictCode::kMalformed) {  // it is well-formed: this tool has read it
    return cannot("unknown_verdict", "Máy chủ trả lời một kết quả lạ",
                  "The node's answer makes no sense for this code");
  }
  // The tool's own headline, whatever the node makes of it.
  const ledger::VerdictText& text = ledger::TextOf(*code);
  out.set_verdict(text.name);
  out.set_verdict_vi(text.vi);
  out.set_verdict_en(text.en);
  *out.mutable_notes() = answer->notes();
  if (*code == VerdictCode::kCannotVerify) return out;
  if (!answer->not_proved_vi().empty()) {
    out.add_not_proved_vi(answer->not_proved_vi());
    out.add_not_proved_en(answer->not_proved_en());
  }
  out.add_not_proved_vi("Ngoài chữ ký của tem, kết quả dựa vào lời của máy chủ được hỏi.");
  out.add_not_proved_en(
      "Beyond the stamp's signature, the verdict is the word of the node that was asked.");
  if (const base::Status status = CheckCheckpoint(*answer); !status) {
    return cannot("untrusted_node",
                  "Máy chủ không chứng minh được dữ liệu: " + status.error().message,
                  "The node's data cannot be trusted: " + status.error().message);
  }
  if (!IsAbout(*answer, parsed->stamp)) {
    return cannot("other_stamp", "Máy chủ trả lời về một tem khác",
                  "The node answered about another stamp");
  }
  const bool holds = SignatureHolds(parsed->stamp, *answer);
  if (SaysIssued(*code)) {
    if (!holds) {
      return cannot(
          "contradiction",
          "Máy chủ nói tem có thật nhưng chữ ký trên tem không đúng khóa mà máy chủ đưa ra",
          "The node calls the code issued, but its signature does not match the key that the "
          "node names");
    }
    out.set_own_signature_check(true);
  } else if (holds) {
    return cannot("contradiction",
                  "Máy chủ nói tem không có trong hệ thống nhưng chữ ký trên tem đúng",
                  "The node does not know the code, but its signature is right");
  }
  return out;
}

base::Result<v1::VerdictAnswer> StampChecker::Ask(const std::string& uri) {
  std::string target = "/v1/verify?uri=" + PercentEncode(uri);
  if (options_.printed_star) target += "&star=" + std::to_string(*options_.printed_star);
  HttpCall call;
  call.target = std::move(target);
  call.fields = {{"Accept", "application/json"}};
  TRY(const HttpReply reply, client_.Send(call));
  // 503 carries CANNOT_VERIFY with its reason; any other error has no verdict in it.
  v1::VerdictAnswer answer;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(reply.body, &answer, options).ok() ||
      answer.verdict().empty()) {
    return base::Unavailable("HTTP " + std::to_string(reply.status) + " without a verdict");
  }
  return answer;
}

base::Status StampChecker::CheckCheckpoint(const v1::VerdictAnswer& answer) {
  if (options_.ledger_id && base::ToHex(*options_.ledger_id) != answer.ledger().ledger_id()) {
    return base::FailedPrecondition("it keeps another ledger, " + answer.ledger().ledger_id());
  }
  if (!options_.policy) return base::Ok();
  TRY(const HttpReply reply, client_.Get("/checkpoint"));
  const std::uint64_t now_s = base::SystemClock().Now() / base::kNsPerSecond;
  TRY(const crypto::CheckpointVerdict verdict,
      crypto::JudgeCheckpoint(reply.body, *options_.policy, now_s));
  if (!verdict.has_quorum) return base::FailedPrecondition("its checkpoint lacks the quorum");
  if (verdict.quorum_time_s + 600 < now_s) {
    return base::FailedPrecondition("its checkpoint is older than 10 minutes");
  }
  return base::Ok();
}

}  // namespace sogoc::tools
