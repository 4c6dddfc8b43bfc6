#include "node/consensus/cometbft/admission.h"

#include "node/ledger/records.h"

namespace sogoc::cometbft {

std::optional<std::string> LastingObjection(const ledger::CheckedEntry& checked,
                                            const storage::LedgerStore& store,
                                            base::TimeNs head_time) {
  const ledger::Entry& entry = checked.entry;
  if (!base::Equal(base::AsBytes(entry.body.ledger_id()), store.ledger_id())) {
    return "an entry is of another ledger";
  }
  // The next block is later than the head.
  if (entry.body.not_after() <= head_time / base::kNsPerSecond) return "an entry has expired";
  if (checked.verified_with) return std::nullopt;
  const auto key = ledger::Load<ledger::KeyRecord>(store, ledger::KeyKey(entry.key_id));
  if (key && !ledger::VerifyEntry(entry, key->public_key)) {
    return "the signature of an entry is wrong";
  }
  return std::nullopt;
}

}  // namespace sogoc::cometbft
