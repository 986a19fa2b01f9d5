#include "client/core/places.h"

#include "storage/store.h"

namespace samband::client::places {

namespace layout = storage::profile_store;

namespace {

Bytes scope(std::string_view name) {
  return copy_of(view_of(name));
}
Bytes scope(std::string_view name, const ChannelId& channel) {
  return concat({view_of(name), channel.view()});
}

}  // namespace

Place own() {
  return layout::named(layout::identity, "own");
}
Place counters() {
  return layout::named(layout::settings, "request counters");
}
Place tree_head() {
  return layout::named(layout::trust, "tree head");
}
Place head_incarnation() {
  return layout::named(layout::trust, "incarnation of the tree head");
}
Place leaf(std::uint64_t index) {
  return layout::numbered(layout::directory, index);
}

Place requests() {
  return {layout::outbox, scope("requests"), {}};
}
Place request(std::uint16_t shard, std::uint64_t counter) {
  return {layout::outbox, scope("requests"), storage::KeyWriter{}.u16(shard).u64(counter).take()};
}

Place key_packages() {
  return {layout::identity, scope("key packages"), {}};
}
Place key_package(BytesView reference) {
  return {layout::identity, scope("key packages"), copy_of(reference), true};
}
Place key_package_at(BytesView order) {
  return {layout::identity, scope("key packages"), copy_of(order)};
}

Place channels() {
  return {layout::channels, scope("channels"), {}};
}
Place channel(const ChannelId& channel) {
  return {layout::channels, scope("channels"), copy_of(channel.view()), true};
}
Place parting(const ChannelId& channel) {
  return {layout::channels, scope("partings"), copy_of(channel.view()), true};
}
Place group(const ChannelId& channel) {
  return layout::of_channel(layout::groups, channel, 0);
}
Place pending(const ChannelId& channel) {
  return layout::of_channel(layout::groups, channel, 1);
}
Place group_records(const ChannelId& channel) {
  return {layout::groups, scope("public group", channel), {}};
}
Place group_record(const ChannelId& channel, std::uint32_t number) {
  return {layout::groups, scope("public group", channel), storage::KeyWriter{}.u32(number).take()};
}
Place secret_tree(const ChannelId& channel) {
  return {layout::groups, scope("secret tree", channel), {}};
}
Place secret_tree_node(const ChannelId& channel, std::uint32_t node) {
  return {layout::groups, scope("secret tree", channel), storage::KeyWriter{}.u32(node).take()};
}

Place entry(const ChannelId& channel, std::uint64_t seq) {
  return layout::of_entry(layout::entries, channel, seq);
}
Place content(const ChannelId& channel, std::uint64_t seq) {
  return layout::of_entry(layout::content, channel, seq);
}

Place message_seq(const ChannelId& channel, BytesView message_id) {
  return {layout::content, scope("message ids", channel), copy_of(message_id), true};
}

Place outbox() {
  return {layout::outbox, scope("messages"), {}};
}
Place outbox_item(std::uint64_t n) {
  return {layout::outbox, scope("messages"), storage::KeyWriter{}.u64(n).take()};
}

Place documents(const ChannelId& channel) {
  return {layout::documents, scope("versions", channel), {}};
}
Place document(const ChannelId& channel, std::uint64_t seq) {
  return {layout::documents, scope("versions", channel), storage::KeyWriter{}.u64(seq).take()};
}
Place upload(const ChannelId& channel, BytesView path) {
  return {layout::documents, concat({view_of("upload"), channel.view(), path}), {}};
}

Place guidances() {
  return {layout::documents, scope("guidance"), {}};
}
Place guidance(const GuidanceId& id) {
  return {layout::documents, scope("guidance"), copy_of(id.view()), true};
}

}  // namespace samband::client::places
