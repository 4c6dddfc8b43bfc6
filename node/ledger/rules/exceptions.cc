#include <algorithm>

#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/label_runs.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

// Void, lost, stolen: whoever holds the labels. Revoked: the office and the inspectors.
bool MayRecord(const OperationContext& ctx, int kind, const RunAndBatch& found,
               const std::string& commune) {
  if (kind == v1::REVOKED) {
    return HoldsRole(ctx, v1::OFFICE, commune) || HoldsRole(ctx, v1::INSPECT, commune);
  }
  return (ctx.author() == found.batch.owner && HoldsRole(ctx, v1::PRODUCE, "")) ||
         (ctx.author() == found.run.printer && HoldsRole(ctx, v1::PRINT, ""));
}

// Puts a range that lies within one page into it, in order, unless a serial of it is there already.
Outcome InsertRange(ExceptionsRecord& page, ExceptionRange range) {
  const auto next = std::upper_bound(
      page.ranges.begin(), page.ranges.end(), range.first,
      [](std::uint64_t first, const ExceptionRange& other) { return first < other.first; });
  if (next != page.ranges.begin()) {
    const ExceptionRange& before = *std::prev(next);
    REFUSE_UNLESS(before.first + before.count <= range.first, kSerialExcepted,
                  std::to_string(range.first));
  }
  REFUSE_UNLESS(next == page.ranges.end() || range.first + range.count <= next->first,
                kSerialExcepted, next == page.ranges.end() ? "" : std::to_string(next->first));
  page.ranges.insert(next, std::move(range));
  return kAccepted;
}

std::uint64_t& Total(LabelRunRecord& run, int kind) {
  switch (kind) {
    case v1::VOID:
      return run.void_count;
    case v1::LOST:
      return run.lost_count;
    case v1::STOLEN:
      return run.stolen_count;
    default:
      return run.revoked_count;
  }
}

// Cuts [first, end) at the page borders and records each piece.
Outcome RecordRange(const v1::RecordExceptions& op, std::uint64_t first, std::uint64_t end,
                    std::uint64_t& pages, OperationContext& ctx) {
  while (first < end) {
    const std::uint64_t page = first / kExceptionPageSerials;
    const std::uint64_t stop = std::min(end, (page + 1) * kExceptionPageSerials);
    REFUSE_UNLESS(++pages <= kExceptionPagesPerOperationMax, kListTooLong, "ranges",
                  Grouped(kExceptionPagesPerOperationMax * kExceptionPageSerials));
    const StateKey key = ExceptionsKey(op.gtin(), op.first(), page);
    auto record = Load<ExceptionsRecord>(ctx.state, key).value_or(ExceptionsRecord{});
    TRY_RULE(InsertRange(record, {first, stop - first, static_cast<std::uint8_t>(op.kind()),
                                  op.reason(), ctx.Says()}));
    ctx.state.Put(key, record);
    first = stop;
  }
  return kAccepted;
}

}  // namespace

Outcome Apply(const v1::RecordExceptions& op, OperationContext& ctx) {
  RunAndBatch found;
  TRY_RULE(LoadRun(ctx, op.gtin(), op.first(), found));
  ProductAndProducer product;
  TRY_RULE(LoadProduct(ctx, op.gtin(), product));
  REFUSE_UNLESS(op.kind() != v1::EXCEPTION_KIND_UNSPECIFIED, kBadNumber, "kind");
  RULE(kI1, MayRecord(ctx, op.kind(), found, CommuneAt(product.producer, ctx.today())),
       kExceptionNotYours, ctx.author());
  TRY_RULE(CheckText(op.reason(), "reason", kNameBytesMax, /*optional=*/true));
  REFUSE_UNLESS(op.ranges_size() > 0, kBadNumber, "ranges");
  const std::uint64_t run_end = op.first() + found.run.count;
  std::uint64_t count = 0;
  std::uint64_t pages = 0;
  for (const v1::SerialRange& range : op.ranges()) {
    REFUSE_UNLESS(range.count() > 0 && range.count() <= kLabelsPerRunMax, kBadNumber, "count");
    REFUSE_UNLESS(range.first() >= op.first() && range.first() < run_end, kSerialOutsideRun,
                  std::to_string(range.first()));
    REFUSE_UNLESS(range.count() <= run_end - range.first(), kSerialOutsideRun,
                  std::to_string(range.first() + range.count() - 1));
    TRY_RULE(RecordRange(op, range.first(), range.first() + range.count(), pages, ctx));
    count += range.count();
  }
  Total(found.run, op.kind()) += count;
  ctx.state.Put(LabelRunKey(op.gtin(), op.first()), found.run);
  if (op.kind() == v1::VOID) {
    found.batch.labels_void += count;
    ctx.state.Put(BatchKey(op.gtin(), found.run.lot), found.batch);
  }
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
