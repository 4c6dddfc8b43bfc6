#include <algorithm>

#include "node/ledger/limits.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {
namespace {

// The agency or the office, for producers in their scope.
bool IsAuthority(const OperationContext& ctx, const std::string& commune) {
  return HoldsRole(ctx, v1::INSPECT, commune) || HoldsRole(ctx, v1::OFFICE, commune);
}

auto Find(RecallsRecord& recalls, const std::string& recall) {
  return std::lower_bound(
      recalls.open.begin(), recalls.open.end(), recall,
      [](const RecallRecord& record, const std::string& wanted) { return record.recall < wanted; });
}

}  // namespace

Outcome Apply(const v1::OpenRecall& op, OperationContext& ctx) {
  ProductAndProducer found;
  TRY_RULE(LoadProduct(ctx, op.gtin(), found));
  const bool own = found.product.producer == ctx.author() && HoldsRole(ctx, v1::PRODUCE, "");
  RULE(kI1, own || IsAuthority(ctx, CommuneAt(found.producer, ctx.today())), kRecallNotYours,
       ctx.author());
  TRY_RULE(CheckText(op.recall(), "recall", kCodeBytesMax));
  REFUSE_UNLESS(op.kind() != v1::RECALL_KIND_UNSPECIFIED, kBadNumber, "kind");
  REFUSE_UNLESS(op.lot().empty() || ctx.state.Get(BatchKey(op.gtin(), op.lot())), kUnknownBatch,
                op.gtin(), op.lot());
  TRY_RULE(CheckText(op.reason(), "reason", kTextBytesMax));
  TRY_RULE(CheckDigest(op.document(), "document", /*optional=*/true));
  auto recalls = Load<RecallsRecord>(ctx.state, RecallsKey(op.gtin())).value_or(RecallsRecord{});
  REFUSE_UNLESS(recalls.open.size() < kOpenRecallsPerProductMax, kListTooLong, "recalls",
                std::to_string(kOpenRecallsPerProductMax));
  const auto at = Find(recalls, op.recall());
  REFUSE_UNLESS(at == recalls.open.end() || at->recall != op.recall(), kRecallExists, op.recall());
  recalls.open.insert(
      at, RecallRecord{op.recall(), op.lot(), static_cast<std::uint8_t>(op.kind()), op.reason(),
                       base::ToBytes(base::AsBytes(op.document())), ctx.Says()});
  ctx.state.Put(RecallsKey(op.gtin()), recalls);
  return kAccepted;
}

// Only the authorities close, with a report.
Outcome Apply(const v1::CloseRecall& op, OperationContext& ctx) {
  ProductAndProducer found;
  TRY_RULE(LoadProduct(ctx, op.gtin(), found));
  RULE(kI1, IsAuthority(ctx, CommuneAt(found.producer, ctx.today())), kRecallNotYours,
       ctx.author());
  TRY_RULE(CheckDigest(op.report(), "report"));
  auto recalls = Load<RecallsRecord>(ctx.state, RecallsKey(op.gtin())).value_or(RecallsRecord{});
  const auto at = Find(recalls, op.recall());
  REFUSE_UNLESS(at != recalls.open.end() && at->recall == op.recall(), kUnknownRecall, op.recall());
  recalls.open.erase(at);
  recalls.closed_count += 1;
  ctx.state.Put(RecallsKey(op.gtin()), recalls);
  return kAccepted;
}

}  // namespace sogoc::ledger::rules
