#include "crypto/transparency/log_follower.h"

#include <gtest/gtest.h>

#include "crypto/suite/signing.h"
#include "crypto/transparency/merkle_log.h"

namespace samband::transparency {
namespace {

constexpr WallTime noon{1'800'000'000'000};

WallTime minutes_after(WallTime time, std::uint64_t minutes) {
  return WallTime{time.ms + minutes * 60'000};
}

// A server's log with its key: says what it is told to say.
struct Server {
  KeyPair key = ed25519_key_pair(Bytes(32, 7));
  MemoryNodeStore nodes;
  MerkleLog log{nodes};

  explicit Server(std::initializer_list<std::string_view> leaves) {
    for (std::string_view leaf : leaves) log.append(leaf_hash(view_of(leaf)));
  }
  [[nodiscard]] LogPublicKey public_key() const { return LogPublicKey::of(key.public_key).value(); }
  [[nodiscard]] SignedTreeHead head(std::uint64_t size, WallTime at) const {
    return sign(TreeHead{log_id_of(public_key()), size, at, log.root_at(size).value()}, key.private_key.view());
  }
  [[nodiscard]] Proof between(std::uint64_t first, std::uint64_t second) const {
    return log.consistency_proof(first, second).value();
  }
};

TEST(LogFollower, FollowsALogThatOnlyGrows) {
  const Server server{"a", "b", "c", "d", "e"};
  LogFollower follower{server.public_key()};
  EXPECT_TRUE(follower.accept(server.head(2, noon), {}));
  EXPECT_TRUE(follower.accept(server.head(2, minutes_after(noon, 1)), {}));
  EXPECT_TRUE(follower.accept(server.head(5, minutes_after(noon, 2)), server.between(2, 5)));
  EXPECT_EQ(follower.size(), 5U);
  EXPECT_TRUE(follower.includes(leaf_hash(view_of("c")), 2, server.log.inclusion_proof(2, 5).value()));
  EXPECT_FALSE(follower.includes(leaf_hash(view_of("x")), 2, server.log.inclusion_proof(2, 5).value()));
}

TEST(LogFollower, RefusesAHeadThatTheLogDidNotSign) {
  const Server server{"a", "b"};
  LogFollower follower{server.public_key()};
  SignedTreeHead forged = server.head(2, noon);
  forged.body.tree_size = 1;
  EXPECT_EQ(follower.accept(forged, {}).error(), FollowError::bad_signature);
  EXPECT_EQ(follower.compare(forged, {}).error(), FollowError::bad_signature);
  EXPECT_FALSE(follower.head());
}

TEST(LogFollower, RefusesAHistoryThatWasRewritten) {
  const Server honest{"a", "b", "c"};
  const Server rewritten{"a", "x", "c", "d"};  // the same key
  LogFollower follower{honest.public_key()};
  ASSERT_TRUE(follower.accept(honest.head(3, noon), {}));
  EXPECT_EQ(follower.accept(rewritten.head(4, minutes_after(noon, 1)), rewritten.between(3, 4)).error(),
            FollowError::not_shown);
  EXPECT_EQ(follower.accept(rewritten.head(3, minutes_after(noon, 1)), {}).error(), FollowError::forked);
  EXPECT_EQ(follower.head(), honest.head(3, noon));
}

TEST(LogFollower, RefusesToGoBack) {
  const Server server{"a", "b", "c"};
  LogFollower follower{server.public_key(), server.head(3, noon)};
  EXPECT_EQ(follower.accept(server.head(2, minutes_after(noon, 1)), server.between(2, 3)).error(), FollowError::older);
  EXPECT_EQ(follower.accept(server.head(3, WallTime{noon.ms - 1}), {}).error(), FollowError::older);
}

TEST(LogFollower, JudgesWhatAnotherClientSawWithoutMovingToIt) {
  const Server server{"a", "b", "c", "d"};
  LogFollower follower{server.public_key(), server.head(3, noon)};
  EXPECT_TRUE(follower.compare(server.head(2, noon), server.between(2, 3)));
  EXPECT_TRUE(follower.compare(server.head(4, noon), server.between(3, 4)));
  EXPECT_EQ(follower.size(), 3U);

  const Server shown_to_others{"a", "b", "x", "d"};
  EXPECT_EQ(follower.compare(shown_to_others.head(3, noon), {}).error(), FollowError::forked);
  EXPECT_EQ(follower.compare(shown_to_others.head(4, noon), shown_to_others.between(3, 4)).error(),
            FollowError::not_shown);
}

TEST(LogFollower, CallsAHeadStaleAfterAQuarterOfAnHour) {
  const Server server{"a"};
  LogFollower follower{server.public_key()};
  EXPECT_TRUE(follower.is_stale(noon));
  ASSERT_TRUE(follower.accept(server.head(1, noon), {}));
  EXPECT_FALSE(follower.is_stale(minutes_after(noon, 15)));
  EXPECT_TRUE(follower.is_stale(WallTime{minutes_after(noon, 15).ms + 1}));
  EXPECT_FALSE(follower.is_stale(WallTime{noon.ms - 1}));
}

}  // namespace
}  // namespace samband::transparency
