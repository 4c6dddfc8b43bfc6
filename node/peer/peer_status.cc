#include "node/peer/peer_status.h"

namespace sogoc::peer {

void PeerTable::SetPeers(const std::map<std::string, std::string>& address_by_name) {
  const std::lock_guard lock(mutex_);
  std::erase_if(peers_, [&](const auto& item) { return !address_by_name.contains(item.first); });
  for (const auto& [name, address] : address_by_name) {
    PeerStatus& status = peers_[name];
    status.name = name;
    status.address = address;
  }
}

void PeerTable::Update(const std::string& name, const std::function<void(PeerStatus&)>& change) {
  const std::lock_guard lock(mutex_);
  const auto peer = peers_.find(name);
  if (peer != peers_.end()) change(peer->second);
}

ValidatorReach PeerTable::Farthest(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto peer = peers_.find(name);
  return peer == peers_.end() ? ValidatorReach() : peer->second.farthest;
}

std::vector<PeerStatus> PeerTable::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<PeerStatus> all;
  for (const auto& [name, status] : peers_) all.push_back(status);
  return all;
}

}  // namespace sogoc::peer
