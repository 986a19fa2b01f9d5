// What the parsers refuse: one rule each. Bounds have their own tests.
#include <algorithm>
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
std::optional<ParseError> refusal(std::expected<T, ParseError> (*parse)(BytesView), BytesView wire) {
  return error_of(parse(wire));
}

TEST(Strictness, RefusesAnUnknownVersion) {
  Bytes wire = encode_mls_message(PrivateMessage{.content_type = ContentType::application});
  EXPECT_EQ(refusal(parse_mls_message, wire), std::nullopt);
  wire[1] = 2;
  EXPECT_EQ(refusal(parse_mls_message, wire), ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_group_context, encode(GroupContext{.version = ProtocolVersion{2}})),
            ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_key_package, encode(KeyPackage{.version = ProtocolVersion{2}})), ParseError::unknown_value);
}

TEST(Strictness, RefusesUnknownEnumerators) {
  Bytes wire = encode_mls_message(PrivateMessage{.content_type = ContentType::application});
  for (const std::uint8_t format : Bytes{0, 6}) {
    wire[3] = format;
    EXPECT_EQ(refusal(parse_mls_message, wire), ParseError::unknown_value);
  }
  EXPECT_EQ(refusal(parse_private_message, encode(PrivateMessage{.content_type = ContentType{4}})),
            ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_credential, Bytes{0, 3, 0}), ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_proposal, Bytes{0, 8, 0}), ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_pre_shared_key_id, Bytes{3, 0, 0}), ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_pre_shared_key_id, Bytes{2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), ParseError::unknown_value);
  EXPECT_EQ(refusal(parse_commit, Bytes{2, 3, 0, 0}), ParseError::unknown_value);     // ProposalOrRefType
  EXPECT_EQ(refusal(parse_ratchet_tree, Bytes{2, 1, 3}), ParseError::unknown_value);  // NodeType
}

TEST(Strictness, RefusesAnUnknownLeafNodeSource) {
  LeafNode leaf = plain_leaf();
  leaf.source = UpdateSource{};
  leaf.extensions = {};
  leaf.signature = {};
  Bytes wire = encode(leaf);
  ASSERT_EQ(refusal(parse_leaf_node, wire), std::nullopt);
  wire.at(wire.size() - 3) = 4;  // source, extensions, signature
  EXPECT_EQ(refusal(parse_leaf_node, wire), ParseError::unknown_value);
}

TEST(Strictness, RefusesAnUnknownSender) {
  const PublicMessage message{.content = {.sender = NewMemberProposal{}, .content = ApplicationData{}}};
  Bytes wire = encode(message);
  ASSERT_EQ(refusal(parse_public_message, wire), std::nullopt);
  for (const std::uint8_t type : Bytes{0, 5}) {
    wire.at(9) = type;  // after the empty group id and the epoch
    EXPECT_EQ(refusal(parse_public_message, wire), ParseError::unknown_value);
  }
}

TEST(Strictness, TakesAuthenticatedContentOfMessagesOnly) {
  AuthenticatedContent content{.wire_format = WireFormat::mls_private_message,
                               .content = {.content = ApplicationData{}}};
  EXPECT_EQ(refusal(parse_authenticated_content, encode(content)), std::nullopt);
  content.wire_format = WireFormat::mls_public_message;
  EXPECT_EQ(refusal(parse_authenticated_content, encode(content)), std::nullopt);
  content.wire_format = WireFormat::mls_welcome;
  EXPECT_EQ(refusal(parse_authenticated_content, encode(content)), ParseError::unknown_value);
}

TEST(Strictness, CarriesCapabilitiesItDoesNotKnow) {
  LeafNode leaf = plain_leaf();
  leaf.capabilities = {.versions = {ProtocolVersion{0x0a0a}},
                       .cipher_suites = {0x1a1a},
                       .extensions = {ExtensionType{0x2a2a}},
                       .proposals = {ProposalType{0x3a3a}},
                       .credentials = {CredentialType{0x4a4a}}};
  EXPECT_EQ(parse_leaf_node(encode(leaf)), leaf);
}

