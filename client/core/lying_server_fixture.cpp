#include "client/core/lying_server_fixture.h"

#include "client/core/content/content.h"
#include "crypto/mls/group/key_package_bundle.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {

using identity::Duty;

LyingServerTest::LyingServerTest() {
  anna.forget();
  EXPECT_EQ(anna.asks(CreateChannel{.name = channel,
                                    .audience = NamedPartners{{"1508", "1506"}},
                                    .who = identity::Duties{Duty::administrator},
                                    .moderators = {},
                                    .successor = {}}),
            std::nullopt);
  id = anna.heard<ChannelMade>().front().channel;
  EXPECT_EQ(anna.asks(text("ein")), std::nullopt);
  EXPECT_EQ(mallory.asks(text("to")), std::nullopt);
}

void LyingServerTest::take_over() {
  community.settle();
  for (const Bytes& wire : community.entries(id)) {
    const auto entry = storage::parse_entry(wire);
    const auto advanced = storage::advance(head, *entry);
    ASSERT_TRUE(advanced.has_value());
  }
  community.tamper = [this](Person& to, Bytes frame) -> std::optional<Bytes> {
    const auto parsed = protocol::parse_server_frame(frame);
    const bool is_entry = parsed && std::holds_alternative<protocol::EntryEvent>(*parsed);
    if (&to == &anna && is_entry) return std::nullopt;
    return frame;
  };
  spy = mallory.takes_group(id);
  anna.forget();
}

storage::Entry LyingServerTest::place(storage::EntryKind kind, const DeviceId& sender, Bytes body) {
  storage::Entry entry{.kind = kind,
                       .channel = id,
                       .seq = head.next_seq,
                       .at = community.now,
                       .directory_size = head.directory_size,
                       .incarnation = head.incarnation,
                       .previous = head.last,
                       .sender = sender,
                       .body = std::move(body)};
  const auto advanced = storage::advance(head, entry);
  EXPECT_TRUE(advanced.has_value());
  return entry;
}

Bytes LyingServerTest::message_of(mls::Group& group, const std::string& words) {
  const Bytes content = encode(text_message(community.random.id<MessageSalt>(), words, ""));
  return group.protect(content, protocol::encode(protocol::AuthenticatedData{}), 0, community.random).value();
}

Bytes LyingServerTest::commit_of(mls::Group& group, mls::CommitOptions options) {
  options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
  const Gullible anybody;
  const mls::NoPreSharedKeys none;
  auto made = group.create_commit(options, {anybody, none, std::nullopt}, community.random);
  EXPECT_TRUE(made.has_value());
  return made->message();
}

void LyingServerTest::expect_goes_on() {
  show(place(storage::EntryKind::message, mallory.device(), message_of(*spy, "framleis her")));
  EXPECT_EQ(anna.reads(channel).back(), "framleis her");
}

mls::KeyPackage LyingServerTest::forged_key_package(const DeviceId& device) {
  const KeyPair key = ed25519_key_pair(community.random.secret(32).view());
  identity::DeviceCertificate body{.partner = community.random.id<PartnerId>(),
                                   .staff = community.random.id<StaffId>(),
                                   .device = device,
                                   .signature_key = *Ed25519PublicKey::of(key.public_key),
                                   .staff_name = "Anna",
                                   .device_label = "laptop",
                                   .not_before = noon,
                                   .not_after = {noon.ms + day_ms}};
  const auto certificate = identity::sign(std::move(body), key.private_key.view());
  const mls::LeafIdentity leaf{mls::BasicCredential{identity::encode(certificate)}, protocol::leaf_capabilities(), {}};
  const mls::Lifetime lifetime{noon.ms / 1000 - 60, noon.ms / 1000 + 3600};
  return mls::make_key_package(*CipherSuite::of(samband_suite), leaf, key, {.lifetime = lifetime}, community.random)
      .key_package;
}

}  // namespace samband::client
