#pragma once

// One verdict from what several peers say about one stamp. Pure.

#include <optional>
#include <string>
#include <vector>

#include "crypto/policy.h"
#include "proto/api.pb.h"
#include "tools/verify/checkpoint_check.h"
#include "tools/verify/stamp_answer.h"

namespace sogoc::tools {

struct PeerOpinion {
  std::string url;
  std::optional<v1::VerdictAnswer> answer;
  ReadAnswer read;
  std::optional<SignedCheckpoint> checkpoint;
  std::optional<Trouble> trouble;  // set: nothing of it is believed
};

// The verdict that a checked stamp names.
ledger::VerdictCode CodeOf(const v1::CheckedStamp& stamp);
// Headline and note for what the tool itself has to say, in place of all that a node said.
void SetVerdict(v1::CheckedStamp& stamp, ledger::VerdictCode code, const Trouble& why);

// Fills in verdict, notes, answer and peers. Of the opinions that can be believed the one that is
// worst for the stamp is followed, so that nobody hides a recall; whoever says otherwise is told,
// as is whoever could not be believed. If none can be: CANNOT_VERIFY, with the first one's trouble.
// Requires: at least one opinion.
void ChooseVerdict(const std::vector<PeerOpinion>& opinions, const crypto::Policy& policy,
                   std::uint64_t now_s, v1::CheckedStamp& out);

}  // namespace sogoc::tools
