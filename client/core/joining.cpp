#include "client/core/joining.h"

#include "client/core/channels.h"
#include "client/core/leaf_identity.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"

namespace samband::client {

namespace {

using protocol::DirectoryAuthentication;

constexpr int external_attempts_max = 20;

// The ratchet tree of an epoch, fetched in ranges. Its hash is checked against the GroupInfo by MLS.
Task<std::optional<mls::RatchetTreeNodes>> fetch_tree(Parts& parts, ChannelId channel, std::uint64_t epoch) {
  Bytes tree;
  for (;;) {
    const auto answer = parts.session.ask(protocol::FetchTree{channel, epoch, tree.size()});
    const protocol::ReplyBody reply = co_await answer;
    const auto* part = std::get_if<protocol::TreePart>(&reply);
    if (part == nullptr || part->part.empty() || part->part.size() > part->total - tree.size()) co_return std::nullopt;
    tree.insert(tree.end(), part->part.begin(), part->part.end());
    if (tree.size() >= part->total) break;
  }
  auto nodes = mls::parse_ratchet_tree(tree);
  if (!nodes) co_return std::nullopt;
  co_return std::move(*nodes);
}

// The group must be this channel's and no other's, and its roster must mean this device under the key it was enrolled
// with.
std::optional<storage::ChannelPolicy> sound_policy(const Parts& parts, const mls::Group& group,
                                                   const ChannelId& channel) {
  auto policy = protocol::policy_of(group.context().extensions);
  if (!policy || policy->channel != channel) return std::nullopt;
  if (parts.channels.holds_group(group.context().group_id, channel)) return std::nullopt;
  const identity::Directory& directory = parts.directory.directory();
  if (!storage::may(*policy, directory, parts.own->device().device, directory.size(), storage::Action::join)) {
    return std::nullopt;
  }
  return policy;
}

struct OwnWelcome {
  Bytes reference;
  mls::KeyPackageBundle bundle;
};

std::optional<OwnWelcome> find_own(Parts& parts, BytesView welcome) {
  const auto message = mls::parse_mls_message(welcome);
  const auto* parsed = message ? std::get_if<mls::Welcome>(&*message) : nullptr;
  if (parsed == nullptr) return std::nullopt;
  for (const mls::EncryptedGroupSecrets& secrets : parsed->secrets) {
    auto bundle = find_key_package(parts, secrets.new_member);
    if (bundle) return OwnWelcome{secrets.new_member, std::move(*bundle)};
  }
  return std::nullopt;
}

ChannelRecord record_at(const protocol::InboxEvent& event, storage::ChannelPolicy policy) {
  ChannelRecord record;
  record.standing = Standing::member;
  record.policy = std::move(policy);
  record.head = {.channel = event.channel, .next_seq = event.seq + 1, .last = event.hash};
  record.read_until = event.seq + 1;
  record.path_due = true;
  return record;
}

}  // namespace

Task<bool> join_by_welcome(Parts& parts, protocol::InboxEvent event) {
  Channel* known = parts.channels.find(event.channel);
  // A member has no use for it; one that comes with an earlier place than what was seen is a replay.
  if (known != nullptr && ((known->is_member() && !known->record.lost) || known->record.head.next_seq > event.seq)) {
    co_return false;
  }
  if (!find_own(parts, event.welcome)) {
    parts.turn.log("a Welcome for a key package that is not here");
    co_return false;
  }
  auto fetching = fetch_tree(parts, event.channel, event.epoch);
  const auto tree = co_await fetching;
  if (!tree) co_return false;
  const Later<bool> followed = parts.directory.until_current();
  co_await followed;

  const auto own = find_own(parts, event.welcome);  // another Welcome may have used it meanwhile
  if (!own) co_return false;
  const identity::Directory& directory = parts.directory.directory();
  const DirectoryAuthentication authentication{directory, directory.size(), parts.turn.now(),
                                               DirectoryAuthentication::Asked::standing};
  const mls::NoPreSharedKeys no_psks;
  auto joined = mls::Group::join(event.welcome, own->bundle, tree, parts.own->signature_key,
                                 {authentication, no_psks, std::nullopt});
  if (!joined || joined->group.epoch().value != event.epoch) {
    parts.turn.log("a Welcome that does not open, or to another group than it says");
    co_return false;
  }
  auto policy = sound_policy(parts, joined->group, event.channel);
  if (!policy) {
    parts.turn.log("a Welcome to a group whose policy does not mean this device");
    co_return false;
  }
  Channel& channel = parts.channels.add(record_at(event, std::move(*policy)));
  channel.group.emplace(std::move(joined->group));
  channel.save_group();
  channel.save_record();
  use_up_key_package(parts, own->reference, own->bundle);
  parts.turn.tell_everybody(JoinedChannel{channel.id(), channel.record.policy.name});
  parts.channels.subscribe(channel);
  co_return true;
}

namespace {

// One try. Stale: another Commit came first.
Task<Outcome> try_external(Parts& parts, ChannelId id, bool* is_stale) {
  *is_stale = false;
  const auto answer = parts.session.ask(protocol::FetchGroup{id});
  const protocol::ReplyBody reply = co_await answer;
  const auto* state = std::get_if<protocol::GroupState>(&reply);
  if (state == nullptr) co_return std::unexpected(failure_of(reply));
  auto fetching = fetch_tree(parts, id, state->epoch);
  const auto tree = co_await fetching;
  if (!tree) {
    *is_stale = true;  // the epoch ended between the two questions
    co_return Outcome{};
  }
  const Later<bool> followed = parts.directory.until_current();
  co_await followed;

  Channel* channel = parts.channels.find(id);
  if (channel == nullptr) co_return failure(Fault::no_such_channel);
  const DeviceId device = parts.own->device().device;
  std::optional<mls::LeafIndex> replaces;
  for (std::size_t node = 0; node < tree->size(); node += 2) {
    const auto& entry = (*tree)[node];
    if (!entry) continue;
    const auto* leaf = std::get_if<mls::LeafNodePtr>(&*entry);
    if (leaf != nullptr && protocol::device_of(leaf->get()) == device) {
      replaces = mls::LeafIndex{static_cast<std::uint32_t>(node / 2)};
    }
  }
  const identity::Directory& directory = parts.directory.directory();
  const DirectoryAuthentication authentication{directory, directory.size(), parts.turn.now(),
                                               DirectoryAuthentication::Asked::standing};
  const mls::NoPreSharedKeys no_psks;
  auto joining = mls::Group::join_external(
      state->group_info, tree, leaf_identity(*parts.own), parts.own->signature_key,
      {.replaces = replaces, .authenticated_data = protocol::encode(protocol::AuthenticatedData{})},
      {authentication, no_psks, std::nullopt}, parts.random);
  if (!joining) co_return failure(Fault::damaged, "the group's state does not verify");
  auto policy = sound_policy(parts, joining->group, id);
  if (!policy) co_return failure(Fault::not_permitted);

  channel->forget_group();
  channel->group.emplace(std::move(joining->group));
  channel->record.joining_by = sha256(joining->commit);
  channel->record.policy = std::move(*policy);
  if (channel->record.standing != Standing::member) channel->record.standing = Standing::joining;
  channel->save_group();
  channel->save_record();
  const Later<CommitFate> fate{parts.turn.ready()};
  channel->fate = fate;
  parts.session.submit(protocol::SubmitCommit{id, joining->commit, channel->group->group_info(), {}},
                       {.kind = PurposeKind::commit, .channel = id, .item = commit_mark(channel->record.joining_by)});
  const CommitFate settled = co_await fate;
  if (settled.kind == CommitFate::Kind::refused) co_return std::unexpected(settled.failure);
  *is_stale = settled.kind == CommitFate::Kind::beaten;
  co_return Outcome{};
}

}  // namespace

Task<Outcome> join_externally(Parts& parts, ChannelId id) {
  for (int attempt = 0; attempt < external_attempts_max; ++attempt) {
    bool is_stale = false;
    auto trying = try_external(parts, id, &is_stale);
    const Outcome outcome = co_await trying;
    if (!outcome || !is_stale) co_return outcome;
  }
  co_return failure(Fault::too_many_requests);
}

}  // namespace samband::client
