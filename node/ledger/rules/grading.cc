#include <algorithm>

#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

// Points as people write them: 8750 hundredths as "87,50".
std::string Points(std::uint64_t hundredths) {
  const std::string cents = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "," + (cents.size() < 2 ? "0" + cents : cents);
}

std::optional<RegimeRecord> RegimeAt(const StateView& state, Date date) {
  const auto table = Load<RegimesRecord>(state, RegimesKey());
  std::optional<RegimeRecord> found;
  for (const RegimeRecord& regime : table.value_or(RegimesRecord{}).regimes) {
    if (regime.effective_from <= date) found = regime;
  }
  return found;
}

const StarLevelRecord* LevelOf(const RegimeRecord& regime, std::uint32_t star) {
  const auto it = std::find_if(regime.stars.begin(), regime.stars.end(),
                               [&](const StarLevelRecord& level) { return level.star == star; });
  return it == regime.stars.end() ? nullptr : &*it;
}

// Bands are half open: a total belongs to the highest star whose score_min it reaches; 0 below all.
std::uint32_t Band(const RegimeRecord& regime, std::uint32_t total) {
  std::uint32_t star = 0;
  for (const StarLevelRecord& level : regime.stars) {
    if (total >= level.score_min) star = level.star;
  }
  return star;
}

DecisionRefRecord ToRecord(const v1::DecisionRef& ref) {
  return {ref.issuer(), ref.date(), ref.number()};
}

Outcome CheckDecisionForm(const OperationContext& ctx, const v1::DecisionRef& ref) {
  TRY_RULE(CheckText(ref.issuer(), "issuer", kOrganisationIdBytesMax));
  TRY_RULE(CheckText(ref.number(), "number", kCodeBytesMax));
  return CheckPastDate(ctx, ref.date(), "date");
}

// The committee that a decision names, as it was on the decision's date.
struct Issuer {
  OrganisationRecord record;
  std::uint8_t level = 0;  // 0 if its unit did not exist then and I24 is switched off
};

// Decision 12: the author is the named issuer or its recorded successor.
Outcome LoadIssuer(const OperationContext& ctx, const v1::DecisionRef& ref, Issuer& out) {
  auto record = Load<OrganisationRecord>(ctx.state, OrganisationKey(ref.issuer()));
  REFUSE_UNLESS(record && record->kind == v1::COMMITTEE, kUnknownOrganisation, ref.issuer());
  RULE(kI1, ctx.author() == ref.issuer() || ctx.author() == record->successor, kNotIssuer,
       ctx.author(), ref.issuer());
  TRY_RULE(CheckUnit(ctx, record->admin_unit, ref.date()));
  const auto unit = UnitAt(ctx.state, record->admin_unit, ref.date());
  out = {std::move(*record), unit ? unit->level : std::uint8_t{0}};
  return kAccepted;
}

Outcome CheckRecordedDecision(const OperationContext& ctx, const v1::DecisionRef& ref) {
  TRY_RULE(CheckDecisionForm(ctx, ref));
  REFUSE_UNLESS(ctx.state.Get(DecisionKey(ref.issuer(), ref.date(), ref.number())),
                kUnknownDecision, ref.number(), base::FormatDateIso(ref.date()), ref.issuer());
  return kAccepted;
}

// I5: on the decision's date the issuer's unit contained the producer's commune.
Outcome CheckArea(const OperationContext& ctx, const Issuer& issuer, const ProducerRecord& producer,
                  const v1::DecisionRef& ref) {
  const std::string& commune = CommuneAt(producer, ref.date());
  RULE(kI5, Contains(ctx.state, issuer.record.admin_unit, commune, ref.date()), kCommuneOutside,
       commune, issuer.record.name, base::FormatDateIso(ref.date()));
  return kAccepted;
}

// I3, I6: the star follows from the score sheet. Attested certificates may come without one. A
// product in the band of five stars has four while the five are proposed to the ministry (I9).
Outcome CheckScore(const OperationContext& ctx, const v1::IssueCertificate& op,
                   const RegimeRecord& regime, bool attested) {
  if (!op.has_score()) {
    RULE(kI3, attested, kScoreMissing);
    return kAccepted;
  }
  const auto score =
      Load<ScoreRecord>(ctx.state, ScoreKey(op.score().council(), op.score().session(), op.gtin()));
  REFUSE_UNLESS(score, kUnknownScore, op.score().council(), op.score().session());
  RULE(kI6, !score->mandatory_failed, kMandatoryFailed);
  RULE(kI3, score->part_a <= regime.part_a_max, kPartTooHigh, "A", Points(regime.part_a_max));
  RULE(kI3, score->part_b <= regime.part_b_max, kPartTooHigh, "B", Points(regime.part_b_max));
  RULE(kI3, score->part_c <= regime.part_c_max, kPartTooHigh, "C", Points(regime.part_c_max));
  const std::uint32_t total = score->part_a + score->part_b + score->part_c;
  const std::uint32_t claimed = op.five_star_proposed() ? 5 : op.star();
  RULE(kI3, Band(regime, total) == claimed, kStarNotBand, Points(total),
       std::to_string(Band(regime, total)), std::to_string(claimed));
  return kAccepted;
}

