#include <algorithm>

#include "crypto/mls/wire/message.h"
#include "server/protocol/messages.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"
#include "server/protocol/verdict/roster.h"
#include "server/protocol/verdict/verdict.h"

namespace samband::protocol {
namespace {

VerdictError to_verdict(mls::CommitError error) {
  switch (error) {
    case mls::CommitError::wrong_group: return VerdictError::wrong_group;
    case mls::CommitError::stale_epoch: return VerdictError::stale_epoch;
    case mls::CommitError::future_epoch: return VerdictError::future_epoch;
    default: return VerdictError::mls_invalid;  // the rest is MLS's own business, kept in Rejection::mls
  }
}

bool is_permitted(const mls::Proposal& proposal) {
  switch (mls::proposal_type(proposal)) {
    case mls::ProposalType::add:
    case mls::ProposalType::remove:
    case mls::ProposalType::external_init:
    case mls::ProposalType::group_context_extensions: return true;
    case mls::ProposalType::update:
    case mls::ProposalType::psk:
    case mls::ProposalType::reinit: return false;
  }
  return false;  // a type of some later RFC
}

std::optional<VerdictError> fault_in(const mls::Commit& commit) {
  std::size_t adds = 0;
  for (const mls::ProposalOrRef& item : commit.proposals) {
    const auto* proposal = std::get_if<mls::Proposal>(&item);
    if (proposal == nullptr) return VerdictError::proposal_by_reference;
    if (!is_permitted(*proposal)) return VerdictError::proposal_not_allowed;
    if (std::holds_alternative<mls::Add>(*proposal)) ++adds;
  }
  if (adds > adds_per_commit_max) return VerdictError::too_many_adds;
  return std::nullopt;
}

// One Commit before the channel's rules; each step fills in its part of the verdict.
class Hearing {
 public:
  Hearing(const storage::ChannelPolicy& policy, const mls::StagedCommit& staged, const OpenLeaveRequests& leaving,
          const Circumstances& circumstances)
      : policy_{policy}, staged_{staged}, leaving_{leaving}, around_{circumstances} {}

  std::expected<CommitVerdict, Rejection> judge() {
    for (const auto step : {&Hearing::ending, &Hearing::sender, &Hearing::policy_change, &Hearing::joiners,
                            &Hearing::citations, &Hearing::removals}) {
      if (const auto fault = (this->*step)()) return reject(*fault);
    }
    return std::move(verdict_);
  }

 private:
  using Fault = std::optional<VerdictError>;

  bool may_join(const storage::ChannelPolicy& policy, const DeviceId& device) const {
    return storage::may(policy, around_.directory, device, around_.directory_size, storage::Action::join).has_value();
  }

  // A channel outlives every Commit: a group that can't go on is restarted under the same channel (EntryKind::restart).
  Fault ending() {
    if (staged_.changes.reinit) return VerdictError::proposal_not_allowed;
    return std::nullopt;
  }

  // MLS has verified the leaf's signature; here it must be the leaf of the device that the entry names.
  Fault sender() {
    const mls::LeafNode* leaf =
        staged_.changes.is_external ? staged_.committer_after.get() : staged_.committer_before.get();
    if (device_of(leaf) != around_.sender) return VerdictError::wrong_sender;
    if (!may_join(policy_, around_.sender)) return VerdictError::sender_not_entitled;
    verdict_.is_external = staged_.changes.is_external;
    if (verdict_.is_external) verdict_.added.push_back(around_.sender);
    return std::nullopt;
  }

  Fault policy_change() {
    auto after = policy_of(staged_.context.extensions);
    if (!after) return VerdictError::extensions_not_allowed;
    if (*after == policy_) return std::nullopt;
    if (!storage::may_change_policy(policy_, *after, around_.directory, around_.sender, around_.directory_size)) {
      return VerdictError::policy_not_permitted;
    }
    if (!pins_are_true(*after, &policy_, around_)) return VerdictError::partner_key_not_pinned;
    verdict_.new_policy = std::move(after);
    return std::nullopt;
  }

  // A Commit may put a partner on the roster and add its devices at once: they are judged by the roster after it.
  Fault joiners() {
    const storage::ChannelPolicy& after = verdict_.new_policy ? *verdict_.new_policy : policy_;
    for (const mls::AddedLeaf& added : staged_.changes.added) {
      const auto device = device_of(added.key_package.leaf_node.credential);
      if (!device || !may_join(after, *device)) return VerdictError::joiner_not_entitled;
      verdict_.added.push_back(*device);
    }
    return std::nullopt;
  }

