#include "server/core/channel_queries.h"

#include <algorithm>

#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

inline constexpr std::size_t tree_part_bytes_max = std::size_t{512} << 10U;

std::optional<ReadWindow> window_of(const Channel& channel, const DeviceId& device, std::uint64_t seq) {
  const auto reader = channel.readers.find(device);
  if (reader == channel.readers.end()) return std::nullopt;
  return reader->second.window_at(seq);
}

}  // namespace

bool may_join(const identity::Directory& directory, const Channel& channel, const DeviceId& device) {
  return channel.is_leaf(device) ||
         storage::may(channel.policy, directory, device, directory.size(), storage::Action::join).has_value();
}

bool is_visible_to(const identity::Directory& directory, const Channel& channel, const DeviceId& device) {
  return channel.readers.contains(device) || may_join(directory, channel, device);
}

Outcome fetch_entries(const Turn& turn, const Channel& channel, const DeviceId& from,
                      const protocol::FetchEntries& request) {
  const auto window = window_of(channel, from, request.from);
  if (!window) return refuse(Status::not_permitted);
  const std::uint64_t first = std::max(request.from, window->from);
  const std::uint64_t until =
      std::min(window->until.value_or(channel.record.head.next_seq), channel.record.head.next_seq);
  protocol::EntriesPage page;
  if (first >= until) return page;
  const std::size_t asked = std::min<std::size_t>(request.entries_max, turn.limits.page_items_max);
  const std::size_t entries_max = static_cast<std::size_t>(std::min<std::uint64_t>(asked, until - first));
  std::size_t bytes_left = turn.limits.page_bytes_max;
  turn.main.scan(layout::entries, layout::entries_from(channel.id(), first), entries_max,
                 [&](BytesView, BytesView entry) {
                   // One entry always goes: with its frame it is within frame_bytes_max.
                   if (entry.size() > bytes_left && !page.entries.empty()) return storage::Visit::stop;
                   bytes_left -= std::min(bytes_left, entry.size());
                   page.entries.push_back(copy_of(entry));
                   return storage::Visit::more;
                 });
  return page;
}

Outcome subscribe(Turn& turn, Ticket ticket, const Channel& channel, const DeviceId& from,
                  const protocol::Subscribe& request) {
  const auto window = window_of(channel, from, request.next_seq);
  if (!window) return refuse(Status::not_permitted);
  turn.outgoing.emplace_back(BeginSubscription{ticket, from, channel.id(), std::max(request.next_seq, window->from)});
  if (window->until) turn.outgoing.emplace_back(EndSubscription{from, channel.id(), *window->until});
  return protocol::Done{};
}

protocol::ChannelSummary summary_of(const Channel& channel, const DeviceId& device) {
  return {.channel = channel.id(),
          .next_seq = channel.record.head.next_seq,
          .epoch = channel.record.epoch,
          .is_member = channel.is_leaf(device),
          .policy = channel.record.policy};
}

const Bytes* TreeCache::tree_of(const Turn& turn, const Channel& channel, std::uint64_t epoch) {
  const bool is_current = epoch == channel.record.epoch;
  if (!is_current && !channel.waiting_trees.contains(epoch)) return nullptr;
  const bool is_kept =
      !tree_.empty() && channel_ == channel.id() && group_seq_ == channel.record.group_seq && epoch_ == epoch;
  if (is_kept) return &tree_;
  if (is_current) {
    tree_ = mls::encode_ratchet_tree(channel.group.tree().nodes());
  } else {
    auto waiting = turn.main.get(layout::channels, waiting_tree_key(channel.id(), epoch));
    if (!waiting) return nullptr;
    tree_ = std::move(*waiting);
  }
  channel_ = channel.id();
  group_seq_ = channel.record.group_seq;
  epoch_ = epoch;
  return &tree_;
}

Outcome TreeCache::fetch(const Turn& turn, const Channel& channel, const protocol::FetchTree& request) {
  const Bytes* tree = tree_of(turn, channel, request.epoch);
  if (tree == nullptr) return not_found();
  if (request.offset > tree->size()) return refuse(Status::invalid, "beyond the tree");
  const std::size_t size = std::min(tree_part_bytes_max, tree->size() - static_cast<std::size_t>(request.offset));
  return protocol::TreePart{tree->size(),
                            copy_of(BytesView{*tree}.subspan(static_cast<std::size_t>(request.offset), size))};
}

Outcome TreeCache::fetch(const Turn& turn, const Channel& channel, const protocol::FetchGroup& /*request*/) {
  auto group_info = turn.main.get(layout::channels, layout::channel_key(channel.id(), layout::ChannelPart::group_info));
  const Bytes* tree = tree_of(turn, channel, channel.record.epoch);
  if (!group_info || tree == nullptr) return not_found();
  return protocol::GroupState{.epoch = channel.record.epoch,
                              .next_seq = channel.record.head.next_seq,
                              .last_hash = channel.record.head.last,
                              .group_info = std::move(*group_info),
                              .tree_bytes = tree->size()};
}

}  // namespace samband::server
