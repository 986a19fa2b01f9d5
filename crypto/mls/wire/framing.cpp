#include "crypto/mls/wire/framing.h"

namespace samband::mls {
namespace {

// Room to write into, so that a message of the usual size need not grow: a Commit with a path of fourteen nodes.
constexpr std::size_t framed_bytes_expected = 4096;
constexpr std::size_t sealed_path_secret_bytes_expected = 96;

// The same for a Commit over blank parents, which has a path secret for each member: a megabyte for 10,000.
std::size_t bytes_expected(const FramedContent& content) {
  std::size_t bytes = framed_bytes_expected;
  const auto* commit = std::get_if<Commit>(&content.content);
  if (commit == nullptr || !commit->path) return bytes;
  for (const UpdatePathNode& node : commit->path->nodes) {
    bytes += node.encrypted_path_secret.size() * sealed_path_secret_bytes_expected;
  }
  return bytes;
}

constexpr std::string_view framed_content_label = "FramedContentTBS";

static_assert(std::variant_size_v<Sender> == 4 && std::variant_size_v<Content> == 3,
              "sender_type() and content_type() rely on the order of the registries");

Sender read_sender(Reader& in) {
  switch (static_cast<SenderType>(in.u8())) {
    case SenderType::member: return MemberSender{LeafIndex{in.u32()}};
    case SenderType::external: return ExternalSenderIndex{in.u32()};
    case SenderType::new_member_proposal: return NewMemberProposal{};
    case SenderType::new_member_commit: return NewMemberCommit{};
  }
  in.fail(ParseError::unknown_value);
  return NewMemberProposal{};
}

void write(Writer& out, const Sender& sender) {
  out.u8(static_cast<std::uint8_t>(sender_type(sender)));
  if (const auto* member = std::get_if<MemberSender>(&sender)) out.u32(member->leaf_index.value);
  if (const auto* external = std::get_if<ExternalSenderIndex>(&sender)) out.u32(external->sender_index);
}

WireFormat read_message_format(Reader& in) {
  const auto format = static_cast<WireFormat>(in.u16());
  if (format != WireFormat::mls_public_message && format != WireFormat::mls_private_message) {
    in.fail(ParseError::unknown_value);
  }
  return format;
}

void write_tbs(Writer& out, WireFormat wire_format, const FramedContent& content, const GroupContext& context) {
  out.u16(static_cast<std::uint16_t>(ProtocolVersion::mls10));
  out.u16(static_cast<std::uint16_t>(wire_format));
  write(out, content);
  const SenderType sender = sender_type(content.sender);
  if (sender == SenderType::member || sender == SenderType::new_member_commit) write(out, context);
}

}  // namespace

SenderType sender_type(const Sender& sender) {
  return static_cast<SenderType>(sender.index() + 1);
}
std::optional<LeafIndex> member_of(const Sender& sender) {
  const auto* member = std::get_if<MemberSender>(&sender);
  return member ? std::optional{member->leaf_index} : std::nullopt;
}
ContentType content_type(const Content& content) {
  return static_cast<ContentType>(content.index() + 1);
}

ContentType read_content_type(Reader& in) {
  const auto type = static_cast<ContentType>(in.u8());
  switch (type) {
    case ContentType::application:
    case ContentType::proposal:
    case ContentType::commit: return type;
  }
  in.fail(ParseError::unknown_value);
  return ContentType::application;
}

Content read_content(Reader& in, ContentType type) {
  switch (type) {
    case ContentType::application: return ApplicationData{in.bytes_owned(application_data_bytes_max)};
    case ContentType::proposal: return read_proposal(in);
    case ContentType::commit: return read_commit(in);
  }
  in.fail(ParseError::unknown_value);
  return ApplicationData{};
}

void write(Writer& out, const Content& content) {
  switch (content_type(content)) {
    case ContentType::application: return out.bytes(std::get<ApplicationData>(content).data);
    case ContentType::proposal: return write(out, std::get<Proposal>(content));
    case ContentType::commit: return write(out, std::get<Commit>(content));
  }
}

FramedContent read_framed_content(Reader& in) {
  return {.group_id = in.bytes_owned(group_id_bytes_max),
          .epoch = Epoch{in.u64()},
          .sender = read_sender(in),
          .authenticated_data = in.bytes_owned(authenticated_data_bytes_max),
          .content = read_content(in, read_content_type(in))};
}

void write(Writer& out, const FramedContent& content) {
  out.bytes(content.group_id);
  out.u64(content.epoch.value);
  write(out, content.sender);
  out.bytes(content.authenticated_data);
  out.u8(static_cast<std::uint8_t>(content_type(content.content)));
  write(out, content.content);
}

FramedContentAuthData read_auth_data(Reader& in, ContentType type) {
  return {.signature = in.bytes_owned(signature_bytes_max),
          .confirmation_tag = type == ContentType::commit ? in.bytes_owned(hash_bytes_max) : MAC{}};
}

void write_auth_data(Writer& out, const FramedContentAuthData& auth, ContentType type) {
  out.bytes(auth.signature);
  if (type == ContentType::commit) out.bytes(auth.confirmation_tag);
}

AuthenticatedContent read_authenticated_content(Reader& in) {
  AuthenticatedContent out{.wire_format = read_message_format(in), .content = read_framed_content(in), .auth = {}};
  out.auth = read_auth_data(in, content_type(out.content.content));
  return out;
}

std::expected<AuthenticatedContent, ParseError> parse_authenticated_content(BytesView wire) {
  return parse_whole(wire, read_authenticated_content);
}

void write(Writer& out, const AuthenticatedContent& content) {
  out.u16(static_cast<std::uint16_t>(content.wire_format));
  write(out, content.content);
  write_auth_data(out, content.auth, content_type(content.content.content));
}

Bytes framed_content_tbs(WireFormat wire_format, const FramedContent& content, const GroupContext& context) {
  Writer out;
  out.reserve(bytes_expected(content));
  write_tbs(out, wire_format, content, context);
  return out.take();
}

Bytes authenticated_content_tbm(const FramedContent& content, const FramedContentAuthData& auth,
                                const GroupContext& context) {
  Writer out;
  out.reserve(bytes_expected(content));
  write_tbs(out, WireFormat::mls_public_message, content, context);
  write_auth_data(out, auth, content_type(content.content));
  return out.take();
}

Bytes sign_framed_content(WireFormat wire_format, const FramedContent& content, const GroupContext& context,
                          const CipherSuite& suite, BytesView signature_private_key) {
  return suite.sign_with_label(signature_private_key, framed_content_label,
                               framed_content_tbs(wire_format, content, context));
}

bool verify_framed_content_signature(const AuthenticatedContent& content, const GroupContext& context,
                                     const CipherSuite& suite, BytesView signature_key) {
  return suite.verify_with_label(signature_key, framed_content_label,
                                 framed_content_tbs(content.wire_format, content.content, context),
                                 content.auth.signature);
}

ProposalRef make_proposal_ref(const AuthenticatedContent& proposal, const CipherSuite& suite) {
  return suite.ref_hash("MLS 1.0 Proposal Reference", encode(proposal));
}

Bytes confirmed_transcript_hash_input(WireFormat wire_format, const FramedContent& content, BytesView signature) {
  Writer out;
  out.reserve(bytes_expected(content));
  out.u16(static_cast<std::uint16_t>(wire_format));
  write(out, content);
  out.bytes(signature);
  return out.take();
}

Bytes interim_transcript_hash_input(BytesView confirmation_tag) {
  Writer out;
  out.bytes(confirmation_tag);
  return out.take();
}

}  // namespace samband::mls
