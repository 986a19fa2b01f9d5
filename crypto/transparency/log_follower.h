// A client's memory of the log: once it has seen a head, only a tree that begins with that one will do.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "crypto/transparency/merkle.h"
#include "crypto/transparency/tree_head.h"

namespace samband::transparency {

enum class FollowError : std::uint8_t {
  bad_signature,  // not a head of this log
  older,          // smaller or earlier than the one remembered: stale, or a restored server
  forked,         // one size and two roots, both signed: the two heads are evidence against the log
  not_shown,      // the proof does not lead from one head to the other; a log that can't show one has forked
};

class LogFollower {
 public:
  explicit LogFollower(const LogPublicKey& log_key) : log_key_{log_key} {}
  // `remembered` comes from this client's own store: its signature was checked before it was kept.
  LogFollower(const LogPublicKey& log_key, const SignedTreeHead& remembered) : log_key_{log_key}, head_{remembered} {}

  [[nodiscard]] const LogPublicKey& log_key() const { return log_key_; }
  [[nodiscard]] const std::optional<SignedTreeHead>& head() const { return head_; }
  // The size to ask a consistency proof from; 0 before the first head.
  [[nodiscard]] std::uint64_t size() const { return head_ ? head_->body.tree_size : 0; }

  // Takes the next head: not smaller and not earlier than the remembered one, and a continuation of it.
  // The first head is taken on its signature. On an error the remembered head stays.
  std::expected<void, FollowError> accept(const SignedTreeHead& next, const Proof& consistency);

  // Judges a head that another client saw (in a message, an acknowledgement) against the remembered one without
  // moving to it; `consistency` leads from the smaller to the larger of the two.
  [[nodiscard]] std::expected<void, FollowError> compare(const SignedTreeHead& witnessed,
                                                         const Proof& consistency) const;

  // That a leaf stands in the remembered tree.
  [[nodiscard]] bool includes(const Hash& leaf, std::uint64_t index, const Proof& proof) const;

  // No head, or one older than `tree_head_age_ms_max`.
  [[nodiscard]] bool is_stale(WallTime now) const;

 private:
  LogPublicKey log_key_;
  std::optional<SignedTreeHead> head_;
};

}  // namespace samband::transparency
