// The conversation with the server: hello, login, and requests until each is answered.
// A request is never given up because a connection was lost: it is sent again on the next. One that changes
// something is in the profile before it is sent, under the counter it keeps, so that a repetition after a lost
// answer, or after this program died, changes nothing twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "client/core/own.h"
#include "client/core/profile.h"
#include "client/core/task.h"
#include "client/core/turn.h"
#include "server/protocol/messages.h"

namespace samband::client {

inline constexpr std::size_t requests_sent_max = 48;  // below the server's own bound

// What a counted request was for, so that its answer finds its way after a restart. Never renumber.
enum class PurposeKind : std::uint8_t { none = 0, message = 1, commit = 2, create = 3, statement = 4 };
struct Purpose {
  PurposeKind kind = PurposeKind::none;
  ChannelId channel;
  std::uint64_t item = 0;  // of the outbox, for a message; the mark of a Commit
};

struct Answered {
  Purpose purpose;
  protocol::ReplyBody reply;
};

class Session {
 public:
  enum class Phase : std::uint8_t { away, greeting, greeted, logging_in, ready };

  Session(Turn& turn, Profile& profile, const std::optional<Own>& own) : turn_{turn}, profile_{profile}, own_{own} {}

  // Counters and unanswered requests of the profile. False: a record does not parse.
  [[nodiscard]] bool load();

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] bool is_ready() const { return phase_ == Phase::ready; }
  [[nodiscard]] protocol::ShardIndex shard_count() const { return shard_count_; }
  [[nodiscard]] const protocol::Hello& hello() const { return hello_; }

  // Something that only asks, or may be repeated without harm.
  [[nodiscard]] Later<protocol::ReplyBody> ask(protocol::RequestBody body);
  // Something that takes a counter; the number of shards is known (there was a hello once).
  Later<protocol::ReplyBody> submit(protocol::RequestBody body, Purpose purpose = {});
  // Whether a counted request of that purpose is unanswered.
  [[nodiscard]] bool is_waiting(PurposeKind kind, const ChannelId& channel, std::uint64_t item) const;

  // Enrolment knows from the invitation who has to answer, before there is an Own.
  void expect_server(std::string name) { expected_server_ = std::move(name); }
  // Settles true once the server has said hello.
  [[nodiscard]] Later<bool> until_greeted();
  // Settles true once logged in.
  [[nodiscard]] Later<bool> until_ready();

  void connected(BytesView channel_binding);
  void disconnected();
  // Enrolment has made the device: log in on the connection that is open.
  void log_in();

  // False: the frame ends the connection, which was asked for already.
  [[nodiscard]] bool on_hello(protocol::Hello hello);
  [[nodiscard]] bool on_login_accepted(const protocol::LoginAccepted& accepted);
  // The answer, when it was to a request of this session and other parts want to know.
  [[nodiscard]] std::optional<Answered> on_reply(protocol::Reply reply);

  // Why what changes something is held back for now: the server takes no writes, and nothing of it is lost. nullopt:
  // it is not. Reads go on.
  [[nodiscard]] const std::optional<Failure>& held_because() const { return held_because_; }
  [[nodiscard]] WallTime retry_at() const { return retry_at_; }
  // Time has passed: what is held is tried again at `retry_at`.
  void on_tick();
  // --- when the server was restored from a backup
  // Of the last login, this connection's included; 0 before the first.
  [[nodiscard]] std::uint64_t known_incarnation() const { return incarnation_; }
  // This login met another incarnation than the one before it.
  [[nodiscard]] bool found_restored() const { return found_restored_; }
  // No counted request leaves until `release_counted`, which gives those that are left counters in line with the
  // server's.
  void hold_counted() { counted_held_ = true; }
  void release_counted();
  // Counted requests about the channel are over, as if they had been refused.
  void give_up(const ChannelId& channel);

  // Sends what may go; called at the end of each step.
  void flush();

 private:
  struct Waiting {
    protocol::RequestBody body;
    protocol::ShardIndex shard = 0;
    std::uint64_t counter = 0;  // 0: not counted
    Purpose purpose;
    Later<protocol::ReplyBody> answer;
  };
  using Tag = std::uint32_t;

  Tag enter(Waiting waiting);
  void remember(const Waiting& waiting);
  void save_counters();
  [[nodiscard]] bool may_go(const Waiting& waiting) const;
  // Brings counters in line with the server's; false for a profile that was copied.
  [[nodiscard]] bool reconcile(const std::vector<std::uint64_t>& counters);
  void hold(Tag tag, Failure reason);
  [[nodiscard]] bool is_behind_held(const Waiting& waiting) const;
  void release_held();
  // Requests with a counter greater than `above` go on from `applied`.
  void renumber(protocol::ShardIndex shard, std::uint64_t applied, std::uint64_t above);

  Turn& turn_;
  Profile& profile_;
  const std::optional<Own>& own_;

  Phase phase_ = Phase::away;
  Bytes channel_binding_;
  protocol::Hello hello_;
  protocol::ShardIndex shard_count_ = 0;  // 0: never heard
  std::uint64_t incarnation_ = 0;
  bool found_restored_ = false;
  bool counted_held_ = false;
  std::vector<std::uint64_t> applied_;   // the server's counters at this login
  std::vector<std::uint64_t> counters_;  // the last one given out, for each shard 0..shard_count
  Tag next_tag_ = 1;                     // 0 is the login's
  std::map<Tag, Waiting> waiting_;       // in the order they were made
  std::set<Tag> unsent_;
  std::set<Tag> held_;  // refused with their counters not spent; neither sent nor unsent
  std::optional<Failure> held_because_;
  WallTime retry_at_;
  std::string expected_server_;
  std::vector<Later<bool>> until_greeted_;
  std::vector<Later<bool>> until_ready_;
};

}  // namespace samband::client
