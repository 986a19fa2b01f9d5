#include "server/edge/writer.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace samband::server::edge {
namespace {

ChannelId channel_number(std::uint8_t n) {
  ChannelId id;
  id.bytes[0] = n;
  return id;
}

const ChannelId fjord = channel_number(1);
const ChannelId fjell = channel_number(2);

// A frame that says which entry it stands for.
FramePtr entry(std::uint64_t seq) {
  return std::make_shared<const Bytes>(Bytes{static_cast<std::uint8_t>(seq)});
}

// One reader and the store behind its rings, with each wait in the hands of the test.
class Reader : public WriterNeeds {
 public:
  Reader() { limits_.ring_entries_max = 4; }

  // The commit thread's work: on the disk, then in the ring.
  void store(std::uint64_t seq, const ChannelId& channel = fjord) { stored_[channel].push_back(seq); }
  void publish(std::uint64_t seq, const ChannelId& channel = fjord) {
    fan_out.publish(channel, seq, entry(seq), limits_);
  }
  void place(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t seq = first; seq <= last; ++seq) {
      store(seq);
      publish(seq);
    }
  }

  // Everything that is due; pages are read only when `serve_pages` is on.
  std::vector<int> read_all() {
    std::vector<int> out;
    for (;;) {
      while (FramePtr frame = writer.next()) out.push_back(frame->front());
      if (!serve_pages || !serve_page()) return out;
    }
  }
  bool serve_page() {
    if (pages.empty()) return false;
    const PageQuestion question = pages.front();
    pages.pop_front();
    writer.page_arrived(question, page_of(question));
    return true;
  }
  std::vector<FramePtr> page_of(const PageQuestion& question) {
    std::vector<FramePtr> frames;
    for (const std::uint64_t seq : stored_[question.channel]) {
      if (seq >= question.from && seq < question.until) frames.push_back(entry(seq));
    }
    return frames;
  }

  [[nodiscard]] const Limits& limits() const override { return limits_; }
  void wake() override {}
  void read_page(const PageQuestion& question) override { pages.push_back(question); }
  void ask_window(const ChannelId& channel, std::uint64_t seq) override { windows.emplace_back(channel, seq); }
  void too_slow(std::string_view bound) override { slow = bound; }

  Limits limits_;
  FanOut fan_out;
  SessionWriter writer{fan_out, *this};
  std::deque<PageQuestion> pages;
  std::vector<std::pair<ChannelId, std::uint64_t>> windows;
  std::string slow;
  bool serve_pages = true;

 private:
  std::map<ChannelId, std::vector<std::uint64_t>> stored_;
};

std::vector<int> numbers(int first, int last) {
  std::vector<int> out;
  for (int n = first; n <= last; ++n) out.push_back(n);
  return out;
}

const ReadWindow everything{};

TEST(SessionWriter, CatchesUpFromTheStoreAndGoesOnFromTheRing) {
  Reader anna;
  for (std::uint64_t seq = 0; seq < 150; ++seq) anna.store(seq);
  anna.writer.begin(fjord, 0, everything);
  EXPECT_EQ(anna.read_all(), numbers(0, 149));
  anna.place(150, 152);
  EXPECT_EQ(anna.read_all(), numbers(150, 152));
  EXPECT_TRUE(anna.pages.empty());
}

TEST(SessionWriter, BeginsWhereTheReaderSays) {
  Reader anna;
  for (std::uint64_t seq = 0; seq < 10; ++seq) anna.store(seq);
  anna.writer.begin(fjord, 7, everything);
  EXPECT_EQ(anna.read_all(), numbers(7, 9));
}

TEST(SessionWriter, ReadsFromTheStoreWhatHasLeftTheRing) {
  Reader anna;
  anna.writer.begin(fjord, 0, everything);
  EXPECT_TRUE(anna.read_all().empty());
  anna.place(0, 20);  // the ring holds four
  EXPECT_EQ(anna.read_all(), numbers(0, 20));
}

TEST(SessionWriter, RepeatsNothingWhenTheStoreIsAheadOfTheRing) {
  Reader anna;
  anna.writer.begin(fjord, 0, everything);
  for (std::uint64_t seq = 0; seq <= 3; ++seq) anna.store(seq);
  EXPECT_EQ(anna.read_all(), numbers(0, 3));
  for (std::uint64_t seq = 0; seq <= 3; ++seq) anna.publish(seq);
  EXPECT_TRUE(anna.read_all().empty());
  anna.place(4, 4);
  EXPECT_EQ(anna.read_all(), numbers(4, 4));
}

TEST(SessionWriter, MissesNothingThatLandsWhileAnEmptyPageIsOnItsWay) {
  Reader anna;
  anna.serve_pages = false;
  anna.writer.begin(fjord, 0, everything);
  EXPECT_TRUE(anna.read_all().empty());
  ASSERT_EQ(anna.pages.size(), 1U);
  const PageQuestion question = anna.pages.front();
  anna.pages.pop_front();
  const auto empty = anna.page_of(question);
  anna.place(0, 9);  // more than the ring holds: some have left it already
  anna.writer.page_arrived(question, empty);
  anna.serve_pages = true;
  EXPECT_EQ(anna.read_all(), numbers(0, 9));
}

TEST(SessionWriter, PassesOverAPageForASubscriptionThatWasBegunAnew) {
  Reader anna;
  for (std::uint64_t seq = 0; seq < 5; ++seq) anna.store(seq);
  anna.serve_pages = false;
  anna.writer.begin(fjord, 0, everything);
  EXPECT_TRUE(anna.read_all().empty());
  anna.writer.begin(fjord, 3, everything);
  anna.serve_pages = true;
  EXPECT_EQ(anna.read_all(), numbers(3, 4));
}

