// What shows at which point of which log an answer was computed, and who stands behind it.

#include <charconv>

#include "node/gateway/api_common.h"
#include "node/ledger/header.h"
#include "node/ledger/policy.h"

namespace sogoc::gateway {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";

Response ShowCheckpoint(const ApiServices& services) {
  const auto latest = services.cosigner.Latest();
  if (latest->note.empty()) return Problem(503, "Nobody has signed this log yet");
  return {200, kText, latest->note, {{"Access-Control-Allow-Origin", "*"}}};
}

// GET /policy: by what the served checkpoint is judged. A block is judged by the policy before it.
Response ShowPolicy(const ApiServices& services) {
  const ReadPoint point = ReadAtCheckpoint(services);
  const peer::SignedHead& signed_head = *point.signed_head;
  const ledger::Height height = signed_head.head.header.height;
  const auto before = services.store.StateAfter(height == 0 ? 0 : height - 1);
  if (!before) return Problem(503, "The policy before this block is no longer kept here");
  const auto ledger = ledger::Load<ledger::LedgerRecord>(**before, ledger::LedgerKey());
  const base::TimeNs time = signed_head.verdict.has_quorum
                                ? signed_head.verdict.quorum_time_s * base::kNsPerSecond
                                : signed_head.head.header.time;
  const std::string text = "# Who signs the checkpoints of " + ledger->origin +
                           ", and how many of them must (c2sp.org/tlog-policy)\n# ledger: " +
                           base::ToHex(ledger->ledger_id) +
                           "\n# height: " + std::to_string(height) +
                           "\n# date: " + base::FormatDateIso(base::DateAt(time)) + "\n" +
                           crypto::FormatPolicy(ledger::PolicyOf(**before).value());
  return {200, kText, text, {{"Access-Control-Allow-Origin", "*"}}};
}

// nullopt unless the parameter is there and a number in decimal.
std::optional<std::uint64_t> NumberOf(const Request& request, std::string_view name) {
  const auto text = request.Query(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

// GET /v1/consistency?from=…[&to=…]
Response ShowConsistency(const ApiServices& services, const Request& request) {
  const std::uint64_t size = services.store.Head()->log.size();
  const auto from = NumberOf(request, "from");
  const auto to = request.Query("to") ? NumberOf(request, "to")
                                      : std::optional(services.cosigner.Latest()->head.log.size());
  if (!from || !to || *from == 0 || *from > *to) {
    return Problem(400, "from and to are sizes of the log, 0 < from <= to");
  }
  if (*to > size) {
    return Problem(404, "This node's log has " + std::to_string(size) + " leaves");
  }
  v1::ConsistencyProof proof;
  proof.set_from(*from);
  proof.set_from_root(base::ToHex(services.store.LogRoot(*from)));
  proof.set_to(*to);
  proof.set_to_root(base::ToHex(services.store.LogRoot(*to)));
  for (const base::Digest& hash : services.store.ProveConsistency(*from, *to)) {
    proof.add_hashes(base::ToHex(hash));
  }
  return Answer(request, proof);
}

}  // namespace

v1::LedgerStatus ProvedLedgerStatusAt(const ApiServices& services, const ReadPoint& point) {
  v1::LedgerStatus status = LedgerStatusAt(services, point);
  const ledger::ChainHead& head = point.signed_head->head;
  v1::CheckpointProof* proof = status.mutable_proof();
  proof->set_note(point.signed_head->note);
  proof->set_header(base::ToHex(ledger::EncodeHeaderLeaf(head.header)));
  for (const base::Digest& hash :
       services.store.ProveInclusion(head.header.index(), head.log.size())) {
    proof->add_header_proof(base::ToHex(hash));
  }
  return status;
}

void AddCheckpointRoutes(const ApiServices& services, Router& router) {
  router.Get("/checkpoint", [services](const Request&) { return ShowCheckpoint(services); });
  GetInBackground(services, router, "/policy",
                  [services](const Request&) { return ShowPolicy(services); });
  GetInBackground(services, router, "/v1/consistency", [services](const Request& request) {
    return ShowConsistency(services, request);
  });
}

}  // namespace sogoc::gateway
