#include "crypto/transparency/log_follower.h"

namespace samband::transparency {

namespace {

// `earlier` is not the larger of the two.
std::expected<void, FollowError> judge(const TreeHead& earlier, const TreeHead& later, const Proof& consistency) {
  if (earlier.tree_size == later.tree_size && earlier.root != later.root) return std::unexpected(FollowError::forked);
  if (!verify_consistency(earlier.tree_size, earlier.root, later.tree_size, later.root, consistency)) {
    return std::unexpected(FollowError::not_shown);
  }
  return {};
}

}  // namespace

std::expected<void, FollowError> LogFollower::accept(const SignedTreeHead& next, const Proof& consistency) {
  if (!verify(next, log_key_)) return std::unexpected(FollowError::bad_signature);
  if (head_) {
    if (next.body.tree_size < head_->body.tree_size || next.body.at < head_->body.at) {
      return std::unexpected(FollowError::older);
    }
    if (auto judged = judge(head_->body, next.body, consistency); !judged) return judged;
  }
  head_ = next;
  return {};
}

std::expected<void, FollowError> LogFollower::compare(const SignedTreeHead& witnessed, const Proof& consistency) const {
  if (!verify(witnessed, log_key_)) return std::unexpected(FollowError::bad_signature);
  if (!head_) return {};
  const bool is_ahead = witnessed.body.tree_size > head_->body.tree_size;
  return is_ahead ? judge(head_->body, witnessed.body, consistency) : judge(witnessed.body, head_->body, consistency);
}

bool LogFollower::includes(const Hash& leaf, std::uint64_t index, const Proof& proof) const {
  return head_ && verify_inclusion(leaf, index, head_->body.tree_size, proof, head_->body.root);
}

bool LogFollower::is_stale(WallTime now) const {
  return !head_ || (now > head_->body.at && now.ms - head_->body.at.ms > tree_head_age_ms_max);
}

}  // namespace samband::transparency
