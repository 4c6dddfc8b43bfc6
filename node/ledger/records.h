#pragma once

// The values of the state map, one struct a type (docs/format/state.md gives the same list as
// bytes). Each says its fields once, in order; the order is the format.

#include <optional>
#include <string>
#include <vector>

#include "crypto/p256.h"
#include "node/base/bytes.h"
#include "node/base/time.h"
#include "node/ledger/header.h"

namespace sogoc::ledger {

using base::Bytes;
using base::Date;
using base::Digest;

// `visit` is a StateWriter and `r` const, or a StateReader and `r` not.
#define SOGOC_FIELDS()        \
  template <class V, class R> \
  static void Fields(V& visit, R& r)

// Who said something, when, with which key: lets a later `suspect_since` be applied to it.
struct Fact {
  EntryIndex entry_index = 0;
  base::TimeNs time = 0;
  std::string organisation;
  Digest key_id{};
  SOGOC_FIELDS() { visit(r.entry_index, r.time, r.organisation, r.key_id); }
  bool operator==(const Fact&) const = default;
};

// ---- Ledger and governance

struct LedgerRecord {
  Digest ledger_id{};
  std::string origin;
  std::uint32_t rules_version = kFoundingRulesVersion;  // of the next block
  std::vector<std::string> founders;
  SOGOC_FIELDS() { visit(r.ledger_id, r.origin, r.rules_version, r.founders); }
};

struct PeerRecord {
  std::string name;
  std::string organisation;
  Bytes log_key;
  Bytes cosigner_key;
  Bytes tls_key_hash;
  Bytes validator_key;
  std::vector<std::string> endpoints;
  SOGOC_FIELDS() {
    visit(r.name, r.organisation, r.log_key, r.cosigner_key, r.tls_key_hash, r.validator_key,
          r.endpoints);
  }
};

struct PeersRecord {
  std::vector<PeerRecord> peers;  // ascending by name
  SOGOC_FIELDS() { visit(r.peers); }
};

struct PolicyRecord {
  std::uint32_t version = 1;
  std::uint32_t quorum = 1;
  std::vector<std::string> cosigners;  // peer names, ascending
  Height effective = 0;
  SOGOC_FIELDS() { visit(r.version, r.quorum, r.cosigners, r.effective); }
};

struct GovernanceRecord {
  std::vector<std::string> approvers;  // ascending
  std::uint32_t threshold = 1;
  SOGOC_FIELDS() { visit(r.approvers, r.threshold); }
};

struct ParametersRecord {
  std::uint32_t scan_count_max = 50;
  std::uint32_t scan_days_min = 10;
  std::uint32_t checkpoint_age_max_seconds = 600;
  std::uint32_t attested_after_days = 30;
  SOGOC_FIELDS() {
    visit(r.scan_count_max, r.scan_days_min, r.checkpoint_age_max_seconds, r.attested_after_days);
  }
};

struct ProposalRecord {
  Bytes change;  // the canonical bytes of a Change message
  std::string title;
  std::vector<Fact> approvals;  // the proposer's first
  bool applied = false;
  SOGOC_FIELDS() { visit(r.change, r.title, r.approvals, r.applied); }
};

// ---- Organisations

struct RoleGrant {
  std::uint8_t role = 0;  // v1::Role
  std::string scope;
  Date valid_from = 0;
  Date valid_to = 0;  // 0: until revoked
  Fact granted;
  std::optional<Fact> revoked;
  SOGOC_FIELDS() { visit(r.role, r.scope, r.valid_from, r.valid_to, r.granted, r.revoked); }
};

struct OrganisationRecord {
  std::string name;
  std::uint8_t kind = 0;  // v1::OrganisationKind
  std::string admin_unit;
  std::string tax_code;
  std::string gln;
  std::vector<Digest> keys;  // every key it ever had, in order
  std::vector<RoleGrant> roles;
  std::string successor;
  Fact admitted;
  SOGOC_FIELDS() {
    visit(r.name, r.kind, r.admin_unit, r.tax_code, r.gln, r.keys, r.roles, r.successor,
          r.admitted);
  }
};

enum class KeyStatus : std::uint8_t { kActive = 1, kRetired = 2, kRevoked = 3 };

struct KeyRecord {
  crypto::P256PublicKey public_key{};
  std::string organisation;
  bool manages_keys = false;
  KeyStatus status = KeyStatus::kActive;
  base::TimeNs suspect_since = 0;  // with kRevoked
  Fact added;
  std::optional<Fact> ended;
  SOGOC_FIELDS() {
    visit(r.public_key, r.organisation, r.manages_keys, r.status, r.suspect_since, r.added,
          r.ended);
  }
};

// ---- Reference data

struct AdminUnitVersion {
  std::string name;
  std::uint8_t level = 0;  // v1::AdminLevel
  std::string parent;
  Date valid_from = 0;
  Date valid_to = 0;  // inclusive; 0 while it exists
  std::vector<std::string> successors;
  SOGOC_FIELDS() { visit(r.name, r.level, r.parent, r.valid_from, r.valid_to, r.successors); }
};

struct AdminUnitRecord {
  std::vector<AdminUnitVersion> versions;  // ascending, not overlapping
  SOGOC_FIELDS() { visit(r.versions); }
};

struct StarLevelRecord {
  std::uint8_t star = 0;
  std::uint8_t level = 0;  // v1::AdminLevel
  std::uint32_t score_min = 0;
  SOGOC_FIELDS() { visit(r.star, r.level, r.score_min); }
};

struct RegimeRecord {
  std::string name;
  Date effective_from = 0;
  std::vector<StarLevelRecord> stars;
  std::uint32_t part_a_max = 0;
  std::uint32_t part_b_max = 0;
  std::uint32_t part_c_max = 0;
  std::uint32_t validity_months = 0;
  SOGOC_FIELDS() {
    visit(r.name, r.effective_from, r.stars, r.part_a_max, r.part_b_max, r.part_c_max,
          r.validity_months);
  }
};

struct RegimesRecord {
  std::vector<RegimeRecord> regimes;  // ascending by effective_from
  SOGOC_FIELDS() { visit(r.regimes); }
};

struct GroupRecord {
  std::string code;
  std::string name;
  SOGOC_FIELDS() { visit(r.code, r.name); }
};

struct VocabularyRecord {
  std::string name;
  Date effective_from = 0;
  std::vector<GroupRecord> groups;
  SOGOC_FIELDS() { visit(r.name, r.effective_from, r.groups); }
};

struct ResolverRecord {
  bool withdrawn = false;
  Fact recorded;
  SOGOC_FIELDS() { visit(r.withdrawn, r.recorded); }
};

// ---- Producers and products

struct ResidenceRecord {
  std::string commune;
  Date since = 0;
  SOGOC_FIELDS() { visit(r.commune, r.since); }
};

struct ProducerRecord {
  std::uint8_t type = 0;  // v1::ProducerType
  std::string legal_name;
  std::string address;
  std::vector<ResidenceRecord> residences;  // ascending by since
  Bytes representative_digest;
  Fact registered;
  SOGOC_FIELDS() {
    visit(r.type, r.legal_name, r.address, r.residences, r.representative_digest, r.registered);
  }
};

struct FacilityRecord {
  std::string name;
  std::uint8_t kind = 0;  // v1::FacilityKind
  std::string commune;
  std::string gln;
  std::string zone_code;
  std::uint64_t area_square_metres = 0;
  Fact registered;
  SOGOC_FIELDS() {
    visit(r.name, r.kind, r.commune, r.gln, r.zone_code, r.area_square_metres, r.registered);
  }
};

struct PrefixRecord {
  std::string organisation;
  Fact granted;
  SOGOC_FIELDS() { visit(r.organisation, r.granted); }
};

struct AllocatedCodeRecord {
  std::string organisation;
  Fact allocated;
  SOGOC_FIELDS() { visit(r.organisation, r.allocated); }
};

struct ProductRecord {
  std::string producer;
  std::string name;
  std::string brand;
  std::uint32_t vocabulary = 0;
  std::string group;
  Bytes picture;
  std::vector<std::string> standards;
  std::vector<std::string> certificates;  // all ever issued, ascending by valid_from
  std::uint64_t next_serial = 1;          // where the next label run must start
  Fact registered;
  SOGOC_FIELDS() {
    visit(r.producer, r.name, r.brand, r.vocabulary, r.group, r.picture, r.standards,
          r.certificates, r.next_serial, r.registered);
  }
};

// ---- Grading

struct DecisionRefRecord {
  std::string issuer;
  Date date = 0;
  std::string number;
  SOGOC_FIELDS() { visit(r.issuer, r.date, r.number); }
  bool operator==(const DecisionRefRecord&) const = default;
};

struct ScoreRecord {
  Date date = 0;
  std::uint32_t part_a = 0;
  std::uint32_t part_b = 0;
  std::uint32_t part_c = 0;
  bool mandatory_failed = false;
  Bytes minutes;
  Fact recorded;
  SOGOC_FIELDS() {
    visit(r.date, r.part_a, r.part_b, r.part_c, r.mandatory_failed, r.minutes, r.recorded);
  }
};

struct DecisionRecord {
  std::string title;
  Bytes document;
  Fact recorded;
  SOGOC_FIELDS() { visit(r.title, r.document, r.recorded); }
};

struct RevocationRecord {
  DecisionRefRecord decision;
  std::string reason;
  Fact recorded;
  SOGOC_FIELDS() { visit(r.decision, r.reason, r.recorded); }
};

enum class CertificateStatus : std::uint8_t { kActive = 1, kSuperseded = 2, kRevoked = 3 };

struct CertificateRecord {
  std::string gtin;
  std::uint8_t star = 0;
  DecisionRefRecord decision;
  std::uint8_t change = 0;  // v1::CertificateChange
  std::string previous;
  Date valid_from = 0;
  Date valid_to = 0;  // inclusive
  std::string score_council;
  std::string score_session;
  bool five_star_proposed = false;
  bool attested = false;  // recorded by a successor, or long after the decision
  CertificateStatus status = CertificateStatus::kActive;
  std::string superseded_by;
  Date ended = 0;  // first day without effect, with kSuperseded and kRevoked
  std::optional<RevocationRecord> revocation;
  Fact issued;
  SOGOC_FIELDS() {
    visit(r.gtin, r.star, r.decision, r.change, r.previous, r.valid_from, r.valid_to,
          r.score_council, r.score_session, r.five_star_proposed, r.attested, r.status,
          r.superseded_by, r.ended, r.revocation, r.issued);
  }
};

// ---- Batches

struct BatchId {
  Digest ledger_id{};  // zero: this ledger
  std::string gtin;
  std::string lot;
  SOGOC_FIELDS() { visit(r.ledger_id, r.gtin, r.lot); }
  auto operator<=>(const BatchId&) const = default;
};

struct InputRecord {
  BatchId batch;
  std::uint64_t amount = 0;
  SOGOC_FIELDS() { visit(r.batch, r.amount); }
};

struct RunRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  SOGOC_FIELDS() { visit(r.first, r.count); }
};