// The first day on which a certificate no longer counts.
Date EndOf(const CertificateRecord& certificate) {
  const Date after = certificate.valid_to + 1;  // perhaps no day, but compares like the next one
  return certificate.ended == 0 ? after : std::min(certificate.ended, after);
}

// Links the new certificate to the one it replaces, which ends on the day of the decision.
Outcome Supersede(const v1::IssueCertificate& op, const ProductRecord& product,
                  OperationContext& ctx) {
  const std::string newest = product.certificates.empty() ? "" : product.certificates.back();
  if (op.change() == v1::NEW) {
    REFUSE_UNLESS(op.previous().empty(), kWrongPrevious, "-");
    return kAccepted;
  }
  REFUSE_UNLESS(!newest.empty() && op.previous() == newest, kWrongPrevious,
                newest.empty() ? "-" : newest);
  auto previous = *Load<CertificateRecord>(ctx.state, CertificateKey(newest));
  REFUSE_UNLESS(previous.status == CertificateStatus::kActive, kCertificateRevoked, newest);
  REFUSE_UNLESS(previous.valid_from <= op.decision().date(), kBadDate, "date");
  const bool fits = op.change() == v1::UPGRADE     ? op.star() > previous.star
                    : op.change() == v1::RENEW     ? op.star() == previous.star
                    : op.change() == v1::DOWNGRADE ? op.star() < previous.star
                                                   : false;
  REFUSE_UNLESS(fits, kWrongChange);
  previous.status = CertificateStatus::kSuperseded;
  previous.superseded_by = op.certificate();
  previous.ended = op.decision().date();
  ctx.state.Put(CertificateKey(newest), previous);
  return kAccepted;
}

// I8: no other certificate of the product counts on a day on which this one does. Takes its place
// in the product's list, which may lie in the past: old certificates come late.
Outcome AddToProduct(const OperationContext& ctx, const std::string& new_id,
                     const CertificateRecord& certificate, ProductRecord& product) {
  auto place = product.certificates.begin();
  for (const std::string& id : product.certificates) {
    const auto other = *Load<CertificateRecord>(ctx.state, CertificateKey(id));
    const bool apart =
        EndOf(other) <= certificate.valid_from || EndOf(certificate) <= other.valid_from;
    RULE(kI8, apart, kCertificateOverlap, id);
    if (other.valid_from <= certificate.valid_from) ++place;
  }
  product.certificates.insert(place, new_id);
  return kAccepted;
}

}  // namespace

