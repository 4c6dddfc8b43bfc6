#include "tools/verify/verdict_choice.h"

#include "node/base/bytes.h"

namespace sogoc::tools {
namespace {

using ledger::VerdictCode;

void Fill(VerdictCode code, const Trouble& why, v1::VerdictNoteView& note) {
  note.set_verdict(ledger::TextOf(code).name);
  note.set_name(why.name);
  note.set_vi(why.vi);
  note.set_en(why.en);
}

void SetHeadline(v1::CheckedStamp& stamp, VerdictCode code) {
  const ledger::VerdictText& text = ledger::TextOf(code);
  stamp.set_verdict(text.name);
  stamp.set_verdict_vi(text.vi);
  stamp.set_verdict_en(text.en);
}

// The worst for the stamp; of several that say the same, the one with the newest checkpoint.
const PeerOpinion* Worst(const std::vector<PeerOpinion>& opinions) {
  const PeerOpinion* worst = nullptr;
  for (const PeerOpinion& opinion : opinions) {
    if (opinion.trouble) continue;
    if (worst != nullptr && opinion.read.code > worst->read.code) continue;
    const bool newer = worst == nullptr || opinion.checkpoint->verdict.checkpoint.size >
                                               worst->checkpoint->verdict.checkpoint.size;
    if (newer || opinion.read.code < worst->read.code) worst = &opinion;
  }
  return worst;
}

// How an opinion that can be believed differs from the one that is followed.
std::optional<Trouble> DifferenceOf(const PeerOpinion& opinion, const PeerOpinion& followed) {
  if (opinion.read.code == followed.read.code) return std::nullopt;
  const std::string says = ledger::TextOf(opinion.read.code).name;
  const std::uint64_t size = opinion.checkpoint->verdict.checkpoint.size;
  const std::uint64_t other = followed.checkpoint->verdict.checkpoint.size;
  const std::string sizes = std::to_string(size) + " / " + std::to_string(other);
  if (size < other) {
    return Trouble{"behind",
                   "trả lời " + says + " ở điểm kiểm tra cũ hơn (" + sizes +
                       " mục): máy chủ này chậm hơn, hoặc giấu dữ liệu",
                   "answers " + says + " at an older checkpoint (" + sizes +
                       " leaves): it is behind, or withholds what came since"};
  }
  if (size > other) {
    return Trouble{"newer_disagrees",
                   "trả lời " + says + " ở điểm kiểm tra mới hơn (" + sizes +
                       " mục): điều bất lợi có thể vừa được gỡ bỏ, hoặc bị giấu; hãy kiểm tra lại",
                   "answers " + says + " at a newer checkpoint (" + sizes +
                       " leaves): what speaks against the stamp was lifted since, or is being "
                       "hidden; check again"};
  }
  return Trouble{"peers_contradict",
                 "trả lời " + says + " ở cùng một điểm kiểm tra: một trong hai máy chủ nói sai",
                 "answers " + says +
                     " at the same checkpoint: one of the two does not tell the "
                     "truth"};
}

std::int64_t AgeOf(const crypto::CheckpointVerdict& verdict, std::uint64_t now_s) {
  if (!verdict.has_quorum) return 0;
  return static_cast<std::int64_t>(now_s) - static_cast<std::int64_t>(verdict.quorum_time_s);
}

void Describe(const PeerOpinion& opinion, const crypto::Policy& policy, std::uint64_t now_s,
              v1::CheckedPeer& out) {
  out.set_url(opinion.url);
  if (opinion.answer) out.set_said(opinion.answer->verdict());
  const VerdictCode code = opinion.trouble ? VerdictCode::kCannotVerify : opinion.read.code;
  out.set_verdict(ledger::TextOf(code).name);
  out.set_quorum_needed(static_cast<std::uint32_t>(policy.quorum));
  out.set_cosigners_known(static_cast<std::uint32_t>(policy.cosigners.size()));
  if (!opinion.checkpoint) return;
  const crypto::CheckpointVerdict& verdict = opinion.checkpoint->verdict;
  out.set_quorum(verdict.has_quorum);
  out.set_size(verdict.checkpoint.size);
  out.set_root(base::ToHex(verdict.checkpoint.root));
  out.set_age_seconds(AgeOf(verdict, now_s));
  for (const auto& cosignature : verdict.cosignatures) out.add_cosigners(cosignature.name);
  if (opinion.answer) out.set_height(opinion.answer->ledger().height());
}

Trouble WithUrl(const std::string& url, const Trouble& trouble) {
  return {trouble.name, url + ": " + trouble.vi, url + ": " + trouble.en};
}

void SetAnswer(const std::vector<PeerOpinion>& opinions, const PeerOpinion* followed,
               v1::CheckedStamp& out) {
  if (followed != nullptr) {
    *out.mutable_answer() = *followed->answer;
    return;
  }
  for (const PeerOpinion& opinion : opinions) {
    if (!opinion.answer) continue;
    *out.mutable_answer() = *opinion.answer;
    return;
  }
}

}  // namespace

VerdictCode CodeOf(const v1::CheckedStamp& stamp) {
  return ledger::VerdictFromName(stamp.verdict()).value_or(VerdictCode::kCannotVerify);
}

void SetVerdict(v1::CheckedStamp& stamp, VerdictCode code, const Trouble& why) {
  SetHeadline(stamp, code);
  stamp.clear_notes();
  stamp.clear_own_signature_check();
  stamp.clear_not_proved_vi();
  stamp.clear_not_proved_en();
  Fill(code, why, *stamp.add_notes());
}

void ChooseVerdict(const std::vector<PeerOpinion>& opinions, const crypto::Policy& policy,
                   std::uint64_t now_s, v1::CheckedStamp& out) {
  const PeerOpinion* followed = Worst(opinions);
  SetAnswer(opinions, followed, out);
  if (followed != nullptr) {
    // The tool's own headline, whatever the node makes of it.
    SetHeadline(out, followed->read.code);
    *out.mutable_notes() = followed->answer->notes();
    out.set_own_signature_check(followed->read.signature_holds);
  } else {
    SetVerdict(out, VerdictCode::kCannotVerify, *opinions.front().trouble);
  }
  for (const PeerOpinion& opinion : opinions) {
    v1::CheckedPeer& peer = *out.add_peers();
    Describe(opinion, policy, now_s, peer);
    peer.set_followed(&opinion == followed);
    const auto problem = opinion.trouble ? opinion.trouble : DifferenceOf(opinion, *followed);
    if (!problem) continue;
    const VerdictCode code = opinion.trouble ? VerdictCode::kCannotVerify : opinion.read.code;
    Fill(code, *problem, *peer.mutable_problem());
    const bool told = followed == nullptr && &opinion == &opinions.front();
    if (!told) Fill(code, WithUrl(opinion.url, *problem), *out.add_notes());
  }
}

}  // namespace sogoc::tools
