#include "crypto/mls/public/external_proposal.h"

#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/mls/wire/message.h"

namespace samband::mls {
namespace {

Bytes signed_message(const GroupContext& context, const CipherSuite& suite, Sender sender, Proposal proposal,
                     Bytes authenticated_data, const KeyPair& key) {
  PublicMessage message{.content = {.group_id = context.group_id,
                                    .epoch = context.epoch,
                                    .sender = sender,
                                    .authenticated_data = std::move(authenticated_data),
                                    .content = std::move(proposal)},
                        .auth = {},
                        .membership_tag = {}};
  message.auth.signature =
      sign_framed_content(WireFormat::mls_public_message, message.content, context, suite, key.private_key.view());
  return encode_mls_message(message);
}

std::expected<ExternalSenderIndex, CommitError> index_of(const GroupContext& context, BytesView signature_key) {
  const Extension* extension = find_extension(context.extensions, ExtensionType::external_senders);
  if (!extension) return std::unexpected(CommitError::unknown_sender);
  const auto senders = parse_external_senders(extension->extension_data);
  if (!senders) return std::unexpected(CommitError::malformed_extensions);
  for (std::uint32_t i = 0; i < senders->size(); ++i) {
    if (equal((*senders)[i].signature_key, signature_key)) return ExternalSenderIndex{i};
  }
  return std::unexpected(CommitError::unknown_sender);
}

}  // namespace

bool may_come_from_outside(ProposalType type) {
  switch (type) {
    case ProposalType::add:
    case ProposalType::remove:
    case ProposalType::psk:
    case ProposalType::reinit:
    case ProposalType::group_context_extensions: return true;
    case ProposalType::update:
    case ProposalType::external_init: return false;
  }
  return false;
}

std::expected<Bytes, CommitError> make_external_proposal(const GroupContext& context, Proposal proposal,
                                                         Bytes authenticated_data, const KeyPair& sender_key) {
  const auto suite = CipherSuite::of(context.cipher_suite);
  if (!suite) return std::unexpected(CommitError::leaf_version_or_suite_unsupported);
  if (!may_come_from_outside(proposal_type(proposal))) return std::unexpected(CommitError::unexpected_content);
  const auto sender = index_of(context, sender_key.public_key);
  if (!sender) return std::unexpected(sender.error());
  return signed_message(context, *suite, *sender, std::move(proposal), std::move(authenticated_data), sender_key);
}

std::expected<Bytes, CommitError> make_new_member_proposal(const GroupContext& context, KeyPackage key_package,
                                                           Bytes authenticated_data, const KeyPair& signature_key,
                                                           const Judgement& judgement) {
  SAMBAND_CHECK(key_package.leaf_node.signature_key == signature_key.public_key);
  const auto suite = CipherSuite::of(context.cipher_suite);
  if (!suite) return std::unexpected(CommitError::leaf_version_or_suite_unsupported);
  const auto group = leaf_requirements(context, *suite, judgement.now);
  if (!group) return std::unexpected(CommitError::malformed_extensions);
  const auto verdict = verify_key_package(key_package, *group, judgement.authentication);
  if (!verdict) return std::unexpected(to_commit_error(verdict.error()));
  return signed_message(context, *suite, NewMemberProposal{}, Add{std::move(key_package)},
                        std::move(authenticated_data), signature_key);
}

}  // namespace samband::mls
