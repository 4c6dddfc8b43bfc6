#pragma once

// What the ledger says about a stamp: one pure function for the gateway, the tools and the tests.
// Codes and wording follow docs/verdicts.md.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/time.h"
#include "node/ledger/records.h"
#include "node/ledger/rule.h"
#include "node/ledger/stamp.h"
#include "node/ledger/state_view.h"

namespace sogoc::ledger {

// In order of precedence: the first that applies is the headline, the others are notes. (A
// suspicion from scan counts alone yields to every proved finding.)
enum class VerdictCode : std::uint8_t {
  kMalformed,
  kCannotVerify,
  kNotInSystem,
  kMismatch,
  kNotActivated,
  kStolenLost,
  kRevoked,
  kRecalled,
  kSuspectCopy,
  kSold,  // no operation leads to it under rules version 1
  kExpired,
  kGenuineCertRevoked,
  kGenuineCertExpired,
  kGenuineFirst,  // no operation leads to it under rules version 1
  kCodeIssued,
};

struct VerdictText {
  VerdictCode code;
  const char* name;  // "CODE_ISSUED"
  const char* vi;
  const char* en;
};
const VerdictText& TextOf(VerdictCode code);
std::optional<VerdictCode> VerdictFromName(std::string_view name);

// 0 nothing speaks against the stamp, 1 something does, 2 it could not be checked (decision 23).
int ExitCodeOf(VerdictCode code);

// What is asked.
struct StampQuestion {
  std::string uri;                           // the text of the QR code
  std::optional<std::uint8_t> printed_star;  // what an inspector reads on the label
};

// What the state that is asked is worth.
struct StateStanding {
  base::TimeNs now = 0;              // the asker's clock
  bool quorum = false;               // its checkpoint carries a quorum of cosignatures
  base::TimeNs checkpoint_time = 0;  // the k-th newest of their timestamps
};

// Validly signed scans of this serial that one gateway has counted (decision 22).
struct ScanCounts {
  std::uint64_t scans = 0;
  std::uint32_t days = 0;
};

// One reason, in words for people. `name` is stable.
struct VerdictNote {
  VerdictCode code = VerdictCode::kCodeIssued;  // which verdict it supports
  std::string name;                             // "recalled_input"
  std::string vi;
  std::string en;
};

struct VerdictFinding {
  std::string id;
  CertificateRecord record;
};

struct Verdict {
  VerdictCode code = VerdictCode::kMalformed;
  // Every reason found, those of the headline first.
  std::vector<VerdictNote> notes;
  // What was found, as far as it was found.
  std::optional<Stamp> stamp;
  std::optional<ProductRecord> product;
  std::optional<ProducerRecord> producer;
  std::optional<BatchRecord> batch;
  std::uint64_t run_first = 0;
  std::optional<LabelRunRecord> run;
  std::optional<VerdictFinding> certificate;           // the run's
  std::optional<VerdictFinding> certificate_in_force;  // the product's, today
  // The state keys that were read, in order: what a proof of this verdict has to cover.
  std::vector<StateKey> evidence;
};

// `state` is the state of one checkpoint, `standing` what is known of that checkpoint. Asks nothing
// else.
Verdict JudgeStamp(const StampQuestion& question, const StateView& state,
                   const StateStanding& standing, const std::optional<ScanCounts>& scans,
                   RuleSet rules = {});

}  // namespace sogoc::ledger