struct BatchRecord {
  std::string owner;
  std::uint64_t amount = 0;
  std::uint8_t unit = 0;  // v1::Unit
  std::uint64_t unit_content = 0;
  Date production_date = 0;
  Date expiry_date = 0;
  std::string facility;
  std::vector<InputRecord> inputs;
  Digest ancestors{};  // hash of the AncestorsRecord
  std::uint32_t ancestor_count = 0;
  std::uint64_t drawn = 0;  // taken by other batches
  std::uint64_t labels_authorised = 0;
  std::uint64_t labels_void = 0;  // of them; a void label gives its unit back
  std::vector<RunRange> runs;     // ascending
  std::uint64_t event_count = 0;
  Digest event_hash{};  // running hash of the stage events (rules/batches.cc)
  Fact registered;
  SOGOC_FIELDS() {
    visit(r.owner, r.amount, r.unit, r.unit_content, r.production_date, r.expiry_date, r.facility,
          r.inputs, r.ancestors, r.ancestor_count, r.drawn, r.labels_authorised, r.labels_void,
          r.runs, r.event_count, r.event_hash, r.registered);
  }
};

struct AncestorsRecord {
  std::vector<BatchId> batches;  // ascending, distinct, at most 4,096
  SOGOC_FIELDS() { visit(r.batches); }
};

