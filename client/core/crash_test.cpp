// Three people write while their processes die between effects, connections break and frames come in any order.
// Whatever a seed does: what was acknowledged is there, once, in one order, and no message key was used twice.

#include <gmock/gmock.h>
#include <set>

#include "client/core/community_fixture.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {
namespace {

const std::string channel = "Utskriving";

class CrashTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  std::uint64_t draw(std::uint64_t below) {
    std::array<std::uint8_t, 8> bytes{};
    chance.fill(bytes);
    Reader in{bytes};
    return in.u64() % below;
  }

  // Frames move in any order, and now and then something breaks.
  void stir(unsigned times) {
    for (unsigned i = 0; i < times; ++i) {
      Person& person = *community.people[draw(community.people.size())];
      switch (draw(40)) {
        case 0: person.disconnects(); break;
        case 1: person.restarts(); break;
        case 2:
        case 3: person.effects_left = draw(6); break;
        default: break;
      }
      person.connects();
      community.move_one_frame(draw(1000));
    }
  }

  void calm_down() {
    for (int round = 0; round < 6; ++round) {
      for (const auto& person : community.people) {
        person->effects_left.reset();
        person->connects();
      }
      community.pass(minute_ms);
    }
  }

  Community community{GetParam()};
  SeededRandom chance{GetParam()};
};

TEST_P(CrashTest, LosesNothingAcknowledgedAndShowsNothingTwice) {
  Person& anna = community.partner("1508", "Ålesund", "Anna");
  Person& bjorn = community.partner("1506", "Molde", "Bjørn");
  Person& cecilie = community.partner("1505", "Kristiansund", "Cecilie");
  ASSERT_EQ(anna.asks(CreateChannel{.name = channel,
                                    .audience = NamedPartners{{"1508", "1506", "1505"}},
                                    .who = AllStaff{},
                                    .moderators = {},
                                    .successor = {}}),
            std::nullopt);
  const ChannelId id = anna.heard<ChannelMade>().front().channel;

  std::map<std::string, std::pair<Person*, OperationId>> written;
  for (int i = 0; i < 30; ++i) {
    Person& author = *community.people[draw(3)];
    author.connects();
    if (!author.client) continue;
    const std::string text = author.name + " " + std::to_string(i);
    const OperationId operation =
        author.begins(SendText{.channel = channel, .text = text, .reply_to = {}, .guard_reason = {}});
    written[text] = {&author, operation};
    stir(static_cast<unsigned>(draw(12)));
  }
  calm_down();

  const std::vector<std::string> read = anna.reads(channel);
  EXPECT_EQ(bjorn.reads(channel), read);
  EXPECT_EQ(cecilie.reads(channel), read);
  EXPECT_EQ(std::set<std::string>(read.begin(), read.end()).size(), read.size()) << "something is shown twice";
  for (const auto& [text, by] : written) {
    const auto end = by.first->end_of(by.second);
    if (!end || *end) continue;
    EXPECT_THAT(read, testing::Contains(text)) << "acknowledged, and lost";
  }
  EXPECT_FALSE(id.is_zero());
  for (Person* person : {&anna, &bjorn, &cecilie}) {
    EXPECT_EQ(person->warnings(Warning::entry_refused), 0U) << person->name;
    EXPECT_EQ(person->warnings(Warning::history_differs), 0U) << person->name;
  }
}

TEST_P(CrashTest, UsesNoMessageKeyTwice) {
  Person& anna = community.partner("1508", "Ålesund", "Anna");
  Person& bjorn = community.partner("1506", "Molde", "Bjørn");
  ASSERT_EQ(anna.asks(CreateChannel{.name = channel,
                                    .audience = NamedPartners{{"1508", "1506"}},
                                    .who = AllStaff{},
                                    .moderators = {},
                                    .successor = {}}),
            std::nullopt);
  const ChannelId id = anna.heard<ChannelMade>().front().channel;
  ASSERT_EQ(bjorn.asks(SendText{.channel = channel, .text = "klar", .reply_to = {}, .guard_reason = {}}), std::nullopt);
  // Bjørn's ratchets of this epoch, kept aside: a key that was used opens no second message.
  const auto observer = bjorn.takes_group(id);
  bjorn.disconnects();
  community.sent_messages.clear();
  for (int i = 0; i < 20; ++i) {
    anna.connects();
    anna.effects_left = draw(4);
    anna.begins(SendText{.channel = channel, .text = std::to_string(i), .reply_to = {}, .guard_reason = {}});
    for (std::uint64_t moves = draw(10); moves > 0; --moves) community.move_one_frame(draw(1000));
    if (draw(3) == 0) anna.restarts();
  }
  anna.effects_left.reset();
  anna.connects();
  community.settle();

  std::set<Bytes> messages;
  for (const auto& [device, message] : community.sent_messages) messages.insert(message);
  EXPECT_GE(messages.size(), 5U);
  for (const Bytes& message : messages) EXPECT_TRUE(observer->unprotect(message).has_value());
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace samband::client
