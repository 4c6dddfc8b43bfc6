#pragma once

// Who may sign a ledger's checkpoints and how many must, and what a signed checkpoint is worth
// under that policy. The text form is a c2sp.org/tlog-policy file.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"

namespace sogoc::crypto {

inline constexpr std::size_t kCosignersMax = kNoteSignaturesMax - 1;  // one line is the log's
// A cosignature whose time is further ahead of the reader's clock does not count.
inline constexpr std::uint64_t kTimeAheadMax_s = 60;

struct Policy {
  std::vector<NoteKey> logs;       // type kLog; all named by the ledger's origin; any one signs
  std::vector<NoteKey> cosigners;  // type kCosigner; distinct names
  std::size_t quorum = 0;          // how many of the cosigners must sign
  bool operator==(const Policy&) const = default;
};

// kInvalidArgument, saying what is wrong, unless
//   - there is a log key, and all log keys have one name and are of type kLog;
//   - there are 1 to kCosignersMax cosigners with distinct names, of type kCosigner;
//   - 1 <= quorum <= number of cosigners;
//   - no public key and no pair of name and id occurs twice.
base::Status CheckPolicy(const Policy& policy);

// The lines `log`, `witness`, `group` and `quorum` of a tlog-policy file.
// Requires: CheckPolicy(policy) is ok.
std::string FormatPolicy(const Policy& policy);
// Reads such a file, with comments, empty lines and URLs. Groups of groups, and a quorum that is
// not one group of witnesses, are refused: those are policies of another shape.
//   kInvalidArgument  names the line
base::Result<Policy> ParsePolicy(std::string_view text);

// A cosignature that counts.
struct Cosignature {
  std::string name;
  std::uint64_t time_s = 0;  // POSIX seconds
  bool operator==(const Cosignature&) const = default;
};

struct CheckpointVerdict {
  Checkpoint checkpoint;
  // A log key of the policy, named by the checkpoint's origin, signed.
  bool log_signed = false;
  // The newest first. None is more than kTimeAheadMax_s ahead.
  std::vector<Cosignature> cosignatures;
  // log_signed, and at least policy.quorum cosignatures.
  bool has_quorum = false;
  // When a quorum last stood behind it: the time of the quorum-th newest cosignature. 0 unless
  // has_quorum. The checkpoint's age is now minus this (it may be slightly negative).
  std::uint64_t quorum_time_s = 0;
};

// What signatures over `checkpoint` that verified are worth at the time `now_s`. Requires: each is
// by a key of the policy, none twice.
CheckpointVerdict JudgeSignatures(const Checkpoint& checkpoint,
                                  std::span<const VerifiedSignature> signatures,
                                  const Policy& policy, std::uint64_t now_s);

// What `note` is worth at the time `now_s` (POSIX seconds).
//   kInvalidArgument  not a note, not a checkpoint, of another origin than the policy's, or
//   VerifyNote
//                     refuses the signatures
// Requires: CheckPolicy(policy) is ok.
base::Result<CheckpointVerdict> JudgeCheckpoint(std::string_view note, const Policy& policy,
                                                std::uint64_t now_s);

}  // namespace sogoc::crypto
