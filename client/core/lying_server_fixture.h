// A channel of two members, Anna and Mallory, of which Anna hears what a test invents in the server's name.
#pragma once

#include <gtest/gtest.h>

#include "client/core/community_fixture.h"
#include "crypto/mls/group/group.h"
#include "storage/model/entry.h"

namespace samband::client {

// Believes everything: what a member uses who does not ask who others are.
class Gullible final : public mls::AuthenticationService {
 public:
  [[nodiscard]] bool validates(const mls::Credential&, BytesView) const override { return true; }
  [[nodiscard]] bool is_successor(const mls::Credential&, const mls::Credential&) const override { return true; }
};

class LyingServerTest : public testing::Test {
 protected:
  LyingServerTest();

  [[nodiscard]] SendText text(std::string words) const {
    return {.channel = channel, .text = std::move(words), .reply_to = {}, .guard_reason = {}};
  }

  // From here on Anna hears of the channel only what the test invents.
  void take_over();

  // Places it as a server would, asking nobody.
  storage::Entry place(storage::EntryKind kind, const DeviceId& sender, Bytes body);
  void show(const storage::Entry& entry) { anna.is_sent(protocol::EntryEvent{storage::encode(entry)}); }

  Bytes message_of(mls::Group& group, const std::string& words);
  Bytes commit_of(mls::Group& group, mls::CommitOptions options);

  // What Mallory says next arrives, so the entry before it did no harm.
  void expect_goes_on();

  // A device that no directory knows, under a certificate that it signed for itself.
  mls::KeyPackage forged_key_package(const DeviceId& device);

  const std::string channel = "Utskriving";
  Community community;
  Person& anna = community.partner("1508", "Ålesund", "Anna");
  Person& mallory = community.partner("1506", "Molde", "Mallory");
  ChannelId id;
  storage::ChainHead head;
  std::unique_ptr<mls::Group> spy;  // Mallory's group, in Mallory's own hands

 private:
  void SetUp() override { head.channel = id; }
};

}  // namespace samband::client
