#include <map>

#include "node/gateway/api_common.h"
#include "node/ledger/records.h"

namespace sogoc::gateway {
namespace {

std::string TimeText(base::TimeNs time) { return time == 0 ? "" : base::FormatTimeIso(time); }

v1::PeerView View(const peer::PeerStatus& status) {
  v1::PeerView view;
  view.set_name(status.name);
  view.set_address(status.address);
  view.set_dialled_since(TimeText(status.dialled_since));
  view.set_heard_since(TimeText(status.heard_since));
  view.set_dial_problem(status.dial_problem);
  view.set_hear_problem(status.hear_problem);
  view.set_version(status.version);
  view.set_genesis_differs(status.genesis_differs);
  if (status.clock_offset) {
    view.set_clock_known(true);
    view.set_clock_offset_ms(
        std::chrono::duration_cast<std::chrono::milliseconds>(*status.clock_offset).count());
  }
  view.set_heartbeat_at(TimeText(status.heartbeat_at));
  view.set_height(status.height);
  view.set_size(status.size);
  view.set_engine_height(status.engine_height);
  view.set_final_size(status.final_size);
  view.set_cosignatures(status.cosignatures);
  view.set_cosignatures_refused(status.cosignatures_refused);
  view.set_frames_dropped(status.frames_dropped);
  return view;
}

v1::EngineView View(const EngineStanding& engine) {
  v1::EngineView view;
  if (!engine.answers) view.set_problem(engine.answers.error().message);
  view.set_version(engine.version);
  view.set_height(engine.height);
  view.set_catching_up(engine.catching_up);
  view.set_voting_power(engine.voting_power);
  view.set_peers(engine.peers);
  if (!engine.votes) view.set_votes_not(engine.votes.error().message);
  view.set_height_unchanged_seconds(static_cast<std::uint64_t>(engine.height_unchanged.count()));
  return view;
}

v1::OwnStatus OwnStatusOf(const ApiServices& services) {
  const OwnStanding own = OwnStandingOf(services);
  const auto head = services.store.Head();
  const auto latest = services.cosigner.Latest();
  v1::OwnStatus status;
  status.set_version(own.version);
  status.set_height(head->header.height);
  status.set_size(head->log.size());
  status.set_engine_height(services.store.EngineHeight().value_or(0));
  if (latest->verdict.has_quorum) status.set_final_size(latest->head.log.size());
  status.set_serving(own.serving);
  if (!own.takes_entries) status.set_entries_not(own.takes_entries.error().message);
  if (!own.clock) status.set_clock_problem(own.clock.error().message);
  status.set_genesis_sha256(own.genesis_sha256);
  if (own.engine) *status.mutable_engine() = View(*own.engine);
  status.set_fork_evidence(own.fork_evidence);
  status.set_validator_evidence(own.validator_evidence);
  if (own.scrub) {
    if (!own.scrub->whole) status.set_store_damage(own.scrub->whole.error().message);
    status.set_scrub_age_seconds(static_cast<std::uint64_t>(own.scrub->age.count()));
  }
  return status;
}

Response ShowPeers(const ApiServices& services, const Request& request) {
  std::map<std::string, std::string> organisations;
  const auto record = ledger::Load<ledger::PeersRecord>(services.store, ledger::PeersKey());
  for (const ledger::PeerRecord& peer : record->peers) organisations[peer.name] = peer.organisation;
  v1::PeersStatus out;
  out.set_name(services.peer_name);
  const base::Status signing = services.cosigner.Signing();
  out.set_cosigns(signing.has_value());
  if (!signing) out.set_cosigns_not(signing.error().message);
  if (services.peers) {
    for (const peer::PeerStatus& status : services.peers()) {
      v1::PeerView& view = *out.add_peers();
      view = View(status);
      view.set_organisation(organisations[status.name]);
    }
  }
  *out.mutable_own() = OwnStatusOf(services);
  out.mutable_own()->set_organisation(organisations[services.peer_name]);
  return Answer(request, out);
}

// The peers as the ledger names them: what a change of peers starts from.
Response ShowRecord(const ApiServices& services, const Request& request) {
  const ReadPoint point = ReadAtCheckpoint(services);
  const auto record = ledger::Load<ledger::PeersRecord>(*point.state, ledger::PeersKey());
  v1::PeerList out;
  for (const ledger::PeerRecord& peer : record->peers) {
    v1::Peer& view = *out.add_peers();
    view.set_name(peer.name);
    view.set_organisation(peer.organisation);
    view.set_log_key(base::ToText(peer.log_key));
    view.set_cosigner_key(base::ToText(peer.cosigner_key));
    view.set_tls_key_hash(base::ToText(peer.tls_key_hash));
    view.set_validator_key(base::ToText(peer.validator_key));
    for (const std::string& endpoint : peer.endpoints) view.add_endpoints(endpoint);
  }
  return Answer(request, out);
}

}  // namespace

void AddPeerRoutes(const ApiServices& services, Router& router) {
  GetInBackground(services, router, "/v1/peers",
                  [services](const Request& request) { return ShowPeers(services, request); });
  GetInBackground(services, router, "/v1/peers/record",
                  [services](const Request& request) { return ShowRecord(services, request); });
}

}  // namespace sogoc::gateway
