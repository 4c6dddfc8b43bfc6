#pragma once

// When this peer's engine may vote with its validator key. A folder that was copied back in time
// does not remember what its key signed since, and would sign something else: so a node that is
// behind the others follows them first, with a key that counts for nothing, and looks whether the
// blocks that it missed carry votes of its own key. If they do, this folder is an old copy and its
// key must never vote again. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "node/base/bytes.h"

namespace sogoc::cometbft {

// What the other peers said of themselves.
struct OthersProgress {
  std::size_t heard = 0;    // how many have, since this node started
  std::size_t present = 0;  // how many of them do so now
  std::uint64_t engine_height_max = 0;
};

class ValidatorGuard {
 public:
  enum class Role : std::uint8_t {
    kUndecided,  // too few others were heard: without them there is no block to vote on either
    kFollower,
    kValidator,
  };

  // `validators`: how many the network has; `own_height`: the engine height that the store has;
  // `signed_height`: the last one that this folder remembers a vote for; `own_address`: of the key.
  ValidatorGuard(std::size_t validators, std::uint64_t own_height, std::uint64_t signed_height,
                 base::Bytes own_address);

  // The others' newest word.
  void OnOthers(const OthersProgress& others);
  // The store has the engine's block `height`; it carries the votes of `voters` for the one before.
  void OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters);

  Role role() const { return role_; }
  // True if the folder is an old copy: it follows for ever.
  bool is_old_copy() const { return old_copy_; }
  // What it waits for, as a sentence; empty for a validator.
  std::string Why() const;

 private:
  const std::size_t others_needed_;
  const std::uint64_t signed_height_;
  const base::Bytes own_address_;
  std::uint64_t own_height_;
  std::uint64_t target_ = 0;  // where the others were when enough had been heard
  Role role_ = Role::kUndecided;
  bool old_copy_ = false;
};

}  // namespace sogoc::cometbft
