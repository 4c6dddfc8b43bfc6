#pragma once

// What a test of the rules is written in:
//
//   Scenario s;
//   s.Certify();
//   s.Accepts("htx-cam", RegisterBatch{.lot = "L7"});
//   s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh", AuthoriseLabels{.count = 10'001});
//
// Every call is one entry in a block of its own.

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "node/ledger/records.h"
#include "tests/support/test_ledger.h"

namespace sogoc::support {

// Fails the test unless the sentences of the refusal use exactly the arguments that it has.
void ExpectCompleteSentences(const ledger::Refusal& refusal);

class Scenario : public TestLedger {
 public:
  using TestLedger::TestLedger;

  // The operations in one entry; expects that it is accepted.
  template <class... Operations>
  void Accepts(const Signer& signer, const Operations&... operations) {
    ExpectAccepted(signer, {operations...});
  }
  // Expects this refusal; gives it back, for its sentences.
  template <class... Operations>
  ledger::Refusal Refuses(ledger::RefusalCode code, const Signer& signer,
                          const Operations&... operations) {
    return ExpectRefused(code, signer, {operations...});
  }
  void ExpectAccepted(const Signer& signer, const std::vector<v1::Operation>& operations);
  ledger::Refusal ExpectRefused(ledger::RefusalCode code, const Signer& signer,
                                const std::vector<v1::Operation>& operations);

  // Score sheet (by the certificate's council, unless it names none), decision and certificate, the
  // latter two by `author` or else the issuer.
  void Certify(const op::IssueCertificate& certificate = {}, op::ScoreProduct score = {},
               const std::string& author = "", const char* file = __builtin_FILE(),
               int line = __builtin_LINE());
  // Authorises a run and sets its keys (stamp key: the key named "stamp").
  void KeyedRun(const op::AuthoriseLabels& run = {}, const char* file = __builtin_FILE(),
                int line = __builtin_LINE());

  template <class Record>
  Record Read(const ledger::StateKey& key) const {
    const auto record = memory().Read<Record>(key);
    EXPECT_TRUE(record.has_value()) << "no value at " << base::ToHex(key);
    return record.value_or(Record{});
  }
};

}  // namespace sogoc::support
