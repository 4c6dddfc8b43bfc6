#pragma once

// Keys of the state map (docs/format/state.md): a type byte, then fields. Text is a u8 length and
// its bytes, integers are big-endian, digests are 32 bytes; so no key is the beginning of another.

#include <cstdint>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/time.h"

namespace sogoc::ledger {

using StateKey = base::Bytes;

enum class StateType : std::uint8_t {
  kLedger = 1,
  kOrganisation = 2,
  kKey = 3,
  kParameters = 4,
  kPolicy = 5,
  kPeers = 6,
  kGovernance = 7,
  kProposal = 8,
  kAdminUnit = 10,
  kRegimes = 11,
  kVocabulary = 12,
  kResolver = 13,
  kProducer = 20,
  kFacility = 21,
  kPrefix = 22,
  kAllocatedCode = 23,
  kProduct = 24,
  kScore = 30,
  kDecision = 31,
  kCertificate = 32,
  kBatch = 40,
  kAncestors = 41,
  kOffer = 42,
  kLabelRun = 50,
  kExceptions = 51,
  kFirstUse = 52,  // no operation writes it under rules version 1
  kRecalls = 60,
};

StateKey LedgerKey();
StateKey OrganisationKey(std::string_view organisation);
StateKey KeyKey(const base::Digest& key_id);
StateKey ParametersKey();
StateKey PolicyKey();
StateKey PeersKey();
StateKey GovernanceKey();
StateKey ProposalKey(const base::Digest& proposal);
StateKey AdminUnitKey(std::string_view code);
StateKey RegimesKey();
StateKey VocabularyKey(std::uint32_t version);
StateKey ResolverKey(std::string_view host);
StateKey ProducerKey(std::string_view organisation);
StateKey FacilityKey(std::string_view organisation, std::string_view facility);
StateKey PrefixKey(std::string_view prefix);
StateKey AllocatedCodeKey(std::string_view gtin);
StateKey ProductKey(std::string_view gtin);
StateKey ScoreKey(std::string_view council, std::string_view session, std::string_view gtin);
StateKey DecisionKey(std::string_view issuer, base::Date date, std::string_view number);
StateKey CertificateKey(std::string_view certificate);
StateKey BatchKey(std::string_view gtin, std::string_view lot);
StateKey AncestorsKey(const base::Digest& hash);
StateKey OfferKey(std::string_view gtin, std::string_view lot, std::string_view to);
StateKey LabelRunKey(std::string_view gtin, std::uint64_t first);
// `page` = serial / 4096.
StateKey ExceptionsKey(std::string_view gtin, std::uint64_t first, std::uint64_t page);
StateKey FirstUseKey(std::string_view gtin, std::uint64_t serial);
StateKey RecallsKey(std::string_view gtin);

}  // namespace sogoc::ledger
