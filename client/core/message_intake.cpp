#include "client/core/message_intake.h"

#include "client/core/documents.h"
#include "client/core/entry_intake.h"
#include "client/core/guidance.h"
#include "client/core/places.h"
#include "storage/model/permission.h"

namespace samband::client {

namespace {

void warn(Parts& parts, const Channel& channel, const storage::Entry& entry, Warning warning, std::string detail) {
  parts.turn.warn({.warning = warning,
                   .channel = channel.id(),
                   .channel_name = channel.record.policy.name,
                   .seq = entry.seq,
                   .detail = std::move(detail)});
}

bool may(const Parts& parts, const Channel& channel, const storage::Entry& entry, storage::Action action) {
  return storage::may(channel.record.policy, parts.directory.directory(), entry.sender, entry.directory_size, action)
      .has_value();
}

bool is_same_person(const identity::Directory& directory, const DeviceId& a, const DeviceId& b) {
  const identity::DeviceRecord* first = directory.device(a);
  const identity::DeviceRecord* second = directory.device(b);
  return first != nullptr && second != nullptr && first->certificate.partner == second->certificate.partner &&
         first->certificate.staff == second->certificate.staff;
}

// An edit is by the author's own staff member; a deletion also by a moderator. What is not here can't be changed.
bool may_replace(Parts& parts, const Channel& channel, const storage::Entry& entry, const MessageId& original,
                 bool deletes) {
  const auto place = parts.profile.get(places::message_seq(channel.id(), original.view()));
  if (!place) return false;
  Reader in{place->view()};
  const auto kept = parts.profile.get(places::content(channel.id(), in.u64()));
  if (!kept) return false;
  const auto record = parse_message_record(kept->view());
  if (!record || record->effect != MessageEffect::says) return false;
  if (is_same_person(parts.directory.directory(), record->sender, entry.sender)) return true;
  return deletes && may(parts, channel, entry, storage::Action::delete_any);
}

MessageEffect effect_of(Parts& parts, const Channel& channel, const storage::Entry& entry, const Content& content) {
  if (content.replaces) {
    const bool deletes = std::holds_alternative<NullPart>(content.body.body);
    if (!may_replace(parts, channel, entry, *content.replaces, deletes)) return MessageEffect::no_effect;
    return deletes ? MessageEffect::deletes : MessageEffect::edits;
  }
  if (!may(parts, channel, entry, storage::Action::write)) return MessageEffect::no_effect;
  if (content.body.disposition == Disposition::reaction) {
    return content.in_reply_to ? MessageEffect::reacts : MessageEffect::no_effect;
  }
  return MessageEffect::says;
}

// Two members who saw different entries at one place, or different logs, find out here.
void compare_views(Parts& parts, const Channel& channel, const storage::Entry& entry, const Content& content) {
  if (const auto seen = channel_head_of(content); seen && seen->seq < entry.seq) {
    const auto ours = parts.profile.get(places::entry(channel.id(), seen->seq));
    if (ours && storage::entry_hash(ours->view()) != seen->hash) {
      warn(parts, channel, entry, Warning::history_differs, "a member saw another entry " + std::to_string(seen->seq));
    }
  }
  const auto head = content.extension_bytes(extension_tree_head);
  if (!head) return;
  if (const auto parsed = transparency::parse_signed_tree_head(*head)) parts.directory.on_witnessed_head(*parsed);
}

void index(Parts& parts, const Channel& channel, const MessageRecord& record) {
  Writer seq;
  seq.u64(record.seq);
  parts.profile.put(places::message_seq(channel.id(), record.id.view()), seq.view());
}

}  // namespace

void keep_message(Parts& parts, Channel& channel, const storage::Entry& entry, const protocol::AuthenticatedData& data,
                  BytesView content) {
  const auto parsed = parse_content(content);
  if (!parsed) return warn(parts, channel, entry, Warning::entry_refused, "not a message");
  compare_views(parts, channel, entry, *parsed);

  MessageRecord record{.seq = entry.seq,
                       .at = entry.at,
                       .sender = entry.sender,
                       .id = message_id_of(entry.sender, entry.channel, content, parsed->salt),
                       .effect = effect_of(parts, channel, entry, *parsed),
                       .content = copy_of(content)};
  if (record.effect == MessageEffect::says) {
    const bool sound = receive_document(parts, channel, entry, data, *parsed) &&
                       receive_guidance(parts, channel, entry, data, *parsed);
    if (!sound) record.effect = MessageEffect::no_effect;
  }
  parts.profile.put(places::content(channel.id(), entry.seq), encode(record));
  if (record.effect == MessageEffect::no_effect) {
    return warn(parts, channel, entry, Warning::entry_refused, "its author may not do that");
  }
  if (record.effect == MessageEffect::says) index(parts, channel, record);
  if (entry.sender != parts.own->device().device) {
    parts.turn.tell_everybody(MessageArrived{channel.id(), channel.record.policy.name, entry.seq});
  }
}

}  // namespace samband::client
