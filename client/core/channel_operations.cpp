#include "client/core/channel_operations.h"

#include <algorithm>

#include "client/core/channels.h"
#include "client/core/committing.h"
#include "client/core/joining.h"
#include "client/core/leaf_identity.h"
#include "client/core/names.h"
#include "client/core/statements.h"
#include "crypto/identity/name.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {

namespace {

constexpr std::size_t group_id_bytes = 32;

Hash pinned_key(const identity::Directory& directory, const PartnerId& partner) {
  const identity::PartnerKeyRecord* key = directory.partner_key(partner, directory.size());
  SAMBAND_CHECK(key != nullptr);  // find_audience leaves out partners without one
  return key->fingerprint;
}

// The staff of `who` that belong to the partner: a roster item names nobody of another one.
std::optional<storage::Who> who_of(const identity::Directory& directory, const storage::Who& who,
                                   const PartnerId& partner) {
  const auto* named = std::get_if<storage::NamedStaff>(&who);
  if (named == nullptr) return who;
  storage::NamedStaff theirs;
  for (const StaffId& staff : named->staff) {
    const identity::StaffRecord* record = directory.staff(staff);
    if (record != nullptr && record->partner == partner) theirs.staff.push_back(staff);
  }
  if (theirs.staff.empty()) return std::nullopt;
  return theirs;
}

// The creator's own seat: it moderates, whoever else is on the roster.
storage::RosterItem own_seat(const Parts& parts) {
  return {.partner = parts.own->device().partner,
          .partner_key = parts.own->partner_key_fingerprint,
          .role = storage::Role::moderator,
          .who = storage::NamedStaff{{parts.own->device().staff}}};
}

std::expected<storage::ChannelPolicy, Failure> make_policy(Parts& parts, const CreateChannel& command) {
  const identity::Directory& directory = parts.directory.directory();
  auto partners = find_audience(directory, command.audience);
  if (!partners) return std::unexpected(partners.error());
  const auto moderators = find_audience(directory, NamedPartners{command.moderators});
  if (!command.moderators.empty() && !moderators) return std::unexpected(moderators.error());
  const auto who = find_who(directory, *partners, command.who);
  if (!who) return std::unexpected(who.error());

  storage::ChannelPolicy policy;
  policy.channel = parts.random.id<ChannelId>();
  policy.name = command.name;
  policy.kind =
      command.kind == ChannelKind::guidance ? storage::ChannelKind::guidance : storage::ChannelKind::discussion;
  policy.history =
      command.history == ChannelHistory::shared ? storage::History::shared : storage::History::from_joining;
  policy.created_at = parts.turn.now();
  policy.items.push_back(own_seat(parts));
  for (const PartnerId& partner : *partners) {
    const auto theirs = who_of(directory, *who, partner);
    if (!theirs) continue;
    const bool moderates = moderators && std::ranges::find(*moderators, partner) != moderators->end();
    policy.items.push_back({.partner = partner,
                            .partner_key = pinned_key(directory, partner),
                            .role = moderates ? storage::Role::moderator : storage::Role::member,
                            .who = *theirs});
  }
  if (policy.items.size() > storage::roster_items_max) return failure(Fault::too_large);
  if (command.successor) {
    const auto successor = find_partner(directory, *command.successor);
    if (!successor) return std::unexpected(successor.error());
    policy.successor = *successor;
  }
  return policy;
}

std::expected<mls::Group, mls::GroupError> make_group(Parts& parts, const storage::ChannelPolicy& policy) {
  const auto suite = CipherSuite::of(samband_suite);
  SAMBAND_CHECK(suite.has_value());
  Bytes group_id(group_id_bytes);
  parts.random.fill(group_id);
  const mls::GroupParameters parameters{.suite = *suite,
                                        .group_id = std::move(group_id),
                                        .creator = leaf_identity(*parts.own),
                                        .lifetime = lifetime_from(parts.turn.now()),
                                        .extensions = protocol::group_extensions(policy)};
  return mls::Group::create(parameters, parts.own->signature_key, parts.random);
}

// A change of the roster, and whose leaves go with it; judged anew on each epoch.
DraftMaker changing_roster(std::function<std::expected<storage::ChannelPolicy, Failure>(const Channel&)> change,
                           std::vector<PartnerId> leaving, Parts& parts) {
  return [change = std::move(change), leaving = std::move(leaving),
          &parts](Channel& channel) -> std::expected<std::optional<mls::CommitOptions>, Failure> {
    auto policy = change(channel);
    if (!policy) return std::unexpected(policy.error());
    if (*policy == channel.record.policy) return std::nullopt;
    mls::CommitOptions options;
    options.group_context_extensions = protocol::group_extensions(*policy);
    for (const DeviceId& device : channel.devices()) {
      const identity::DeviceRecord* record = parts.directory.directory().device(device);
      if (record == nullptr || std::ranges::find(leaving, record->certificate.partner) == leaving.end()) continue;
      if (device == parts.own->device().device) continue;
      if (const auto leaf = channel.leaf_of(device)) options.removes.push_back(*leaf);
    }
    options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
    return options;
  };
}

Task<Outcome> wait_for_first_entry(Parts& parts, ChannelId id) {
  for (;;) {
    Channel* channel = parts.channels.find(id);
    if (channel == nullptr) co_return failure(Fault::no_such_channel);
    if (channel->record.head.next_seq > 0) co_return Outcome{};
    const Later<bool> changed = channel->until_changed();
    co_await changed;
  }
}

}  // namespace

