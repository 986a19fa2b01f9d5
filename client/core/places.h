// Where each record of the profile is kept, beside what storage/model/profile_layout.h names.
// Scopes and ids are hidden in the store; numbers are not.
#pragma once

#include <cstdint>

#include "crypto/identity/ids.h"
#include "storage/model/profile_layout.h"

namespace samband::client::places {

using storage::profile_store::Place;

[[nodiscard]] Place own();               // Own
[[nodiscard]] Place counters();          // incarnation and request counters, see session.cpp
[[nodiscard]] Place tree_head();         // the newest SignedTreeHead that was verified
[[nodiscard]] Place head_incarnation();  // of the server when it had all leaves held
[[nodiscard]] Place leaf(std::uint64_t index);

// Unanswered requests that took a counter: the place of the first, then one for each.
[[nodiscard]] Place requests();
[[nodiscard]] Place request(std::uint16_t shard, std::uint64_t counter);

// KeyPackageBundles by KeyPackageRef (32 bytes).
[[nodiscard]] Place key_packages();
[[nodiscard]] Place key_package(BytesView reference);
[[nodiscard]] Place key_package_at(BytesView order);  // as a scan shows it

// ChannelRecords by channel.
[[nodiscard]] Place channels();
[[nodiscard]] Place channel(const ChannelId& channel);
[[nodiscard]] Place parting(const ChannelId& channel);  // Parting, while there is one
[[nodiscard]] Place group(const ChannelId& channel);    // mls::Group, its private part
[[nodiscard]] Place pending(const ChannelId& channel);  // mls::Group's pending Commit, once it was submitted
// Its public part: GroupRecords by number, the first and one.
[[nodiscard]] Place group_records(const ChannelId& channel);
[[nodiscard]] Place group_record(const ChannelId& channel, std::uint32_t number);
[[nodiscard]] Place secret_tree(const ChannelId& channel);  // SecretTreeRecords of the present epoch: the first
[[nodiscard]] Place secret_tree_node(const ChannelId& channel, std::uint32_t node);

[[nodiscard]] Place entry(const ChannelId& channel, std::uint64_t seq);
[[nodiscard]] Place content(const ChannelId& channel, std::uint64_t seq);

// The seq of a message by its MessageId (32 bytes).
[[nodiscard]] Place message_seq(const ChannelId& channel, BytesView message_id);

// Messages that wait for their place in a channel, by number.
[[nodiscard]] Place outbox();
[[nodiscard]] Place outbox_item(std::uint64_t n);

// Versions of documents: of a channel, and one by the seq of its message.
[[nodiscard]] Place documents(const ChannelId& channel);
[[nodiscard]] Place document(const ChannelId& channel, std::uint64_t seq);
// Uploads that were begun: by channel and path.
[[nodiscard]] Place upload(const ChannelId& channel, BytesView path);

[[nodiscard]] Place guidances();
[[nodiscard]] Place guidance(const GuidanceId& id);

}  // namespace samband::client::places