  // Read before removals are judged by them.
  Fault citations() {
    auto data = parse_authenticated_data(staged_.authenticated_data);
    if (!data) return VerdictError::malformed;
    verdict_.authenticated_data = std::move(*data);
    std::vector<DeviceId> removed;
    for (const mls::RemovedLeaf& leaf : staged_.changes.removed) {
      if (const auto device = device_of(leaf.before.get())) removed.push_back(*device);
    }
    const auto is_founded = [&](const auto& concerns) { return std::ranges::any_of(removed, concerns); };
    for (const std::uint64_t place : verdict_.authenticated_data.revocations) {
      if (place >= around_.directory_size || !is_founded([&](const DeviceId& device) {
            const identity::DeviceRecord* record = around_.directory.device(device);
            return record != nullptr && record->revoked == place;
          })) {
        return VerdictError::citation_unfounded;
      }
    }
    for (const std::uint64_t seq : verdict_.authenticated_data.leave_requests) {
      if (!is_founded([&](const DeviceId& device) { return leave_cited(device, seq); })) {
        return VerdictError::citation_unfounded;
      }
    }
    return std::nullopt;
  }

  Fault removals() {
    for (const mls::RemovedLeaf& leaf : staged_.changes.removed) {
      const auto device = device_of(leaf.before.get());
      if (!device) return VerdictError::malformed;
      if (verdict_.is_external) {
        if (*device != around_.sender) return VerdictError::remove_not_permitted;
        verdict_.is_resync = true;
        continue;
      }
      const bool cited = std::ranges::any_of(verdict_.authenticated_data.leave_requests,
                                             [&](std::uint64_t seq) { return leave_cited(*device, seq); });
      if (!storage::may_remove(policy_, around_.directory, around_.sender, *device, around_.directory_size, cited) &&
          !is_device_of_sender(*device)) {
        return VerdictError::remove_not_permitted;
      }
      verdict_.removed.push_back(*device);
    }
    return std::nullopt;
  }

  bool leave_cited(const DeviceId& device, std::uint64_t seq) const {
    const auto found = leaving_.find(device);
    return found != leaving_.end() && found->second == seq;
  }

  // A person may take an own device out of the channel from another one.
  bool is_device_of_sender(const DeviceId& device) const {
    const identity::DeviceRecord* mine = around_.directory.device(around_.sender);
    const identity::DeviceRecord* other = around_.directory.device(device);
    return mine != nullptr && other != nullptr && mine->certificate.partner == other->certificate.partner &&
           mine->certificate.staff == other->certificate.staff;
  }

  const storage::ChannelPolicy& policy_;
  const mls::StagedCommit& staged_;
  const OpenLeaveRequests& leaving_;
  const Circumstances& around_;
  CommitVerdict verdict_;
};

}  // namespace

std::expected<mls::AuthenticatedContent, Rejection> parse_commit(BytesView message) {
  auto parsed = mls::parse_mls_message(message);
  if (!parsed) return reject(VerdictError::malformed);
  auto* handshake = std::get_if<mls::PublicMessage>(&*parsed);
  if (handshake == nullptr) return reject(VerdictError::wrong_form);
  const auto* commit = std::get_if<mls::Commit>(&handshake->content.content);
  if (commit == nullptr) return reject(VerdictError::wrong_form);
  if (const auto fault = fault_in(*commit)) return reject(*fault);
  return mls::to_authenticated_content(std::move(*handshake));
}

std::expected<CommitVerdict, Rejection> judge_staged_commit(const storage::ChannelPolicy& policy,
                                                            const mls::StagedCommit& staged,
                                                            const OpenLeaveRequests& leave_requests,
                                                            const Circumstances& circumstances) {
  return Hearing{policy, staged, leave_requests, circumstances}.judge();
}

std::expected<JudgedCommit, Rejection> judge_commit(const mls::PublicGroup& group, const storage::ChannelPolicy& policy,
                                                    BytesView message, const OpenLeaveRequests& leave_requests,
                                                    const Circumstances& circumstances) {
  const auto content = parse_commit(message);
  if (!content) return std::unexpected(content.error());
  const DirectoryAuthentication authentication{circumstances.directory, circumstances.directory_size, circumstances.at};
  auto staged = group.stage_commit(*content, {authentication, circumstances.at});
  if (!staged) return std::unexpected(Rejection{to_verdict(staged.error()), staged.error()});
  auto verdict = judge_staged_commit(policy, *staged, leave_requests, circumstances);
  if (!verdict) return std::unexpected(verdict.error());
  return JudgedCommit{std::move(*staged), content->auth.confirmation_tag, std::move(*verdict)};
}

}  // namespace samband::protocol
