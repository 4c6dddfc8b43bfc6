#include "node/ledger/rules/organisations.h"

#include <algorithm>

#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/governance.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

std::string ShortId(base::ByteView key_id) { return base::ToHex(key_id.first(8)); }

Outcome CheckRoomForKey(const OrganisationRecord& record) {
  REFUSE_UNLESS(record.keys.size() < kKeysPerOrganisationMax, kListTooLong, "keys",
                std::to_string(kKeysPerOrganisationMax));
  return kAccepted;
}

// Registers a key for an organisation whose record the caller holds and stores.
Outcome RegisterKey(const v1::NewKey& key, const std::string& organisation,
                    OrganisationRecord& record, OperationContext& ctx) {
  KeyRecord out;
  REFUSE_UNLESS(crypto::IsP256PublicKey(base::AsBytes(key.public_key())), kBadKey, "public_key");
  std::copy(key.public_key().begin(), key.public_key().end(), out.public_key.begin());
  const Digest id = crypto::KeyId(out.public_key);
  REFUSE_UNLESS(!ctx.state.Get(KeyKey(id)), kKeyTaken, ShortId(id));

  crypto::P256Signature possession{};
  REFUSE_UNLESS(key.possession().size() == possession.size(), kBadPossession, ShortId(id),
                organisation);
  std::copy(key.possession().begin(), key.possession().end(), possession.begin());
  const Bytes message = PossessionMessage(ctx.ledger.ledger_id, organisation, out.public_key);
  REFUSE_UNLESS(
      crypto::VerifyP256(out.public_key, crypto::SignatureKind::kPossession, message, possession),
      kBadPossession, ShortId(id), organisation);
  out.organisation = organisation;
  out.manages_keys = key.manages_keys();
  out.added = ctx.Says();
  ctx.state.Put(KeyKey(id), out);
  record.keys.push_back(id);
  return kAccepted;
}

Outcome LoadOrganisation(const OperationContext& ctx, const std::string& id,
                         OrganisationRecord& out) {
  auto record = Load<OrganisationRecord>(ctx.state, OrganisationKey(id));
  REFUSE_UNLESS(record, kUnknownOrganisation, id);
  out = std::move(*record);
  return kAccepted;
}

// One of the author's keys.
Outcome LoadOwnKey(const OperationContext& ctx, const std::string& key_id, KeyRecord& out) {
  RULE(kI1, ctx.key_manages_keys, kKeyMayNotManage);
  const auto id = base::DigestFromBytes(base::AsBytes(key_id));
  REFUSE_UNLESS(id, kBadDigest, "key_id");
  auto record = Load<KeyRecord>(ctx.state, KeyKey(*id));
  REFUSE_UNLESS(record, kUnknownKey, ShortId(*id));
  RULE(kI1, record->organisation == ctx.author(), kNotYourKey, ShortId(*id), ctx.author());
  out = std::move(*record);
  return kAccepted;
}

std::size_t ManagingKeys(const OperationContext& ctx, const OrganisationRecord& record) {
  std::size_t count = 0;
  for (const Digest& id : record.keys) {
    const auto key = Load<KeyRecord>(ctx.state, KeyKey(id));
    if (key && key->manages_keys && key->status == KeyStatus::kActive) ++count;
  }
  return count;
}

Outcome EndKey(KeyRecord key, KeyStatus status, base::TimeNs suspect_since, OperationContext& ctx) {
  key.status = status;
  key.suspect_since = suspect_since;
  key.ended = ctx.Says();
  ctx.state.Put(KeyKey(crypto::KeyId(key.public_key)), key);
  return kAccepted;
}

Outcome CheckSuspectSince(const OperationContext& ctx, std::uint64_t seconds) {
  REFUSE_UNLESS(seconds > 0 && seconds <= ctx.time / base::kNsPerSecond, kBadNumber,
                "suspect_since");
  return kAccepted;
}

// Which roles a kind of organisation can hold.
bool RoleFitsKind(int role, int kind) {
  switch (role) {
    case v1::OFFICE:
      return kind == v1::PROVINCE_OFFICE;
    case v1::DECIDE:
      return kind == v1::COMMITTEE;
    case v1::SCORE:
      return kind == v1::COUNCIL;
    case v1::INSPECT:
      return kind == v1::INSPECTION_AGENCY || kind == v1::PROVINCE_OFFICE;
    case v1::PRODUCE:
      return kind == v1::PRODUCER;
    case v1::PRINT:
      return kind == v1::PRINTER || kind == v1::PRODUCER;
    case v1::GATEWAY:
      return kind == v1::GATEWAY_OPERATOR || kind == v1::PROVINCE_OFFICE;
    default:
      return false;
  }
}

