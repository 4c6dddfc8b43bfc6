#include "node/consensus/cometbft/validator_guard.h"

#include <algorithm>

namespace sogoc::cometbft {

ValidatorGuard::ValidatorGuard(std::size_t validators, std::uint64_t own_height,
                               std::uint64_t signed_height, base::Bytes own_address)
    // More than two thirds decide, this peer among them.
    : others_needed_(2 * validators / 3),
      signed_height_(signed_height),
      own_address_(std::move(own_address)),
      own_height_(own_height) {
  OnOthers({});
}

void ValidatorGuard::OnOthers(const OthersProgress& others) {
  if (role_ != Role::kUndecided || others.heard < others_needed_) return;
  target_ = others.engine_height_max;
  // One block behind is where an ordinary stop leaves a node.
  role_ = own_height_ + 1 >= target_ && !old_copy_ ? Role::kValidator : Role::kFollower;
}

void ValidatorGuard::OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters) {
  own_height_ = std::max(own_height_, height);
  if (role_ == Role::kValidator) return;
  const bool voted = std::find(voters.begin(), voters.end(), own_address_) != voters.end();
  if (voted && height > signed_height_ + 1) old_copy_ = true;
  if (role_ == Role::kFollower && own_height_ >= target_ && !old_copy_) role_ = Role::kValidator;
}

std::string ValidatorGuard::Why() const {
  if (old_copy_) {
    return "this folder is an old copy: its validator key has signed blocks that it knows nothing "
           "of, so it must not vote again. Make a new validator key and have it approved "
           "(docs/OPERATORS.md, Losing a key)";
  }
  switch (role_) {
    case Role::kUndecided:
      return "waiting to hear from " + std::to_string(others_needed_) +
             " other peers before voting";
    case Role::kFollower:
      return "catching up from engine block " + std::to_string(own_height_) + " to " +
             std::to_string(target_) + " before voting";
    case Role::kValidator:
      return "";
  }
  return "";
}

}  // namespace sogoc::cometbft
