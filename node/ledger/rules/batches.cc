#include <algorithm>
#include <set>

#include "crypto/sha256.h"
#include "node/ledger/gs1.h"
#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

Outcome LoadOwnBatch(const OperationContext& ctx, const std::string& gtin, const std::string& lot,
                     BatchRecord& out) {
  auto batch = Load<BatchRecord>(ctx.state, BatchKey(gtin, lot));
  REFUSE_UNLESS(batch, kUnknownBatch, gtin, lot);
  RULE(kI1, batch->owner == ctx.author(), kNotYourBatch, gtin, lot, ctx.author());
  out = std::move(*batch);
  return kAccepted;
}

// Takes `amount` out of what the owner of an input offered to the author.
Outcome DrawOffer(const v1::Input& input, OperationContext& ctx) {
  const StateKey key = OfferKey(input.gtin(), input.lot(), ctx.author());
  OfferRecord offer = Load<OfferRecord>(ctx.state, key).value_or(OfferRecord{});
  REFUSE_UNLESS(offer.offered - offer.drawn >= input.amount(), kInputNotOffered, input.lot(),
                Grouped(offer.offered - offer.drawn));
  offer.drawn += input.amount();
  ctx.state.Put(key, offer);
  return kAccepted;
}

// Draws one input of this ledger and adds it and its ancestors to `ancestors`.
Outcome DrawInput(const v1::Input& input, Date production_date, std::set<BatchId>& ancestors,
                  OperationContext& ctx) {
  auto batch = Load<BatchRecord>(ctx.state, BatchKey(input.gtin(), input.lot()));
  REFUSE_UNLESS(batch, kUnknownBatch, input.gtin(), input.lot());
  RULE(kI16, batch->production_date <= production_date, kInputYounger, input.lot(),
       base::FormatDateIso(batch->production_date));
  if (batch->owner != ctx.author()) TRY_RULE(DrawOffer(input, ctx));
  const std::uint64_t left = batch->amount - std::min(batch->amount, batch->drawn);
  RULE(kI17, input.amount() <= left, kInputOverdrawn, input.lot(), Grouped(batch->drawn),
       Grouped(batch->amount), Grouped(left));
  batch->drawn += input.amount();
  RULE(kI10, LabelsInUse(*batch) == 0 || LabelsInUse(*batch) <= SellableUnits(*batch),
       kInputLabelled, input.lot(), Grouped(LabelsInUse(*batch)), Grouped(SellableUnits(*batch)));
  ctx.state.Put(BatchKey(input.gtin(), input.lot()), *batch);
  ancestors.insert(BatchId{{}, input.gtin(), input.lot()});
  if (batch->ancestor_count > 0) {
    const auto list = *Load<AncestorsRecord>(ctx.state, AncestorsKey(batch->ancestors));
    ancestors.insert(list.batches.begin(), list.batches.end());
  }
  return kAccepted;
}

Outcome DrawInputs(const v1::RegisterBatch& op, BatchRecord& record, OperationContext& ctx) {
  REFUSE_UNLESS(static_cast<std::size_t>(op.inputs_size()) <= kInputsPerBatchMax, kListTooLong,
                "inputs", std::to_string(kInputsPerBatchMax));
  std::set<BatchId> ancestors;
  std::optional<BatchId> previous;
  for (const v1::Input& input : op.inputs()) {
    TRY_RULE(CheckGtin(ctx, input.gtin()));
    TRY_RULE(CheckLot(ctx, input.lot()));
    TRY_RULE(CheckAmount(input.amount(), "amount"));
    TRY_RULE(CheckDigest(input.ledger_id(), "ledger_id", /*optional=*/true));
    BatchId id{{}, input.gtin(), input.lot()};
    std::copy(input.ledger_id().begin(), input.ledger_id().end(), id.ledger_id.begin());
    REFUSE_UNLESS(input.ledger_id().empty() ||
                      (id.ledger_id != ctx.ledger.ledger_id && id.ledger_id != Digest{}),
                  kBadDigest, "ledger_id");
    REFUSE_UNLESS(!previous || *previous < id, kInputsNotAscending);
    previous = id;
    if (input.ledger_id().empty()) {
      TRY_RULE(DrawInput(input, op.production_date(), ancestors, ctx));
    } else {
      ancestors.insert(id);
    }
    record.inputs.push_back({id, input.amount()});
    REFUSE_UNLESS(ancestors.size() <= kAncestorsMax, kTooManyAncestors);
  }
  const AncestorsRecord list{{ancestors.begin(), ancestors.end()}};
  record.ancestors = crypto::Sha256(EncodeRecord(list));
  record.ancestor_count = static_cast<std::uint32_t>(list.batches.size());
  if (!list.batches.empty()) ctx.state.Put(AncestorsKey(record.ancestors), list);
  return kAccepted;
}

}  // namespace

