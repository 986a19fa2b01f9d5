// The small parts: frames, admission, rates, the clocks.
#include <gtest/gtest.h>

#include "server/edge/admission.h"
#include "server/edge/clock.h"
#include "server/edge/clock_check.h"
#include "server/edge/frame.h"
#include "server/edge/request_rate.h"
#include "storage/memory/memory_store.h"
#include "storage/model/server_layout.h"

namespace samband::server::edge {
namespace {

using namespace std::chrono_literals;

TEST(Frame, TellsItsLengthInTheShortestOfThreeForms) {
  EXPECT_EQ((*binary_frame(Bytes(125)))[1], 125);
  EXPECT_EQ(binary_frame(Bytes(125))->size(), 2U + 125);
  EXPECT_EQ((*binary_frame(Bytes(126)))[1], 126);
  EXPECT_EQ(binary_frame(Bytes(126))->size(), 4U + 126);
  EXPECT_EQ(binary_frame(Bytes(65535))->size(), 4U + 65535);
  EXPECT_EQ((*binary_frame(Bytes(65536)))[1], 127);
  EXPECT_EQ(binary_frame(Bytes(65536))->size(), 10U + 65536);
}

TEST(Frame, CutsAReasonToWhatAControlFrameHolds) {
  EXPECT_EQ(close_frame(1000, std::string(500, 'x'))->size(), 2U + 125);
}

Limits few(std::uint64_t connections, std::uint64_t per_address, std::uint64_t waiting, std::uint64_t waiting_here) {
  Limits limits;
  limits.connections_max = connections;
  limits.connections_per_address_max = per_address;
  limits.unauthenticated_max = waiting;
  limits.unauthenticated_per_address_max = waiting_here;
  return limits;
}

TEST(Admission, BoundsConnectionsInTotal) {
  const auto door = std::make_shared<Admission>(few(2, 9, 9, 9));
  auto first = door->admit("a");
  auto second = door->admit("b");
  EXPECT_FALSE(door->admit("c"));
  second.reset();
  EXPECT_TRUE(door->admit("c"));
}

TEST(Admission, BoundsConnectionsOfOneAddress) {
  const auto door = std::make_shared<Admission>(few(9, 2, 9, 9));
  auto first = door->admit("a");
  auto second = door->admit("a");
  EXPECT_FALSE(door->admit("a"));
  EXPECT_TRUE(door->admit("b"));
}

TEST(Admission, BoundsThoseWhoHaveNotLoggedIn) {
  const auto door = std::make_shared<Admission>(few(9, 9, 1, 9));
  auto first = door->admit("a");
  EXPECT_FALSE(door->admit("b"));
  EXPECT_TRUE(first->logged_in(PartnerId{}));
  EXPECT_TRUE(door->admit("b"));
}

TEST(Admission, BoundsThoseOfOneAddressWhoHaveNotLoggedIn) {
  const auto door = std::make_shared<Admission>(few(9, 9, 9, 1));
  auto first = door->admit("a");
  EXPECT_FALSE(door->admit("a"));
  auto other = door->admit("b");
  EXPECT_TRUE(other);
  EXPECT_TRUE(first->logged_in(PartnerId{}));
  EXPECT_TRUE(door->admit("a"));
}

TEST(Admission, GivesEveryPlaceBack) {
  const auto door = std::make_shared<Admission>(few(9, 9, 9, 9));
  {
    auto waiting = door->admit("a");
    auto known = door->admit("a");
    EXPECT_TRUE(known->logged_in(PartnerId{}));
    EXPECT_EQ(door->counts().connections, 2U);
    EXPECT_EQ(door->counts().waiting, 1U);
  }
  EXPECT_EQ(door->counts().connections, 0U);
  EXPECT_EQ(door->counts().waiting, 0U);
}

TEST(Admission, BoundsThoseOfOnePartner) {
  Limits limits = few(9, 9, 9, 9);
  limits.partner_connections_max = 1;
  const auto door = std::make_shared<Admission>(limits);
  PartnerId oslo;
  oslo.bytes[0] = 1;
  auto first = door->admit("a");
  auto second = door->admit("b");
  auto other = door->admit("c");
  EXPECT_TRUE(first->logged_in(oslo));
  EXPECT_TRUE(first->logged_in(oslo)) << "counted once";
  EXPECT_FALSE(second->logged_in(oslo));
  EXPECT_EQ(door->counts().waiting, 2U) << "who was turned away is still waiting";
  EXPECT_TRUE(other->logged_in(PartnerId{}));
  const Admitted moved = std::move(*first);
  first.reset();
  EXPECT_FALSE(second->logged_in(oslo)) << "a place that was handed on is still taken";
}

TEST(Admission, GivesThePlacesOfAPartnerBack) {
  Limits limits = few(9, 9, 9, 9);
  limits.partner_connections_max = 1;
  const auto door = std::make_shared<Admission>(limits);
  auto first = door->admit("a");
  auto second = door->admit("b");
  ASSERT_TRUE(first->logged_in(PartnerId{}));
  first.reset();
  EXPECT_TRUE(second->logged_in(PartnerId{}));
}

TEST(TokenBucket, LetsABurstThroughAndThenTheRate) {
  const TokenBucket::Time start{1h};
  TokenBucket bucket{start};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bucket.take(start, 100, 10), 0ns) << i;
  EXPECT_EQ(bucket.take(start, 100, 10), 10ms);
  EXPECT_EQ(bucket.take(start, 100, 10), 20ms);
  EXPECT_EQ(bucket.take(start + 30ms, 100, 10), 0ns);
}

TEST(RequestRates, GiveAllSessionsOfADeviceOneBucket) {
  RequestRates rates;
  DeviceId anna;
  anna.bytes[0] = 1;
  const auto phone = rates.bucket_of(anna);
  EXPECT_EQ(rates.bucket_of(anna), phone);
  EXPECT_NE(rates.bucket_of(DeviceId{}), phone);
}

TEST(RequestRates, GiveAllDevicesOfAPartnerOneBucket) {
  RequestRates rates;
  PartnerId oslo;
  oslo.bytes[0] = 1;
  const auto one = rates.bucket_of(oslo);
  EXPECT_EQ(rates.bucket_of(oslo), one);
  EXPECT_NE(rates.bucket_of(PartnerId{}), one);
}

struct Hands {
  std::chrono::milliseconds wall = 1000s;
  std::chrono::milliseconds steady = 5s;
  WatchedClock clock() {
    return WatchedClock{{[this] { return wall; }, [this] { return steady; }}};
  }
};

TEST(WatchedClock, FollowsTheWallClockWhileTimeReallyPasses) {
  Hands hands;
  WatchedClock clock = hands.clock();
  hands.wall += 1h;
  hands.steady += 1h;
  EXPECT_EQ(clock.now().ms, 4'600'000U);
  EXPECT_FALSE(clock.holds());
}

TEST(WatchedClock, DoesNotBelieveAJumpAhead) {
  Hands hands;
  WatchedClock clock = hands.clock();
  hands.wall += 24h;
  hands.steady += 1s;
  EXPECT_EQ(clock.now().ms, 1'001'000U);
  EXPECT_TRUE(clock.holds());
  hands.steady += 1s;
  EXPECT_EQ(clock.now().ms, 1'002'000U);
}

TEST(WatchedClock, GoesOnWhenTheJumpIsCorrectedOrBelieved) {
  Hands hands;
  WatchedClock clock = hands.clock();
  hands.wall += 24h;
  EXPECT_EQ(clock.now().ms, 1'000'000U);
  hands.wall -= 24h;
  EXPECT_EQ(clock.now().ms, 1'000'000U);
  EXPECT_FALSE(clock.holds());
  hands.wall += 24h;
  clock.believe();
  EXPECT_EQ(clock.now().ms, 87'400'000U);
  EXPECT_FALSE(clock.holds());
}

TEST(WatchedClock, FollowsAClockThatIsSetBack) {
  Hands hands;
  WatchedClock clock = hands.clock();
  hands.wall -= 10s;
  EXPECT_EQ(clock.now().ms, 990'000U);
  EXPECT_FALSE(clock.holds());
}

constexpr WallTime noon{1'800'000'000'000};

TEST(ClockCheck, RefusesATimeBeforeTheProgramWasBuilt) {
  const auto fault = clock_fault({noon.ms - 1}, noon, std::nullopt);
  ASSERT_TRUE(fault.has_value());
  EXPECT_NE(fault->find("before this program was built"), std::string::npos);
  EXPECT_FALSE(clock_fault(noon, noon, std::nullopt).has_value());
}

TEST(ClockCheck, RefusesATimeFarBeforeTheStoresNewest) {
  const auto behind = static_cast<std::uint64_t>(std::chrono::milliseconds{clock_behind_max}.count());
  EXPECT_FALSE(clock_fault(noon, WallTime{}, WallTime{noon.ms + behind}).has_value());
  const auto fault = clock_fault(noon, WallTime{}, WallTime{noon.ms + behind + 1});
  ASSERT_TRUE(fault.has_value());
  EXPECT_NE(fault->find("--clock-is-right"), std::string::npos);
}

TEST(ClockCheck, FindsTheNewestTimeOfAllShards) {
  namespace layout = storage::server_store;
  storage::MemoryStore store{layout::layout()};
  EXPECT_EQ(newest_time_of(store), std::nullopt);
  storage::StoreBatch batch;
  batch.put(layout::meta, layout::meta_key(), encode(storage::StoreMeta{.incarnation = 1, .shard_count = 4}));
  batch.put(layout::meta, layout::shard_key(0), encode(storage::ShardPosition{1, {5}}));
  batch.put(layout::meta, layout::shard_key(4), encode(storage::ShardPosition{1, {7}}));
  batch.put(layout::meta, layout::shard_key(5), encode(storage::ShardPosition{1, {9}}));  // not one of this store's
  ASSERT_TRUE(store.write(batch, storage::Durability::synced));
  EXPECT_EQ(newest_time_of(store), WallTime{7});
}

}  // namespace
}  // namespace samband::server::edge
