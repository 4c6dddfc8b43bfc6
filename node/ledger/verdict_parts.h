#pragma once

// What the two parts of JudgeStamp (verdict.h) share: verdict.cc finds the run that issued the
// code, verdict_label.cc says all there is to say of a label whose code was issued.

#include <string>

#include "node/ledger/verdict.h"

namespace sogoc::ledger {

struct Judging {
  const StampQuestion& question;
  const StateView& state;
  const std::optional<ScanCounts>& scans;
  const RuleSet rules;
  const base::Date today;  // in UTC+7

  DateClaims claims{};
  ParametersRecord parameters{};
  Verdict verdict{};

  const Stamp& stamp() const { return *verdict.stamp; }
  void Add(VerdictCode code, const char* name, std::string vi, std::string en) {
    verdict.notes.push_back({code, name, std::move(vi), std::move(en)});
  }
};

// Adds every finding, CODE_ISSUED among them. Requires: the stamp, product, batch and run are
// there, and the signature is right.
void CheckIssuedLabel(Judging& judging);

}  // namespace sogoc::ledger
