#include <algorithm>

#include "node/ledger/gs1.h"
#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

// The organisation for which the longest prefix of these digits is recorded; empty if none is.
std::string PrefixOwner(const StateView& state, const std::string& digits) {
  for (std::size_t length = 12; length >= 4; --length) {
    const auto prefix = Load<PrefixRecord>(state, PrefixKey(digits.substr(0, length)));
    if (prefix) return prefix->organisation;
  }
  return "";
}

// The same for a GTIN, whose first digit is not part of a prefix.
std::string GtinOwner(const StateView& state, const std::string& gtin) {
  return PrefixOwner(state, gtin.substr(1));
}

Outcome CheckResidences(const v1::RegisterProducer& op, const OperationContext& ctx) {
  REFUSE_UNLESS(op.residences_size() > 0 && op.residences_size() <= 32, kBadNumber, "residences");
  Date previous = 0;
  for (const v1::Residence& residence : op.residences()) {
    TRY_RULE(CheckPastDate(ctx, residence.since(), "since"));
    REFUSE_UNLESS(residence.since() > previous, kBadDate, "since");
    previous = residence.since();
    TRY_RULE(CheckUnit(ctx, residence.commune(), residence.since()));
  }
  return CheckUnit(ctx, op.residences().rbegin()->commune(), ctx.today());
}

}  // namespace

Outcome Apply(const v1::RegisterProducer& op, OperationContext& ctx) {
  REFUSE_UNLESS(!ctx.state.Get(ProducerKey(ctx.author())), kProducerExists, ctx.author());
  REFUSE_UNLESS(op.type() != v1::PRODUCER_TYPE_UNSPECIFIED, kBadNumber, "type");
  TRY_RULE(CheckText(op.legal_name(), "legal_name", kNameBytesMax));
  TRY_RULE(CheckText(op.address(), "address", kTextBytesMax));
  TRY_RULE(CheckDigest(op.representative_digest(), "representative_digest", /*optional=*/true));
  TRY_RULE(CheckResidences(op, ctx));
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, op.residences().rbegin()->commune()));
  ProducerRecord record;
  record.type = static_cast<std::uint8_t>(op.type());
  record.legal_name = op.legal_name();
  record.address = op.address();
  for (const v1::Residence& residence : op.residences()) {
    record.residences.push_back({residence.commune(), residence.since()});
  }
  record.representative_digest = base::ToBytes(base::AsBytes(op.representative_digest()));
  record.registered = ctx.Says();
  ctx.state.Put(ProducerKey(ctx.author()), record);
  return kAccepted;
}

Outcome Apply(const v1::RegisterFacility& op, OperationContext& ctx) {
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, ""));
  REFUSE_UNLESS(ctx.state.Get(ProducerKey(ctx.author())), kUnknownProducer, ctx.author());
  TRY_RULE(CheckText(op.facility(), "facility", kCodeBytesMax));
  REFUSE_UNLESS(!ctx.state.Get(FacilityKey(ctx.author(), op.facility())), kFacilityExists,
                op.facility());
  TRY_RULE(CheckText(op.name(), "name", kNameBytesMax));
  REFUSE_UNLESS(op.kind() != v1::FACILITY_KIND_UNSPECIFIED, kBadNumber, "kind");
  TRY_RULE(CheckUnit(ctx, op.commune(), ctx.today()));
  TRY_RULE(CheckGln(ctx, op.gln(), /*optional=*/true));
  TRY_RULE(CheckText(op.zone_code(), "zone_code", kCodeBytesMax, /*optional=*/true));
  ctx.state.Put(FacilityKey(ctx.author(), op.facility()),
                FacilityRecord{op.name(), static_cast<std::uint8_t>(op.kind()), op.commune(),
                               op.gln(), op.zone_code(), op.area_square_metres(), ctx.Says()});
  return kAccepted;
}

