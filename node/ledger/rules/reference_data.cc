#include "node/ledger/rules/reference_data.h"

#include <algorithm>
#include <set>

#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

constexpr std::uint32_t kPartMax = 10'000;  // 100 points in hundredths

bool IsHostName(const std::string& host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.back() == '.') return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i < host.size(); ++i) {
    const char c = host[i];
    if (c == '.') {
      if (label == 0 || host[i - 1] == '-') return false;
      label = 0;
      continue;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && !(c == '-' && label > 0)) return false;
    if (++label > 63) return false;
  }
  return host.back() != '-';
}

}  // namespace

Outcome StoreAdminUnit(const v1::AdminUnit& unit, OperationContext& ctx) {
  TRY_RULE(CheckText(unit.code(), "code", kCodeBytesMax));
  TRY_RULE(CheckText(unit.name(), "name", kNameBytesMax));
  TRY_RULE(CheckDate(unit.valid_from(), "valid_from"));
  TRY_RULE(CheckDate(unit.valid_to(), "valid_to", /*optional=*/true));
  REFUSE_UNLESS(unit.valid_to() == 0 || unit.valid_from() <= unit.valid_to(), kBadDate, "valid_to");
  REFUSE_UNLESS(unit.level() != v1::ADMIN_LEVEL_UNSPECIFIED, kBadNumber, "level");
  REFUSE_UNLESS(unit.successors_size() <= 64, kListTooLong, "successors", "64");
  for (const std::string& successor : unit.successors()) {
    TRY_RULE(CheckText(successor, "successors", kCodeBytesMax));
  }
  if (unit.level() == v1::COUNTRY) {
    REFUSE_UNLESS(unit.parent().empty(), kBadText, "parent");
  } else {
    const auto parent = UnitAt(ctx.state, unit.parent(), unit.valid_from());
    RULE(kI24, parent, kUnknownAdminUnit, unit.parent(), base::FormatDateIso(unit.valid_from()));
    REFUSE_UNLESS(!parent || parent->level < unit.level(), kBadNumber, "level");
  }
  AdminUnitVersion version{unit.name(),     static_cast<std::uint8_t>(unit.level()),
                           unit.parent(),   unit.valid_from(),
                           unit.valid_to(), {unit.successors().begin(), unit.successors().end()}};
  AdminUnitRecord record =
      Load<AdminUnitRecord>(ctx.state, AdminUnitKey(unit.code())).value_or(AdminUnitRecord{});
  auto& versions = record.versions;
  if (!versions.empty() && versions.back().valid_from == version.valid_from) {
    // The unit as it is, closed: nothing else about the past may change.
    AdminUnitVersion& open = versions.back();
    RULE(kI24,
         open.valid_to == 0 && version.valid_to != 0 && open.name == version.name &&
             open.level == version.level && open.parent == version.parent,
         kAdminUnitOverlap, unit.code());
    open = std::move(version);
  } else {
    REFUSE_UNLESS(versions.size() < kAdminUnitVersionsMax, kListTooLong, "versions",
                  std::to_string(kAdminUnitVersionsMax));
    RULE(kI24,
         versions.empty() ||
             (versions.back().valid_to != 0 && versions.back().valid_to < version.valid_from),
         kAdminUnitOverlap, unit.code());
    versions.push_back(std::move(version));
  }
  ctx.state.Put(AdminUnitKey(unit.code()), record);
  return kAccepted;
}

// An office keeps the units below its scope, as of the day from which each is valid.
Outcome Apply(const v1::RecordAdminUnits& op, OperationContext& ctx) {
  REFUSE_UNLESS(op.units_size() > 0, kBadNumber, "units");
  for (const v1::AdminUnit& unit : op.units()) {
    const Date today = ctx.today();
    const bool held = std::any_of(
        ctx.author_record.roles.begin(), ctx.author_record.roles.end(), [&](const RoleGrant& g) {
          return g.role == v1::OFFICE && !g.revoked && g.valid_from <= today &&
                 (g.valid_to == 0 || today <= g.valid_to) &&
                 (g.scope == unit.code() ||
                  Contains(ctx.state, g.scope, unit.parent(), unit.valid_from()));
        });
    RULE(kI1, held, kOutsideScope, unit.code(), ctx.author());
    TRY_RULE(StoreAdminUnit(unit, ctx));
  }
  return kAccepted;
}

Outcome Apply(const v1::RecordResolver& op, OperationContext& ctx) {
  TRY_RULE(CheckRole(ctx, v1::OFFICE, ""));
  REFUSE_UNLESS(IsHostName(op.host()), kBadHost, op.host());
  ctx.state.Put(ResolverKey(op.host()), ResolverRecord{op.withdrawn(), ctx.Says()});
  return kAccepted;
}