Task<Outcome> create_channel(Parts& parts, OperationId operation, CreateChannel command) {
  if (!identity::is_valid_name(command.name)) {
    co_return failure(Fault::name_invalid);
  }
  if (parts.channels.find_by_name(command.name)) co_return failure(Fault::name_taken, command.name);
  // The policy can say it; nothing keeps content for later joiners so far, and a promise that is not kept is worse.
  if (command.history == ChannelHistory::shared) co_return failure(Fault::history_not_shared);
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  const Later<bool> current = parts.directory.until_current();  // "all partners" are those there are now
  co_await current;
  const auto policy = make_policy(parts, command);
  if (!policy) co_return std::unexpected(policy.error());
  auto group = make_group(parts, *policy);
  if (!group) co_return failure(Fault::internal, "the group could not be made");

  ChannelRecord record;
  record.standing = Standing::creating;
  record.head.channel = policy->channel;
  record.policy = *policy;
  Channel& channel = parts.channels.add(std::move(record));
  channel.group.emplace(std::move(*group));
  channel.save_group();
  channel.save_record();
  protocol::RequestBody request =
      protocol::CreateChannel{policy->channel, channel.group->group_info(),
                              mls::encode_ratchet_tree(channel.group->public_group().tree().nodes())};
  const Later<CommitFate> fate{parts.turn.ready()};
  channel.fate = fate;
  parts.session.submit(std::move(request), {.kind = PurposeKind::create, .channel = policy->channel});
  const CommitFate created = co_await fate;
  if (created.kind != CommitFate::Kind::placed) co_return std::unexpected(created.failure);

  auto waiting = wait_for_first_entry(parts, policy->channel);
  const Outcome first = co_await waiting;
  if (!first) co_return first;
  auto admitting = admit_waiting(parts, policy->channel);
  const auto admitted = co_await admitting;
  if (!admitted) co_return std::unexpected(admitted.error());
  parts.turn.tell(operation, ChannelMade{policy->channel, policy->name});
  co_return Outcome{};
}

Task<Outcome> join_channel(Parts& parts, OperationId operation, JoinChannel command) {
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  const auto found = parts.channels.find_by_name(command.channel);
  if (!found) co_return std::unexpected(found.error());
  Channel& channel = **found;
  const ChannelId id = channel.id();
  if (!channel.is_member()) {
    channel.record.asked_to_leave = false;
    auto joining = join_externally(parts, id);
    const Outcome joined = co_await joining;
    if (!joined) co_return joined;
  }
  parts.turn.tell(operation, ChannelMade{id, command.channel});
  co_return Outcome{};
}

