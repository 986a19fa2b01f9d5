#include "crypto/mls/wire/message.h"
#include "server/protocol/messages.h"
#include "server/protocol/verdict/verdict.h"

namespace samband::protocol {
namespace {

bool is_entitled(const storage::ChannelPolicy& policy, storage::EntryKind kind, const Circumstances& circumstances) {
  const auto may = [&](storage::Action action) {
    return storage::may(policy, circumstances.directory, circumstances.sender, circumstances.directory_size, action)
        .has_value();
  };
  switch (kind) {
    case storage::EntryKind::leave_request:  // also from those whom the roster no longer means
      return circumstances.directory.in_force(circumstances.sender, circumstances.directory_size);
    case storage::EntryKind::complaint:
    case storage::EntryKind::key_request: return may(storage::Action::join);
    case storage::EntryKind::restart: return may(storage::Action::restart);
    case storage::EntryKind::commit:
    case storage::EntryKind::message:
    case storage::EntryKind::created:
    case storage::EntryKind::release: return false;  // not statements
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

std::string_view name_of(VerdictError error) {
  switch (error) {
    case VerdictError::malformed: return "malformed";
    case VerdictError::wrong_form: return "wrong form of message";
    case VerdictError::wrong_group: return "of another group";
    case VerdictError::stale_epoch: return "the epoch has ended";
    case VerdictError::future_epoch: return "the epoch has not begun";
    case VerdictError::mls_invalid: return "not valid in MLS";
    case VerdictError::wrong_sender: return "made by another device";
    case VerdictError::proposal_by_reference: return "a proposal by reference";
    case VerdictError::proposal_not_allowed: return "a proposal that channels do not use";
    case VerdictError::too_many_adds: return "too many devices added";
    case VerdictError::sender_not_entitled: return "the sender is not entitled";
    case VerdictError::joiner_not_entitled: return "an added device is not entitled";
    case VerdictError::remove_not_permitted: return "a removal that is not permitted";
    case VerdictError::policy_not_permitted: return "a change of policy that is not permitted";
    case VerdictError::extensions_not_allowed: return "extensions that are not allowed";
    case VerdictError::partner_key_not_pinned: return "a roster item pins another key";
    case VerdictError::citation_unfounded: return "a citation without ground";
    case VerdictError::invalid_signature: return "invalid signature";
    case VerdictError::not_a_first_epoch: return "not a first epoch";
    case VerdictError::too_large: return "too large";
  }
  std::abort();  // every enumerator returns above
}

std::expected<AuthenticatedData, Rejection> judge_message(const mls::GroupContext& context,
                                                          const storage::ChannelPolicy& policy, BytesView message,
                                                          const Circumstances& circumstances) {
  if (message.size() > message_bytes_max) return reject(VerdictError::too_large);
  const auto parsed = mls::parse_mls_message(message);
  if (!parsed) return reject(VerdictError::malformed);
  const auto* sealed = std::get_if<mls::PrivateMessage>(&*parsed);
  if (sealed == nullptr || sealed->content_type != mls::ContentType::application) {
    return reject(VerdictError::wrong_form);
  }
  if (sealed->group_id != context.group_id) return reject(VerdictError::wrong_group);
  if (sealed->epoch < context.epoch) return reject(VerdictError::stale_epoch);
  if (sealed->epoch > context.epoch) return reject(VerdictError::future_epoch);
  if (!storage::may_post(policy, circumstances.directory, circumstances.sender, circumstances.directory_size)) {
    return reject(VerdictError::sender_not_entitled);
  }
  auto data = parse_authenticated_data(sealed->authenticated_data);
  if (!data) return reject(VerdictError::malformed);
  if (!data->revocations.empty() || !data->leave_requests.empty()) return reject(VerdictError::citation_unfounded);
  return std::move(*data);
}

std::expected<SignedStatement, Rejection> judge_statement(const mls::GroupContext& context,
                                                          const storage::ChannelPolicy& policy, storage::EntryKind kind,
                                                          BytesView statement, const Circumstances& circumstances) {
  auto parsed = parse_signed_statement(statement);
  if (!parsed || kind_of(parsed->statement.body) != kind) return reject(VerdictError::malformed);
  const Statement& said = parsed->statement;
  if (said.channel != circumstances.channel) return reject(VerdictError::wrong_group);
  if (said.device != circumstances.sender) return reject(VerdictError::wrong_sender);
  const identity::DeviceRecord* device = circumstances.directory.device(circumstances.sender);
  if (device == nullptr || !is_entitled(policy, kind, circumstances)) {
    return reject(VerdictError::sender_not_entitled);
  }
  if (!verify(*parsed, device->certificate.signature_key.view())) return reject(VerdictError::invalid_signature);

  // A complaint comes from an epoch that its sender could not leave; a request to leave counts in its own epoch
  // only, so that nobody can be removed by it after coming back.
  if (said.group_id != context.group_id) return reject(VerdictError::wrong_group);
  if (said.epoch > context.epoch.value) return reject(VerdictError::future_epoch);
  if (kind == storage::EntryKind::leave_request && said.epoch != context.epoch.value) {
    return reject(VerdictError::stale_epoch);
  }
  return std::move(*parsed);
}

}  // namespace samband::protocol
