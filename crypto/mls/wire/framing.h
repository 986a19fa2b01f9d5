// Content, who sent it, and what authenticates it: the part that public and private messages share.
// Source: RFC 9420 §6, §6.1, §5.2 (ProposalRef), §8.2 (transcript hash inputs).
#pragma once

#include <variant>

#include "crypto/mls/wire/commit.h"
#include "crypto/mls/wire/group_context.h"

namespace samband::mls {

struct MemberSender {
  LeafIndex leaf_index;
  bool operator==(const MemberSender&) const = default;
};
struct ExternalSenderIndex {
  std::uint32_t sender_index = 0;  // into the external_senders extension
  bool operator==(const ExternalSenderIndex&) const = default;
};
struct NewMemberProposal {
  bool operator==(const NewMemberProposal&) const = default;
};
struct NewMemberCommit {
  bool operator==(const NewMemberCommit&) const = default;
};
using Sender = std::variant<MemberSender, ExternalSenderIndex, NewMemberProposal, NewMemberCommit>;
[[nodiscard]] SenderType sender_type(const Sender& sender);
// The leaf that sent; nullopt for a sender outside the group.
[[nodiscard]] std::optional<LeafIndex> member_of(const Sender& sender);

struct ApplicationData {
  Bytes data;  // at most application_data_bytes_max
  bool operator==(const ApplicationData&) const = default;
};
using Content = std::variant<ApplicationData, Proposal, Commit>;
[[nodiscard]] ContentType content_type(const Content& content);
[[nodiscard]] Content read_content(Reader& in, ContentType type);
void write(Writer& out, const Content& content);
// 1, 2 or 3; another value fails the reader and gives `application`.
[[nodiscard]] ContentType read_content_type(Reader& in);

struct FramedContent {
  Bytes group_id;
  Epoch epoch;
  Sender sender;
  Bytes authenticated_data;
  Content content;
  bool operator==(const FramedContent&) const = default;
};
[[nodiscard]] FramedContent read_framed_content(Reader& in);
void write(Writer& out, const FramedContent& content);

struct FramedContentAuthData {
  Bytes signature;
  MAC confirmation_tag;  // on the wire for commits only
  bool operator==(const FramedContentAuthData&) const = default;
};
[[nodiscard]] FramedContentAuthData read_auth_data(Reader& in, ContentType type);
void write_auth_data(Writer& out, const FramedContentAuthData& auth, ContentType type);

struct AuthenticatedContent {
  WireFormat wire_format{};  // mls_public_message or mls_private_message
  FramedContent content;
  FramedContentAuthData auth;
  bool operator==(const AuthenticatedContent&) const = default;
};
[[nodiscard]] AuthenticatedContent read_authenticated_content(Reader& in);
[[nodiscard]] std::expected<AuthenticatedContent, ParseError> parse_authenticated_content(BytesView wire);
void write(Writer& out, const AuthenticatedContent& content);

// FramedContentTBS. `context` is the sender's current epoch; it enters for members and external Commits only.
[[nodiscard]] Bytes framed_content_tbs(WireFormat wire_format, const FramedContent& content,
                                       const GroupContext& context);
// AuthenticatedContentTBM: what a membership_tag covers, so the wire format is that of a PublicMessage.
[[nodiscard]] Bytes authenticated_content_tbm(const FramedContent& content, const FramedContentAuthData& auth,
                                              const GroupContext& context);

[[nodiscard]] Bytes sign_framed_content(WireFormat wire_format, const FramedContent& content,
                                        const GroupContext& context, const CipherSuite& suite,
                                        BytesView signature_private_key);
[[nodiscard]] bool verify_framed_content_signature(const AuthenticatedContent& content, const GroupContext& context,
                                                   const CipherSuite& suite, BytesView signature_key);

// The AuthenticatedContent carries a Proposal; `suite` is the group's.
[[nodiscard]] ProposalRef make_proposal_ref(const AuthenticatedContent& proposal, const CipherSuite& suite);

// ConfirmedTranscriptHashInput of a Commit, and InterimTranscriptHashInput of its confirmation tag.
[[nodiscard]] Bytes confirmed_transcript_hash_input(WireFormat wire_format, const FramedContent& content,
                                                    BytesView signature);
[[nodiscard]] Bytes interim_transcript_hash_input(BytesView confirmation_tag);

}  // namespace samband::mls
