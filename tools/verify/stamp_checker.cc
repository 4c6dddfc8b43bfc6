#include "tools/verify/stamp_checker.h"

#include <algorithm>

#include "tools/verify/fork_evidence.h"

namespace sogoc::tools {
namespace {

using ledger::VerdictCode;

std::string Join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string SizeText(const ServedCheckpoint& served) {
  return std::to_string(served.checkpoint.verdict.checkpoint.size);
}

void AddNotProved(v1::CheckedStamp& out, const std::string& vi, const std::string& en) {
  out.add_not_proved_vi(vi);
  out.add_not_proved_en(en);
}

std::size_t Believed(const v1::CheckedStamp& stamp) {
  const auto believed = [](const v1::CheckedPeer& peer) {
    return peer.verdict() != ledger::TextOf(VerdictCode::kCannotVerify).name;
  };
  return static_cast<std::size_t>(std::ranges::count_if(stamp.peers(), believed));
}

}  // namespace

base::Result<DatedPolicy> PolicyOfPeers(std::vector<PeerGateway>& peers) {
  std::optional<DatedPolicy> policy;
  std::string from;
  std::optional<base::Error> first_error;
  for (PeerGateway& peer : peers) {
    auto given = peer.Policy();
    if (!given) {
      if (!first_error) first_error = given.error();
    } else if (!policy) {
      policy = std::move(*given);
      from = peer.url();
    } else if (given->policy != policy->policy) {
      return base::FailedPrecondition(from + ", " + peer.url());
    }
  }
  if (!policy) return base::Unavailable(first_error->message);
  return *std::move(policy);
}

StampChecker::StampChecker(std::vector<PeerGateway> peers, StampCheckerOptions options,
                           const base::Clock& clock)
    : peers_(std::move(peers)),
      options_(std::move(options)),
      clock_(clock),
      policy_(options_.policy),
      log_([this](std::uint64_t size, const crypto::Checkpoint& newer, const std::string& url) {
        return ProveRoot(size, newer, url);
      }) {}

v1::CheckedStamp StampChecker::Check(const std::string& uri) {
  v1::CheckedStamp out;
  out.set_uri(uri);
  const auto parsed = ledger::ParseStampUri(uri);
  if (!parsed) {
    SetVerdict(out, VerdictCode::kMalformed,
               {"not_a_stamp", "Mã quét được không phải là tem của hệ thống",
                "Not a stamp: " + parsed.error().message});
    return out;
  }
  if (const base::Status learned = LearnPolicy(); !learned) {
    const bool differ = learned.error().code == base::ErrorCode::kFailedPrecondition;
    const std::string& why = learned.error().message;
    const Trouble differs{"policy_differs",
                          "Các máy chủ đưa ra chính sách xác nhận khác nhau: " + why,
                          "The peers give different policies: " + why};
    const Trouble none{"no_policy", "Không hỏi được máy chủ: " + why,
                       "No usable answer from the node: " + why};
    SetVerdict(out, VerdictCode::kCannotVerify, differ ? differs : none);
    return out;
  }
  out.set_policy_source(options_.policy ? "file" : "node");
  const std::uint64_t now_s = clock_.Now() / base::kNsPerSecond;
  std::vector<PeerOpinion> opinions;
  for (PeerGateway& peer : peers_) opinions.push_back(Ask(peer, uri, parsed->stamp, now_s));
  CompareLogs(opinions, out);
  ChooseVerdict(opinions, policy_->policy, now_s, out);
  SayWhatIsNotProved(out);
  return out;
}

base::Status StampChecker::LearnPolicy() {
  if (policy_) return base::Ok();
  TRY(policy_, PolicyOfPeers(peers_));
  return base::Ok();
}

PeerOpinion StampChecker::Ask(PeerGateway& peer, const std::string& uri, const ledger::Stamp& stamp,
                              std::uint64_t now_s) {
  PeerOpinion opinion;
  opinion.url = peer.url();
  auto answer = peer.Verify(uri, options_.printed_star);
  if (!answer) {
    const std::string& why = answer.error().message;
    opinion.trouble = Trouble{"no_answer", "Không hỏi được máy chủ: " + why,
                              "No usable answer from the node: " + why};
    return opinion;
  }
  opinion.answer = std::move(*answer);
  CheckedStatus status =
      CheckLedgerStatus(opinion.answer->ledger(), policy_->policy, options_.ledger_id, now_s);
  opinion.checkpoint = std::move(status.checkpoint);
  opinion.read = CheckAnswer(*opinion.answer, stamp);
  opinion.trouble = status.trouble ? std::move(status.trouble) : opinion.read.trouble;
  if (opinion.trouble) TellOfChange(peer, *opinion.trouble);
  return opinion;
}

// Where the signatures are not those of the pinned policy, the peer may simply have a newer one.
void StampChecker::TellOfChange(PeerGateway& peer, Trouble& trouble) {
  if (!options_.policy || (trouble.name != "no_quorum" && trouble.name != "bad_checkpoint")) return;
  const auto given = peer.Policy();
  if (!given || given->policy == policy_->policy) return;
  const base::Date today = base::DateAt(clock_.Now());
  const bool old = !policy_->date || base::DaysBetween(*policy_->date, today) > kPolicyDaysMax;
  trouble.vi +=
      ". Máy chủ nói chính sách xác nhận đã đổi; hãy xin tệp chính sách mới từ nơi đã cấp tệp này";
  trouble.en +=
      ". The node says that the policy has changed; ask whoever gave you the file for a new one";
  if (!old) return;
  trouble.vi += " (tệp này quá 90 ngày hoặc không ghi ngày: không theo thay đổi nào từ nó)";
  trouble.en += " (this one is older than 90 days, or undated: no change is followed from it)";
}

void StampChecker::CompareLogs(std::vector<PeerOpinion>& opinions, v1::CheckedStamp& out) {
  for (const bool quorum : {true, false}) {
    for (PeerOpinion& opinion : opinions) {
      if (opinion.checkpoint && opinion.checkpoint->verdict.has_quorum == quorum) {
        TieToLog(opinion, out);
      }
    }
  }
  if (!log_.broken()) return;
  for (PeerOpinion& opinion : opinions) opinion.trouble = KeepFork(*log_.broken(), out);
}

void StampChecker::TieToLog(PeerOpinion& opinion, v1::CheckedStamp& out) {
  const LogWatch::Tie tie = log_.Add({opinion.url, *opinion.checkpoint});
  if (tie == LogWatch::Tie::kForked) {
    opinion.trouble = KeepFork(log_.fork(), out);
  } else if (tie == LogWatch::Tie::kUnproven && !opinion.trouble) {
    opinion.trouble = Trouble{
        "not_one_log", "Không ai chứng minh được điểm kiểm tra này cùng một sổ với điểm trước",
        "Nobody proved that this checkpoint is of the same log as the one before it"};
  }
}

Trouble StampChecker::KeepFork(const Fork& fork, v1::CheckedStamp& out) const {
  const std::string sizes = SizeText(fork.first) + " (" + fork.first.url + ") / " +
                            SizeText(fork.second) + " (" + fork.second.url + ")";
  const std::string both = Join(SignersOfBoth(fork));
  Trouble trouble{fork.between_quorums() ? "fork" : "rewritten",
                  "Hai bản sổ trái nhau: " + sizes + " mục",
                  "Two logs contradict each other: " + sizes + " leaves"};
  if (!both.empty()) {
    trouble.vi += "; ký cả hai: " + both;
    trouble.en += "; signed both: " + both;
  }
  if (options_.evidence.empty()) {
    trouble.vi += ". Chạy lại với --evidence THƯ-MỤC để giữ bằng chứng";
    trouble.en += ". Run again with --evidence DIR to keep the proof";
    return trouble;
  }
  const auto written = WriteForkEvidence(fork, options_.evidence);
  if (!written) {
    trouble.vi += ". Không ghi được bằng chứng: " + written.error().message;
    trouble.en += ". The proof could not be kept: " + written.error().message;
    return trouble;
  }
  for (const std::string& path : *written) {
    if (std::ranges::count(out.evidence(), path) == 0) out.add_evidence(path);
  }
  trouble.vi += ". Bằng chứng: " + written->back();
  trouble.en += ". The proof is in " + written->back();
  return trouble;
}

// The peer that serves the newer checkpoint first, then all others: the log is the same for all.
std::optional<LogWatch::ProvedRoot> StampChecker::ProveRoot(std::uint64_t size,
                                                            const crypto::Checkpoint& newer,
                                                            const std::string& url) {
  for (const bool serves : {true, false}) {
    for (PeerGateway& peer : peers_) {
      if ((peer.url() == url) != serves) continue;
      if (auto proved = peer.ProveRoot(size, newer)) return *std::move(proved);
    }
  }
  return std::nullopt;
}

void StampChecker::SayWhatIsNotProved(v1::CheckedStamp& out) const {
  const VerdictCode code = CodeOf(out);
  if (code == VerdictCode::kCannotVerify) return;
  const v1::VerdictAnswer& answer = out.answer();
  if (!answer.not_proved_vi().empty()) {
    AddNotProved(out, answer.not_proved_vi(), answer.not_proved_en());
  }
  const std::string believed = std::to_string(Believed(out));
  AddNotProved(
      out,
      "Đã kiểm tra chữ ký của tem và điểm kiểm tra có đủ xác nhận; còn sổ ghi gì về tem thì "
      "dựa vào lời của " +
          believed + " máy chủ được hỏi.",
      "The stamp's signature and the quorum under the checkpoint were checked; what the "
      "ledger holds about the stamp is the word of the " +
          believed + " node(s) asked.");
  if (!options_.policy) {
    AddNotProved(
        out,
        "Danh sách đơn vị xác nhận (chính sách) do chính máy chủ đưa ra; dùng --policy với "
        "tệp nhận từ nơi tin cậy.",
        "The policy came from the node itself; use --policy with a file from somebody you "
        "trust.");
    return;
  }
  const base::Date today = base::DateAt(clock_.Now());
  if (!policy_->date) {
    AddNotProved(out, "Tệp chính sách không ghi ngày: không rõ các khóa trong đó còn dùng không.",
                 "The policy file has no date: whether its keys are still in use is not known.");
  } else if (base::DaysBetween(*policy_->date, today) > kPolicyDaysMax) {
    AddNotProved(
        out,
        "Tệp chính sách đã quá 90 ngày: các khóa trong đó có thể đã được thay; hãy xin tệp mới.",
        "The policy file is older than 90 days: its keys may have been replaced; ask for a "
        "new one.");
  }
}

}  // namespace sogoc::tools
