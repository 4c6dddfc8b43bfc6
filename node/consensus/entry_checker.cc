#include "node/consensus/entry_checker.h"

#include <memory>

#include "node/ledger/records.h"

namespace sogoc::consensus {

std::vector<CheckResult> EntryChecker::Check(const std::vector<base::Bytes>& entries) const {
  std::vector<CheckResult> results;
  std::vector<std::size_t> checked;  // which result each job is about
  std::vector<base::Digest> names;   // of the jobs' signatures
  std::vector<crypto::P256Job> jobs;
  results.reserve(entries.size());
  for (const base::Bytes& bytes : entries) {
    auto entry = ledger::DecodeEntry(bytes, ledger::kRulesVersion);
    if (!entry) {
      results.emplace_back(std::move(entry).error());
      continue;
    }
    results.emplace_back(ledger::CheckedEntry{std::move(*entry), std::nullopt});
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) continue;
    const ledger::Entry& entry = results[i]->entry;
    const auto key = ledger::Load<ledger::KeyRecord>(state_, ledger::KeyKey(entry.key_id));
    if (!key) continue;
    const auto name = VerifiedSignatures::NameOf(entry.id, key->public_key, entry.signature);
    if (verified_.Contains(name)) {
      results[i]->verified_with = key->public_key;
      continue;
    }
    checked.push_back(i);
    names.push_back(name);
    jobs.push_back({key->public_key,
                    crypto::SignedDigest(crypto::SignatureKind::kEntry, entry.body_bytes),
                    entry.signature});
  }
  const std::unique_ptr<bool[]> valid(new bool[jobs.size()]());
  verifier_.Verify(jobs, {valid.get(), jobs.size()});
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!valid[i]) continue;
    results[checked[i]]->verified_with = jobs[i].key;
    verified_.Add(names[i]);
  }
  return results;
}

}  // namespace sogoc::consensus
