#include "tools/verify/checkpoint_check.h"

#include "crypto/log_tree.h"
#include "node/base/time.h"
#include "node/ledger/header.h"

namespace sogoc::tools {
namespace {

constexpr std::size_t kIdDigits = 16;  // of the ledger id, at the end of its origin

std::optional<Trouble> CheckNames(const v1::LedgerStatus& status, const crypto::Policy& policy,
                                  const std::optional<base::Digest>& ledger_id) {
  const std::string& id = status.ledger_id();
  if (ledger_id && base::ToHex(*ledger_id) != id) {
    return Trouble{"other_ledger", "Máy chủ giữ một sổ khác, " + id,
                   "The node keeps another ledger, " + id};
  }
  const std::string& origin = policy.logs.front().name;
  if (status.origin() != origin) {
    return Trouble{"other_ledger",
                   "Máy chủ giữ sổ " + status.origin() + ", chính sách xác nhận là của " + origin,
                   "The node keeps " + status.origin() + ", the policy is of " + origin};
  }
  if (!base::DigestFromHex(id) || !origin.ends_with("/" + id.substr(0, kIdDigits))) {
    return Trouble{"other_ledger", "Số hiệu sổ " + id + " không phải là của " + origin,
                   "The ledger id " + id + " is not that of " + origin};
  }
  return std::nullopt;
}

std::vector<base::Digest> ReadHashes(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<base::Digest> hashes;
  for (const std::string& text : texts) {
    hashes.push_back(base::DigestFromHex(text).value_or(base::Digest{}));
  }
  return hashes;
}

// The header that the status names is the last leaf under the checkpoint, and the status says of
// itself what the header says.
bool IsAtCheckpoint(const v1::LedgerStatus& status, const crypto::Checkpoint& checkpoint) {
  const auto leaf = base::FromHex(status.proof().header());
  const auto header = leaf ? ledger::DecodeHeaderLeaf(*leaf) : std::nullopt;
  if (!header || header->index() + 1 != checkpoint.size) return false;
  const base::Digest hash = ledger::HeaderHash(*header);
  const bool named =
      status.log_size() == checkpoint.size && status.checkpoint().size() == checkpoint.size &&
      status.height() == header->height && status.checkpoint().height() == header->height &&
      status.header_hash() == base::ToHex(hash) &&
      status.state_root() == base::ToHex(header->state_root);
  return named &&
         crypto::VerifyInclusion(hash, header->index(), checkpoint.size,
                                 ReadHashes(status.proof().header_proof()), checkpoint.root);
}

std::string CountText(const SignedCheckpoint& checkpoint, const crypto::Policy& policy) {
  return std::to_string(checkpoint.verdict.cosignatures.size()) + "/" +
         std::to_string(policy.cosigners.size());
}

}  // namespace

base::Result<SignedCheckpoint> ReadCheckpoint(const std::string& note, const crypto::Policy& policy,
                                              std::uint64_t now_s) {
  TRY(const crypto::Note parsed, crypto::ParseNote(note));
  const auto checkpoint = crypto::ParseCheckpoint(parsed.text);
  if (!checkpoint) return base::InvalidArgument("the note is not a checkpoint");
  if (checkpoint->origin != policy.logs.front().name) {
    return base::InvalidArgument("it is of another log, " + checkpoint->origin);
  }
  std::vector<crypto::NoteKey> keys = policy.logs;
  keys.insert(keys.end(), policy.cosigners.begin(), policy.cosigners.end());
  TRY(const auto signatures, crypto::VerifyNote(parsed, keys));
  SignedCheckpoint out{note, crypto::JudgeSignatures(*checkpoint, signatures, policy, now_s), {}};
  for (const crypto::VerifiedSignature& signature : signatures) {
    const bool log = signature.key.type == crypto::NoteKeyType::kLog;
    out.signers.push_back(log ? "log key " + base::ToHex(crypto::IdOf(signature.key))
                              : signature.key.name);
  }
  return out;
}

std::optional<Trouble> CheckQuorum(const SignedCheckpoint& checkpoint, const crypto::Policy& policy,
                                   std::uint64_t now_s) {
  const crypto::CheckpointVerdict& verdict = checkpoint.verdict;
  const std::size_t cosigned =
      checkpoint.signers.size() - static_cast<std::size_t>(verdict.log_signed ? 1 : 0);
  if (!verdict.has_quorum && verdict.log_signed && cosigned >= policy.quorum) {
    return Trouble{"clock_behind",
                   "Xác nhận mang thời gian trong tương lai nên không được tính: đồng hồ của máy "
                   "này, hoặc của máy chủ, sai",
                   "Cosignatures lie in the future and do not count: this machine's clock or the "
                   "peers' is wrong"};
  }
  if (!verdict.has_quorum) {
    const std::string count =
        CountText(checkpoint, policy) + ", cần / needed " + std::to_string(policy.quorum);
    return Trouble{"no_quorum", "Dữ liệu chưa được đủ số đơn vị giữ sổ xác nhận (" + count + ")",
                   "The data do not carry the cosignatures of a quorum (" + count + ")"};
  }
  if (verdict.quorum_time_s + kCheckpointAgeMax_s < now_s) {
    const base::TimeNs time = verdict.quorum_time_s * base::kNsPerSecond;
    return Trouble{"stale",
                   "Dữ liệu đã cũ: đủ số đơn vị xác nhận lúc " + base::FormatTimeVietnamese(time),
                   "The data are stale, older than 10 minutes: a quorum last confirmed them " +
                       base::FormatTimeIso(time)};
  }
  return std::nullopt;
}

CheckedStatus CheckLedgerStatus(const v1::LedgerStatus& status, const crypto::Policy& policy,
                                const std::optional<base::Digest>& ledger_id, std::uint64_t now_s) {
  CheckedStatus out;
  out.trouble = CheckNames(status, policy, ledger_id);
  if (out.trouble) return out;
  const std::string& note = status.proof().note();
  auto checkpoint = ReadCheckpoint(note, policy, now_s);
  if (!checkpoint) {
    const std::string why = note.empty() ? "there is none" : checkpoint.error().message;
    out.trouble = Trouble{"bad_checkpoint", "Điểm kiểm tra kèm theo không dùng được: " + why,
                          "The checkpoint in the answer is of no use: " + why};
    return out;
  }
  out.checkpoint = std::move(*checkpoint);
  out.trouble = CheckQuorum(*out.checkpoint, policy, now_s);
  if (!out.trouble && !IsAtCheckpoint(status, out.checkpoint->verdict.checkpoint)) {
    out.trouble = Trouble{"not_at_checkpoint", "Câu trả lời không phải ở điểm kiểm tra mà nó nêu",
                          "The answer was not given at the checkpoint that it names"};
  }
  return out;
}

}  // namespace sogoc::tools
