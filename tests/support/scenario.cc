#include "tests/support/scenario.h"

#include <set>

namespace sogoc::support {
namespace {

using ledger::Refusal;

std::set<std::size_t> Placeholders(const std::string& pattern) {
  std::set<std::size_t> found;
  for (std::size_t at = pattern.find('{'); at != std::string::npos;
       at = pattern.find('{', at + 1)) {
    found.insert(static_cast<std::size_t>(pattern.at(at + 1) - '0'));
    EXPECT_EQ(pattern.at(at + 2), '}') << pattern;
  }
  return found;
}

}  // namespace

void ExpectCompleteSentences(const Refusal& refusal) {
  std::set<std::size_t> given;
  for (std::size_t i = 0; i < refusal.arguments.size(); ++i) given.insert(i);
  EXPECT_EQ(Placeholders(refusal.info().vi), given) << refusal.info().vi;
  EXPECT_EQ(Placeholders(refusal.info().en), given) << refusal.info().en;
}

void Scenario::ExpectAccepted(const Signer& signer, const std::vector<v1::Operation>& operations) {
  const ledger::EntryOutcome outcome = Execute(signer, operations);
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    ADD_FAILURE_AT(signer.file, signer.line)
        << signer.author << " is refused: " << static_cast<int>(refusal->code) << " "
        << refusal->en();
  } else if (!std::holds_alternative<ledger::Accepted>(outcome)) {
    ADD_FAILURE_AT(signer.file, signer.line) << "the entry stands in the log already";
  }
}

Refusal Scenario::ExpectRefused(ledger::RefusalCode code, const Signer& signer,
                                const std::vector<v1::Operation>& operations) {
  const ledger::EntryOutcome outcome = Execute(signer, operations);
  const auto* refusal = std::get_if<Refusal>(&outcome);
  if (refusal == nullptr) {
    ADD_FAILURE_AT(signer.file, signer.line) << signer.author << " is accepted";
    return Refusal{code, {}};
  }
  if (refusal->code != code) {
    ADD_FAILURE_AT(signer.file, signer.line)
        << "refused for another reason: " << static_cast<int>(refusal->code) << " "
        << refusal->en();
  }
  const testing::ScopedTrace trace(signer.file, signer.line, "refusal");
  ExpectCompleteSentences(*refusal);
  return *refusal;
}

void Scenario::Certify(const op::IssueCertificate& certificate, op::ScoreProduct score,
                       const std::string& author, const char* file, int line) {
  const testing::ScopedTrace trace(file, line, "Certify");
  const std::string& by = author.empty() ? certificate.decision.issuer : author;
  if (certificate.score) {
    score.gtin = certificate.gtin;
    score.session = certificate.score->session;
    Accepts(certificate.score->council, score);
  }
  Accepts(by, op::RecordDecision{certificate.decision}, certificate);
}

void Scenario::KeyedRun(const op::AuthoriseLabels& run, const char* file, int line) {
  const testing::ScopedTrace trace(file, line, "KeyedRun");
  Accepts("vp-hatinh", run);
  const auto product = Read<ledger::ProductRecord>(ledger::ProductKey(run.gtin));
  Accepts(product.producer, op::SetRunKeys{.gtin = run.gtin, .first = run.first});
}

}  // namespace sogoc::support