Outcome Apply(const v1::GrantPrefix& op, OperationContext& ctx) {
  const auto organisation = Load<OrganisationRecord>(ctx.state, OrganisationKey(op.organisation()));
  REFUSE_UNLESS(organisation, kUnknownOrganisation, op.organisation());
  TRY_RULE(CheckRole(ctx, v1::OFFICE, organisation->admin_unit));
  TRY_RULE(CheckText(op.prefix(), "prefix", 12));
  RULE(kI21, IsCompanyPrefix(op.prefix()), kBadPrefix, op.prefix());
  // A prefix within somebody's prefix would take codes away from them.
  const std::string owner = PrefixOwner(ctx.state, op.prefix());
  REFUSE_UNLESS(owner.empty(), kPrefixTaken, op.prefix(), owner);
  ctx.state.Put(PrefixKey(op.prefix()), PrefixRecord{op.organisation(), ctx.Says()});
  return kAccepted;
}

Outcome Apply(const v1::AllocateCode& op, OperationContext& ctx) {
  const auto organisation = Load<OrganisationRecord>(ctx.state, OrganisationKey(op.organisation()));
  REFUSE_UNLESS(organisation, kUnknownOrganisation, op.organisation());
  TRY_RULE(CheckRole(ctx, v1::OFFICE, organisation->admin_unit));
  TRY_RULE(CheckGtin(ctx, op.gtin()));
  REFUSE_UNLESS(GtinOwner(ctx.state, op.gtin()) == ctx.author(), kNotOfficePrefix, op.gtin(),
                ctx.author());
  const auto taken = Load<AllocatedCodeRecord>(ctx.state, AllocatedCodeKey(op.gtin()));
  REFUSE_UNLESS(!taken, kCodeTaken, op.gtin(), taken->organisation);
  ctx.state.Put(AllocatedCodeKey(op.gtin()), AllocatedCodeRecord{op.organisation(), ctx.Says()});
  return kAccepted;
}

Outcome Apply(const v1::RegisterProduct& op, OperationContext& ctx) {
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, ""));
  REFUSE_UNLESS(ctx.state.Get(ProducerKey(ctx.author())), kUnknownProducer, ctx.author());
  TRY_RULE(CheckGtin(ctx, op.gtin()));
  REFUSE_UNLESS(!ctx.state.Get(ProductKey(op.gtin())), kProductExists, op.gtin());
  const auto allocated = Load<AllocatedCodeRecord>(ctx.state, AllocatedCodeKey(op.gtin()));
  const std::string owner = allocated ? allocated->organisation : GtinOwner(ctx.state, op.gtin());
  REFUSE_UNLESS(owner == ctx.author(), kGtinNotYours, op.gtin(), ctx.author());
  TRY_RULE(CheckText(op.name(), "name", kNameBytesMax));
  TRY_RULE(CheckText(op.brand(), "brand", kNameBytesMax, /*optional=*/true));
  TRY_RULE(CheckDigest(op.picture(), "picture", /*optional=*/true));
  REFUSE_UNLESS(op.standards_size() <= 32, kListTooLong, "standards", "32");
  for (const std::string& standard : op.standards()) {
    TRY_RULE(CheckText(standard, "standards", kNameBytesMax));
  }
  const auto vocabulary = Load<VocabularyRecord>(ctx.state, VocabularyKey(op.vocabulary()));
  REFUSE_UNLESS(vocabulary, kUnknownVocabulary, std::to_string(op.vocabulary()));
  const bool known =
      std::any_of(vocabulary->groups.begin(), vocabulary->groups.end(),
                  [&](const GroupRecord& group) { return group.code == op.group(); });
  REFUSE_UNLESS(known, kUnknownGroup, op.group(), std::to_string(op.vocabulary()));
  ProductRecord record;
  record.producer = ctx.author();
  record.name = op.name();
  record.brand = op.brand();
  record.vocabulary = op.vocabulary();
  record.group = op.group();
  record.picture = base::ToBytes(base::AsBytes(op.picture()));
  record.standards = {op.standards().begin(), op.standards().end()};
  record.registered = ctx.Says();
  ctx.state.Put(ProductKey(op.gtin()), record);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