TEST(Strictness, RefusesASecondExtensionOfOneType) {
  GroupContext context{.extensions = {{ExtensionType{0x2a2a}, {1}}, {ExtensionType{0x3a3a}, {}}}};
  EXPECT_EQ(refusal(parse_group_context, encode(context)), std::nullopt);
  Bytes wire = encode(context);
  const auto second = std::ranges::search(wire, Bytes{0x3a, 0x3a}).begin();
  std::ranges::fill_n(second, 2, 0x2a);
  EXPECT_EQ(refusal(parse_group_context, wire), ParseError::malformed);
  context.extensions[1].extension_type = context.extensions[0].extension_type;
  EXPECT_DEATH(std::ignore = encode(context), "check failed");
}

TEST(Strictness, ListsNoTypeBelowTheFirstAsDefault) {
  EXPECT_FALSE(is_default(ExtensionType{0}));
  EXPECT_FALSE(is_default(ExtensionType{6}));
  EXPECT_FALSE(is_default(ProposalType{0}));
  EXPECT_FALSE(is_default(ProposalType{8}));
}

TEST(Strictness, RefusesSenderDataThatIsShorterOrLonger) {
  const SenderData sender{LeafIndex{1}, Generation{2}, {3, 4, 5, 6}};
  const Bytes wire = encode(sender);
  EXPECT_EQ(parse_sender_data(wire), sender);
  EXPECT_EQ(error_of(parse_sender_data(BytesView{wire}.first(wire.size() - 1))), ParseError::truncated);
  EXPECT_EQ(error_of(parse_sender_data(concat({wire, Bytes{0}}))), ParseError::trailing_bytes);
}

TEST(Strictness, RefusesPaddingThatIsNotZero) {
  const PrivateMessageContent content{.content = ApplicationData{{1, 2}}, .auth = {}, .padding_bytes = 5};
  Bytes wire = encode(content);
  EXPECT_EQ(parse_private_message_content(wire, ContentType::application), content);
  wire.back() = 1;
  EXPECT_EQ(error_of(parse_private_message_content(wire, ContentType::application)), ParseError::malformed);
}

TEST(Strictness, RefusesContentOfAnUnknownType) {
  EXPECT_EQ(error_of(parse_private_message_content(Bytes{0, 0}, ContentType{4})), ParseError::unknown_value);
}

TEST(Strictness, RefusesUnmergedLeavesOutOfOrder) {
  const auto tree_with = [](std::vector<LeafIndex> unmerged) {
    const ParentNode parent{.encryption_key = {1}, .parent_hash = {}, .unmerged_leaves = std::move(unmerged)};
    const auto leaf = std::make_shared<const LeafNode>(plain_leaf());
    return encode_ratchet_tree({Node{leaf}, Node{parent}, Node{leaf}});
  };
  EXPECT_EQ(refusal(parse_ratchet_tree, tree_with({LeafIndex{0}, LeafIndex{1}})), std::nullopt);
  EXPECT_EQ(refusal(parse_ratchet_tree, tree_with({LeafIndex{1}, LeafIndex{0}})), ParseError::malformed);
  EXPECT_EQ(refusal(parse_ratchet_tree, tree_with({LeafIndex{1}, LeafIndex{1}})), ParseError::malformed);
}

TEST(Strictness, RefusesATreeThatIsNoTree) {
  const Node leaf = std::make_shared<const LeafNode>(plain_leaf());
  const Node parent = ParentNode{.encryption_key = {1}, .parent_hash = {}, .unmerged_leaves = {}};
  EXPECT_EQ(refusal(parse_ratchet_tree, encode_ratchet_tree({leaf, std::nullopt, leaf})), std::nullopt);
  EXPECT_EQ(refusal(parse_ratchet_tree, encode_ratchet_tree({})), ParseError::malformed);
  EXPECT_EQ(refusal(parse_ratchet_tree, encode_ratchet_tree({leaf, std::nullopt})), ParseError::malformed);
  EXPECT_EQ(refusal(parse_ratchet_tree, encode_ratchet_tree({leaf, leaf})), ParseError::malformed);
  EXPECT_EQ(refusal(parse_ratchet_tree, encode_ratchet_tree({parent})), ParseError::malformed);
}