TEST(SessionWriter, StopsWhereTheDeviceLostTheChannel) {
  Reader anna;
  anna.writer.begin(fjord, 0, everything);
  anna.place(0, 2);
  anna.writer.end(fjord, 2);
  anna.place(3, 9);
  EXPECT_EQ(anna.read_all(), numbers(0, 1));
  ASSERT_EQ(anna.windows.size(), 1U);
  EXPECT_EQ(anna.windows.front().second, 2U);
  anna.writer.window_arrived(fjord, std::nullopt);
  EXPECT_EQ(anna.writer.subscription_count(), 0U);
  anna.place(10, 12);
  EXPECT_TRUE(anna.read_all().empty());
}

TEST(SessionWriter, GoesOnInTheNextWindowWhenTheDeviceCameBack) {
  Reader anna;
  for (std::uint64_t seq = 0; seq < 10; ++seq) anna.store(seq);
  anna.writer.begin(fjord, 0, ReadWindow{0, 3});
  EXPECT_EQ(anna.read_all(), numbers(0, 2));
  anna.writer.window_arrived(fjord, ReadWindow{6, std::nullopt});
  EXPECT_EQ(anna.read_all(), numbers(6, 9));
}

TEST(SessionWriter, SendsNothingBeforeTheWindow) {
  Reader anna;
  for (std::uint64_t seq = 0; seq < 10; ++seq) anna.store(seq);
  anna.writer.begin(fjord, 0, ReadWindow{5, std::nullopt});
  EXPECT_EQ(anna.read_all(), numbers(5, 9));
  anna.writer.begin(fjell, 0, std::nullopt);
  EXPECT_EQ(anna.writer.subscription_count(), 1U);
}

TEST(SessionWriter, GivesChannelsTheirTurnsAndRepliesGoFirst) {
  Reader anna;
  anna.writer.begin(fjord, 0, everything);
  anna.writer.begin(fjell, 0, everything);
  EXPECT_TRUE(anna.read_all().empty());
  for (const std::uint64_t seq : {0, 1}) {
    anna.publish(seq, fjord);
    anna.publish(seq, fjell);
  }
  anna.writer.post(entry(99));
  EXPECT_EQ(anna.read_all(), (std::vector<int>{99, 0, 0, 1, 1}));
}

TEST(SessionWriter, FindsAReaderTooSlowThatFellBehindAndNotOneThatCatchesUp) {
  Reader anna;
  anna.limits_.cursor_lag_entries_max = 16;
  for (std::uint64_t seq = 0; seq < 100; ++seq) anna.store(seq);
  anna.writer.begin(fjord, 0, everything);
  anna.place(100, 100);
  EXPECT_EQ(anna.slow, "");  // a hundred behind, and on its way
  EXPECT_EQ(anna.read_all(), numbers(0, 100));
  anna.place(101, 116);
  EXPECT_EQ(anna.slow, "");
  anna.place(117, 117);
  EXPECT_EQ(anna.slow, "cursor_lag_entries_max");
}

TEST(SessionWriter, ASlowReaderResumesFromItsCursorWithNothingLost) {
  Reader anna;
  anna.limits_.cursor_lag_entries_max = 16;
  std::vector<int> seen;
  anna.writer.begin(fjord, 0, everything);
  anna.place(0, 9);
  for (int i = 0; i < 5; ++i) {
    FramePtr frame = anna.writer.next();
    while (!frame && anna.serve_page()) frame = anna.writer.next();
    ASSERT_TRUE(frame);
    seen.push_back(frame->front());
  }
  anna.writer.clear();  // the session is closed
  anna.place(10, 60);
  anna.writer.begin(fjord, 5, everything);  // and comes back
  const auto rest = anna.read_all();
  seen.insert(seen.end(), rest.begin(), rest.end());
  EXPECT_EQ(seen, numbers(0, 60));
}

TEST(SessionWriter, BoundsWhatWaitsForOneClient) {
  Reader anna;
  anna.limits_.outbox_bytes_max = 1000;
  anna.writer.post(std::make_shared<const Bytes>(1000));
  EXPECT_EQ(anna.slow, "");
  anna.writer.post(entry(1));
  EXPECT_EQ(anna.slow, "outbox_bytes_max");
}

TEST(SessionWriter, SendsTheNewestTreeHeadOnly) {
  Reader anna;
  anna.writer.post_tree_head(entry(1));
  anna.writer.post_tree_head(entry(2));
  EXPECT_EQ(anna.read_all(), numbers(2, 2));
}

TEST(Ring, IsBoundedInEntriesAndBytes) {
  Limits limits;
  limits.ring_entries_max = 3;
  limits.ring_bytes_max = 100;
  Ring ring;
  EXPECT_EQ(ring.end(), std::nullopt);
  for (std::uint64_t seq = 10; seq < 15; ++seq) ring.publish(seq, entry(seq), limits);
  EXPECT_EQ(ring.first(), 12U);
  EXPECT_EQ(ring.end(), 15U);
  EXPECT_EQ(ring.at(11), nullptr);
  EXPECT_EQ(ring.at(15), nullptr);
  EXPECT_EQ(ring.at(14)->front(), 14);
  ring.publish(15, std::make_shared<const Bytes>(200), limits);
  EXPECT_EQ(ring.first(), 15U);  // the newest stays, whatever its size
}

}  // namespace
}  // namespace samband::server::edge
