#include <algorithm>
#include <limits>

#include "crypto/codec/hex.h"
#include "server/core/channel_shard.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

// Follows a channel's log from where its record was last written. Everything that changes the group writes the record,
// so only posts can have come since. What is before is for `sambandd check`.
class TailWalk {
 public:
  explicit TailWalk(Channel& channel) : channel_{channel} {}

  // nullopt when the record's last entry is there, and is what the record says.
  std::optional<LoadError> begin(const StoreView& main) {
    const storage::ChainHead& head = channel_.record.head;
    channel_.record_seq = head.next_seq;
    if (head.next_seq == 0) return LoadError::broken_chain;
    const auto last = main.get(layout::entries, layout::entry_key(channel_.id(), head.next_seq - 1));
    return last && storage::entry_hash(*last) == head.last ? std::nullopt : std::optional{LoadError::broken_chain};
  }

  // nullopt when the entry continues the log.
  std::optional<LoadError> step(BytesView wire) {
    const auto entry = storage::parse_entry(wire);
    if (!entry || !storage::advance(channel_.record.head, *entry)) return LoadError::broken_chain;
    return changes_group(entry->kind) ? std::optional{LoadError::broken_group} : std::nullopt;
  }

 private:
  static bool changes_group(storage::EntryKind kind) {
    return kind == storage::EntryKind::commit || kind == storage::EntryKind::created ||
           kind == storage::EntryKind::restart;
  }

  Channel& channel_;
};

std::expected<mls::PublicGroup, ParseError> load_group(const StoreView& main, const ChannelId& id) {
  std::vector<mls::GroupRecord> records;
  const Bytes prefix = layout::channel_key(id, layout::ChannelPart::group);
  main.scan(layout::channels, layout::group_records_of(id), std::numeric_limits<std::size_t>::max(),
            [&](BytesView key, BytesView value) {
              Reader number{key.subspan(prefix.size())};
              records.push_back({number.u32(), copy_of(value)});
              return storage::Visit::more;
            });
  return mls::PublicGroup::load(records);
}

bool is_of(const mls::PublicGroup& group, const storage::ChannelRecord& record) {
  return group.context().group_id == record.group_id && group.epoch().value == record.epoch;
}

void load_parts(const StoreView& main, Channel& channel) {
  const storage::KeyRange behind_the_group{layout::channel_key(channel.id(), layout::ChannelPart::reader),
                                           storage::keys_with_prefix(channel.id().view()).until};
  main.scan(layout::channels, behind_the_group, std::numeric_limits<std::size_t>::max(),
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

std::vector<ChannelId> channels_in(const StoreView& main) {
  std::vector<ChannelId> out;
  for (storage::KeyRange rest = storage::all_keys();;) {
    std::optional<ChannelId> next;
    main.scan(layout::channels, rest, 1, [&](BytesView key, BytesView) {
      next = ChannelId::of(key.first(std::min(key.size(), ChannelId::size)));
      return storage::Visit::stop;
    });
    if (!next) return out;
    out.push_back(*next);
    const auto end = storage::keys_with_prefix(next->view()).until;
    if (!end) return out;
    rest.from = *end;
  }
}

std::expected<Channel, LoadFailure> load_channel(const StoreView& main, const ChannelId& id,
                                                 storage::ChannelRecord record) {
  const auto failure = [&](LoadError error) { return std::unexpected(LoadFailure{error, to_hex(id.view())}); };
  auto policy = storage::parse_channel_policy(record.policy);
  if (!policy || record.head.channel != id) return failure(LoadError::broken_group);
  auto group = load_group(main, id);
  if (!group || !is_of(*group, record)) return failure(LoadError::broken_group);

  Channel channel{.record = std::move(record), .policy = std::move(*policy), .group = std::move(*group)};
  TailWalk walk{channel};
  std::optional<LoadError> fault = walk.begin(main);
  if (fault) return failure(*fault);
  main.scan(layout::entries, layout::entries_from(id, channel.record.head.next_seq),
            std::numeric_limits<std::size_t>::max(), [&](BytesView, BytesView wire) {
              fault = walk.step(wire);
              return fault ? storage::Visit::stop : storage::Visit::more;
            });
  if (fault) return failure(*fault);
  load_parts(main, channel);
  return channel;
}

}  // namespace samband::server
