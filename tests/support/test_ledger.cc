#include "tests/support/test_ledger.h"

#include <cstdio>
#include <cstdlib>

#include "crypto/random.h"
#include "node/ledger/records.h"
#include "node/ledger/stamp.h"

namespace sogoc::support {
namespace {

ledger::Entry MustDecode(base::ByteView bytes) {
  auto entry = ledger::DecodeEntry(bytes, ledger::kRulesVersion);
  if (!entry) {
    std::fprintf(stderr, "test entry: %s\n", entry.error().message.c_str());
    std::abort();
  }
  return std::move(*entry);
}

}  // namespace

base::Bytes SignAt(base::TimeNs now, const base::Digest& ledger_id, const Signer& signer,
                   const std::vector<v1::Operation>& operations) {
  v1::EntryBody body;
  body.set_ledger_id(base::ToText(ledger_id));
  body.set_author(signer.author);
  body.set_nonce(base::ToText(crypto::RandomBytes(16)));
  body.set_not_after(now / base::kNsPerSecond + 3'600);
  for (const v1::Operation& operation : operations) *body.add_operations() = operation;
  return ledger::SignEntry(body, KeyOf(signer.key));
}

ledger::Entry FoundingEntry(const v1::Found& found, const Signer& signer) {
  v1::EntryBody body;
  body.set_ledger_id(std::string(32, '\0'));
  body.set_author(signer.author);
  body.set_nonce("founding");
  body.set_not_after(found.founded_at() / base::kNsPerSecond + 3600);
  *body.add_operations()->mutable_found() = found;
  return MustDecode(ledger::SignEntry(body, KeyOf(signer.key)));
}

ledger::StagedBlock UnderRules(std::uint32_t rules_version, ledger::StagedBlock block) {
  ledger::LedgerRecord record;
  const auto written = block.state.find(ledger::LedgerKey());
  if (written != block.state.end()) {
    record = *ledger::DecodeRecord<ledger::LedgerRecord>(written->second);
  }
  record.rules_version = rules_version;
  block.state[ledger::LedgerKey()] = ledger::EncodeRecord(record);
  return block;
}

TestLedger::TestLedger(const WorldOptions& options)
    : founding_(FoundingEntry(FoundMessage(options))) {
  const auto block = ledger::ExecuteFounding(founding_);
  if (!block) {
    std::fprintf(stderr, "%s\n", block.error().message.c_str());
    std::abort();
  }
  memory_.Add(**block);
  ledger_id_ = crypto::Sha256(founding_.Leaf());
  now_ = (*block)->header.time + base::kNsPerSecond;
  for (const auto& first_entries : FirstBlocks(options, ledger_id_)) {
    std::vector<ledger::Entry> entries;
    for (const FirstEntry& first : first_entries) {
      entries.push_back(Sign(first.author, first.operations));
    }
    for (const ledger::EntryOutcome& outcome : ExecuteBlock(entries)) {
      if (const auto* refusal = std::get_if<ledger::Refusal>(&outcome)) {
        std::fprintf(stderr, "first blocks: %s\n", refusal->en().c_str());
        std::abort();
      }
    }
  }
  now_ += 5 * base::kNsPerDay;
}

void TestLedger::GoTo(base::Date day) {
  const base::TimeNs time = base::StartOf(day) + 8 * 3600 * base::kNsPerSecond;
  if (time < now_) {
    std::fprintf(stderr, "%s has passed\n", base::FormatDateIso(day).c_str());
    std::abort();
  }
  now_ = time;
}

base::Bytes TestLedger::SignBytes(const Signer& signer,
                                  const std::vector<v1::Operation>& operations,
                                  const Envelope& envelope) {
  base::Bytes nonce;
  base::AppendU64(nonce, ++nonce_);
  v1::EntryBody body;
  body.set_ledger_id(base::ToText(envelope.ledger_id.value_or(ledger_id_)));
  body.set_author(signer.author);
  body.set_nonce(base::ToText(envelope.nonce.value_or(nonce)));
  body.set_not_after(envelope.not_after.value_or(now_seconds() + 3600));
  for (const v1::Operation& operation : operations) *body.add_operations() = operation;
  return ledger::SignEntry(body, KeyOf(signer.key));
}

ledger::Entry TestLedger::Sign(const Signer& signer, const std::vector<v1::Operation>& operations,
                               const Envelope& envelope) {
  return MustDecode(SignBytes(signer, operations, envelope));
}

std::vector<ledger::EntryOutcome> TestLedger::ExecuteBlock(std::span<const ledger::Entry> entries) {
  std::vector<ledger::CheckedEntry> checked;
  for (const ledger::Entry& entry : entries) checked.push_back({entry, std::nullopt});
  ledger::ExecutedBlock executed = ledger::ExecuteBlock(memory_, checked, now_, RulesUnderTest());
  if (executed.block) memory_.Add(*executed.block);
  now_ += base::kNsPerSecond;
  return std::move(executed.outcomes);
}

ledger::EntryOutcome TestLedger::Execute(const Signer& signer,
                                         const std::vector<v1::Operation>& operations) {
  return ExecuteBlock(std::vector{Sign(signer, operations)}).front();
}

v1::NewKey TestLedger::NewKey(const std::string& organisation, const std::string& key,
                              bool manages_keys) const {
  return ledger::MakeNewKey(ledger_id_, organisation, KeyOf(key), manages_keys);
}

std::string TestLedger::StampUri(const std::string& gtin, const std::string& lot,
                                 std::uint64_t serial, const std::string& stamp_key) const {
  const auto message = ledger::StampMessage(ledger_id_, gtin, lot, serial);
  ledger::Stamp stamp{"ocop.hatinh.example", gtin, lot, serial, {}};
  stamp.signature = KeyOf(stamp_key).Sign(crypto::SignatureKind::kStamp, message);
  return ledger::FormatStampUri(stamp).value();
}

std::string TestLedger::ProposalId(const ledger::Entry& entry, std::uint32_t position) {
  base::Bytes place;
  base::AppendU32(place, position);
  return base::ToText(crypto::Sha256({entry.id, place}));
}

}  // namespace sogoc::support
