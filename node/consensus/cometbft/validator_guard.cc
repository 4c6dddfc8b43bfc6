#include "node/consensus/cometbft/validator_guard.h"

#include <algorithm>
#include <functional>

namespace sogoc::cometbft {

ValidatorGuard::ValidatorGuard(std::size_t validators, Own own)
    // More than two thirds decide, this peer among them.
    : others_(validators - 1),
      others_needed_(2 * validators / 3),
      liars_max_((validators - 1) / 3),
      own_(std::move(own)),
      // A store that lost its end is not an old copy: the engine still knows what it signed.
      known_(std::max(own_.height, own_.signed_height)) {
  OnOthers({});
}

// The greatest height that so many have reached that one of them is honest.
std::uint64_t ValidatorGuard::Vouched(std::vector<std::uint64_t> said) const {
  if (said.size() <= liars_max_) return 0;
  std::ranges::sort(said, std::greater());
  return said[liars_max_];
}

// The greatest height that would still be vouched for if all who were not heard said more.
std::uint64_t ValidatorGuard::Feared(std::vector<std::uint64_t> said) const {
  if (said.size() <= liars_max_) return 0;
  std::ranges::sort(said, std::greater());
  const std::size_t unheard = others_ - std::min(others_, said.size());
  return said[liars_max_ - std::min(liars_max_, unheard)];
}

void ValidatorGuard::OnOthers(const OthersProgress& others) {
  if (role_ == Role::kValidator || others.engine_height.size() < others_needed_) return;
  if (Vouched(others.remembered) > known_) own_.old_copy = true;
  is_doubted_ = Feared(others.remembered) > known_;
  target_ = Feared(others.engine_height);
  if (role_ == Role::kFollower) return VoteIfCaughtUp();
  // One block behind is where an ordinary stop leaves a node.
  const bool may_vote = own_.height + 1 >= target_ && !is_doubted_ && !own_.old_copy;
  role_ = may_vote ? Role::kValidator : Role::kFollower;
}

void ValidatorGuard::OnBlock(std::uint64_t height, const std::vector<base::Bytes>& voters) {
  own_.height = std::max(own_.height, height);
  if (role_ == Role::kValidator) return;
  const bool voted = std::ranges::find(voters, own_.address) != voters.end();
  if (voted && height > own_.signed_height + 1) own_.old_copy = true;
  if (role_ == Role::kFollower) VoteIfCaughtUp();
}

void ValidatorGuard::VoteIfCaughtUp() {
  if (own_.height >= target_ && !is_doubted_ && !own_.old_copy) role_ = Role::kValidator;
}

std::string ValidatorGuard::Why() const {
  if (own_.old_copy) {
    return "this folder is an old copy: its validator key has signed blocks that it knows nothing "
           "of, so it must not vote again. Make a new validator key and have it approved "
           "(docs/OPERATORS.md, A lost key)";
  }
  switch (role_) {
    case Role::kUndecided:
      return "waiting to hear from " + std::to_string(others_needed_) +
             " other peers before voting";
    case Role::kFollower:
      if (is_doubted_) {
        return "another peer remembers votes of this validator key that this folder does not know: "
               "waiting to hear from more peers before voting";
      }
      return "catching up from engine block " + std::to_string(own_.height) + " to " +
             std::to_string(target_) + " before voting";
    case Role::kValidator:
      return "";
  }
  return "";
}

}  // namespace sogoc::cometbft
