#include "crypto/mls/tree/workforce.h"

#include <expected>
#include <gtest/gtest.h>
#include <set>

#include "crypto/mls/tree/test_workforce.h"

namespace samband::mls {
namespace {

using testing::Crowd;

using Verdict = std::expected<void, int>;

TEST(Workforce, JudgesEveryItemOnceWhenNoneIsRefused) {
  const Crowd crowd;
  for (const Workforce* workforce : std::initializer_list<const Workforce*>{&in_place, &crowd}) {
    for (const std::size_t count : {0UL, 1UL, items_a_piece, items_a_piece + 1, 10 * items_a_piece - 1}) {
      std::vector<std::atomic<int>> times(count);
      EXPECT_TRUE(judge_all(*workforce, count, [&](std::size_t i) -> Verdict {
        ++times[i];
        return {};
      }));
      for (const auto& each : times) EXPECT_EQ(each.load(), 1);
    }
  }
}

TEST(Workforce, SaysTheSameOfSeveralFaultsWhoeverDoesTheWork) {
  const Crowd crowd;
  constexpr std::size_t count = 20 * items_a_piece;
  for (const std::set<std::size_t>& faults : std::initializer_list<std::set<std::size_t>>{
           {count - 1}, {0, 1}, {items_a_piece, 5, count - 1}, {7 * items_a_piece + 3, 7 * items_a_piece + 2}}) {
    const auto judge = [&](std::size_t i) -> Verdict {
      if (faults.contains(i)) return std::unexpected(static_cast<int>(i));
      return {};
    };
    for (int round = 0; round < 20; ++round) {
      EXPECT_EQ(judge_all(crowd, count, judge).error(), static_cast<int>(*faults.begin()));
    }
    EXPECT_EQ(judge_all(in_place, count, judge).error(), static_cast<int>(*faults.begin()));
  }
}

TEST(Workforce, StopsSoonAfterAFault) {
  std::size_t judged = 0;
  EXPECT_FALSE(judge_all(in_place, 1000 * items_a_piece, [&](std::size_t i) -> Verdict {
    ++judged;
    if (i == items_a_piece + 2) return std::unexpected(1);
    return {};
  }));
  EXPECT_EQ(judged, items_a_piece + 3);
}

}  // namespace
}  // namespace samband::mls