Outcome Apply(const v1::RegisterBatch& op, OperationContext& ctx) {
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, ""));
  TRY_RULE(CheckGtin(ctx, op.gtin()));
  TRY_RULE(CheckLot(ctx, op.lot()));
  const auto product = Load<ProductRecord>(ctx.state, ProductKey(op.gtin()));
  REFUSE_UNLESS(product, kUnknownProduct, op.gtin());
  RULE(kI1, product->producer == ctx.author(), kNotYourProduct, op.gtin(), ctx.author());
  REFUSE_UNLESS(!ctx.state.Get(BatchKey(op.gtin(), op.lot())), kBatchExists, op.gtin(), op.lot());
  TRY_RULE(CheckAmount(op.amount(), "amount"));
  REFUSE_UNLESS(op.unit() != v1::UNIT_UNSPECIFIED, kBadNumber, "unit");
  REFUSE_UNLESS(op.unit_content() <= op.amount(), kBadNumber, "unit_content");
  TRY_RULE(CheckDate(op.production_date(), "production_date"));
  TRY_RULE(CheckDate(op.expiry_date(), "expiry_date", /*optional=*/true));
  RULE(kI16, op.expiry_date() == 0 || op.production_date() <= op.expiry_date(),
       kExpiryBeforeProduction, base::FormatDateIso(op.expiry_date()),
       base::FormatDateIso(op.production_date()));
  REFUSE_UNLESS(ctx.state.Get(FacilityKey(ctx.author(), op.facility())), kUnknownFacility,
                op.facility());
  BatchRecord record;
  record.owner = ctx.author();
  record.amount = op.amount();
  record.unit = static_cast<std::uint8_t>(op.unit());
  record.unit_content = op.unit_content();
  record.production_date = op.production_date();
  record.expiry_date = op.expiry_date();
  record.facility = op.facility();
  record.registered = ctx.Says();
  TRY_RULE(DrawInputs(op, record, ctx));
  ctx.state.Put(BatchKey(op.gtin(), op.lot()), record);
  return kAccepted;
}

Outcome Apply(const v1::RecordStageEvent& op, OperationContext& ctx) {
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, ""));
  BatchRecord batch;
  TRY_RULE(LoadOwnBatch(ctx, op.gtin(), op.lot(), batch));
  REFUSE_UNLESS(op.stage() != v1::STAGE_UNSPECIFIED, kBadNumber, "stage");
  TRY_RULE(CheckText(op.location(), "location", kCodeBytesMax));
  RULE(kI18, IsGln13(op.location()) || ctx.state.Get(FacilityKey(ctx.author(), op.location())),
       kUnknownLocation, op.location());
  RULE(kI18, op.time() > 0 && op.time() <= ctx.time / base::kNsPerSecond, kEventInFuture);
  TRY_RULE(CheckText(op.note(), "note", kTextBytesMax, /*optional=*/true));
  TRY_RULE(CheckDigest(op.document(), "document", /*optional=*/true));
  // The running hash names the event by its place, so that a verifier who has the log can follow
  // it.
  Bytes position;
  base::AppendU32(position, ctx.position);
  batch.event_hash = crypto::Sha256({batch.event_hash, ctx.entry.id, position});
  batch.event_count += 1;
  ctx.state.Put(BatchKey(op.gtin(), op.lot()), batch);
  return kAccepted;
}

Outcome Apply(const v1::OfferInput& op, OperationContext& ctx) {
  TRY_RULE(CheckRole(ctx, v1::PRODUCE, ""));
  BatchRecord batch;
  TRY_RULE(LoadOwnBatch(ctx, op.gtin(), op.lot(), batch));
  TRY_RULE(CheckAmount(op.amount(), "amount"));
  REFUSE_UNLESS(op.to() != ctx.author() && ctx.state.Get(OrganisationKey(op.to())),
                kUnknownOrganisation, op.to());
  const StateKey key = OfferKey(op.gtin(), op.lot(), op.to());
  OfferRecord offer = Load<OfferRecord>(ctx.state, key).value_or(OfferRecord{});
  REFUSE_UNLESS(offer.offered + op.amount() <= kAmountMax, kBadNumber, "amount");
  offer.offered += op.amount();
  offer.last = ctx.Says();
  ctx.state.Put(key, offer);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