Task<Outcome> add_partners(Parts& parts, OperationId operation, AddPartners command) {
  const auto found = parts.channels.find_open(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const ChannelId id = (*found)->id();
  const identity::Directory& directory = parts.directory.directory();
  const auto partners = find_audience(directory, NamedPartners{command.partners});
  if (!partners) co_return std::unexpected(partners.error());
  const auto who = find_who(directory, *partners, command.who);
  if (!who) co_return std::unexpected(who.error());

  const auto role = command.moderate ? storage::Role::moderator : storage::Role::member;
  const auto change = [&directory, partners = *partners, who = *who,
                       role](const Channel& channel) -> std::expected<storage::ChannelPolicy, Failure> {
    storage::ChannelPolicy policy = channel.record.policy;
    for (const PartnerId& partner : partners) {
      const auto theirs = who_of(directory, who, partner);
      if (!theirs) continue;
      const storage::RosterItem item{
          .partner = partner, .partner_key = pinned_key(directory, partner), .role = role, .who = *theirs};
      if (std::ranges::find(policy.items, item) == policy.items.end()) policy.items.push_back(item);
    }
    if (policy.items.size() > storage::roster_items_max) return failure(Fault::too_large);
    return policy;
  };
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  auto committing = commit(parts, id, changing_roster(change, {}, parts));
  const Committed committed = co_await committing;
  if (!committed) co_return std::unexpected(committed.error());
  auto admitting = admit_waiting(parts, id);
  const auto admitted = co_await admitting;
  if (!admitted) co_return std::unexpected(admitted.error());
  parts.turn.tell(operation, Placed{id, committed->value_or(0)});
  co_return Outcome{};
}

Task<Outcome> remove_partners(Parts& parts, OperationId operation, RemovePartners command) {
  const auto found = parts.channels.find_open(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const ChannelId id = (*found)->id();
  std::vector<PartnerId> partners;
  for (const std::string& name : command.partners) {
    const auto partner = find_partner(parts.directory.directory(), name);
    if (!partner) co_return std::unexpected(partner.error());
    partners.push_back(*partner);
  }
  const auto change = [partners](const Channel& channel) -> std::expected<storage::ChannelPolicy, Failure> {
    storage::ChannelPolicy policy = channel.record.policy;
    std::erase_if(policy.items, [&](const storage::RosterItem& item) {
      return std::ranges::find(partners, item.partner) != partners.end();
    });
    const bool moderated = std::ranges::any_of(
        policy.items, [](const storage::RosterItem& item) { return item.role == storage::Role::moderator; });
    if (!moderated) return failure(Fault::last_moderator);
    return policy;
  };
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  auto committing = commit(parts, id, changing_roster(change, partners, parts));
  const Committed committed = co_await committing;
  if (!committed) co_return std::unexpected(committed.error());
  parts.turn.tell(operation, Placed{id, committed->value_or(0)});
  co_return Outcome{};
}

// Whether a device other than our own moderates the channel: without one nobody could add or remove anyone any more.
bool others_moderate(const Parts& parts, const Channel& channel) {
  const identity::Directory& directory = parts.directory.directory();
  return std::ranges::any_of(channel.devices(), [&](const DeviceId& device) {
    if (device == parts.own->device().device) return false;
    return storage::role_of(channel.record.policy, directory, device, directory.size()) == storage::Role::moderator;
  });
}

Task<Outcome> leave_channel(Parts& parts, OperationId operation, LeaveChannel command) {
  const auto found = parts.channels.find_open(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  Channel& channel = **found;
  if (!channel.is_member()) co_return failure(Fault::not_a_member, command.channel);
  if (!others_moderate(parts, channel)) co_return failure(Fault::last_moderator);
  const auto answer = post_statement(parts, channel, protocol::LeaveRequest{});
  const protocol::ReplyBody reply = co_await answer;
  const auto* placed = std::get_if<protocol::Placed>(&reply);
  if (placed == nullptr) co_return std::unexpected(failure_of(reply));
  channel.record.asked_to_leave = true;
  channel.save_record();
  parts.turn.tell(operation, Placed{channel.id(), placed->seq});
  co_return Outcome{};
}

}  // namespace samband::client