// The author is an office for the unit, which may have ended.
Outcome CheckOfficeFor(const OperationContext& ctx, const std::string& unit) {
  TRY_RULE(CheckUnitKnown(ctx, unit));
  return CheckRole(ctx, v1::OFFICE, unit);
}

}  // namespace

Outcome Admit(const v1::AdmitOrganisation& op, OperationContext& ctx) {
  const std::string& id = op.organisation();
  REFUSE_UNLESS(IsSlug(id), kBadOrganisationId, id);
  REFUSE_UNLESS(!ctx.state.Get(OrganisationKey(id)), kOrganisationExists, id);
  TRY_RULE(CheckText(op.name(), "name", kNameBytesMax));
  REFUSE_UNLESS(op.kind() != v1::ORGANISATION_KIND_UNSPECIFIED, kBadNumber, "kind");
  TRY_RULE(CheckText(op.admin_unit(), "admin_unit", kCodeBytesMax));
  TRY_RULE(CheckText(op.tax_code(), "tax_code", kCodeBytesMax, /*optional=*/true));
  TRY_RULE(CheckGln(ctx, op.gln(), /*optional=*/true));
  OrganisationRecord record;
  record.name = op.name();
  record.kind = static_cast<std::uint8_t>(op.kind());
  record.admin_unit = op.admin_unit();
  record.tax_code = op.tax_code();
  record.gln = op.gln();
  record.admitted = ctx.Says();
  for (const v1::NewKey& key : op.keys()) {
    TRY_RULE(CheckRoomForKey(record));
    TRY_RULE(RegisterKey(key, id, record, ctx));
  }
  ctx.state.Put(OrganisationKey(id), record);
  return kAccepted;
}

Outcome Apply(const v1::AdmitOrganisation& op, OperationContext& ctx) {
  TRY_RULE(CheckOfficeFor(ctx, op.admin_unit()));
  return Admit(op, ctx);
}

Outcome Apply(const v1::AddKey& op, OperationContext& ctx) {
  RULE(kI1, ctx.key_manages_keys, kKeyMayNotManage);
  OrganisationRecord record;
  TRY_RULE(LoadOrganisation(ctx, ctx.author(), record));
  TRY_RULE(CheckRoomForKey(record));
  TRY_RULE(RegisterKey(op.key(), ctx.author(), record, ctx));
  ctx.state.Put(OrganisationKey(ctx.author()), record);
  return kAccepted;
}

Outcome Apply(const v1::RetireKey& op, OperationContext& ctx) {
  KeyRecord key;
  TRY_RULE(LoadOwnKey(ctx, op.key_id(), key));
  REFUSE_UNLESS(key.status == KeyStatus::kActive, kKeyNotActive,
                ShortId(base::AsBytes(op.key_id())));
  OrganisationRecord record;
  TRY_RULE(LoadOrganisation(ctx, ctx.author(), record));
  REFUSE_UNLESS(!key.manages_keys || ManagingKeys(ctx, record) > 1, kLastManagingKey);
  return EndKey(std::move(key), KeyStatus::kRetired, 0, ctx);
}

// The last managing key can be revoked too: a stolen key must never have to stay. The office then
// replaces it. A retired key can be revoked when the theft comes to light later.
Outcome Apply(const v1::RevokeKey& op, OperationContext& ctx) {
  KeyRecord key;
  TRY_RULE(LoadOwnKey(ctx, op.key_id(), key));
  REFUSE_UNLESS(key.status != KeyStatus::kRevoked, kKeyNotActive,
                ShortId(base::AsBytes(op.key_id())));
  TRY_RULE(CheckSuspectSince(ctx, op.suspect_since()));
  return EndKey(std::move(key), KeyStatus::kRevoked, op.suspect_since() * base::kNsPerSecond, ctx);
}

Outcome ReplaceKeys(const v1::ReplaceLostKeys& op, OperationContext& ctx) {
  OrganisationRecord record;
  TRY_RULE(LoadOrganisation(ctx, op.organisation(), record));
  TRY_RULE(CheckSuspectSince(ctx, op.suspect_since()));
  REFUSE_UNLESS(op.key().manages_keys(), kBadKey, "manages_keys");
  for (const Digest& id : record.keys) {
    auto key = Load<KeyRecord>(ctx.state, KeyKey(id));
    if (!key || key->status != KeyStatus::kActive) continue;
    TRY_RULE(
        EndKey(std::move(*key), KeyStatus::kRevoked, op.suspect_since() * base::kNsPerSecond, ctx));
  }
  // However many keys there are: a thief who filled the list must not lock the organisation out.
  TRY_RULE(RegisterKey(op.key(), op.organisation(), record, ctx));
  ctx.state.Put(OrganisationKey(op.organisation()), record);
  return kAccepted;
}

