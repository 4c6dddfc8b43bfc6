#include "crypto/policy.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sogoc::crypto {
namespace {

using base::Result;
using base::Status;

std::vector<NoteKey> AllKeys(const Policy& policy) {
  std::vector<NoteKey> keys = policy.logs;
  keys.insert(keys.end(), policy.cosigners.begin(), policy.cosigners.end());
  return keys;
}

Status CheckKeys(const Policy& policy) {
  std::set<Ed25519PublicKey> keys;
  std::set<std::pair<std::string, NoteKeyId>> ids;
  for (const NoteKey& key : AllKeys(policy)) {
    if (!IsNoteKeyName(key.name)) return base::InvalidArgument("a key of the policy has no name");
    if (!keys.insert(key.key).second || !ids.emplace(key.name, IdOf(key)).second) {
      return base::InvalidArgument("a key of " + key.name + " is in the policy twice");
    }
  }
  return base::Ok();
}

}  // namespace

Status CheckPolicy(const Policy& policy) {
  if (policy.logs.empty()) return base::InvalidArgument("the policy has no log key");
  for (const NoteKey& key : policy.logs) {
    if (key.type != NoteKeyType::kLog || key.name != policy.logs.front().name) {
      return base::InvalidArgument("the policy's log keys are not all of one log");
    }
  }
  std::set<std::string> names;
  for (const NoteKey& key : policy.cosigners) {
    if (key.type != NoteKeyType::kCosigner || !names.insert(key.name).second) {
      return base::InvalidArgument("the key of " + key.name + " cannot be a cosigner's");
    }
  }
  if (policy.cosigners.size() > kCosignersMax) {
    return base::InvalidArgument("the policy has too many cosigners");
  }
  if (policy.quorum == 0 || policy.quorum > policy.cosigners.size()) {
    return base::InvalidArgument("the policy's quorum is none of its cosigners' numbers");
  }
  return CheckKeys(policy);
}

CheckpointVerdict JudgeSignatures(const Checkpoint& checkpoint,
                                  std::span<const VerifiedSignature> signatures,
                                  const Policy& policy, std::uint64_t now_s) {
  CheckpointVerdict verdict{.checkpoint = checkpoint, .cosignatures = {}};
  for (const VerifiedSignature& signature : signatures) {
    if (signature.key.type == NoteKeyType::kLog) {
      verdict.log_signed = true;
    } else if (signature.time_s <= now_s || signature.time_s - now_s <= kTimeAheadMax_s) {
      verdict.cosignatures.push_back({signature.key.name, signature.time_s});
    }
  }
  std::ranges::stable_sort(verdict.cosignatures, std::ranges::greater(), &Cosignature::time_s);
  verdict.has_quorum = verdict.log_signed && verdict.cosignatures.size() >= policy.quorum;
  if (verdict.has_quorum) verdict.quorum_time_s = verdict.cosignatures[policy.quorum - 1].time_s;
  return verdict;
}

Result<CheckpointVerdict> JudgeCheckpoint(std::string_view note_bytes, const Policy& policy,
                                          std::uint64_t now_s) {
  TRY(const Note note, ParseNote(note_bytes));
  const std::optional<Checkpoint> checkpoint = ParseCheckpoint(note.text);
  if (!checkpoint) return base::InvalidArgument("the note is not a checkpoint");
  if (checkpoint->origin != policy.logs.front().name) {
    return base::InvalidArgument("the checkpoint is of another log, " + checkpoint->origin);
  }
  TRY(const std::vector<VerifiedSignature> signatures, VerifyNote(note, AllKeys(policy)));
  return JudgeSignatures(*checkpoint, signatures, policy, now_s);
}

}  // namespace sogoc::crypto
