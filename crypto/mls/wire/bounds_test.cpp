// Both sides of every bound that a parser holds a peer to.
#include <gtest/gtest.h>

#include "crypto/mls/wire/message.h"
#include "crypto/mls/wire/node.h"
#include "crypto/mls/wire/test_errors.h"
#include "crypto/mls/wire/test_structures.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::plain_leaf;

template <class T>
using Parse = std::expected<T, ParseError> (*)(BytesView);

// A value at its bound comes back; one step over it is refused.
template <class T>
void expect_bound(Parse<T> parse, const T& at_bound, const T& over) {
  const auto back = parse(encode(at_bound));
  ASSERT_TRUE(back) << "refused at its bound with " << static_cast<int>(back.error());
  EXPECT_EQ(*back, at_bound);
  EXPECT_EQ(error_of(parse(encode(over))), ParseError::too_long);
}

// The same for one byte string of a structure: `field` finds it.
template <class T, class Field>
void expect_bytes_bound(Parse<T> parse, T value, std::size_t bytes_max, Field&& field) {
  T over = value;
  field(value) = Bytes(bytes_max);
  field(over) = Bytes(bytes_max + 1);
  expect_bound(parse, value, over);
}

// Content, for messages where something else is looked at.
FramedContent plain_commit() {
  return {.sender = NewMemberCommit{}, .content = Commit{}};
}

TEST(Bounds, OfCredentials) {
  expect_bytes_bound(parse_credential, Credential{BasicCredential{}}, identity_bytes_max,
                     [](Credential& credential) -> Bytes& { return std::get<BasicCredential>(credential).identity; });
  expect_bytes_bound(
      parse_credential, Credential{X509Credential{{{}}}}, certificate_bytes_max,
      [](Credential& credential) -> Bytes& { return std::get<X509Credential>(credential).certificates[0]; });
  const auto certificates = [](std::size_t count) {
    return Credential{X509Credential{std::vector<Bytes>(count, Bytes{1})}};
  };
  expect_bound(parse_credential, certificates(certificates_max), certificates(certificates_max + 1));
}

TEST(Bounds, OfExtensions) {
  expect_bytes_bound(parse_external_pub, ExternalPub{}, public_key_bytes_max,
                     [](ExternalPub& external) -> Bytes& { return external.external_pub; });
  const auto context = [](std::size_t count) {
    GroupContext out;
    for (std::size_t i = 0; i < count; ++i) out.extensions.push_back({static_cast<ExtensionType>(i), {}});
    return out;
  };
  expect_bound(parse_group_context, context(extensions_max), context(extensions_max + 1));
  const auto required = [](std::size_t count) {
    return RequiredCapabilities{std::vector<ExtensionType>(count), {}, {}};
  };
  expect_bound(parse_required_capabilities, required(capabilities_max), required(capabilities_max + 1));
}