// Whoever replaces a founder's or an approver's keys takes its vote: never the office alone.
Outcome Apply(const v1::ReplaceLostKeys& op, OperationContext& ctx) {
  OrganisationRecord record;
  TRY_RULE(LoadOrganisation(ctx, op.organisation(), record));
  TRY_RULE(CheckOfficeFor(ctx, record.admin_unit));
  RULE(kI1, !KeysNeedProposal(ctx, op.organisation()), kKeysByProposal, op.organisation());
  RULE(kI1, record.admitted.organisation == ctx.author(), kNotAdmittingOffice, op.organisation(),
       record.admitted.organisation);
  return ReplaceKeys(op, ctx);
}

Outcome Grant(const v1::GrantRole& op, OperationContext& ctx) {
  OrganisationRecord record;
  TRY_RULE(LoadOrganisation(ctx, op.organisation(), record));
  TRY_RULE(CheckDate(op.valid_from(), "valid_from"));
  TRY_RULE(CheckDate(op.valid_to(), "valid_to", /*optional=*/true));
  REFUSE_UNLESS(op.valid_to() == 0 || op.valid_from() <= op.valid_to(), kBadDate, "valid_to");
  REFUSE_UNLESS(RoleFitsKind(op.role(), record.kind), kRoleNotForKind, op.organisation(),
                RoleText(op.role()));
  REFUSE_UNLESS(record.roles.size() < kGrantsPerOrganisationMax, kListTooLong, "roles",
                std::to_string(kGrantsPerOrganisationMax));
  const bool held = std::any_of(record.roles.begin(), record.roles.end(), [&](const RoleGrant& g) {
    return g.role == op.role() && g.scope == op.scope() && !g.revoked &&
           (g.valid_to == 0 || op.valid_from() <= g.valid_to) &&
           (op.valid_to() == 0 || g.valid_from <= op.valid_to());
  });
  REFUSE_UNLESS(!held, kRoleHeld, op.organisation(), op.scope());
  record.roles.push_back({static_cast<std::uint8_t>(op.role()), op.scope(), op.valid_from(),
                          op.valid_to(), ctx.Says(), std::nullopt});
  ctx.state.Put(OrganisationKey(op.organisation()), record);
  return kAccepted;
}

Outcome Apply(const v1::GrantRole& op, OperationContext& ctx) {
  TRY_RULE(CheckUnit(ctx, op.scope(), ctx.today()));
  TRY_RULE(CheckRole(ctx, v1::OFFICE, op.scope()));
  return Grant(op, ctx);
}

// Ends every grant of the role that counts today or would count later.
Outcome Apply(const v1::RevokeRole& op, OperationContext& ctx) {
  TRY_RULE(CheckOfficeFor(ctx, op.scope()));
  OrganisationRecord record;
  TRY_RULE(LoadOrganisation(ctx, op.organisation(), record));
  bool held = false;
  for (RoleGrant& grant : record.roles) {
    if (grant.role != op.role() || grant.scope != op.scope() || grant.revoked) continue;
    if (grant.valid_to != 0 && grant.valid_to < ctx.today()) continue;
    grant.revoked = ctx.Says();
    held = true;
  }
  REFUSE_UNLESS(held, kRoleNotHeld, op.organisation(), op.scope());
  ctx.state.Put(OrganisationKey(op.organisation()), record);
  return kAccepted;
}

Outcome Apply(const v1::NameSuccessor& op, OperationContext& ctx) {
  OrganisationRecord record;
  OrganisationRecord successor;
  TRY_RULE(LoadOrganisation(ctx, op.organisation(), record));
  TRY_RULE(LoadOrganisation(ctx, op.successor(), successor));
  TRY_RULE(CheckOfficeFor(ctx, record.admin_unit));
  REFUSE_UNLESS(record.successor.empty(), kSuccessorNamed, op.organisation(), record.successor);
  REFUSE_UNLESS(op.organisation() != op.successor() && record.kind == successor.kind, kBadText,
                "successor");
  record.successor = op.successor();
  ctx.state.Put(OrganisationKey(op.organisation()), record);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
