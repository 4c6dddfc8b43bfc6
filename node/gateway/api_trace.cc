#include <deque>
#include <set>

#include "node/gateway/api_common.h"
#include "node/ledger/limits.h"

namespace sogoc::gateway {
namespace {

struct Step {
  ledger::BatchId batch;
  std::uint32_t depth = 0;
  std::uint64_t amount = 0;
  std::uint32_t parent = 0;  // index of the node that led here
};

// Walks the batches that a batch was made of, or that were made of it: breadth first, each once.
class Tracer {
 public:
  Tracer(const ApiServices& services, const ledger::StateView& state)
      : services_(services), state_(state) {}

  v1::Trace Run(const ledger::BatchId& start, bool forward) {
    v1::Trace trace;
    trace.set_direction(forward ? "forward" : "backward");
    std::deque<Step> waiting = {{start, 0, 0}};
    std::set<ledger::BatchId> seen = {start};
    while (!waiting.empty()) {
      const Step step = std::move(waiting.front());
      waiting.pop_front();
      if (static_cast<std::size_t>(trace.nodes_size()) > ledger::kAncestorsMax) {
        trace.set_truncated(true);
        break;
      }
      Show(step, *trace.add_nodes());
      if (step.batch.ledger_id != base::Digest{}) continue;
      const auto parent = static_cast<std::uint32_t>(trace.nodes_size() - 1);
      for (Step& next : forward ? Children(step) : Inputs(step)) {
        next.parent = parent;
        if (seen.insert(next.batch).second) waiting.push_back(std::move(next));
      }
    }
    return trace;
  }

 private:
  void Show(const Step& step, v1::TraceNode& node) const {
    node.set_gtin(step.batch.gtin);
    node.set_lot(step.batch.lot);
    node.set_depth(step.depth);
    node.set_amount(step.amount);
    node.set_parent(step.parent);
    if (step.batch.ledger_id != base::Digest{}) {
      node.set_ledger_id(base::ToHex(step.batch.ledger_id));
      return;
    }
    const auto batch = Batch(step);
    if (batch) {
      node.set_owner(batch->owner);
      node.set_production_date(base::FormatDateIso(batch->production_date));
    }
    const auto product =
        ledger::Load<ledger::ProductRecord>(state_, ledger::ProductKey(step.batch.gtin));
    if (product) node.set_product_name(product->name);
    const auto recalls =
        ledger::Load<ledger::RecallsRecord>(state_, ledger::RecallsKey(step.batch.gtin));
    for (const auto& recall : recalls.value_or(ledger::RecallsRecord{}).open) {
      if (recall.lot.empty() || recall.lot == step.batch.lot) node.add_open_recalls(recall.recall);
    }
  }

  std::optional<ledger::BatchRecord> Batch(const Step& step) const {
    return ledger::Load<ledger::BatchRecord>(state_,
                                             ledger::BatchKey(step.batch.gtin, step.batch.lot));
  }

  std::vector<Step> Inputs(const Step& step) const {
    std::vector<Step> steps;
    const auto batch = Batch(step);
    if (!batch) return steps;
    for (const auto& input : batch->inputs) {
      steps.push_back({input.batch, step.depth + 1, input.amount});
    }
    return steps;
  }

  // The index of children may be ahead of the checkpoint: what the state does not know yet is left
  // out.
  std::vector<Step> Children(const Step& step) const {
    std::vector<Step> steps;
    for (const auto& child :
         services_.store.ChildrenOf(step.batch, std::nullopt, ledger::kAncestorsMax)) {
      Step next{child, step.depth + 1, 0};
      const auto batch = Batch(next);
      if (!batch) continue;
      for (const auto& input : batch->inputs) {
        if (input.batch == step.batch) next.amount = input.amount;
      }
      steps.push_back(std::move(next));
    }
    return steps;
  }

  const ApiServices& services_;
  const ledger::StateView& state_;
};

}  // namespace

void AddTraceRoutes(const ApiServices& services, Router& router) {
  GetInBackground(
      services, router, "/v1/batches/{gtin}/{lot}/trace", [services](const Request& request) {
        const std::string_view direction = request.Query("direction").value_or("backward");
        if (direction != "backward" && direction != "forward") {
          return Problem(400, "direction is backward or forward");
        }
        const ledger::BatchId start{
            {}, std::string(request.Capture("gtin")), std::string(request.Capture("lot"))};
        if (start.gtin.size() > 14 || start.lot.size() > 20) {
          return Problem(404, "There is no such batch");
        }
        const ReadPoint point = ReadAtCheckpoint(services);
        if (!point.state->Get(ledger::BatchKey(start.gtin, start.lot))) {
          return Problem(404, "There is no such batch");
        }
        return Answer(request, Tracer(services, *point.state).Run(start, direction == "forward"));
      });
}

}  // namespace sogoc::gateway
