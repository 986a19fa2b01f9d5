#include "crypto/mls/wire/message.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"
#include "server/protocol/verdict/roster.h"
#include "server/protocol/verdict/verdict.h"

namespace samband::protocol {
namespace {

std::expected<mls::GroupInfo, Rejection> parse_published_group_info(BytesView message) {
  auto parsed = mls::parse_mls_message(message);
  if (!parsed) return reject(VerdictError::malformed);
  auto* info = std::get_if<mls::GroupInfo>(&*parsed);
  if (info == nullptr) return reject(VerdictError::wrong_form);
  if (info->extensions.size() != 1 || !mls::find_extension(info->extensions, mls::ExtensionType::external_pub)) {
    return reject(VerdictError::extensions_not_allowed);
  }
  return std::move(*info);
}

// A group as it begins: whoever made it is alone in it.
std::expected<JudgedGroup, Rejection> judge_first_epoch(BytesView group_info, BytesView ratchet_tree,
                                                        const Circumstances& circumstances) {
  const auto info = parse_published_group_info(group_info);
  if (!info) return std::unexpected(info.error());
  const auto nodes = mls::parse_ratchet_tree(ratchet_tree);
  if (!nodes) return reject(VerdictError::malformed);
  const mls::GroupContext& context = info->group_context;
  if (context.cipher_suite != static_cast<std::uint16_t>(samband_suite) ||
      context.group_id.size() < channel_group_id_bytes_min) {
    return reject(VerdictError::wrong_group);
  }
  if (context.epoch != mls::Epoch{0} || !context.confirmed_transcript_hash.empty() || nodes->size() != 1) {
    return reject(VerdictError::not_a_first_epoch);
  }
  auto policy = policy_of(context.extensions);
  if (!policy) return reject(VerdictError::extensions_not_allowed);
  if (policy->channel != circumstances.channel) return reject(VerdictError::wrong_group);

  const DirectoryAuthentication authentication{circumstances.directory, circumstances.directory_size, circumstances.at};
  auto group =
      mls::PublicGroup::from_group_info(*info, *nodes, authentication, mls::in_place, mls::lifetime_seconds_max);
  if (!group) return reject(VerdictError::mls_invalid);
  if (device_of(group->tree().leaf(mls::LeafIndex{0})) != circumstances.sender) {
    return reject(VerdictError::wrong_sender);
  }
  return JudgedGroup{std::move(*group), std::move(*policy)};
}

bool may_create_channels(const Circumstances& circumstances) {
  const identity::Duties duties = circumstances.directory.duties_of(circumstances.sender, circumstances.directory_size);
  return duties.intersects({identity::Duty::administrator, identity::Duty::coordinator});
}

}  // namespace

std::expected<mls::GroupInfo, Rejection> judge_group_info(const mls::StagedCommit& staged, BytesView confirmation_tag,
                                                          BytesView message) {
  auto info = parse_published_group_info(message);
  if (!info) return info;
  if (info->group_context != staged.context || !equal(info->confirmation_tag, confirmation_tag)) {
    return reject(VerdictError::wrong_group);
  }
  if (info->signer != staged.changes.committer) return reject(VerdictError::wrong_sender);
  const mls::LeafNode* signer = staged.tree.leaf(info->signer);
  if (signer == nullptr || !mls::verify_group_info_signature(*info, staged.tree.suite(), signer->signature_key)) {
    return reject(VerdictError::invalid_signature);
  }
  return info;
}

std::expected<JudgedGroup, Rejection> judge_creation(BytesView group_info, BytesView ratchet_tree,
                                                     const Circumstances& circumstances) {
  auto judged = judge_first_epoch(group_info, ratchet_tree, circumstances);
  if (!judged) return judged;
  if (!pins_are_true(judged->policy, nullptr, circumstances)) return reject(VerdictError::partner_key_not_pinned);
  const auto role =
      storage::role_of(judged->policy, circumstances.directory, circumstances.sender, circumstances.directory_size);
  if (role != storage::Role::moderator || !may_create_channels(circumstances)) {
    return reject(VerdictError::sender_not_entitled);
  }
  return judged;
}

std::expected<JudgedRestart, Rejection> judge_restart(const mls::GroupContext& context,
                                                      const storage::ChannelPolicy& policy, BytesView statement,
                                                      BytesView group_info, BytesView ratchet_tree,
                                                      const Circumstances& circumstances) {
  const auto judged_statement = judge_statement(context, policy, storage::EntryKind::restart, statement, circumstances);
  if (!judged_statement) return std::unexpected(judged_statement.error());
  const auto& restart = std::get<Restart>(judged_statement->statement.body);

  auto begun = judge_first_epoch(group_info, ratchet_tree, circumstances);
  if (!begun) return std::unexpected(begun.error());
  const Bytes& new_group_id = begun->group.context().group_id;
  if (restart.old_group_id != context.group_id || restart.new_group_id != new_group_id ||
      new_group_id == context.group_id) {
    return reject(VerdictError::wrong_group);
  }
  if (begun->policy != policy) return reject(VerdictError::policy_not_permitted);
  return JudgedRestart{restart, std::move(*begun)};
}

}  // namespace samband::protocol
