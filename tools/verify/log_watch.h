#pragma once

// Watches that all checkpoints that are seen in one run are of one log, whoever serves them.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tools/verify/checkpoint_check.h"

namespace sogoc::tools {

struct ServedCheckpoint {
  std::string url;  // of the peer
  SignedCheckpoint checkpoint;
};

// Two checkpoints that no one log has. The smaller one is first.
struct Fork {
  ServedCheckpoint first;
  ServedCheckpoint second;
  // What the second one's log had at the first one's size, and the proof of it as it was received;
  // empty where both are of one size.
  std::string proof;

  // Both carry a quorum: it is not known which one is the ledger.
  bool between_quorums() const {
    return first.checkpoint.verdict.has_quorum && second.checkpoint.verdict.has_quorum;
  }
};

class LogWatch {
 public:
  struct ProvedRoot {
    base::Digest root{};
    std::string proof;  // as received
  };
  // The root of the first `size` leaves of the log behind `newer`, proved; `url` served `newer`.
  // nullopt: nobody could prove any. Requires: 0 < size < newer.size.
  using ProveRoot = std::function<std::optional<ProvedRoot>(
      std::uint64_t size, const crypto::Checkpoint& newer, const std::string& url)>;

  enum class Tie {
    kOneLog,    // of the same log as the newest one known, or the first one with a quorum
    kForked,    // of another log: see fork()
    kUnproven,  // nobody showed which; or it has no quorum and is ahead
  };

  explicit LogWatch(ProveRoot prove) : prove_(std::move(prove)) {}

  // How it stands to the newest checkpoint with a quorum so far, whose place it takes if it has a
  // quorum, is newer, and is of the same log. Give those with a quorum first.
  Tie Add(const ServedCheckpoint& served);

  // Why Add said kForked last.
  const Fork& fork() const { return *fork_; }
  // Two checkpoints with a quorum contradict each other: nothing here can be believed any more.
  const std::optional<Fork>& broken() const { return broken_; }

 private:
  using Point = std::pair<std::uint64_t, base::Digest>;  // size and root

  Tie Compare(const ServedCheckpoint& served);
  Tie Found(const ServedCheckpoint& first, const ServedCheckpoint& second, std::string proof);

  const ProveRoot prove_;
  std::optional<ServedCheckpoint> newest_;
  std::map<Point, std::optional<Fork>> known_;  // what was found before; null: of one log
  std::optional<Fork> fork_;
  std::optional<Fork> broken_;
};

}  // namespace sogoc::tools
