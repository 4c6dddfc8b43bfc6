#pragma once

// Whether an answer was computed at a checkpoint that a quorum of peers signed lately, by the
// reader's own policy and clock. Pure.

#include <optional>
#include <string>
#include <vector>

#include "crypto/policy.h"
#include "node/base/bytes.h"
#include "proto/api.pb.h"
#include "tools/verify/trouble.h"

namespace sogoc::tools {

inline constexpr std::uint64_t kCheckpointAgeMax_s = 600;  // decision 21

// What a note says, and which keys of the policy signed it.
struct SignedCheckpoint {
  std::string note;
  crypto::CheckpointVerdict verdict;
  std::vector<std::string> signers;  // "peer2.example", "log key 1a2b3c4d"; whatever their time
};

//   kInvalidArgument  not a checkpoint of the policy's log, or crypto::VerifyNote refuses it
base::Result<SignedCheckpoint> ReadCheckpoint(const std::string& note, const crypto::Policy& policy,
                                              std::uint64_t now_s);

struct CheckedStatus {
  // Set if keys of the policy signed the note, also where that is not enough.
  std::optional<SignedCheckpoint> checkpoint;
  // Set unless answers at this point may be believed: the right ledger, a quorum, not stale, and
  // the block that the status names is the last one under the checkpoint.
  std::optional<Trouble> trouble;
};

// `ledger_id`: the one to insist on, if it is known. Requires: CheckPolicy(policy) is ok.
CheckedStatus CheckLedgerStatus(const v1::LedgerStatus& status, const crypto::Policy& policy,
                                const std::optional<base::Digest>& ledger_id, std::uint64_t now_s);

// What is wrong with the signatures under a checkpoint; nullopt if they are a quorum, and fresh.
std::optional<Trouble> CheckQuorum(const SignedCheckpoint& checkpoint, const crypto::Policy& policy,
                                   std::uint64_t now_s);

}  // namespace sogoc::tools
