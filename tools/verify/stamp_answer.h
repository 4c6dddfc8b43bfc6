#pragma once

// What an answer about a stamp shows by itself, whoever gave it. Pure.

#include <optional>

#include "node/ledger/stamp.h"
#include "node/ledger/verdict.h"
#include "proto/api.pb.h"
#include "tools/verify/trouble.h"

namespace sogoc::tools {

struct ReadAnswer {
  ledger::VerdictCode code = ledger::VerdictCode::kCannotVerify;
  bool signature_holds = false;    // the stamp's, under the key that the answer names
  std::optional<Trouble> trouble;  // why it says nothing about this stamp
};

// Is about this stamp, has a verdict that makes sense for it, and does not contradict the stamp's
// signature. An answer that says that nothing could be verified is a trouble.
ReadAnswer CheckAnswer(const v1::VerdictAnswer& answer, const ledger::Stamp& stamp);

}  // namespace sogoc::tools