std::optional<std::string> CheckRegimes(const v1::RegimeTable& table) {
  if (table.regimes_size() == 0 || static_cast<std::size_t>(table.regimes_size()) > kRegimesMax) {
    return "a regime table has 1 to 64 regimes";
  }
  Date previous = 0;
  for (const v1::Regime& regime : table.regimes()) {
    if (regime.name().empty() || regime.name().size() > kNameBytesMax)
      return "a regime needs a name";
    if (!base::IsDate(regime.effective_from()) || regime.effective_from() <= previous) {
      return "regimes must be ascending by effective_from";
    }
    previous = regime.effective_from();
    if (regime.stars_size() == 0 || regime.stars_size() > 5) return "a regime has 1 to 5 stars";
    std::uint32_t star = 0;
    std::uint32_t score = 0;
    for (const v1::StarLevel& level : regime.stars()) {
      if (level.star() <= star || level.star() > 5) return "stars must be ascending, 1 to 5";
      if (level.level() == v1::ADMIN_LEVEL_UNSPECIFIED) return "a star needs its level";
      if (level.score_min() < score || level.score_min() > kPartMax) {
        return "score bands must be ascending";
      }
      star = level.star();
      score = level.score_min();
    }
    if (regime.part_a_max() + regime.part_b_max() + regime.part_c_max() != kPartMax ||
        regime.part_a_max() > kPartMax || regime.part_b_max() > kPartMax ||
        regime.part_c_max() > kPartMax) {
      return "the three parts must add up to 100 points";
    }
    if (regime.validity_months() == 0 || regime.validity_months() > 600) {
      return "validity_months must be 1 to 600";
    }
  }
  return std::nullopt;
}

std::optional<std::string> CheckVocabulary(const v1::Vocabulary& vocabulary) {
  if (vocabulary.version() == 0) return "a vocabulary needs a version from 1";
  if (vocabulary.name().empty() || vocabulary.name().size() > kNameBytesMax) {
    return "a vocabulary needs a name";
  }
  if (!base::IsDate(vocabulary.effective_from())) return "effective_from is not a date";
  if (vocabulary.groups_size() == 0 ||
      static_cast<std::size_t>(vocabulary.groups_size()) > kGroupsMax) {
    return "a vocabulary has 1 to 256 groups";
  }
  std::set<std::string> codes;
  for (const v1::ProductGroup& group : vocabulary.groups()) {
    if (group.code().empty() || group.code().size() > kCodeBytesMax || group.name().empty() ||
        group.name().size() > kNameBytesMax || !codes.insert(group.code()).second) {
      return "groups need distinct codes and names";
    }
  }
  return std::nullopt;
}

std::optional<std::string> CheckParameters(const v1::Parameters& p) {
  if (p.scan_count_max() == 0 || p.scan_days_min() == 0 || p.attested_after_days() == 0) {
    return "scan_count_max, scan_days_min and attested_after_days must be at least 1";
  }
  if (p.checkpoint_age_max_seconds() < 30 || p.checkpoint_age_max_seconds() > 86'400) {
    return "checkpoint_age_max_seconds must be 30 to 86400";
  }
  if (p.attested_after_days() > 3'650) return "attested_after_days must be at most 3650";
  return std::nullopt;
}

RegimesRecord MakeRecord(const v1::RegimeTable& table) {
  RegimesRecord record;
  for (const v1::Regime& regime : table.regimes()) {
    RegimeRecord& out = record.regimes.emplace_back();
    out.name = regime.name();
    out.effective_from = regime.effective_from();
    for (const v1::StarLevel& level : regime.stars()) {
      out.stars.push_back({static_cast<std::uint8_t>(level.star()),
                           static_cast<std::uint8_t>(level.level()), level.score_min()});
    }
    out.part_a_max = regime.part_a_max();
    out.part_b_max = regime.part_b_max();
    out.part_c_max = regime.part_c_max();
    out.validity_months = regime.validity_months();
  }
  return record;
}

VocabularyRecord MakeRecord(const v1::Vocabulary& vocabulary) {
  VocabularyRecord record{vocabulary.name(), vocabulary.effective_from(), {}};
  for (const v1::ProductGroup& group : vocabulary.groups()) {
    record.groups.push_back({group.code(), group.name()});
  }
  return record;
}

ParametersRecord MakeRecord(const v1::Parameters& p) {
  return {p.scan_count_max(), p.scan_days_min(), p.checkpoint_age_max_seconds(),
          p.attested_after_days()};
}

}  // namespace sogoc::ledger::rules
