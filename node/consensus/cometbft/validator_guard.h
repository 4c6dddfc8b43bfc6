#pragma once

// When this peer's engine may vote with its validator key. A folder that was copied back in time
// does not remember what its key signed since, and would sign something else: so a node that is
// behind the others follows them first, with a key that counts for nothing. If the others remember
// this key to have been farther than the folder reaches, or the blocks that it missed carry votes
// of the key that the folder knows nothing of, then this folder is an old copy and its key must
// never vote again. Of what peers say, only that counts for good which more than a third of all
// vouch for: one of them is honest. Until so many are heard that the others outvote those who may
// lie or have forgotten, the worst that is said keeps it from voting. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "node/base/bytes.h"

namespace sogoc::cometbft {

// What the other peers said last, one element for each that has said something since this node
// started.
struct OthersProgress {
  std::size_t present = 0;                   // how many of them do so now
  std::vector<std::uint64_t> engine_height;  // of themselves
  // Of this node: the farthest that it told them when it voted with the key that it has, or 0.
  std::vector<std::uint64_t> remembered;
};

class ValidatorGuard {
 public:
  enum class Role : std::uint8_t {
    kUndecided,  // too few others were heard: without them there is no block to vote on either
    kFollower,
    kValidator,
  };

  struct Own {
    std::uint64_t height = 0;         // the engine height that the store has
    std::uint64_t signed_height = 0;  // the last one that this folder remembers a vote for
    base::Bytes address;              // of the validator key
    bool old_copy = false;            // known from an earlier start
  };

  // `validators`: how many the network has.
  ValidatorGuard(std::size_t validators, Own own);

  // How many others have to be heard, which with this one can decide a block.
  std::size_t others_needed() const { return others_needed_; }

  // The others' newest word.
  void OnOthers(const OthersProgress& others);
  // The store has the engine's block `height`; it carries the votes of `voters` for the one before.
  void OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters);

  Role role() const { return role_; }
  // True if the folder is an old copy: it follows for ever.
  bool is_old_copy() const { return own_.old_copy; }
  // What it waits for, as a sentence; empty for a validator.
  std::string Why() const;

 private:
  std::uint64_t Vouched(std::vector<std::uint64_t> said) const;
  std::uint64_t Feared(std::vector<std::uint64_t> said) const;
  void VoteIfCaughtUp();

  const std::size_t others_;
  const std::size_t others_needed_;
  const std::size_t liars_max_;
  Own own_;
  const std::uint64_t known_;  // the farthest that this folder can have told anybody
  std::uint64_t target_ = 0;   // where the others are
  bool is_doubted_ = false;    // somebody may remember more than this folder knows
  Role role_ = Role::kUndecided;
};

}  // namespace sogoc::cometbft
