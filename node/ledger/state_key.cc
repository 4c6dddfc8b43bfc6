#include "node/ledger/state_key.h"

namespace sogoc::ledger {
namespace {

void Put(StateKey& key, std::string_view text) {
  key.push_back(static_cast<std::uint8_t>(text.size()));
  base::Append(key, base::AsBytes(text));
}
void Put(StateKey& key, std::uint32_t value) { base::AppendU32(key, value); }
void Put(StateKey& key, std::uint64_t value) { base::AppendU64(key, value); }
void Put(StateKey& key, const base::Digest& digest) { base::Append(key, digest); }

template <class... Fields>
StateKey Make(StateType type, const Fields&... fields) {
  StateKey key{static_cast<std::uint8_t>(type)};
  (Put(key, fields), ...);
  return key;
}

}  // namespace

StateKey LedgerKey() { return Make(StateType::kLedger); }
StateKey OrganisationKey(std::string_view organisation) {
  return Make(StateType::kOrganisation, organisation);
}
StateKey KeyKey(const base::Digest& key_id) { return Make(StateType::kKey, key_id); }
StateKey ParametersKey() { return Make(StateType::kParameters); }
StateKey PolicyKey() { return Make(StateType::kPolicy); }
StateKey PeersKey() { return Make(StateType::kPeers); }
StateKey GovernanceKey() { return Make(StateType::kGovernance); }
StateKey ProposalKey(const base::Digest& proposal) { return Make(StateType::kProposal, proposal); }
StateKey AdminUnitKey(std::string_view code) { return Make(StateType::kAdminUnit, code); }
StateKey RegimesKey() { return Make(StateType::kRegimes); }
StateKey VocabularyKey(std::uint32_t version) { return Make(StateType::kVocabulary, version); }
StateKey ResolverKey(std::string_view host) { return Make(StateType::kResolver, host); }
StateKey ProducerKey(std::string_view organisation) {
  return Make(StateType::kProducer, organisation);
}
StateKey FacilityKey(std::string_view organisation, std::string_view facility) {
  return Make(StateType::kFacility, organisation, facility);
}
StateKey PrefixKey(std::string_view prefix) { return Make(StateType::kPrefix, prefix); }
StateKey AllocatedCodeKey(std::string_view gtin) { return Make(StateType::kAllocatedCode, gtin); }
StateKey ProductKey(std::string_view gtin) { return Make(StateType::kProduct, gtin); }
StateKey ScoreKey(std::string_view council, std::string_view session, std::string_view gtin) {
  return Make(StateType::kScore, council, session, gtin);
}
StateKey DecisionKey(std::string_view issuer, base::Date date, std::string_view number) {
  return Make(StateType::kDecision, issuer, date, number);
}
StateKey CertificateKey(std::string_view certificate) {
  return Make(StateType::kCertificate, certificate);
}
StateKey BatchKey(std::string_view gtin, std::string_view lot) {
  return Make(StateType::kBatch, gtin, lot);
}
StateKey AncestorsKey(const base::Digest& hash) { return Make(StateType::kAncestors, hash); }
StateKey OfferKey(std::string_view gtin, std::string_view lot, std::string_view to) {
  return Make(StateType::kOffer, gtin, lot, to);
}
StateKey LabelRunKey(std::string_view gtin, std::uint64_t first) {
  return Make(StateType::kLabelRun, gtin, first);
}
StateKey ExceptionsKey(std::string_view gtin, std::uint64_t first, std::uint64_t page) {
  return Make(StateType::kExceptions, gtin, first, page);
}
StateKey FirstUseKey(std::string_view gtin, std::uint64_t serial) {
  return Make(StateType::kFirstUse, gtin, serial);
}
StateKey RecallsKey(std::string_view gtin) { return Make(StateType::kRecalls, gtin); }

}  // namespace sogoc::ledger