TEST(Strictness, RefusesAPresenceThatIsNeitherZeroNorOne) {
  EXPECT_EQ(refusal(parse_commit, Bytes{0, 0}), std::nullopt);
  EXPECT_NE(refusal(parse_commit, Bytes{0, 2}), std::nullopt);
}

TEST(Strictness, RefusesALengthThatIsNotMinimal) {
  EXPECT_EQ(refusal(parse_external_pub, Bytes{1, 7}), std::nullopt);
  EXPECT_EQ(refusal(parse_external_pub, Bytes{0x40, 1, 7}), ParseError::length_not_minimal);
}

TEST(Strictness, LeavesTheConfirmationTagToCommits) {
  const FramedContent proposal{.content = Proposal{Remove{LeafIndex{1}}}};
  const FramedContent commit{.content = Commit{}};
  const FramedContentAuthData auth{.signature = {1}, .confirmation_tag = {2}};
  const auto message = [&](const FramedContent& content) {
    return parse_public_message(encode(PublicMessage{.content = content, .auth = auth}))->auth;
  };
  EXPECT_TRUE(message(proposal).confirmation_tag.empty());
  EXPECT_EQ(message(commit), auth);
}

TEST(Strictness, LeavesTheMembershipTagToMembers) {
  PublicMessage message{.content = {.sender = NewMemberCommit{}, .content = Commit{}}, .membership_tag = {9}};
  EXPECT_TRUE(parse_public_message(encode(message))->membership_tag.empty());
  message.content.sender = MemberSender{LeafIndex{1}};
  EXPECT_EQ(parse_public_message(encode(message)), message);
}

// --- what signatures and hashes cover

TEST(SignedBytes, OfALeafHoldTheGroupOnlyWhereOneIsKnown) {
  LeafNode leaf = plain_leaf();
  const Bytes group{7, 7};
  EXPECT_NE(leaf_node_tbs(leaf, group, LeafIndex{1}), leaf_node_tbs(leaf, group, LeafIndex{2}));
  EXPECT_NE(leaf_node_tbs(leaf, group, LeafIndex{1}), leaf_node_tbs(leaf, {}, LeafIndex{1}));
  leaf.source = KeyPackageSource{};
  EXPECT_EQ(leaf_node_tbs(leaf, group, LeafIndex{1}), leaf_node_tbs(leaf, {}, LeafIndex{2}));
}

TEST(SignedBytes, OfContentHoldTheEpochsContextOnlyForThoseInside) {
  const GroupContext one{.tree_hash = {1}};
  const GroupContext other{.tree_hash = {2}};
  FramedContent content{.sender = MemberSender{}, .content = Proposal{Remove{}}};
  const auto depends_on_context = [&](Sender sender) {
    content.sender = sender;
    return framed_content_tbs(WireFormat::mls_public_message, content, one) !=
           framed_content_tbs(WireFormat::mls_public_message, content, other);
  };
  EXPECT_TRUE(depends_on_context(MemberSender{}));
  EXPECT_TRUE(depends_on_context(NewMemberCommit{}));
  EXPECT_FALSE(depends_on_context(ExternalSenderIndex{}));
  EXPECT_FALSE(depends_on_context(NewMemberProposal{}));
}

TEST(References, ToKeyPackagesAndProposalsHaveLabelsOfTheirOwn) {
  const CipherSuite suite = *CipherSuite::of(samband_suite);
  const KeyPackage key_package{.cipher_suite = 3, .leaf_node = plain_leaf()};
  EXPECT_EQ(make_key_package_ref(key_package, suite),
            suite.ref_hash("MLS 1.0 KeyPackage Reference", encode(key_package)));
  const AuthenticatedContent proposal{.wire_format = WireFormat::mls_public_message,
                                      .content = {.content = Proposal{Remove{}}}};
  EXPECT_EQ(make_proposal_ref(proposal, suite), suite.ref_hash("MLS 1.0 Proposal Reference", encode(proposal)));
}

}  // namespace
}  // namespace samband::mls
