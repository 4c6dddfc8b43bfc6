#include <algorithm>

#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/label_runs.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

// I13, I14, I15: no new labels without a certificate in force, nor after it expired or was revoked.
Outcome CheckCertificate(const OperationContext& ctx, const v1::AuthoriseLabels& op) {
  const auto certificate = Load<CertificateRecord>(ctx.state, CertificateKey(op.certificate()));
  REFUSE_UNLESS(certificate, kUnknownCertificate, op.certificate());
  RULE(kI13, certificate->gtin == op.gtin(), kNotThisProduct, op.certificate(), op.gtin());
  const Date today = ctx.today();
  const std::string day = base::FormatDateIso(today);
  RULE(kI13, certificate->status != CertificateStatus::kSuperseded, kCertificateNotInForce,
       op.certificate(), day);
  RULE(kI14, today <= certificate->valid_to, kCertificateNotInForce, op.certificate(), day);
  RULE(kI15, certificate->status != CertificateStatus::kRevoked, kCertificateNotInForce,
       op.certificate(), day);
  RULE(kI13, certificate->star == op.star(), kStarDiffers, std::to_string(op.star()),
       std::to_string(certificate->star));
  return kAccepted;
}

Outcome CheckOwner(const OperationContext& ctx, const std::string& gtin, const std::string& lot,
                   const BatchRecord& batch) {
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, ""));
  RULE(kI1, batch.owner == ctx.author(), kNotYourBatch, gtin, lot, ctx.author());
  return kAccepted;
}

}  // namespace

Outcome LoadRun(const OperationContext& ctx, const std::string& gtin, std::uint64_t first,
                RunAndBatch& out) {
  auto run = Load<LabelRunRecord>(ctx.state, LabelRunKey(gtin, first));
  REFUSE_UNLESS(run, kUnknownRun, gtin, std::to_string(first));
  out.batch = *Load<BatchRecord>(ctx.state, BatchKey(gtin, run->lot));
  out.run = std::move(*run);
  return kAccepted;
}

Outcome Apply(const v1::AuthoriseLabels& op, OperationContext& ctx) {
  ProductAndProducer found;
  TRY_RULE(LoadProduct(ctx, op.gtin(), found));
  TRY_RULE(CheckRole(ctx, v1::OFFICE, CommuneAt(found.producer, ctx.today())));
  auto batch = Load<BatchRecord>(ctx.state, BatchKey(op.gtin(), op.lot()));
  REFUSE_UNLESS(batch, kUnknownBatch, op.gtin(), op.lot());
  REFUSE_UNLESS(op.count() > 0 && op.count() <= kLabelsPerRunMax, kBadNumber, "count");
  REFUSE_UNLESS(op.first() > 0 && op.first() <= kSerialMax, kBadNumber, "first");
  RULE(kI12, op.first() == found.product.next_serial, kWrongFirstSerial,
       std::to_string(found.product.next_serial));
  TRY_RULE(CheckCertificate(ctx, op));
  const std::uint64_t used = LabelsInUse(*batch);
  const std::uint64_t units = SellableUnits(*batch);
  RULE(kI10, used + op.count() <= units, kBeyondBatch, Grouped(used), Grouped(units),
       Grouped(units - std::min(units, used)));
  REFUSE_UNLESS(batch->runs.size() < kRunsPerBatchMax, kBatchTooManyRuns,
                std::to_string(kRunsPerBatchMax));
  const auto printer = Load<OrganisationRecord>(ctx.state, OrganisationKey(op.printer()));
  REFUSE_UNLESS(printer, kUnknownOrganisation, op.printer());
  REFUSE_UNLESS(printer->kind == v1::PRINTER || op.printer() == batch->owner, kRoleNotForKind,
                op.printer(), RoleText(v1::PRINT));

  LabelRunRecord run;
  run.lot = op.lot();
  run.certificate = op.certificate();
  run.count = op.count();
  run.star = static_cast<std::uint8_t>(op.star());
  run.scratch = op.scratch();
  run.printer = op.printer();
  run.authorised = ctx.Says();
  ctx.state.Put(LabelRunKey(op.gtin(), op.first()), run);
  batch->labels_authorised += op.count();
  batch->runs.push_back({op.first(), op.count()});
  ctx.state.Put(BatchKey(op.gtin(), op.lot()), *batch);
  found.product.next_serial = std::max(found.product.next_serial, op.first() + op.count());
  ctx.state.Put(ProductKey(op.gtin()), found.product);
  return kAccepted;
}

Outcome Apply(const v1::SetRunKeys& op, OperationContext& ctx) {
  RunAndBatch found;
  TRY_RULE(LoadRun(ctx, op.gtin(), op.first(), found));
  TRY_RULE(CheckOwner(ctx, op.gtin(), found.run.lot, found.batch));
  REFUSE_UNLESS(!found.run.keyed, kKeysSet);
  REFUSE_UNLESS(crypto::IsP256PublicKey(base::AsBytes(op.stamp_key())), kBadKey, "stamp_key");
  REFUSE_UNLESS(op.scratch_root().size() == (found.run.scratch ? 32U : 0U), kScratchMismatch);
  found.run.stamp_key = base::ToBytes(base::AsBytes(op.stamp_key()));
  found.run.scratch_root = base::ToBytes(base::AsBytes(op.scratch_root()));
  found.run.keyed = ctx.Says();
  ctx.state.Put(LabelRunKey(op.gtin(), op.first()), found.run);
  return kAccepted;
}

Outcome Apply(const v1::ConfirmPrint& op, OperationContext& ctx) {
  RunAndBatch found;
  TRY_RULE(LoadRun(ctx, op.gtin(), op.first(), found));
  RULE(kI1, found.run.printer == ctx.author(), kNotRunPrinter, found.run.printer);
  TRY_RULE(CheckRole(ctx, v1::PRINT, ""));
  REFUSE_UNLESS(found.run.keyed, kKeysMissing);
  REFUSE_UNLESS(op.printed() > found.run.printed, kNotRising, Grouped(found.run.printed));
  RULE(kI11, op.printed() <= found.run.count, kBeyondRun, Grouped(op.printed()),
       Grouped(found.run.count));
  found.run.printed = op.printed();
  found.run.last_printed = ctx.Says();
  ctx.state.Put(LabelRunKey(op.gtin(), op.first()), found.run);
  return kAccepted;
}

Outcome Apply(const v1::ActivateLabels& op, OperationContext& ctx) {
  RunAndBatch found;
  TRY_RULE(LoadRun(ctx, op.gtin(), op.first(), found));
  TRY_RULE(CheckOwner(ctx, op.gtin(), found.run.lot, found.batch));
  REFUSE_UNLESS(op.activated() > found.run.activated, kNotRising, Grouped(found.run.activated));
  RULE(kI20, found.run.last_printed, kNotPrinted);
  RULE(kI11, op.activated() <= found.run.printed || !found.run.last_printed, kBeyondPrinted,
       Grouped(op.activated()), Grouped(found.run.printed));
  found.run.activated = op.activated();
  found.run.last_activated = ctx.Says();
  ctx.state.Put(LabelRunKey(op.gtin(), op.first()), found.run);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