Outcome Apply(const v1::ScoreProduct& op, OperationContext& ctx) {
  ProductAndProducer product;
  TRY_RULE(LoadProduct(ctx, op.gtin(), product));
  TRY_RULE(CheckRole(ctx, v1::SCORE, CommuneAt(product.producer, ctx.today())));
  TRY_RULE(CheckText(op.session(), "session", kCodeBytesMax));
  REFUSE_UNLESS(!ctx.state.Get(ScoreKey(ctx.author(), op.session(), op.gtin())), kScoreExists,
                op.gtin(), op.session());
  TRY_RULE(CheckPastDate(ctx, op.date(), "date"));
  TRY_RULE(CheckDigest(op.minutes(), "minutes"));
  for (const std::uint32_t part : {op.part_a(), op.part_b(), op.part_c()}) {
    REFUSE_UNLESS(part <= 10'000, kBadNumber, "part");
  }
  ctx.state.Put(ScoreKey(ctx.author(), op.session(), op.gtin()),
                ScoreRecord{op.date(), op.part_a(), op.part_b(), op.part_c(), op.mandatory_failed(),
                            base::ToBytes(base::AsBytes(op.minutes())), ctx.Says()});
  return kAccepted;
}

Outcome Apply(const v1::RecordDecision& op, OperationContext& ctx) {
  const v1::DecisionRef& ref = op.decision();
  TRY_RULE(CheckDecisionForm(ctx, ref));
  Issuer issuer;
  TRY_RULE(LoadIssuer(ctx, ref, issuer));
  TRY_RULE(CheckRole(ctx, v1::DECIDE, ""));
  TRY_RULE(CheckText(op.title(), "title", kTextBytesMax, /*optional=*/true));
  TRY_RULE(CheckDigest(op.document(), "document"));
  const StateKey key = DecisionKey(ref.issuer(), ref.date(), ref.number());
  REFUSE_UNLESS(!ctx.state.Get(key), kDecisionExists, ref.number(),
                base::FormatDateIso(ref.date()));
  ctx.state.Put(
      key, DecisionRecord{op.title(), base::ToBytes(base::AsBytes(op.document())), ctx.Says()});
  return kAccepted;
}

Outcome Apply(const v1::IssueCertificate& op, OperationContext& ctx) {
  const v1::DecisionRef& ref = op.decision();
  ProductAndProducer found;
  TRY_RULE(LoadProduct(ctx, op.gtin(), found));
  TRY_RULE(CheckText(op.certificate(), "certificate", kCodeBytesMax));
  REFUSE_UNLESS(!ctx.state.Get(CertificateKey(op.certificate())), kCertificateExists,
                op.certificate());
  REFUSE_UNLESS(found.product.certificates.size() < kCertificatesPerProductMax, kListTooLong,
                "certificates", std::to_string(kCertificatesPerProductMax));
  REFUSE_UNLESS(op.change() != v1::CERTIFICATE_CHANGE_UNSPECIFIED, kBadNumber, "change");
  REFUSE_UNLESS(op.star() >= 1 && op.star() <= 5, kBadNumber, "star");
  REFUSE_UNLESS(!op.five_star_proposed() || op.star() == 4, kBadNumber, "five_star_proposed");
  TRY_RULE(CheckRecordedDecision(ctx, ref));
  Issuer issuer;
  TRY_RULE(LoadIssuer(ctx, ref, issuer));
  TRY_RULE(CheckRole(ctx, v1::DECIDE, CommuneAt(found.producer, ctx.today())));
  const auto regime = RegimeAt(ctx.state, ref.date());
  REFUSE_UNLESS(regime, kNoRegime, base::FormatDateIso(ref.date()));
  const StarLevelRecord* level = LevelOf(*regime, op.star());
  RULE(kI4, level != nullptr && level->level == issuer.level, kLevelMayNotGrant, regime->name,
       issuer.record.name, std::to_string(op.star()));
  TRY_RULE(CheckArea(ctx, issuer, found.producer, ref));

  CertificateRecord certificate;
  const auto parameters = Load<ParametersRecord>(ctx.state, ParametersKey()).value();
  certificate.attested =
      ctx.author() != ref.issuer() ||
      base::DaysBetween(ref.date(), ctx.today()) > parameters.attested_after_days;
  TRY_RULE(CheckScore(ctx, op, *regime, certificate.attested));
  const Date valid_to = base::AddMonths(ref.date(), regime->validity_months);
  TRY_RULE(CheckDate(op.valid_to(), "valid_to"));
  RULE(kI7, op.valid_to() == valid_to, kWrongValidity, base::FormatDateIso(valid_to),
       base::FormatDateIso(op.valid_to()));

  TRY_RULE(Supersede(op, found.product, ctx));
  certificate.gtin = op.gtin();
  certificate.star = static_cast<std::uint8_t>(op.star());
  certificate.decision = ToRecord(ref);
  certificate.change = static_cast<std::uint8_t>(op.change());
  certificate.previous = op.previous();
  certificate.valid_from = ref.date();
  certificate.valid_to = op.valid_to();
  certificate.score_council = op.score().council();
  certificate.score_session = op.score().session();
  certificate.five_star_proposed = op.five_star_proposed();
  certificate.issued = ctx.Says();
  TRY_RULE(AddToProduct(ctx, op.certificate(), certificate, found.product));
  ctx.state.Put(CertificateKey(op.certificate()), certificate);
  ctx.state.Put(ProductKey(op.gtin()), found.product);
  return kAccepted;
}

// The same level or a higher one, over the producer's commune.
Outcome Apply(const v1::RevokeCertificate& op, OperationContext& ctx) {
  const v1::DecisionRef& ref = op.decision();
  auto certificate = Load<CertificateRecord>(ctx.state, CertificateKey(op.certificate()));
  REFUSE_UNLESS(certificate, kUnknownCertificate, op.certificate());
  REFUSE_UNLESS(certificate->status != CertificateStatus::kRevoked, kCertificateRevoked,
                op.certificate());
  ProductAndProducer found;
  TRY_RULE(LoadProduct(ctx, certificate->gtin, found));
  TRY_RULE(CheckText(op.reason(), "reason", kTextBytesMax));
  TRY_RULE(CheckRecordedDecision(ctx, ref));
  REFUSE_UNLESS(certificate->valid_from <= ref.date(), kBadDate, "date");
  Issuer issuer;
  TRY_RULE(LoadIssuer(ctx, ref, issuer));
  TRY_RULE(CheckRole(ctx, v1::DECIDE, CommuneAt(found.producer, ctx.today())));
  TRY_RULE(CheckArea(ctx, issuer, found.producer, ref));
  const auto granter =
      Load<OrganisationRecord>(ctx.state, OrganisationKey(certificate->decision.issuer));
  const auto unit = UnitAt(ctx.state, granter->admin_unit, certificate->decision.date);
  RULE(kI4, unit && issuer.level <= unit->level, kLevelMayNotRevoke, issuer.record.name,
       granter->name);
  certificate->status = CertificateStatus::kRevoked;
  certificate->ended =
      certificate->ended == 0 ? ref.date() : std::min(certificate->ended, ref.date());
  certificate->revocation = RevocationRecord{ToRecord(ref), op.reason(), ctx.Says()};
  ctx.state.Put(CertificateKey(op.certificate()), *certificate);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