// What is longer than anything that fits is refused for what it says, before it is there.
TEST(Bounds, OfTheDataOfAnExtension) {
  const auto refusal = [](std::uint32_t size) {
    Writer out;
    write(out, GroupContext{});
    Bytes wire = out.take();
    wire.back() = 6;  // the list of extensions: a type and the length of its data
    const Bytes length{static_cast<std::uint8_t>(0x80U | size >> 24U), static_cast<std::uint8_t>(size >> 16U),
                       static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
    return error_of(parse_group_context(concat({wire, Bytes{0xf0, 0x01}, length})));
  };
  EXPECT_EQ(refusal(structure_bytes_max), ParseError::truncated);
  EXPECT_EQ(refusal(structure_bytes_max + 1), ParseError::too_long);
}

TEST(Bounds, OfExternalSenders) {
  const auto refusal = [](std::size_t count, std::size_t key_bytes) {
    const ExternalSender sender{.signature_key = Bytes(key_bytes), .credential = BasicCredential{}};
    return error_of(parse_external_senders(encode_external_senders(std::vector<ExternalSender>(count, sender))));
  };
  EXPECT_EQ(refusal(external_senders_max, public_key_bytes_max), std::nullopt);
  EXPECT_EQ(refusal(external_senders_max + 1, 1), ParseError::too_long);
  EXPECT_EQ(refusal(1, public_key_bytes_max + 1), ParseError::too_long);
}

TEST(Bounds, OfLeafNodes) {
  const auto expect_leaf_bound = [](std::size_t bytes_max, Bytes LeafNode::* field) {
    expect_bytes_bound(parse_leaf_node, plain_leaf(), bytes_max, [=](LeafNode& leaf) -> Bytes& { return leaf.*field; });
  };
  expect_leaf_bound(public_key_bytes_max, &LeafNode::encryption_key);
  expect_leaf_bound(public_key_bytes_max, &LeafNode::signature_key);
  expect_leaf_bound(signature_bytes_max, &LeafNode::signature);
  expect_bytes_bound(parse_leaf_node, plain_leaf(), hash_bytes_max,
                     [](LeafNode& leaf) -> Bytes& { return std::get<CommitSource>(leaf.source).parent_hash; });
}

TEST(Bounds, OfKeyPackages) {
  const KeyPackage plain{.leaf_node = plain_leaf()};
  expect_bytes_bound(parse_key_package, plain, public_key_bytes_max,
                     [](KeyPackage& package) -> Bytes& { return package.init_key; });
  expect_bytes_bound(parse_key_package, plain, signature_bytes_max,
                     [](KeyPackage& package) -> Bytes& { return package.signature; });
}

TEST(Bounds, OfGroupContexts) {
  const auto expect_context_bound = [](std::size_t bytes_max, Bytes GroupContext::* field) {
    expect_bytes_bound(parse_group_context, GroupContext{}, bytes_max,
                       [=](GroupContext& context) -> Bytes& { return context.*field; });
  };
  expect_context_bound(group_id_bytes_max, &GroupContext::group_id);
  expect_context_bound(hash_bytes_max, &GroupContext::tree_hash);
  expect_context_bound(hash_bytes_max, &GroupContext::confirmed_transcript_hash);
}

TEST(Bounds, OfGroupInfos) {
  expect_bytes_bound(parse_group_info, GroupInfo{}, hash_bytes_max,
                     [](GroupInfo& info) -> Bytes& { return info.confirmation_tag; });
  expect_bytes_bound(parse_group_info, GroupInfo{}, signature_bytes_max,
                     [](GroupInfo& info) -> Bytes& { return info.signature; });
}

TEST(Bounds, OfPreSharedKeyIds) {
  const PreSharedKeyID external{.psk = ExternalPSK{}, .psk_nonce = {}};
  const PreSharedKeyID resumption{.psk = ResumptionPSK{ResumptionPSKUsage::application, {}, {}}, .psk_nonce = {}};
  expect_bytes_bound(parse_pre_shared_key_id, external, psk_id_bytes_max,
                     [](PreSharedKeyID& id) -> Bytes& { return std::get<ExternalPSK>(id.psk).psk_id; });
  expect_bytes_bound(parse_pre_shared_key_id, resumption, group_id_bytes_max,
                     [](PreSharedKeyID& id) -> Bytes& { return std::get<ResumptionPSK>(id.psk).psk_group_id; });
  expect_bytes_bound(parse_pre_shared_key_id, external, hash_bytes_max,
                     [](PreSharedKeyID& id) -> Bytes& { return id.psk_nonce; });
}

TEST(Bounds, OfProposals) {
  expect_bytes_bound(parse_proposal, Proposal{ReInit{.version = ProtocolVersion::mls10}}, group_id_bytes_max,
                     [](Proposal& proposal) -> Bytes& { return std::get<ReInit>(proposal).group_id; });
  expect_bytes_bound(parse_proposal, Proposal{ExternalInit{}}, kem_output_bytes_max,
                     [](Proposal& proposal) -> Bytes& { return std::get<ExternalInit>(proposal).kem_output; });
}

TEST(Bounds, OfCommits) {
  const auto commit = [](std::size_t proposals) {
    return Commit{.proposals = std::vector<ProposalOrRef>(proposals, ProposalRef{1}), .path = std::nullopt};
  };
  expect_bound(parse_commit, commit(proposals_max), commit(proposals_max + 1));
  expect_bytes_bound(parse_commit, commit(1), hash_bytes_max,
                     [](Commit& made) -> Bytes& { return std::get<ProposalRef>(made.proposals[0]); });
}

TEST(Bounds, OfUpdatePaths) {
  const auto path = [](std::size_t nodes) {
    return UpdatePath{.leaf_node = plain_leaf(), .nodes = std::vector<UpdatePathNode>(nodes)};
  };
  expect_bound(parse_update_path, path(path_nodes_max), path(path_nodes_max + 1));
  const auto recipients = [](std::size_t count) {
    return UpdatePath{.leaf_node = plain_leaf(), .nodes = {{{}, std::vector<HPKECiphertext>(count)}}};
  };
  expect_bound(parse_update_path, recipients(leaves_max), recipients(leaves_max + 1));
  expect_bytes_bound(parse_update_path, path(1), public_key_bytes_max,
                     [](UpdatePath& made) -> Bytes& { return made.nodes[0].encryption_key; });
  expect_bytes_bound(parse_update_path, recipients(1), kem_output_bytes_max,
                     [](UpdatePath& made) -> Bytes& { return made.nodes[0].encrypted_path_secret[0].kem_output; });
  const std::size_t sealed_bytes_max = hash_bytes_max + 2 + aead_tag_bytes_max;  // a secret of KDF.Nh bytes
  expect_bytes_bound(parse_update_path, recipients(1), sealed_bytes_max,
                     [](UpdatePath& made) -> Bytes& { return made.nodes[0].encrypted_path_secret[0].ciphertext; });
}

TEST(Bounds, OfPublicMessages) {
  const auto expect_message_bound = [](const FramedContent& content, std::size_t bytes_max, auto&& field) {
    expect_bytes_bound(parse_public_message, PublicMessage{.content = content}, bytes_max, field);
  };
  expect_message_bound(plain_commit(), group_id_bytes_max,
                       [](PublicMessage& message) -> Bytes& { return message.content.group_id; });
  expect_message_bound(plain_commit(), authenticated_data_bytes_max,
                       [](PublicMessage& message) -> Bytes& { return message.content.authenticated_data; });
  expect_message_bound(plain_commit(), signature_bytes_max,
                       [](PublicMessage& message) -> Bytes& { return message.auth.signature; });
  expect_message_bound(plain_commit(), hash_bytes_max,
                       [](PublicMessage& message) -> Bytes& { return message.auth.confirmation_tag; });
  expect_message_bound({.sender = MemberSender{}, .content = Commit{}}, hash_bytes_max,
                       [](PublicMessage& message) -> Bytes& { return message.membership_tag; });
  expect_message_bound(
      {.sender = MemberSender{}, .content = ApplicationData{}}, application_data_bytes_max,
      [](PublicMessage& message) -> Bytes& { return std::get<ApplicationData>(message.content.content).data; });
}

TEST(Bounds, OfPrivateMessages) {
  const auto expect_message_bound = [](std::size_t bytes_max, Bytes PrivateMessage::* field) {
    expect_bytes_bound(parse_private_message, PrivateMessage{.content_type = ContentType::application}, bytes_max,
                       [=](PrivateMessage& message) -> Bytes& { return message.*field; });
  };
  expect_message_bound(group_id_bytes_max, &PrivateMessage::group_id);
  expect_message_bound(authenticated_data_bytes_max, &PrivateMessage::authenticated_data);
  expect_message_bound(12 + aead_tag_bytes_max, &PrivateMessage::encrypted_sender_data);  // SenderData and its tag
  expect_message_bound(structure_bytes_max, &PrivateMessage::ciphertext);
}

TEST(Bounds, OfWelcomes) {
  const auto welcome = [](std::size_t secrets) {
    return Welcome{
        .cipher_suite = 3, .secrets = std::vector<EncryptedGroupSecrets>(secrets), .encrypted_group_info = {}};
  };
  expect_bound(parse_welcome, welcome(proposals_max), welcome(proposals_max + 1));
  expect_bytes_bound(parse_welcome, welcome(1), hash_bytes_max,
                     [](Welcome& made) -> Bytes& { return made.secrets[0].new_member; });
  expect_bytes_bound(parse_welcome, welcome(0), structure_bytes_max,
                     [](Welcome& made) -> Bytes& { return made.encrypted_group_info; });
}

TEST(Bounds, OfSecretsForAJoiner) {
  const auto refusal = [](std::size_t joiner_bytes, std::size_t path_bytes, std::size_t psks) {
    GroupSecrets out{.joiner_secret = SecretBytes{joiner_bytes}, .path_secret = SecretBytes{path_bytes}, .psks = {}};
    out.psks.resize(psks, PreSharedKeyID{.psk = ExternalPSK{}, .psk_nonce = {}});
    return error_of(parse_group_secrets(encode_group_secrets(out).view()));
  };
  EXPECT_EQ(refusal(hash_bytes_max, hash_bytes_max, psks_max), std::nullopt);
  EXPECT_EQ(refusal(hash_bytes_max + 1, 1, 0), ParseError::too_long);
  EXPECT_EQ(refusal(1, hash_bytes_max + 1, 0), ParseError::too_long);
  EXPECT_EQ(refusal(1, 1, psks_max + 1), ParseError::too_long);
}

TEST(Bounds, OfTrees) {
  const Node leaf = std::make_shared<const LeafNode>(plain_leaf());
  RatchetTreeNodes nodes(nodes_max);
  nodes.back() = leaf;
  EXPECT_TRUE(parse_ratchet_tree(encode_ratchet_tree(nodes)));
  nodes.insert(nodes.begin(), 2, std::nullopt);
  EXPECT_EQ(error_of(parse_ratchet_tree(encode_ratchet_tree(nodes))), ParseError::too_long);
}

TEST(Bounds, OfParentNodes) {
  const auto refusal = [](std::size_t key_bytes, std::size_t hash_bytes, std::size_t unmerged) {
    ParentNode parent{.encryption_key = ShortBytes{Bytes(key_bytes)},
                      .parent_hash = ShortBytes{Bytes(hash_bytes)},
                      .unmerged_leaves = {}};
    for (std::uint32_t i = 0; i < unmerged; ++i) parent.unmerged_leaves.push_back(LeafIndex{i});
    const Node leaf = std::make_shared<const LeafNode>(plain_leaf());
    return error_of(parse_ratchet_tree(encode_ratchet_tree({leaf, Node{parent}, leaf})));
  };
  EXPECT_EQ(refusal(public_key_bytes_max, hash_bytes_max, leaves_max), std::nullopt);
  EXPECT_EQ(refusal(public_key_bytes_max + 1, 0, 0), ParseError::too_long);
  EXPECT_EQ(refusal(1, hash_bytes_max + 1, 0), ParseError::too_long);
  EXPECT_EQ(refusal(1, 0, leaves_max + 1), ParseError::too_long);
}

TEST(Bounds, OfVectorsOfStructures) {
  // A type, a header of four bytes and the content: together the vector that is bounded.
  constexpr std::size_t around_content = 2 + 4;
  expect_bytes_bound(parse_group_context, GroupContext{.extensions = {{ExtensionType{0x2a2a}, {}}}},
                     structure_bytes_max - around_content,
                     [](GroupContext& context) -> Bytes& { return context.extensions[0].extension_data; });
}

}  // namespace
}  // namespace samband::mls
