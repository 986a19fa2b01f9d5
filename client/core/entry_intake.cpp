#include "client/core/entry_intake.h"

#include <algorithm>

#include "client/core/channels.h"
#include "client/core/message_intake.h"
#include "client/core/outbox.h"
#include "client/core/places.h"
#include "client/core/statements.h"
#include "crypto/suite/signing.h"
#include "server/protocol/entry_bodies.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"

namespace samband::client {

namespace {

std::string_view name_of(storage::ChainError error) {
  switch (error) {
    case storage::ChainError::other_channel: return "an entry of another channel";
    case storage::ChainError::seq_not_next: return "an entry out of its order";
    case storage::ChainError::hash_differs: return "history was changed";
    case storage::ChainError::time_went_back: return "time went back";
    case storage::ChainError::directory_shrank: return "the directory shrank";
    case storage::ChainError::incarnation_went_back: return "an older server answers";
  }
  return "";
}

// For members only to see: the Commit counts for everybody, yet can't be followed here.
bool is_own_fault(const mls::CommitRefusal& refusal) {
  return std::holds_alternative<mls::MemberError>(refusal);
}

}  // namespace

protocol::Circumstances circumstances_of(const Parts& parts, const storage::Entry& entry) {
  return {.channel = entry.channel,
          .sender = entry.sender,
          .at = entry.at,
          .directory = parts.directory.directory(),
          .directory_size = entry.directory_size};
}

void EntryIntake::receive(Channel& channel, Bytes wire) {
  if (channel.waiting.size() >= waiting_entries_max) {
    channel.gap = true;
    return;
  }
  channel.waiting.push_back(std::move(wire));
  if (channel.waiting.size() == 1) pump(channel);
}

void EntryIntake::pump(Channel& channel) {
  while (!channel.waiting.empty()) {
    const Bytes wire = channel.waiting.front();
    if (take(channel, wire) == Taken::not_yet) return;
    if (!channel.waiting.empty()) channel.waiting.pop_front();
  }
  if (channel.gap) {
    channel.gap = false;
    parts_.channels.subscribe(channel);
  }
}

void EntryIntake::forget_old(const Channel& channel) {
  std::vector<Place> old;
  const std::uint64_t now = parts_.turn.now().ms;
  parts_.profile.scan(places::entry(channel.id(), 0), [&](BytesView, BytesView wire) {
    const auto entry = storage::parse_entry(wire);
    if (!entry || entry->at.ms + entries_kept_ms >= now) return false;
    old.push_back(places::entry(channel.id(), entry->seq));
    return old.size() < entries_forgotten_at_once_max;
  });
  for (const Place& place : old) parts_.profile.remove(place);
}

EntryIntake::Taken EntryIntake::take(Channel& channel, BytesView wire) {
  const auto entry = storage::parse_entry(wire);
  if (!entry) {
    parts_.turn.warn({.warning = Warning::entry_refused,
                      .channel = channel.id(),
                      .channel_name = channel.record.policy.name,
                      .seq = channel.record.head.next_seq,
                      .detail = "not an entry"});
    return Taken::yes;
  }
  if (channel.record.standing == Standing::halted || entry->seq < channel.record.head.next_seq) return Taken::yes;
  if (entry->seq > channel.record.head.next_seq) {
    channel.gap = true;
    return Taken::yes;
  }
  if (must_wait(channel, *entry)) return Taken::not_yet;

  storage::ChainHead head = channel.record.head;
  if (const auto continued = storage::advance(head, *entry); !continued) {
    halt(channel, *entry, std::string{name_of(continued.error())});
    return Taken::yes;
  }
  channel.record.head = head;
  parts_.profile.put(places::entry(channel.id(), entry->seq), wire);
  judge(channel, *entry, head.last);
  channel.save_record();
  channel.changed();
  return Taken::yes;
}

bool EntryIntake::must_wait(Channel& channel, const storage::Entry& entry) {
  if (entry.at.ms > parts_.turn.now().ms + server_ahead_ms_max) {
    parts_.turn.warn({.warning = Warning::entry_from_the_future,
                      .channel = channel.id(),
                      .channel_name = channel.record.policy.name,
                      .seq = entry.seq});
    parts_.turn.wake_at({entry.at.ms - server_ahead_ms_max});
    return true;
  }
  if (entry.directory_size > parts_.directory.shared_size()) {
    parts_.directory.expect(entry.directory_size);
    return true;
  }
  return false;
}

void EntryIntake::halt(Channel& channel, const storage::Entry& entry, std::string detail) {
  parts_.turn.warn({.warning = Warning::history_differs,
                    .channel = channel.id(),
                    .channel_name = channel.record.policy.name,
                    .seq = entry.seq,
                    .detail = std::move(detail)});
  channel.record.standing = Standing::halted;
  channel.save_record();
  channel.changed();
}

void EntryIntake::judge(Channel& channel, const storage::Entry& entry, const Hash& hash) {
  if (entry.kind == storage::EntryKind::commit && !channel.record.joining_by.is_zero() &&
      channel.record.joining_by == sha256(entry.body)) {
    return parts_.channels.joined_anew(channel, entry);
  }
  // What was before this device joined, or comes while its group is lost, can't be read; its place counts.
  if (!channel.is_member() || channel.record.lost) return;
  switch (entry.kind) {
    case storage::EntryKind::commit: return take_commit(channel, entry, hash);
    case storage::EntryKind::message: return take_message(channel, entry);
    case storage::EntryKind::leave_request:
    case storage::EntryKind::complaint:
    case storage::EntryKind::key_request: return take_statement(channel, entry);
    case storage::EntryKind::restart: return take_restart(channel, entry);
    case storage::EntryKind::created:
      if (entry.seq != 0 || entry.sender != parts_.own->device().device) refuse(channel, entry, "created twice");
      return;
    case storage::EntryKind::release: return;  // its place counts
  }
}

void EntryIntake::take_commit(Channel& channel, const storage::Entry& entry, const Hash& hash) {
  if (channel.group->is_pending(entry.body)) return take_own_commit(channel, entry);
  take_others_commit(channel, entry, hash);
}

void EntryIntake::take_own_commit(Channel& channel, const storage::Entry& entry) {
  const mls::StagedCommit& staged = channel.group->pending();
  // It was judged when it was made, at a directory of that moment; what counts is the one at its place.
  const auto verdict = protocol::judge_staged_commit(channel.record.policy, staged, channel.leave_requests(),
                                                     circumstances_of(parts_, entry));
  if (!verdict) {
    channel.forget_pending();
    refuse(channel, entry, protocol::name_of(verdict.error().error));
    return channel.settle_fate({.kind = CommitFate::Kind::beaten, .seq = entry.seq, .failure = {}});
  }
  if (staged.has_path) {
    channel.record.path_due = false;
    channel.record.path_at = entry.at;
  }
  channel.group->merge_pending();
  channel.forget_pending();
  entered_epoch(channel, entry, *verdict);
  channel.settle_fate({.kind = CommitFate::Kind::placed, .seq = entry.seq, .failure = {}});
}

void EntryIntake::take_others_commit(Channel& channel, const storage::Entry& entry, const Hash& hash) {
  const protocol::Circumstances around = circumstances_of(parts_, entry);
  if (const auto form = protocol::parse_commit(entry.body); !form) {
    return refuse(channel, entry, protocol::name_of(form.error().error));
  }
  const protocol::DirectoryAuthentication authentication{around.directory, around.directory_size, around.at};
  const mls::NoPreSharedKeys no_psks;
  auto received = channel.group->stage_commit(entry.body, {authentication, no_psks, around.at});
  if (!received) {
    // Only what is valid for everybody else is a reason to join anew: anything less is the server's own doing.
    const auto judged = protocol::judge_commit(channel.group->public_group(), channel.record.policy, entry.body,
                                               channel.leave_requests(), around);
    if (!judged) return refuse(channel, entry, protocol::name_of(judged.error().error));
    if (is_own_fault(received.error())) return lose(channel, entry, hash, "the Commit does not open here");
    return refuse(channel, entry, "not valid in MLS");
  }
  const auto verdict =
      protocol::judge_staged_commit(channel.record.policy, received->staged(), channel.leave_requests(), around);
  if (!verdict) return refuse(channel, entry, protocol::name_of(verdict.error().error));

  const bool had_pending = channel.group->has_pending();
  const mls::CommitOutcome outcome = channel.group->merge(std::move(*received));
  if (outcome == mls::CommitOutcome::removed) {
    left_group(channel, *verdict);
  } else {
    channel.forget_pending();
    entered_epoch(channel, entry, *verdict);
  }
  if (had_pending) channel.settle_fate({.kind = CommitFate::Kind::beaten, .seq = entry.seq, .failure = {}});
}

void EntryIntake::entered_epoch(Channel& channel, const storage::Entry& entry, const protocol::CommitVerdict& verdict) {
  ChannelRecord& record = channel.record;
  if (verdict.new_policy) record.policy = *verdict.new_policy;
  for (const DeviceId& device : verdict.removed) {
    const auto open = std::ranges::find(record.leave_requests, device, &OpenLeaveRequest::device);
    if (open == record.leave_requests.end()) continue;
    record.leave_requests.erase(open);
    if (record.departed.size() < departed_max) record.departed.push_back(device);
  }
  for (const DeviceId& device : verdict.added) std::erase(record.departed, device);
  channel.save_group();
  parts_.turn.log("channel entry " + std::to_string(entry.seq) + ": epoch " +
                  std::to_string(channel.group->epoch().value));
  parts_.channels.epoch_began(channel);
}

void EntryIntake::left_group(Channel& channel, const protocol::CommitVerdict& verdict) {
  const DeviceId& own = parts_.own->device().device;
  const bool asked = channel.record.asked_to_leave ||
                     std::ranges::find(channel.record.leave_requests, own, &OpenLeaveRequest::device) !=
                         channel.record.leave_requests.end();
  if (verdict.new_policy) channel.record.policy = *verdict.new_policy;
  channel.record.standing = asked ? Standing::left : Standing::removed;
  channel.record.leave_requests.clear();
  channel.forget_group();
  parts_.turn.tell_everybody(
      LeftChannel{channel.id(), channel.record.policy.name, asked ? Membership::left : Membership::removed});
  parts_.outbox.channel_ended(channel.id());
}

void EntryIntake::lose(Channel& channel, const storage::Entry& entry, const Hash& hash, const std::string& reason) {
  const bool had_pending = channel.group->has_pending();
  post_statement(parts_, channel, protocol::Complaint{.seq = entry.seq, .entry = hash, .reason = reason});
  channel.record.lost = true;
  channel.forget_pending();
  parts_.turn.log("channel entry " + std::to_string(entry.seq) + ": " + reason + "; joining anew");
  if (had_pending) channel.settle_fate({.kind = CommitFate::Kind::beaten, .seq = entry.seq, .failure = {}});
  parts_.channels.see_to(channel);
}

void EntryIntake::take_message(Channel& channel, const storage::Entry& entry) {
  const protocol::Circumstances around = circumstances_of(parts_, entry);
  const auto data = protocol::judge_message(channel.group->context(), channel.record.policy, entry.body, around);
  if (!data) return refuse(channel, entry, protocol::name_of(data.error().error));
  const bool is_own = entry.sender == parts_.own->device().device;
  if (const auto own = parts_.outbox.take_placed(channel.id(), sha256(entry.body)); own && is_own) {
    keep_message(parts_, channel, entry, *data, own->sent->content);
    parts_.outbox.settle(own->n, entry.seq);
    return;
  }
  auto opened = channel.group->unprotect(entry.body);
  if (!opened) return refuse(channel, entry, "it does not open");
  channel.save_ratchets();
  const mls::LeafNode* leaf = channel.group->public_group().tree().leaf(opened->sender);
  if (protocol::device_of(leaf) != entry.sender) return refuse(channel, entry, "made by another device");
  keep_message(parts_, channel, entry, *data, opened->application_data);
}

void EntryIntake::take_statement(Channel& channel, const storage::Entry& entry) {
  const auto statement = protocol::judge_statement(channel.group->context(), channel.record.policy, entry.kind,
                                                   entry.body, circumstances_of(parts_, entry));
  if (!statement) return refuse(channel, entry, protocol::name_of(statement.error().error));
  if (entry.kind == storage::EntryKind::complaint) {
    return parts_.turn.log("channel entry " + std::to_string(entry.seq) + ": a member could not follow a Commit");
  }
  if (entry.kind != storage::EntryKind::leave_request) return;
  std::vector<OpenLeaveRequest>& open = channel.record.leave_requests;
  std::erase_if(open, [&](const OpenLeaveRequest& request) { return request.device == entry.sender; });
  if (open.size() < leave_requests_max) open.push_back({entry.seq, entry.sender});
  if (entry.sender == parts_.own->device().device) channel.record.asked_to_leave = true;
  parts_.channels.see_to(channel);
}

void EntryIntake::take_restart(Channel& channel, const storage::Entry& entry) {
  const auto body = protocol::parse_restart_body(entry.body);
  if (!body) return refuse(channel, entry, "malformed");
  const auto judged =
      protocol::judge_restart(channel.group->context(), channel.record.policy, body->statement, body->group.group_info,
                              body->group.ratchet_tree, circumstances_of(parts_, entry));
  if (!judged) return refuse(channel, entry, protocol::name_of(judged.error().error));
  parts_.turn.log("channel entry " + std::to_string(entry.seq) + ": a moderator begins the group anew");
  channel.record.lost = true;
  channel.forget_pending();
  channel.settle_fate({.kind = CommitFate::Kind::beaten, .seq = entry.seq, .failure = {}});
  parts_.channels.see_to(channel);
}

void EntryIntake::refuse(Channel& channel, const storage::Entry& entry, std::string_view why) {
  parts_.turn.warn({.warning = Warning::entry_refused,
                    .channel = channel.id(),
                    .channel_name = channel.record.policy.name,
                    .seq = entry.seq,
                    .detail = std::string{why}});
}

}  // namespace samband::client
