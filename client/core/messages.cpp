#include "client/core/messages.h"

#include "client/core/channels.h"
#include "client/core/guarding.h"
#include "client/core/message_record.h"
#include "client/core/outbox.h"
#include "client/core/places.h"
#include "storage/model/permission.h"

namespace samband::client {

namespace {

constexpr std::size_t emoji_bytes_max = 64;

// A channel this device may write in now; the verdict counts at the message's place.
std::expected<Channel*, Failure> writable(Parts& parts, std::string_view name) {
  auto found = parts.channels.find_open(name);
  if (!found) return found;
  const identity::Directory& directory = parts.directory.directory();
  if (!storage::may((*found)->record.policy, directory, parts.own->device().device, directory.size(),
                    storage::Action::write)) {
    return failure(Fault::not_permitted, std::string{name});
  }
  if ((*found)->record.asked_to_leave) return failure(Fault::not_a_member, std::string{name});
  return found;
}

std::expected<MessageRecord, Failure> message_at(Parts& parts, const ChannelId& channel, std::uint64_t seq) {
  const auto kept = parts.profile.get(places::content(channel, seq));
  auto record = kept ? parse_message_record(kept->view()) : std::unexpected(ParseError::truncated);
  if (!record || record->effect != MessageEffect::says) {
    return failure(Fault::no_such_message, std::to_string(seq));
  }
  return std::move(*record);
}

Outcome sound_text(const std::string& text, const std::optional<std::string>& reason, WallTime now) {
  if (text.empty()) return failure(Fault::empty);
  return pass_guard(text, reason, now);
}

}  // namespace

Task<Outcome> post(Parts& parts, OperationId operation, ChannelId channel, Content content, std::vector<BlobId> blobs,
                   std::optional<GuidanceId> guidance) {
  const auto added = parts.outbox.add(channel, content, std::move(blobs), guidance);
  if (!added) co_return std::unexpected(added.error());
  const Later<Outbox::Placing> placed = parts.outbox.until_placed(*added);
  const Outbox::Placing placing = co_await placed;
  if (!placing) co_return std::unexpected(placing.error());
  if (!guidance) parts.turn.tell(operation, Placed{channel, *placing});
  co_return Outcome{};
}

Task<Outcome> send_text(Parts& parts, OperationId operation, SendText command) {
  const auto channel = writable(parts, command.channel);
  if (!channel) co_return std::unexpected(channel.error());
  const Outcome sound = sound_text(command.text, command.guard_reason, parts.turn.now());
  if (!sound) co_return sound;
  const ChannelId id = (*channel)->id();
  const auto salt = parts.random.id<MessageSalt>();
  Content content = text_message(salt, command.text, "");
  if (command.reply_to) {
    const auto original = message_at(parts, id, *command.reply_to);
    if (!original) co_return std::unexpected(original.error());
    content = reply(salt, original->id, command.text, "");
  }
  record_guard_reason(content, command.guard_reason);
  auto posting = post(parts, operation, id, std::move(content), {}, std::nullopt);
  co_return co_await posting;
}

Task<Outcome> edit_text(Parts& parts, OperationId operation, EditText command) {
  const auto channel = writable(parts, command.channel);
  if (!channel) co_return std::unexpected(channel.error());
  const Outcome sound = sound_text(command.text, command.guard_reason, parts.turn.now());
  if (!sound) co_return sound;
  const ChannelId id = (*channel)->id();
  const auto original = message_at(parts, id, command.seq);
  if (!original) co_return std::unexpected(original.error());
  const identity::DeviceRecord* author = parts.directory.directory().device(original->sender);
  if (author == nullptr || author->certificate.staff != parts.own->device().staff) {
    co_return failure(Fault::not_permitted, std::to_string(command.seq));
  }
  Content content = edit(parts.random.id<MessageSalt>(), original->id, command.text, "");
  record_guard_reason(content, command.guard_reason);
  auto posting = post(parts, operation, id, std::move(content), {}, std::nullopt);
  co_return co_await posting;
}

Task<Outcome> delete_message(Parts& parts, OperationId operation, DeleteMessage command) {
  const auto channel = parts.channels.find_open(command.channel);
  if (!channel) co_return std::unexpected(channel.error());
  const ChannelId id = (*channel)->id();
  const auto original = message_at(parts, id, command.seq);
  if (!original) co_return std::unexpected(original.error());
  const identity::Directory& directory = parts.directory.directory();
  const identity::DeviceRecord* author = directory.device(original->sender);
  const bool is_own = author != nullptr && author->certificate.staff == parts.own->device().staff;
  const bool moderates = storage::may((*channel)->record.policy, directory, parts.own->device().device,
                                      directory.size(), storage::Action::delete_any)
                             .has_value();
  if (!is_own && !moderates) co_return failure(Fault::not_permitted, std::to_string(command.seq));
  auto posting = post(parts, operation, id, deletion(parts.random.id<MessageSalt>(), original->id), {}, std::nullopt);
  co_return co_await posting;
}

Task<Outcome> react(Parts& parts, OperationId operation, React command) {
  const auto channel = writable(parts, command.channel);
  if (!channel) co_return std::unexpected(channel.error());
  if (command.emoji.empty() || command.emoji.size() > emoji_bytes_max) co_return failure(Fault::too_large);
  const ChannelId id = (*channel)->id();
  const auto original = message_at(parts, id, command.seq);
  if (!original) co_return std::unexpected(original.error());
  Content content = reaction(parts.random.id<MessageSalt>(), original->id, command.emoji);
  auto posting = post(parts, operation, id, std::move(content), {}, std::nullopt);
  co_return co_await posting;
}

}  // namespace samband::client
