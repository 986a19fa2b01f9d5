// secret-tree.json (RFC 9420 §9, §6.3.2) and message-protection.json (§6). Tests only.
#include <bit>

#include "crypto/mls/group/message_protection.h"
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"

namespace samband::vectors {

using namespace mls;

namespace {

void expect_key(const Field& step, const std::string& name, const SecretTree& tree, LeafIndex leaf, RatchetKind kind) {
  const Field generation = step["generation"];
  const auto key = tree.derive(leaf, kind, Generation{generation.u32()});
  if (!key) generation.fail("has no key: behind the one before, or too far ahead");
  step[name + "_key"].expect(key->key.view());
  step[name + "_nonce"].expect(key->nonce.view());
}

// --- message-protection: an epoch of two members in which leaf 1 speaks

constexpr LeafIndex sender_leaf{1};
constexpr std::uint32_t leaf_count = 2;

struct Scene {
  CipherSuite suite;
  GroupContext context;
  KeyPair signature_key;
  Bytes encryption_secret;
  Bytes sender_data_secret;
  Bytes membership_key;

  [[nodiscard]] EpochView epoch() const { return {suite, context}; }
  [[nodiscard]] SecretTree new_tree() const { return {suite, SecretBytes{encryption_secret}, leaf_count}; }
};

Scene scene_of(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  KeyPair signer = signature_key_of(test_case["signature_priv"], suite);
  test_case["signature_pub"].expect(signer.public_key);
  Scene scene{suite, {.cipher_suite = static_cast<std::uint16_t>(suite.id())}, std::move(signer), {}, {}, {}};
  scene.context.group_id = test_case["group_id"].bytes();
  scene.context.epoch = Epoch{test_case["epoch"].number(~std::uint64_t{0})};
  scene.context.tree_hash = test_case["tree_hash"].bytes();
  scene.context.confirmed_transcript_hash = test_case["confirmed_transcript_hash"].bytes();
  scene.encryption_secret = test_case["encryption_secret"].bytes();
  scene.sender_data_secret = test_case["sender_data_secret"].bytes();
  scene.membership_key = test_case["membership_key"].bytes();
  return scene;
}

AuthenticatedContent sign(const Scene& scene, WireFormat wire_format, const Content& content) {
  AuthenticatedContent out{
      wire_format, {scene.context.group_id, scene.context.epoch, MemberSender{sender_leaf}, {}, content}, {}};
  out.auth.signature =
      sign_framed_content(wire_format, out.content, scene.context, scene.suite, scene.signature_key.private_key.view());
  const bool is_commit = std::holds_alternative<Commit>(content);
  if (is_commit) out.auth.confirmation_tag = Bytes(scene.suite.hash_bytes(), 0x7a);  // any bytes will do
  return out;
}

std::expected<PublicMessage, MessageError> protect_in_public(const Scene& scene, const Content& content) {
  return protect_public(scene.epoch(), sign(scene, WireFormat::mls_public_message, content), scene.membership_key);
}

PrivateMessage protect_in_private(const Scene& scene, const Content& content) {
  SeededRandom random{1};
  const RatchetKind kind = ratchet_kind(content_type(content));
  const MessageKey key = scene.new_tree().derive(sender_leaf, kind, Generation{0}).value();
  return protect_private(scene.epoch(), sign(scene, WireFormat::mls_private_message, content), key, Generation{0}, 0,
                         scene.sender_data_secret, random);
}

bool opens_to(const Scene& scene, const PublicMessage& message, const Content& content) {
  const SignatureKeyOf keys = [&](LeafIndex leaf) -> std::optional<BytesView> {
    if (leaf != sender_leaf) return std::nullopt;
    return BytesView{scene.signature_key.public_key};
  };
  const auto opened = unprotect_public(scene.epoch(), message, scene.membership_key, keys);
  return opened && opened->content.content == content;
}

bool opens_to(const Scene& scene, const PrivateMessage& message, const Content& content) {
  const SignatureKeyOf keys = [&](LeafIndex leaf) -> std::optional<BytesView> {
    if (leaf != sender_leaf) return std::nullopt;
    return BytesView{scene.signature_key.public_key};
  };
  const auto opened = unprotect_private(scene.epoch(), message, scene.new_tree(), scene.sender_data_secret, keys);
  return opened && opened->content.content.content == content;
}

template <class Message>
void expect_opens(const Scene& scene, const Field& message, const Content& content) {
  message.require(opens_to(scene, parsed_message<Message>(message), content), "does not open to what it holds");
}

// What we protect ourselves crosses the wire and opens again.
template <class Message>
bool survives(const Scene& scene, const Message& message, const Content& content) {
  const auto crossed = parse_mls_message(encode_mls_message(message));
  return crossed && std::holds_alternative<Message>(*crossed) && opens_to(scene, std::get<Message>(*crossed), content);
}

void check_handshake(const Scene& scene, const Field& test_case, const std::string& name, const Content& content) {
  expect_opens<PublicMessage>(scene, test_case[name + "_pub"], content);
  expect_opens<PrivateMessage>(scene, test_case[name + "_priv"], content);
  const auto in_public = protect_in_public(scene, content);
  test_case[name].require(in_public && survives(scene, *in_public, content), "does not survive a PublicMessage");
  test_case[name].require(survives(scene, protect_in_private(scene, content), content),
                          "does not survive a PrivateMessage");
}

}  // namespace

void check_secret_tree(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  const Field sender_data = test_case["sender_data"];
  const MessageKey sender_key =
      derive_sender_data_key(suite, sender_data["sender_data_secret"].bytes(), sender_data["ciphertext"].bytes());
  sender_data["key"].expect(sender_key.key.view());
  sender_data["nonce"].expect(sender_key.nonce.view());

  const Field leaves = test_case["leaves"];
  leaves.require(std::has_single_bit(leaves.size()) && leaves.size() <= leaves_max, "are not as many as trees have");
  SecretTree tree{suite, SecretBytes{test_case["encryption_secret"].bytes()},
                  static_cast<std::uint32_t>(leaves.size())};
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    leaves[i].require(leaves[i].size() > 0, "has no keys");
    for (std::size_t k = 0; k < leaves[i].size(); ++k) {
      const Field step = leaves[i][k];
      expect_key(step, "handshake", tree, LeafIndex{i}, RatchetKind::handshake);
      expect_key(step, "application", tree, LeafIndex{i}, RatchetKind::application);
      for (RatchetKind kind : {RatchetKind::handshake, RatchetKind::application}) {
        tree.consume(LeafIndex{i}, kind, Generation{step["generation"].u32()});
      }
    }
  }
}

void check_message_protection(const Field& test_case) {
  const Scene scene = scene_of(test_case);
  check_handshake(scene, test_case, "proposal", parsed(test_case["proposal"], parse_proposal));
  check_handshake(scene, test_case, "commit", parsed(test_case["commit"], parse_commit));

  Bytes words = test_case["application"].bytes();
  const Content application = ApplicationData{std::move(words)};
  expect_opens<PrivateMessage>(scene, test_case["application_priv"], application);
  test_case["application"].require(survives(scene, protect_in_private(scene, application), application),
                                   "does not survive a PrivateMessage");
  const auto in_public = protect_in_public(scene, application);
  test_case["application"].require(!in_public && in_public.error() == MessageError::application_not_private,
                                   "may travel as PublicMessage");
}

}  // namespace samband::vectors
