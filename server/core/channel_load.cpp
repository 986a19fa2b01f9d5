#include <limits>

#include "crypto/codec/hex.h"
#include "server/core/channel_shard.h"
#include "server/protocol/entry_bodies.h"
#include "server/protocol/verdict/directory_authentication.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

// Follows a channel's log from where its group was last written whole.
class TailWalk {
 public:
  TailWalk(Channel& channel, const identity::Directory& directory) : channel_{channel}, directory_{directory} {}

  // nullopt when the entry continues the log.
  std::optional<LoadError> step(BytesView wire) {
    const auto entry = storage::parse_entry(wire);
    if (!entry) return LoadError::broken_chain;
    if (!begun_) {
      // What is before the snapshot is for `sambandd check`: the walk begins with the first entry it meets.
      if (entry->channel != channel_.id() || entry->seq != channel_.record.snapshot_seq) return LoadError::broken_chain;
      walked_ = {.channel = entry->channel,
                 .next_seq = entry->seq,
                 .last = entry->previous,
                 .at = entry->at,
                 .directory_size = entry->directory_size,
                 .incarnation = entry->incarnation};
      begun_ = true;
    }
    if (const auto fault = meets_record()) return fault;
    if (!storage::advance(walked_, *entry)) return LoadError::broken_chain;
    if (entry->kind == storage::EntryKind::commit && !follow(*entry)) return LoadError::broken_group;
    return std::nullopt;
  }

  std::optional<LoadError> finish(const StoreView& main) {
    if (!begun_) {
      // Nothing has come since the snapshot: the record must end with it, and with the log's last entry.
      if (channel_.record.head.next_seq != channel_.record.snapshot_seq || !ends_with_record(main)) {
        return LoadError::broken_chain;
      }
      walked_ = channel_.record.head;
    }
    if (walked_.next_seq < channel_.record.head.next_seq) return LoadError::broken_chain;
    if (const auto fault = meets_record()) return fault;
    channel_.record_seq = channel_.record.head.next_seq;
    channel_.record.head = walked_;
    const bool is_same_group = channel_.group.context().group_id == channel_.record.group_id &&
                               channel_.group.epoch().value == channel_.record.epoch;
    return is_same_group ? std::nullopt : std::optional{LoadError::broken_group};
  }

 private:
  // The record says what the chain's hash is where it was written.
  std::optional<LoadError> meets_record() const {
    const storage::ChainHead& record = channel_.record.head;
    if (walked_.next_seq == record.next_seq && walked_.last != record.last) return LoadError::broken_chain;
    return std::nullopt;
  }

  bool ends_with_record(const StoreView& main) const {
    const storage::ChainHead& record = channel_.record.head;
    const auto last = main.get(layout::entries, layout::entry_key(channel_.id(), record.next_seq - 1));
    return last && storage::entry_hash(*last) == record.last;
  }

  bool follow(const storage::Entry& entry) {
    const auto commit = protocol::parse_commit(entry.body);
    if (!commit) return false;
    const protocol::DirectoryAuthentication authentication{directory_, entry.directory_size, entry.at};
    auto staged = channel_.group.stage_commit(*commit, {authentication, entry.at});
    if (!staged) return false;
    channel_.group.merge(std::move(*staged), commit->auth.confirmation_tag);
    channel_.commit_bytes += entry.body.size();
    return true;
  }

  Channel& channel_;
  const identity::Directory& directory_;
  storage::ChainHead walked_;
  bool begun_ = false;
};

void load_parts(const StoreView& main, Channel& channel) {
  const Bytes prefix = copy_of(channel.id().view());
  main.scan(layout::channels, storage::keys_with_prefix(prefix), std::numeric_limits<std::size_t>::max(),
            [&](BytesView key, BytesView value) {
              samband::Reader in{key.subspan(ChannelId::size)};
              switch (static_cast<layout::ChannelPart>(in.u8())) {
                case layout::ChannelPart::reader:
                  if (auto reader = parse_reader(value)) channel.readers[in.id<DeviceId>()] = std::move(*reader);
                  break;
                case layout::ChannelPart::release:
                  if (const auto release = parse_release(value)) channel.releases[in.id<GuidanceId>()] = *release;
                  break;
                case layout::ChannelPart::waiting_tree: channel.waiting_trees.insert(in.u64()); break;
                case layout::ChannelPart::record:
                case layout::ChannelPart::group:
                case layout::ChannelPart::group_info: break;
              }
              return storage::Visit::more;
            });
}

}  // namespace

std::expected<Channel, LoadFailure> load_channel(const StoreView& main, const identity::Directory& directory,
                                                 const ChannelId& id, storage::ChannelRecord record) {
  const auto failure = [&](LoadError error) { return std::unexpected(LoadFailure{error, to_hex(id.view())}); };
  const auto snapshot = main.get(layout::channels, layout::channel_key(id, layout::ChannelPart::group));
  auto policy = storage::parse_channel_policy(record.policy);
  if (!snapshot || !policy || record.head.channel != id) return failure(LoadError::broken_group);
  auto group = mls::PublicGroup::parse(*snapshot);
  if (!group) return failure(LoadError::broken_group);

  Channel channel{.record = std::move(record), .policy = std::move(*policy), .group = std::move(*group)};
  channel.snapshot_bytes = snapshot->size();
  TailWalk walk{channel, directory};
  std::optional<LoadError> fault;
  main.scan(layout::entries, layout::entries_from(id, channel.record.snapshot_seq),
            std::numeric_limits<std::size_t>::max(), [&](BytesView, BytesView wire) {
              fault = walk.step(wire);
              return fault ? storage::Visit::stop : storage::Visit::more;
            });
  if (!fault) fault = walk.finish(main);
  if (fault) return failure(*fault);
  load_parts(main, channel);
  return channel;
}

}  // namespace samband::server
