#include "tools/verify/policy_export.h"

#include <ostream>

#include "tools/verify/checkpoint_check.h"
#include "tools/verify/stamp_checker.h"

namespace sogoc::tools {

base::Result<std::string> ExportPolicy(std::vector<PeerGateway>& peers,
                                       const std::optional<DatedPolicy>& pinned,
                                       const base::Clock& clock, std::ostream& err) {
  for (PeerGateway& peer : peers) {
    if (const auto given = peer.Policy(); !given) {
      err << "sogoc-verify: " << peer.url() << " gives no policy: " << given.error().message
          << "\n";
    }
  }
  auto given = PolicyOfPeers(peers);
  if (!given && given.error().code == base::ErrorCode::kFailedPrecondition) {
    return base::FailedPrecondition("these peers give different policies: " +
                                    given.error().message);
  }
  if (!given) return given.error();
  const crypto::Policy& policy = given->policy;
  if (pinned && pinned->policy != policy) {
    return base::FailedPrecondition(
        "the peers give another policy than the file; get a new file from whoever gave you this "
        "one");
  }
  const std::uint64_t now_s = clock.Now() / base::kNsPerSecond;
  TRY(const std::string note, peers.front().Checkpoint());
  TRY(const SignedCheckpoint checkpoint, ReadCheckpoint(note, policy, now_s));
  if (const auto trouble = CheckQuorum(checkpoint, policy, now_s)) {
    return base::FailedPrecondition(trouble->en);
  }
  return WritePolicyText(policy, base::DateAt(clock.Now()));
}

}  // namespace sogoc::tools
