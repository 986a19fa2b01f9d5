#include <algorithm>

#include "crypto/mls/wire/message.h"
#include "server/core/channel_changes.h"
#include "server/core/channel_index.h"
#include "server/core/refusals.h"
#include "server/protocol/verdict/channel_group.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

// A Welcome is for one joiner: it holds that joiner's secrets and nobody else's.
bool is_welcome_for(const mls::AddedLeaf& added, const CipherSuite& suite, BytesView message) {
  const auto parsed = mls::parse_mls_message(message);
  const auto* welcome = parsed ? std::get_if<mls::Welcome>(&*parsed) : nullptr;
  return welcome != nullptr && welcome->cipher_suite == static_cast<std::uint16_t>(suite.id()) &&
         welcome->secrets.size() == 1 &&
         welcome->secrets.front().new_member == mls::make_key_package_ref(added.key_package, suite);
}

// One Welcome for each device added, in the order of their leaves.
bool welcomes_match(const mls::StagedCommit& staged, const std::vector<protocol::WelcomeFor>& welcomes) {
  const CipherSuite& suite = staged.tree.suite();
  return std::ranges::equal(staged.changes.added, welcomes,
                            [&](const mls::AddedLeaf& added, const protocol::WelcomeFor& welcome) {
                              return protocol::device_of(&added.key_package.leaf_node) == welcome.device &&
                                     is_welcome_for(added, suite, welcome.welcome);
                            });
}

std::optional<protocol::Refused> bound_broken(const Turn& turn, const protocol::SubmitCommit& request) {
  if (request.commit.size() > turn.limits.commit_bytes_max) return protocol::Refused{Status::too_large, "the Commit"};
  if (request.group_info.size() > turn.limits.group_info_bytes_max) {
    return protocol::Refused{Status::too_large, "the GroupInfo"};
  }
  const bool welcome_too_large = std::ranges::any_of(
      request.welcomes, [&](const auto& each) { return each.welcome.size() > turn.limits.welcome_bytes_max; });
  if (welcome_too_large) return protocol::Refused{Status::too_large, "a Welcome"};
  return std::nullopt;
}

// Welcomes into the epoch that ends still wait: its tree is kept for them.
void keep_tree(Turn& turn, Channel& channel) {
  const std::uint64_t epoch = channel.group.epoch().value;
  if (!channel.waiting_welcomes.contains(epoch)) return;
  Bytes tree = mls::encode_ratchet_tree(channel.group.tree().nodes());
  if (tree.size() > turn.limits.tree_bytes_max) return;
  if (channel.waiting_trees.size() >= turn.limits.waiting_trees_max) {
    const std::uint64_t oldest = *channel.waiting_trees.begin();
    turn.main.remove(layout::channels, waiting_tree_key(channel.id(), oldest));
    channel.waiting_trees.erase(oldest);
  }
  turn.main.put(layout::channels, waiting_tree_key(channel.id(), epoch), std::move(tree));
  channel.waiting_trees.insert(epoch);
}

// The group enters the new epoch; the log already ends with the Commit.
void enter_epoch(Turn& turn, Channel& channel, protocol::JudgedCommit& judged, const protocol::SubmitCommit& request) {
  channel.group.merge(std::move(judged.staged), judged.confirmation_tag);
  channel.record.epoch = channel.group.epoch().value;
  turn.main.put(layout::channels, layout::channel_key(channel.id(), layout::ChannelPart::group_info),
                request.group_info);
  write_group(turn, channel);
}

void deliver_welcomes(Turn& turn, Channel& channel, Inbox& inbox, const protocol::Placed& placed,
                      const protocol::SubmitCommit& request) {
  std::uint64_t ordinal = 0;
  for (const protocol::WelcomeFor& each : request.welcomes) {
    inbox.deliver(turn, each.device, ordinal++,
                  {.channel = channel.id(),
                   .seq = placed.seq,
                   .epoch = channel.record.epoch,
                   .commit = placed.hash,
                   .at = placed.at,
                   .welcome = each.welcome});
  }
  if (ordinal != 0) channel.waiting_welcomes[channel.record.epoch] = ordinal;
}

}  // namespace

Outcome submit_commit(ChannelTurn& at, Channel& channel, Inbox& inbox, Blobs& blobs, const DeviceId& from,
                      const protocol::SubmitCommit& request) {
  Turn& turn = at.turn;
  if (auto refused = bound_broken(turn, request)) return std::unexpected(std::move(*refused));
  const protocol::Circumstances around = at.circumstances(channel.id(), from);
  auto judged = protocol::judge_commit(channel.group, channel.policy, request.commit, channel.leave_requests(), around);
  if (!judged) return std::unexpected(to_refusal(judged.error()));
  const auto info = protocol::judge_group_info(judged->staged, judged->confirmation_tag, request.group_info);
  if (!info) return std::unexpected(to_refusal(info.error()));
  if (!welcomes_match(judged->staged, request.welcomes)) return refuse(Status::invalid, "the Welcomes");
  if (judged->staged.tree.member_count() > turn.limits.members_per_channel_max) {
    return refuse(Status::too_many, "members");
  }
  const bool has_room =
      std::ranges::all_of(request.welcomes, [&](const auto& each) { return inbox.has_room(turn, each.device); });
  if (!has_room) return refuse(Status::too_many, "Welcomes that wait for a device");
  const protocol::CommitVerdict& verdict = judged->verdict;
  if (!blobs.are_sealed(turn, channel.id(), verdict.authenticated_data.blobs)) return refuse(Status::invalid, "a blob");

  keep_tree(turn, channel);
  const auto placed =
      place_entry(turn, channel, around.directory_size, storage::EntryKind::commit, from, request.commit);
  enter_epoch(turn, channel, *judged, request);
  blobs.refer(turn, channel.id(), placed.seq, verdict.authenticated_data.blobs);
  for (const DeviceId& device : verdict.removed) close_window(at, channel, device, placed.seq);
  if (!verdict.is_resync) {
    for (const DeviceId& device : verdict.added) open_window(at, channel, device, placed.seq);
  }
  deliver_welcomes(turn, channel, inbox, placed, request);
  if (verdict.new_policy) {
    const storage::ChannelPolicy before = std::exchange(channel.policy, *verdict.new_policy);
    channel.record.policy = storage::encode(channel.policy);
    at.index.set_roster(channel.id(), channel.policy);
    tell_newly_entitled(at, channel.policy, &before);
  }
  write_record(turn, channel);
  return placed;
}

void welcome_fetched(Turn& turn, Channel& channel, std::uint64_t seq, std::uint64_t epoch) {
  if (seq < channel.record.group_seq) return;  // into the group before a restart
  const auto waiting = channel.waiting_welcomes.find(epoch);
  if (waiting == channel.waiting_welcomes.end() || --waiting->second != 0) return;
  channel.waiting_welcomes.erase(waiting);
  if (channel.waiting_trees.erase(epoch) != 0) {
    turn.main.remove(layout::channels, waiting_tree_key(channel.id(), epoch));
  }
}

}  // namespace samband::server
