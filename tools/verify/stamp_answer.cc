#include "tools/verify/stamp_answer.h"

#include <algorithm>

namespace sogoc::tools {
namespace {

using ledger::VerdictCode;

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

Trouble NotVerified(const v1::VerdictAnswer& answer) {
  if (answer.notes().empty()) {
    return {"peer_cannot_verify", "Máy chủ chưa thể kiểm chứng", "The node cannot verify it"};
  }
  const v1::VerdictNoteView& note = answer.notes(0);
  return {note.name(), note.vi(), note.en()};
}

std::optional<Trouble> TroubleOf(const ReadAnswer& read, const v1::VerdictAnswer& answer,
                                 const ledger::Stamp& stamp) {
  if (read.code == VerdictCode::kCannotVerify) return NotVerified(answer);
  if (!IsAbout(answer, stamp)) {
    return Trouble{"other_stamp", "Máy chủ trả lời về một tem khác",
                   "The node answered about another stamp"};
  }
  if (SaysIssued(read.code) && !read.signature_holds) {
    return Trouble{
        "contradiction",
        "Máy chủ nói tem có thật nhưng chữ ký trên tem không đúng khóa mà máy chủ đưa ra",
        "The node calls the code issued, but its signature does not match the key that "
        "the node names"};
  }
  if (!SaysIssued(read.code) && read.signature_holds) {
    return Trouble{"contradiction",
                   "Máy chủ nói tem không có trong hệ thống nhưng chữ ký trên tem đúng",
                   "The node does not know the code, but its signature is right"};
  }
  return std::nullopt;
}

}  // namespace

ReadAnswer CheckAnswer(const v1::VerdictAnswer& answer, const ledger::Stamp& stamp) {
  ReadAnswer read;
  const auto code = ledger::VerdictFromName(answer.verdict());
  if (!code || *code == VerdictCode::kMalformed) {  // it is well-formed: this tool has read it
    read.trouble = Trouble{"unknown_verdict", "Máy chủ trả lời một kết quả lạ",
                           "The node's answer makes no sense for this code"};
    return read;
  }
  read.code = *code;
  read.signature_holds = SignatureHolds(stamp, answer);
  read.trouble = TroubleOf(read, answer, stamp);
  return read;
}

}  // namespace sogoc::tools