struct OfferRecord {
  std::uint64_t offered = 0;
  std::uint64_t drawn = 0;
  Fact last;
  SOGOC_FIELDS() { visit(r.offered, r.drawn, r.last); }
};

// ---- Labels

struct LabelRunRecord {
  std::string lot;
  std::string certificate;
  std::uint64_t count = 0;
  std::uint8_t star = 0;
  bool scratch = false;
  std::string printer;
  Bytes stamp_key;  // compressed P-256 point; empty until SetRunKeys
  Bytes scratch_root;
  std::uint64_t printed = 0;
  std::uint64_t activated = 0;
  std::uint64_t void_count = 0;
  std::uint64_t lost_count = 0;
  std::uint64_t stolen_count = 0;
  std::uint64_t revoked_count = 0;
  Fact authorised;
  std::optional<Fact> keyed;
  std::optional<Fact> last_printed;
  std::optional<Fact> last_activated;
  SOGOC_FIELDS() {
    visit(r.lot, r.certificate, r.count, r.star, r.scratch, r.printer, r.stamp_key, r.scratch_root,
          r.printed, r.activated, r.void_count, r.lost_count, r.stolen_count, r.revoked_count,
          r.authorised, r.keyed, r.last_printed, r.last_activated);
  }
};

struct ExceptionRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint8_t kind = 0;  // v1::ExceptionKind
  std::string reason;
  Fact recorded;
  SOGOC_FIELDS() { visit(r.first, r.count, r.kind, r.reason, r.recorded); }
};

struct ExceptionsRecord {
  std::vector<ExceptionRange> ranges;  // ascending, not overlapping
  SOGOC_FIELDS() { visit(r.ranges); }
};

// ---- Recalls

struct RecallRecord {
  std::string recall;
  std::string lot;        // empty: all lots
  std::uint8_t kind = 0;  // v1::RecallKind
  std::string reason;
  Bytes document;
  Fact opened;
  SOGOC_FIELDS() { visit(r.recall, r.lot, r.kind, r.reason, r.document, r.opened); }
};

struct RecallsRecord {
  std::vector<RecallRecord> open;  // ascending by recall number
  std::uint64_t closed_count = 0;
  SOGOC_FIELDS() { visit(r.open, r.closed_count); }
};

#undef SOGOC_FIELDS

}  // namespace sogoc::ledger
