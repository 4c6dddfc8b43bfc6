#include "node/gateway/api_common.h"

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

Response ShowPeers(const ApiServices& services, const Request& request) {
  v1::PeersStatus out;
  out.set_name(services.peer_name);
  const base::Status signing = services.cosigner.Signing();
  out.set_cosigns(signing.has_value());
  if (!signing) out.set_cosigns_not(signing.error().message);
  if (services.peers) {
    for (const peer::PeerStatus& status : services.peers()) *out.add_peers() = View(status);
  }
  return Answer(request, out);
}

}  // namespace

void AddPeerRoutes(const ApiServices& services, Router& router) {
  router.Get("/v1/peers",
             [services](const Request& request) { return ShowPeers(services, request); });
}

}  // namespace sogoc::gateway
