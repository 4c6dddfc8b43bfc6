// Whatever arrives as an entry: decoding answers, what is canonical is what would be written again,
// and execution answers with an index or a refusal whose sentences are whole.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "node/ledger/canonical.h"
#include "tests/support/test_ledger.h"

namespace {

using namespace sogoc;
using support::TestLedger;

void Require(bool condition) {
  if (!condition) std::abort();
}

template <class Message>
void RequireOneForm(base::ByteView bytes) {
  if (!ledger::CheckCanonical(bytes, *Message::descriptor(), ledger::kRulesVersion)) return;
  Message message;
  Require(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  Require(message.SerializeAsString() == base::AsText(bytes));
}

// A ledger on which most operations have something to work on.
const TestLedger& Ledger() {
  static const TestLedger kLedger = [] {
    using namespace support::op;
    TestLedger ledger;
    ledger.Execute("hd-hatinh", {ScoreProduct{}});
    ledger.Execute("ubnd-hatinh", {RecordDecision{}, IssueCertificate{}});
    ledger.Execute("htx-cam", {RegisterBatch{}, OfferInput{.gtin = support::kCam}, OpenRecall{}});
    ledger.Execute("vp-hatinh", {AuthoriseLabels{}});
    ledger.Execute("htx-cam", {SetRunKeys{}});
    ledger.Execute("in-hatinh", {ConfirmPrint{}});
    return ledger;
  }();
  return kLedger;
}

// Executes the operations of a body as an entry of this ledger. Nobody can sign what a fuzzer
// makes, so I1 is off.
void ExecuteBody(v1::EntryBody body) {
  const TestLedger& ledger = Ledger();
  body.set_ledger_id(base::ToText(ledger.ledger_id()));
  body.set_nonce("fuzz fuzz");
  body.set_not_after(ledger.now_seconds() + 60);
  v1::SignedEntry envelope;
  envelope.set_body(body.SerializeAsString());
  envelope.set_key_id(std::string(32, 'k'));
  envelope.set_signature(std::string(64, 's'));
  auto entry = ledger::DecodeEntry(base::AsBytes(envelope.SerializeAsString()), 1);
  if (!entry) return;
  const std::vector<ledger::CheckedEntry> entries = {{std::move(*entry), std::nullopt}};
  const auto executed = ledger::ExecuteBlock(ledger.memory(), entries, ledger.now(),
                                             ledger::RuleSet::WithoutForTest(ledger::Rule::kI1));
  const auto* refusal = std::get_if<ledger::Refusal>(&executed.outcomes.at(0));
  Require((refusal != nullptr) == (executed.block == nullptr));
  if (refusal != nullptr) Require(!refusal->vi().empty() && !refusal->en().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  RequireOneForm<v1::SignedEntry>(bytes);
  RequireOneForm<v1::EntryBody>(bytes);
  const auto entry = ledger::DecodeEntry(bytes, ledger::kRulesVersion);
  if (entry) {
    Require(base::Equal(entry->bytes, bytes));
    ExecuteBody(entry->body);
  }
  v1::EntryBody body;
  if (body.ParseFromArray(data, static_cast<int>(size))) ExecuteBody(body);
  return 0;
}
