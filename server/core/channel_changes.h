// What changes a channel: judged by protocol/verdict first, then placed, all of it in one turn. Whoever asks is known
// to be in force; a refusal leaves nothing behind.
#pragma once

#include "server/core/blobs.h"
#include "server/core/channel.h"
#include "server/core/inbox.h"

namespace samband::server {

// --- channel_begin.cpp
[[nodiscard]] std::expected<Channel, protocol::Refused> create_channel(ChannelTurn& at, const DeviceId& from,
                                                                       const protocol::CreateChannel& request);
// Members of the group before read up to the restart, and join the new one like anybody the roster means.
[[nodiscard]] Outcome restart_channel(ChannelTurn& at, Channel& channel, const DeviceId& from,
                                      const protocol::RestartChannel& request);
// Tells the devices that `policy` entitles and `before` (nullptr: nothing) did not.
void tell_newly_entitled(ChannelTurn& at, const storage::ChannelPolicy& policy, const storage::ChannelPolicy* before);

// --- channel_commit.cpp: Commit, Welcomes and GroupInfo land together or not at all
[[nodiscard]] Outcome submit_commit(ChannelTurn& at, Channel& channel, Inbox& inbox, Blobs& blobs, const DeviceId& from,
                                    const protocol::SubmitCommit& request);
// A Welcome into the channel was fetched by its device.
void welcome_fetched(Turn& turn, Channel& channel, std::uint64_t seq, std::uint64_t epoch);

// --- channel_posts.cpp
[[nodiscard]] Outcome send_message(ChannelTurn& at, Channel& channel, Blobs& blobs, const DeviceId& from,
                                   const protocol::SendMessage& request);
[[nodiscard]] Outcome post_statement(ChannelTurn& at, Channel& channel, const DeviceId& from,
                                     const protocol::PostStatement& request);
[[nodiscard]] Outcome schedule_release(ChannelTurn& at, Channel& channel, const DeviceId& from,
                                       const protocol::ScheduleRelease& request);
[[nodiscard]] Outcome withdraw_release(ChannelTurn& at, Channel& channel, const DeviceId& from,
                                       const protocol::WithdrawRelease& request);
// The server's own entry, at its time.
void place_release(ChannelTurn& at, Channel& channel, const GuidanceId& guidance);

}  // namespace samband::server
