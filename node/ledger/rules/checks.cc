#include "node/ledger/rules/checks.h"

#include <algorithm>

#include "node/ledger/gs1.h"
#include "node/ledger/limits.h"

namespace sogoc::ledger::rules {

Outcome CheckText(const std::string& text, const char* field, std::size_t max, bool optional) {
  REFUSE_UNLESS(text.size() <= max && (optional || !text.empty()), kBadText, field);
  return kAccepted;
}

Outcome CheckDigest(const std::string& bytes, const char* field, bool optional) {
  REFUSE_UNLESS(bytes.size() == 32 || (optional && bytes.empty()), kBadDigest, field);
  return kAccepted;
}

Outcome CheckDate(std::uint32_t date, const char* field, bool optional) {
  REFUSE_UNLESS(base::IsDate(date) || (optional && date == 0), kBadDate, field);
  return kAccepted;
}

Outcome CheckPastDate(const OperationContext& ctx, std::uint32_t date, const char* field) {
  TRY_RULE(CheckDate(date, field));
  REFUSE_UNLESS(date <= ctx.today(), kFutureDate, base::FormatDateIso(date));
  return kAccepted;
}

Outcome CheckAmount(std::uint64_t amount, const char* field) {
  REFUSE_UNLESS(amount > 0 && amount <= kAmountMax, kBadNumber, field);
  return kAccepted;
}

Outcome CheckGtin(const OperationContext& ctx, const std::string& gtin) {
  TRY_RULE(CheckText(gtin, "gtin", 14));
  RULE(kI21, IsGtin14(gtin), kBadCheckDigit, gtin);
  return kAccepted;
}

Outcome CheckGln(const OperationContext& ctx, const std::string& gln, bool optional) {
  TRY_RULE(CheckText(gln, "gln", 13, optional));
  RULE(kI21, gln.empty() || IsGln13(gln), kBadCheckDigit, gln);
  return kAccepted;
}

Outcome CheckLot(const OperationContext& ctx, const std::string& lot) {
  TRY_RULE(CheckText(lot, "lot", 64));
  RULE(kI21, IsLotOrSerial(lot), kBadLot, lot);
  return kAccepted;
}

bool IsSlug(const std::string& text) {
  return text.size() >= 2 && text.size() <= kOrganisationIdBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::optional<AdminUnitVersion> UnitAt(const StateView& state, const std::string& code, Date date) {
  const auto unit = Load<AdminUnitRecord>(state, AdminUnitKey(code));
  if (!unit) return std::nullopt;
  for (const AdminUnitVersion& version : unit->versions) {
    if (version.valid_from <= date && (version.valid_to == 0 || date <= version.valid_to)) {
      return version;
    }
  }
  return std::nullopt;
}

bool Contains(const StateView& state, const std::string& outer, const std::string& inner,
              Date date) {
  std::string code = inner;
  int below = v1::COMMUNE + 1;
  // Versions of units change at different times, so that parents may point in a circle; levels must
  // rise all the way.
  for (auto unit = UnitAt(state, code, date); unit && unit->level < below;
       unit = UnitAt(state, code, date)) {
    if (code == outer) return true;
    below = unit->level;
    code = unit->parent;
  }
  return false;
}

bool Covers(const StateView& state, const std::string& outer, const std::string& unit, Date date) {
  constexpr std::size_t kUnitsMax = 64;
  std::vector<std::string> todo = {unit};
  for (std::size_t i = 0; i < todo.size() && i < kUnitsMax; ++i) {
    if (Contains(state, outer, todo[i], date)) return true;
    const auto record = Load<AdminUnitRecord>(state, AdminUnitKey(todo[i]));
    if (!record) continue;
    const AdminUnitVersion& last = record->versions.back();
    if (last.valid_to == 0 || date <= last.valid_to) continue;
    todo.insert(todo.end(), last.successors.begin(), last.successors.end());
    if (last.successors.empty()) todo.push_back(last.parent);
  }
  return false;
}

Outcome CheckUnit(const OperationContext& ctx, const std::string& code, Date date) {
  TRY_RULE(CheckText(code, "admin_unit", kCodeBytesMax));
  RULE(kI24, UnitAt(ctx.state, code, date), kUnknownAdminUnit, code, base::FormatDateIso(date));
  return kAccepted;
}

Outcome CheckUnitKnown(const OperationContext& ctx, const std::string& code) {
  TRY_RULE(CheckText(code, "admin_unit", kCodeBytesMax));
  RULE(kI24, ctx.state.Get(AdminUnitKey(code)), kUnknownAdminUnit, code,
       base::FormatDateIso(ctx.today()));
  return kAccepted;
}

const std::string& CommuneAt(const ProducerRecord& producer, Date date) {
  const ResidenceRecord* found = &producer.residences.front();
  for (const ResidenceRecord& residence : producer.residences) {
    if (residence.since <= date) found = &residence;
  }
  return found->commune;
}

const char* RoleText(int role) {
  switch (role) {
    case v1::OFFICE:
      return "OFFICE";
    case v1::DECIDE:
      return "DECIDE";
    case v1::SCORE:
      return "SCORE";
    case v1::INSPECT:
      return "INSPECT";
    case v1::PRODUCE:
      return "PRODUCE";
    case v1::PRINT:
      return "PRINT";
    case v1::GATEWAY:
      return "GATEWAY";
    default:
      return "?";
  }
}

bool HoldsRole(const OperationContext& ctx, int role, const std::string& unit) {
  const Date today = ctx.today();
  return std::any_of(ctx.author_record.roles.begin(), ctx.author_record.roles.end(),
                     [&](const RoleGrant& grant) {
                       return grant.role == role && !grant.revoked && grant.valid_from <= today &&
                              (grant.valid_to == 0 || today <= grant.valid_to) &&
                              (unit.empty() || Covers(ctx.state, grant.scope, unit, today));
                     });
}

Outcome CheckRole(const OperationContext& ctx, int role, const std::string& unit) {
  RULE(kI1, HoldsRole(ctx, role, unit), kRoleMissing, ctx.author(), RoleText(role),
       unit.empty() ? "-" : unit);
  return kAccepted;
}

Outcome LoadProduct(const OperationContext& ctx, const std::string& gtin, ProductAndProducer& out) {
  auto product = Load<ProductRecord>(ctx.state, ProductKey(gtin));
  REFUSE_UNLESS(product, kUnknownProduct, gtin);
  auto producer = Load<ProducerRecord>(ctx.state, ProducerKey(product->producer));
  REFUSE_UNLESS(producer, kUnknownProducer, product->producer);
  out = {std::move(*product), std::move(*producer)};
  return kAccepted;
}

std::uint64_t SellableUnits(const BatchRecord& batch) {
  return batch.unit_content == 0 ? 0 : (batch.amount - batch.drawn) / batch.unit_content;
}

std::uint64_t LabelsInUse(const BatchRecord& batch) {
  return batch.labels_authorised - batch.labels_void;
}

}  // namespace sogoc::ledger::rules
