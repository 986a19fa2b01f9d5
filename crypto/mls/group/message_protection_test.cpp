#include "crypto/mls/group/message_protection.h"

#include <gtest/gtest.h>

namespace samband::mls {
namespace {

constexpr LeafIndex sender_leaf{1};
constexpr std::uint32_t leaf_count = 2;

// One epoch of a two-member group in which leaf 1 speaks.
struct Scene {
  CipherSuite suite;
  GroupContext context;
  KeyPair signature_key;
  SecretBytes encryption_secret;
  SecretBytes sender_data_secret;
  Bytes membership_key;

  [[nodiscard]] EpochView epoch() const { return {suite, context}; }
  [[nodiscard]] SecretTree new_tree() const { return {suite, encryption_secret.duplicate(), leaf_count}; }
  [[nodiscard]] SignatureKeyOf keys() const {
    return [this](LeafIndex leaf) -> std::optional<BytesView> {
      if (leaf != sender_leaf) return std::nullopt;
      return BytesView{signature_key.public_key};
    };
  }
  [[nodiscard]] AuthenticatedContent sign(WireFormat wire_format, Content content) const {
    AuthenticatedContent signed_content{
        wire_format, {context.group_id, context.epoch, MemberSender{sender_leaf}, {0xad}, std::move(content)}, {}};
    signed_content.auth.signature =
        sign_framed_content(wire_format, signed_content.content, context, suite, signature_key.private_key.view());
    if (std::holds_alternative<Commit>(signed_content.content.content)) {
      signed_content.auth.confirmation_tag = Bytes(suite.hash_bytes(), 0x7a);
    }
    return signed_content;
  }
  [[nodiscard]] PrivateMessage seal(Content content, RandomSource& random, std::size_t padding_bytes = 0) const {
    const AuthenticatedContent signed_content = sign(WireFormat::mls_private_message, std::move(content));
    const RatchetKind kind = ratchet_kind(content_type(signed_content.content.content));
    const MessageKey key = new_tree().derive(sender_leaf, kind, Generation{0}).value();
    return protect_private(epoch(), signed_content, key, Generation{0}, padding_bytes, sender_data_secret.view(),
                           random);
  }
  [[nodiscard]] std::expected<UnprotectedPrivate, MessageError> open(const PrivateMessage& message) const {
    return unprotect_private(epoch(), message, new_tree(), sender_data_secret.view(), keys());
  }
  [[nodiscard]] std::expected<AuthenticatedContent, MessageError> open(const PublicMessage& message) const {
    return unprotect_public(epoch(), message, membership_key, keys());
  }
};

Scene new_scene() {
  SeededRandom random{1};
  const CipherSuite suite = *CipherSuite::of(samband_suite);
  const std::size_t hash_bytes = suite.hash_bytes();
  return {suite,
          {.cipher_suite = static_cast<std::uint16_t>(samband_suite),
           .group_id = {1, 2, 3},
           .epoch = Epoch{5},
           .tree_hash = Bytes(hash_bytes, 4),
           .confirmed_transcript_hash = Bytes(hash_bytes, 5)},
          suite.generate_signature_key_pair(random),
          random.secret(hash_bytes),
          random.secret(hash_bytes),
          Bytes(hash_bytes, 6)};
}

Content words() {
  return ApplicationData{copy_of(view_of("ord"))};
}
Content removal() {
  return Proposal{Remove{LeafIndex{0}}};
}

// --- what must be refused

PublicMessage public_removal(const Scene& scene) {
  return protect_public(scene.epoch(), scene.sign(WireFormat::mls_public_message, removal()), scene.membership_key)
      .value();
}

TEST(PublicMessage, IsRefusedWithAMembershipTagOfAnotherKey) {
  const Scene scene = new_scene();
  PublicMessage message = public_removal(scene);
  ASSERT_TRUE(scene.open(message));
  message.membership_tag[0] ^= 1;
  EXPECT_EQ(scene.open(message).error(), MessageError::membership_tag_mismatch);
}

TEST(PublicMessage, IsRefusedWhenAMemberSignedForAnother) {
  const Scene scene = new_scene();
  Scene forger = new_scene();
  SeededRandom random{8};
  forger.signature_key = scene.suite.generate_signature_key_pair(random);
  EXPECT_EQ(scene.open(public_removal(forger)).error(), MessageError::invalid_signature);
}

TEST(PublicMessage, CarriesNoApplicationData) {
  const Scene scene = new_scene();
  PublicMessage message = public_removal(scene);
  message.content.content = words();
  EXPECT_EQ(scene.open(message).error(), MessageError::application_not_private);
  const AuthenticatedContent spoken = scene.sign(WireFormat::mls_public_message, words());
  EXPECT_EQ(protect_public(scene.epoch(), spoken, scene.membership_key).error(), MessageError::application_not_private);
}

TEST(PublicMessage, IsRefusedFromALeafThatIsBlankAndFromNoMember) {
  const Scene scene = new_scene();
  PublicMessage message = public_removal(scene);
  message.content.sender = MemberSender{LeafIndex{0}};
  EXPECT_EQ(scene.open(message).error(), MessageError::unknown_sender);
  message.content.sender = NewMemberProposal{};
  EXPECT_EQ(scene.open(message).error(), MessageError::unknown_sender);
}

TEST(PrivateMessage, IsRefusedWithSenderDataOfAnotherLength) {
  const Scene scene = new_scene();
  SeededRandom random{11};
  PrivateMessage message = scene.seal(words(), random);
  const MessageKey key = derive_sender_data_key(scene.suite, scene.sender_data_secret.view(), message.ciphertext);
  message.encrypted_sender_data =
      scene.suite.seal(key.key.view(), key.nonce.view(), sender_data_aad(message), Bytes(11));
  EXPECT_EQ(scene.open(message).error(), MessageError::malformed);
}

TEST(PrivateMessage, IsSentByMembersOnly) {
  const Scene scene = new_scene();
  SeededRandom random{12};
  AuthenticatedContent content = scene.sign(WireFormat::mls_private_message, removal());
  content.content.sender = NewMemberProposal{};
  const MessageKey key = scene.new_tree().derive(sender_leaf, RatchetKind::handshake, Generation{0}).value();
  EXPECT_DEATH(std::ignore = protect_private(scene.epoch(), content, key, Generation{0}, 0,
                                             scene.sender_data_secret.view(), random),
               "");
}

TEST(Messages, OfAnotherGroupOrEpochAreRefused) {
  const Scene scene = new_scene();
  SeededRandom random{4};
  Scene later = new_scene();
  later.context.epoch = Epoch{6};
  Scene elsewhere = new_scene();
  elsewhere.context.group_id = {9};
  EXPECT_EQ(scene.open(later.seal(words(), random)).error(), MessageError::wrong_epoch);
  EXPECT_EQ(scene.open(elsewhere.seal(words(), random)).error(), MessageError::wrong_group);
  EXPECT_EQ(scene.open(public_removal(later)).error(), MessageError::wrong_epoch);
  EXPECT_EQ(scene.open(public_removal(elsewhere)).error(), MessageError::wrong_group);
}

TEST(PrivateMessage, GivesBackContentAndAuthenticatedData) {
  const Scene scene = new_scene();
  SeededRandom random{5};
  const auto opened = scene.open(scene.seal(words(), random, 100));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->content.content.content, words());
  EXPECT_EQ(opened->content.content.authenticated_data, Bytes{0xad});
  EXPECT_EQ(opened->sender, sender_leaf);
}

TEST(PrivateMessage, GrowsByItsPadding) {
  const Scene scene = new_scene();
  SeededRandom random{5};
  EXPECT_EQ(scene.seal(words(), random, 100).ciphertext.size(), scene.seal(words(), random).ciphertext.size() + 100);
}

TEST(PrivateMessage, IsRefusedWhenAnyPartOfItChanges) {
  const Scene scene = new_scene();
  SeededRandom random{6};
  const PrivateMessage sealed = scene.seal(words(), random);
  for (Bytes PrivateMessage::* part :
       {&PrivateMessage::authenticated_data, &PrivateMessage::encrypted_sender_data, &PrivateMessage::ciphertext}) {
    PrivateMessage changed = sealed;
    (changed.*part).back() ^= 1;
    EXPECT_EQ(scene.open(changed).error(), MessageError::decryption_failed);
  }
}

TEST(PrivateMessage, OfTheSameGenerationDiffersByItsReuseGuard) {
  const Scene scene = new_scene();
  SeededRandom random{7};
  const PrivateMessage first = scene.seal(words(), random);
  const PrivateMessage second = scene.seal(words(), random);
  EXPECT_NE(first.ciphertext, second.ciphertext);
  EXPECT_TRUE(scene.open(first));
  EXPECT_TRUE(scene.open(second));
}

TEST(PrivateMessage, IsRefusedWhenAMemberSignedForAnother) {
  const Scene scene = new_scene();
  Scene forger = new_scene();
  SeededRandom random{8};
  forger.signature_key = scene.suite.generate_signature_key_pair(random);
  EXPECT_EQ(scene.open(forger.seal(words(), random)).error(), MessageError::invalid_signature);
}

TEST(PrivateMessage, IsRefusedFromALeafThatIsBlankOrOutsideTheTree) {
  const Scene scene = new_scene();
  SeededRandom random{9};
  for (std::uint32_t leaf : {0U, 2U, 0xffffffffU}) {
    AuthenticatedContent content = scene.sign(WireFormat::mls_private_message, words());
    content.content.sender = MemberSender{LeafIndex{leaf}};
    const MessageKey key = scene.new_tree().derive(sender_leaf, RatchetKind::application, Generation{0}).value();
    const PrivateMessage message =
        protect_private(scene.epoch(), content, key, Generation{0}, 0, scene.sender_data_secret.view(), random);
    EXPECT_EQ(scene.open(message).error(), MessageError::unknown_sender) << leaf;
  }
}

TEST(PrivateMessage, IsRefusedWithPaddingThatIsNotZero) {
  const Scene scene = new_scene();
  SeededRandom random{10};
  const AuthenticatedContent content = scene.sign(WireFormat::mls_private_message, words());
  const MessageKey key = scene.new_tree().derive(sender_leaf, RatchetKind::application, Generation{0}).value();
  PrivateMessage message =
      protect_private(scene.epoch(), content, key, Generation{0}, 8, scene.sender_data_secret.view(), random);

  Writer plaintext;
  write(plaintext, PrivateMessageContent{content.content.content, content.auth, 8});
  Bytes padded = plaintext.take();
  padded.back() = 1;
  const SenderData sender{sender_leaf, Generation{0}, {}};
  message.ciphertext = scene.suite.seal(key.key.view(), key.nonce.view(), private_content_aad(message), padded);
  const MessageKey sender_key =
      derive_sender_data_key(scene.suite, scene.sender_data_secret.view(), message.ciphertext);
  message.encrypted_sender_data =
      scene.suite.seal(sender_key.key.view(), sender_key.nonce.view(), sender_data_aad(message), encode(sender));
  EXPECT_EQ(scene.open(message).error(), MessageError::malformed);
}

}  // namespace
}  // namespace samband::mls
