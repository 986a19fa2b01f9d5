#include "server/core/channel_shard.h"

#include <limits>

#include "crypto/codec/hex.h"
#include "server/core/channel_changes.h"
#include "server/core/channel_index.h"
#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;
using protocol::Status;

// A request of a device that is in force, sent to the channel it names.
struct ChannelRequest {
  ChannelShard& shard;
  ChannelTurn& at;
  Ticket ticket;
  const DeviceId& from;
  Channel& channel;

  Outcome operator()(const protocol::SubmitCommit& request) const {
    return submit_commit(at, channel, shard.inbox_, shard.blobs_, from, request);
  }
  Outcome operator()(const protocol::SendMessage& request) const {
    return send_message(at, channel, shard.blobs_, from, request);
  }
  Outcome operator()(const protocol::PostStatement& request) const {
    return post_statement(at, channel, from, request);
  }
  Outcome operator()(const protocol::RestartChannel& request) const {
    return restart_channel(at, channel, from, request);
  }
  Outcome operator()(const protocol::ScheduleRelease& request) const {
    auto outcome = schedule_release(at, channel, from, request);
    if (outcome) shard.due_.emplace(request.release_at, channel.id(), request.guidance);
    return outcome;
  }
  Outcome operator()(const protocol::WithdrawRelease& request) const {
    return withdraw_release(at, channel, from, request);
  }

  Outcome operator()(const protocol::UploadChunk& request) const {
    if (!is_writer()) return refuse(Status::not_permitted);
    return shard.blobs_.upload(at.turn, at.documents, from, request);
  }
  Outcome operator()(const protocol::SealBlob& request) const {
    if (!is_writer()) return refuse(Status::not_permitted);
    return shard.blobs_.seal(at.turn, from, request);
  }
  Outcome operator()(const protocol::FetchChunk& request) const {
    if (!channel.is_leaf(from)) return refuse(Status::not_permitted);
    return shard.blobs_.fetch(at.turn, request);
  }
  Outcome operator()(const protocol::FetchUpload& request) const {
    if (!channel.is_leaf(from)) return refuse(Status::not_permitted);
    return shard.blobs_.fetch(at.turn, from, request);
  }

  Outcome operator()(const protocol::Subscribe& request) const {
    return subscribe(at.turn, ticket, channel, from, request);
  }
  Outcome operator()(const protocol::Unsubscribe&) const {
    at.turn.outgoing.emplace_back(CeaseSubscription{ticket, channel.id()});
    return protocol::Done{};
  }
  Outcome operator()(const protocol::FetchEntries& request) const {
    return fetch_entries(at.turn, channel, from, request);
  }
  Outcome operator()(const protocol::FetchGroup& request) const {
    if (!may_join(at.directory, channel, from)) return not_found();
    return shard.trees_.fetch(at.turn, channel, request);
  }
  Outcome operator()(const protocol::FetchTree& request) const {
    if (!may_join(at.directory, channel, from)) return not_found();
    return shard.trees_.fetch(at.turn, channel, request);
  }

 private:
  bool is_writer() const {
    return channel.is_leaf(from) &&
           storage::may_post(channel.policy, at.directory, from, at.directory.size()).has_value();
  }
};

namespace {

template <class Body>
concept IsForChannel = requires(const ChannelRequest& request, const Body& body) { request(body); };

}  // namespace

Outcome ChannelShard::answer(ChannelTurn& at, Ticket ticket, const DeviceId& from,
                             const protocol::RequestBody& request) {
  return std::visit(
      [&]<class Body>(const Body& body) -> Outcome {
        if constexpr (IsForChannel<Body>) {
          const auto found = channels_.find(body.channel);
          if (found == channels_.end() || !is_visible_to(at.directory, found->second, from)) return not_found();
          return ChannelRequest{*this, at, ticket, from, found->second}(body);
        } else if constexpr (std::is_same_v<Body, protocol::CreateChannel>) {
          return create(at, from, body);
        } else if constexpr (std::is_same_v<Body, protocol::AcknowledgeInbox>) {
          acknowledge(at.turn, from, body);
          return protocol::Done{};
        } else {
          return refuse(Status::malformed, "not a request for a channel's shard");
        }
      },
      request);
}

Outcome ChannelShard::create(ChannelTurn& at, const DeviceId& from, const protocol::CreateChannel& request) {
  if (channels_.contains(request.channel)) return refuse(Status::conflict, "the id is taken");
  auto created = create_channel(at, from, request);
  if (!created) return std::unexpected(created.error());
  const storage::ChainHead& head = created->record.head;
  protocol::Placed placed{head.next_seq - 1, head.at, head.last};
  channels_.emplace(request.channel, std::move(*created));
  return placed;
}

void ChannelShard::acknowledge(Turn& turn, const DeviceId& from, const protocol::AcknowledgeInbox& request) {
  inbox_.acknowledge(turn, from, request.up_to, [&](const storage::InboxItem& item) {
    const auto channel = channels_.find(item.channel);
    if (channel != channels_.end()) welcome_fetched(turn, channel->second, item.seq, item.epoch);
  });
}

void ChannelShard::tick(ChannelTurn& at) {
  staging_.end_leases(at.turn);
  blobs_.end_leases(at.turn, at.documents);
  while (!due_.empty() && std::get<WallTime>(*due_.begin()) <= at.turn.at) {
    const auto [when, channel, guidance] = *due_.begin();
    due_.erase(due_.begin());
    Channel& holder = channels_.at(channel);
    const auto release = holder.releases.find(guidance);
    // Withdrawn ones, and those scheduled anew for another time, are not due.
    if (release != holder.releases.end() && release->second.at == when) place_release(at, holder, guidance);
  }
}

const Channel* ChannelShard::find(const ChannelId& channel) const {
  const auto found = channels_.find(channel);
  return found == channels_.end() ? nullptr : &found->second;
}

std::optional<LoadFailure> ChannelShard::load(const StoreView& main, const identity::Directory& directory,
                                              ChannelIndex& index, PartnerDocuments& documents,
                                              protocol::ShardIndex shard, protocol::ShardIndex shard_count) {
  const auto is_ours = [&](const ChannelId& channel) { return protocol::shard_of(channel, shard_count) == shard; };
  for (const ChannelId& id : channels_in(main)) {
    if (!is_ours(id)) continue;
    const auto kept = main.get(layout::channels, layout::channel_key(id, layout::ChannelPart::record));
    auto record = storage::parse_channel_record(kept.value_or(Bytes{}));
    if (!record) return LoadFailure{LoadError::other_format, to_hex(id.view())};
    auto channel = load_channel(main, id, std::move(*record));
    if (!channel) return channel.error();
    channels_.emplace(id, std::move(*channel));
  }
  for (const auto& [id, channel] : channels_) {
    for (const auto& [device, reader] : channel.readers) {
      if (reader.is_leaf()) index.enter(id, device);
    }
    index.set_roster(id, channel.policy);
    if (const auto* creator = directory.device(channel.record.creator)) {
      index.count_creation(creator->certificate.partner);
    }
    for (const auto& [guidance, release] : channel.releases) due_.emplace(release.at, id, guidance);
  }
  inbox_.load(main, shard, [&](const storage::InboxItem& item) {
    const auto channel = channels_.find(item.channel);
    if (channel != channels_.end() && item.seq >= channel->second.record.group_seq) {
      ++channel->second.waiting_welcomes[item.epoch];
    }
  });
  blobs_.load(main, documents, is_ours);
  staging_.load(main, shard);
  return std::nullopt;
}

}  // namespace samband::server
