// All channels of this device: kept, subscribed to, joined, and seen to.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "client/core/channel.h"
#include "client/core/entry_intake.h"
#include "client/core/parts.h"

namespace samband::client {

// How long a sync waits for a Welcome that the list of channels promises.
inline constexpr std::uint64_t welcome_wait_ms = 5000;

class Channels {
 public:
  explicit Channels(Parts& parts) : parts_{parts}, intake_{parts} {}

  [[nodiscard]] bool load();

  [[nodiscard]] Channel* find(const ChannelId& id);
  // By name among those that are not left behind. Errors: no_such_channel, ambiguous.
  [[nodiscard]] std::expected<Channel*, Failure> find_by_name(std::string_view name);
  // The same, of which this device is a member. Errors: not_a_member too.
  [[nodiscard]] std::expected<Channel*, Failure> find_joined(std::string_view name);
  // The same, into which something may be said. Errors: server_behind too.
  [[nodiscard]] std::expected<Channel*, Failure> find_open(std::string_view name);
  [[nodiscard]] std::vector<Channel*> all();
  // Whether another channel than `except` stands on the MLS group with this id (RFC 9420 §12.4.3).
  [[nodiscard]] bool holds_group(BytesView group_id, const ChannelId& except) const;
  Channel& add(ChannelRecord record);
  void drop(const ChannelId& id);

  // --- the server speaks
  void on_ready();
  void on_disconnected();
  void on_entry(BytesView wire);
  void on_inbox(protocol::InboxEvent event);
  void on_channel_event();
  void on_create_reply(const Purpose& purpose, const protocol::ReplyBody& reply);
  void on_commit_reply(const Purpose& purpose, const protocol::ReplyBody& reply);
  void directory_grew();
  // Time has passed: entries held for the clock may go on.
  void on_tick();

  // --- what parts ask of each other
  void subscribe(Channel& channel);
  void epoch_began(Channel& channel);
  // The external Commit of this device came back in the log it has followed.
  void joined_anew(Channel& channel, const storage::Entry& entry);
  // Begins what the channel needs, unless it is under way: joining anew, removing leaves, a path, admitting.
  void see_to(Channel& channel);
  // A known revoked leaf is in the group, or this device owes a path: neither may wait once there is something
  // to say.
  [[nodiscard]] bool must_commit_first(Channel& channel) const;

  // --- agent
  void set_agent(bool agent) { agent_ = agent; }
  [[nodiscard]] bool is_agent() const { return agent_; }

  // The list of channels has been heard on this connection, and everything in it was processed or is held.
  [[nodiscard]] bool is_current() const;

 private:
  [[nodiscard]] Task<bool> reconcile();
  // After the server was restored: whether its log of each channel is still ours. See parting.cpp.
  [[nodiscard]] Task<bool> compare();
  [[nodiscard]] Task<bool> compare_one(ChannelId id, std::uint64_t server_next);
  void parted(Channel& channel, const Parting& found);
  void heard_of(const protocol::ChannelSummary& summary);
  void await_welcome(Channel& channel, const protocol::ChannelSummary& summary);
  [[nodiscard]] Task<bool> welcome_errand(protocol::InboxEvent event);
  void joined(Channel& channel, const protocol::Placed& placed);
  void abandon_joining(Channel& channel, const protocol::ReplyBody& reply);

  Parts& parts_;
  EntryIntake intake_;
  std::map<ChannelId, std::unique_ptr<Channel>> channels_;
  bool listed_ = false;  // on this connection
  bool listing_ = false;
  bool comparing_ = false;
  std::size_t welcomes_open_ = 0;
  bool agent_ = false;
};

// What there is to say of a channel that the restored server is behind in, or tells otherwise.
[[nodiscard]] std::optional<WarningLine> warning_of_parting(const Channel& channel);

}  // namespace samband::client
