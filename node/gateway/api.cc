#include "node/gateway/api.h"

#include <google/protobuf/util/json_util.h>

#include "node/gateway/api_common.h"
#include "node/gateway/health.h"
#include "node/ledger/records.h"
#include "node/storage/fail_stop.h"

namespace sogoc::gateway {
namespace {

// True if `Accept` names this media type; a list of types is searched, weights are ignored: the API
// has two forms and the default is JSON.
bool Accepts(const Request& request, std::string_view type) {
  return request.Header("Accept").find(type) != std::string_view::npos;
}

// GET /v1/health: green only if others can rely on this node (reliability rule R19).
Response Health(const ApiServices& services, const Request& request) {
  const ReadPoint point = ReadAtCheckpoint(services);
  v1::Health health;
  *health.mutable_checkpoint() = LedgerStatusAt(services, point).checkpoint();
  const auto parameters =
      ledger::Load<ledger::ParametersRecord>(*point.state, ledger::ParametersKey());
  HealthFacts facts;
  facts.quorum = point.signed_head->verdict.has_quorum;
  facts.cosigned = point.signed_head->verdict.cosignatures.size();
  facts.quorum_needed = point.signed_head->quorum_needed;
  facts.checkpoint_age_s = health.checkpoint().age_seconds();
  facts.checkpoint_age_max_s = parameters->checkpoint_age_max_seconds;
  facts.own = OwnStandingOf(services);
  for (std::string& problem : HealthProblems(facts)) health.add_problems(std::move(problem));
  health.set_healthy(health.problems().empty());
  Response response = Answer(request, health);
  if (!health.healthy()) response.status = 503;
  return response;
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}";
  return json;
}

Response Answer(const Request& request, const google::protobuf::Message& message) {
  Response response;
  response.content_type = Accepts(request, kProtobuf) ? kProtobuf : kJson;
  response.body = response.content_type == kJson ? ToJson(message) : message.SerializeAsString();
  response.fields.push_back({"Access-Control-Allow-Origin", "*"});
  return response;
}

OwnStanding OwnStandingOf(const ApiServices& services) {
  return services.own ? services.own() : OwnStanding{};
}

ReadPoint ReadAtCheckpoint(const ApiServices& services) {
  auto signed_head = services.cosigner.Latest();
  auto state = services.store.StateAfter(signed_head->head.header.height);
  // The newest signed head is never so old that its state was pruned.
  if (!state) storage::FailStop("state of the signed head: " + state.error().message);
  return {std::move(signed_head), std::move(*state)};
}

v1::LedgerStatus LedgerStatusAt(const ApiServices& services, const ReadPoint& point) {
  const peer::SignedHead& signed_head = *point.signed_head;
  const ledger::ChainHead& head = signed_head.head;
  const crypto::CheckpointVerdict& verdict = signed_head.verdict;
  v1::LedgerStatus status;
  const auto ledger = ledger::Load<ledger::LedgerRecord>(*point.state, ledger::LedgerKey());
  status.set_ledger_id(base::ToHex(ledger->ledger_id));
  status.set_origin(ledger->origin);
  status.set_height(head.header.height);
  status.set_header_hash(base::ToHex(head.hash));
  status.set_time(base::FormatTimeIso(head.header.time));
  status.set_log_size(head.log.size());
  status.set_state_root(base::ToHex(head.header.state_root));
  status.set_rules_version(ledger->rules_version);
  v1::CheckpointStatus* checkpoint = status.mutable_checkpoint();
  checkpoint->set_size(verdict.checkpoint.size);
  checkpoint->set_height(head.header.height);
  checkpoint->set_quorum(verdict.has_quorum);
  if (verdict.has_quorum) {
    checkpoint->set_time(base::FormatTimeIso(verdict.quorum_time_s * base::kNsPerSecond));
    checkpoint->set_age_seconds(
        static_cast<std::int64_t>(services.clock.Now() / base::kNsPerSecond) -
        static_cast<std::int64_t>(verdict.quorum_time_s));
  }
  checkpoint->set_quorum_needed(static_cast<std::uint32_t>(signed_head.quorum_needed));
  checkpoint->set_cosigners_known(static_cast<std::uint32_t>(signed_head.cosigners_known));
  for (const auto& cosignature : verdict.cosignatures) checkpoint->add_cosigners(cosignature.name);
  const auto resolver = ledger::Load<ledger::ResolverRecord>(
      *point.state, ledger::ResolverKey(services.resolver_host));
  status.set_newest_height(services.cosigner.Newest()->head.header.height);
  if (resolver && !resolver->withdrawn) status.add_resolvers(services.resolver_host);
  return status;
}

void GetInBackground(const ApiServices& services, Router& router, std::string_view pattern,
                     Handler handler) {
  router.Add(Method::kGet, pattern, 0,
             [run = services.run, handler = std::move(handler)](Request request, Respond respond) {
               run([handler, request = std::move(request), respond = std::move(respond)] {
                 respond(handler(request));
               });
             });
}

void AddApiRoutes(const ApiServices& services, Router& router) {
  GetInBackground(services, router, "/v1/ledger", [services](const Request& request) {
    return Answer(request, ProvedLedgerStatusAt(services, ReadAtCheckpoint(services)));
  });
  GetInBackground(services, router, "/v1/health",
                  [services](const Request& request) { return Health(services, request); });
  AddCheckpointRoutes(services, router);
  AddEntryRoutes(services, router);
  AddRecordRoutes(services, router);
  AddTraceRoutes(services, router);
  AddStampRoutes(services, router);
  AddPeerRoutes(services, router);
  AddBlobRoutes(services.blobs, services.run, router);
}

}  // namespace sogoc::gateway
