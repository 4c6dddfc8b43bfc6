#pragma once

// Asks one or more peers about a stamp and checks by itself what can be checked without believing
// them: the stamp's own signature; that an answer is about this stamp and this ledger; that it was
// computed at a checkpoint which a quorum signed lately; that all checkpoints are of one log.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/time.h"
#include "proto/api.pb.h"
#include "tools/verify/log_watch.h"
#include "tools/verify/peer_gateway.h"
#include "tools/verify/policy_text.h"
#include "tools/verify/verdict_choice.h"

namespace sogoc::tools {

struct StampCheckerOptions {
  std::optional<base::Digest> ledger_id;  // accept answers of this ledger only
  std::optional<DatedPolicy> policy;      // without: what the peers give, if all give the same
  std::optional<std::uint8_t> printed_star;
  std::string evidence;  // folder for the notes of a fork; empty: they are not kept
};

// The policy that the peers give. Those that give none are passed over.
//   kUnavailable         none gives one; the first one's reason
//   kFailedPrecondition  they give different ones; the message names two peers
base::Result<DatedPolicy> PolicyOfPeers(std::vector<PeerGateway>& peers);

// Not thread-safe.
class StampChecker {
 public:
  // Requires: at least one peer. `clock` must outlive it.
  StampChecker(std::vector<PeerGateway> peers, StampCheckerOptions options,
               const base::Clock& clock);
  StampChecker(const StampChecker&) = delete;
  StampChecker& operator=(const StampChecker&) = delete;

  // Never fails: what cannot be checked has the verdict CANNOT_VERIFY with the reason. The address
  // in the code is never visited.
  v1::CheckedStamp Check(const std::string& uri);

 private:
  base::Status LearnPolicy();
  PeerOpinion Ask(PeerGateway& peer, const std::string& uri, const ledger::Stamp& stamp,
                  std::uint64_t now_s);
  void TellOfChange(PeerGateway& peer, Trouble& trouble);
  void CompareLogs(std::vector<PeerOpinion>& opinions, v1::CheckedStamp& out);
  void TieToLog(PeerOpinion& opinion, v1::CheckedStamp& out);
  Trouble KeepFork(const Fork& fork, v1::CheckedStamp& out) const;
  std::optional<LogWatch::ProvedRoot> ProveRoot(std::uint64_t size, const crypto::Checkpoint& newer,
                                                const std::string& url);
  void SayWhatIsNotProved(v1::CheckedStamp& out) const;

  std::vector<PeerGateway> peers_;
  const StampCheckerOptions options_;
  const base::Clock& clock_;
  std::optional<DatedPolicy> policy_;  // null until the peers gave one
  LogWatch log_;
};

}  // namespace sogoc::tools
