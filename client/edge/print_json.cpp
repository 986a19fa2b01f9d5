#include <nlohmann/json.hpp>

#include "client/edge/print.h"
#include "client/edge/text_form.h"
#include "crypto/codec/hex.h"

namespace samband::client {
namespace {

using Json = nlohmann::ordered_json;

template <class Id>
std::string hex_of(const Id& id) {
  return to_hex(id.view());
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json duties_of(identity::Duties duties) {
  Json names = Json::array();
  const std::pair<identity::Duty, const char*> all[] = {{identity::Duty::administrator, "administrator"},
                                                        {identity::Duty::coordinator, "coordinator"},
                                                        {identity::Duty::publisher, "publisher"},
                                                        {identity::Duty::acknowledger, "acknowledger"}};
  for (const auto& [duty, name] : all) {
    if (duties.has(duty)) names.push_back(name);
  }
  return names;
}

const char* name_of(Membership membership) {
  switch (membership) {
    case Membership::member: return "member";
    case Membership::may_join: return "may_join";
    case Membership::left: return "left";
    case Membership::removed: return "removed";
  }
  std::abort();  // every enumerator returns above
}

const char* name_of(Warning warning) {
  switch (warning) {
    case Warning::entry_from_the_future: return "entry_from_the_future";
    case Warning::entry_refused: return "entry_refused";
    case Warning::commit_not_processed: return "commit_not_processed";
    case Warning::tree_head_old: return "tree_head_old";
    case Warning::server_contradicts_log: return "server_contradicts_log";
    case Warning::history_differs: return "history_differs";
    case Warning::server_restored: return "server_restored";
    case Warning::profile_copied: return "profile_copied";
    case Warning::fingerprint_not_compared: return "fingerprint_not_compared";
    case Warning::channel_behind: return "channel_behind";
    case Warning::channel_parted: return "channel_parted";
    case Warning::directory_behind: return "directory_behind";
  }
  std::abort();  // every enumerator returns above
}

Json object(const Enrolled& line) {
  return {{"partner_name", line.partner_name},
          {"partner_number", line.partner_number},
          {"device", hex_of(line.device)},
          {"fingerprint", line.fingerprint},
          {"recovery_sheet", or_null(line.recovery_sheet)}};
}
Json object(const InvitationMade& line) {
  return {
      {"invitation", line.text}, {"delegation", hex_of(line.delegation)}, {"expires_at", to_rfc3339(line.expires_at)}};
}
Json object(const SelfLine& line) {
  return {{"partner", hex_of(line.partner)},
          {"partner_name", line.partner_name},
          {"partner_number", line.partner_number},
          {"fingerprint", line.fingerprint},
          {"staff", hex_of(line.staff)},
          {"name", line.staff_name},
          {"device", hex_of(line.device)},
          {"label", line.device_label},
          {"duties", duties_of(line.duties)},
          {"server", line.server_name},
          {"administrator_key", line.has_administrator_key},
          {"revoked", line.revoked}};
}
Json object(const PartnerLine& line) {
  return {{"partner", hex_of(line.partner)}, {"number", line.number},     {"name", line.name},
          {"community", line.community},     {"enrolled", line.enrolled}, {"fingerprint", line.fingerprint}};
}
Json object(const DeviceLine& line) {
  return {{"partner", hex_of(line.partner)},   {"partner_name", line.partner_name}, {"staff", hex_of(line.staff)},
          {"name", line.staff_name},           {"device", hex_of(line.device)},     {"label", line.label},
          {"duties", duties_of(line.duties)},  {"since", to_rfc3339(line.since)},   {"revoked", line.revoked},
          {"this_device", line.is_this_device}};
}
Json object(const RevokedLine& line) {
  return {{"revoked", line.kind}, {"subject", line.subject}};
}
Json object(const ChannelLine& line) {
  return {{"channel", hex_of(line.channel)},
          {"name", line.name},
          {"kind", line.kind == ChannelKind::guidance ? "guidance" : "discussion"},
          {"history", line.history == ChannelHistory::shared ? "shared" : "from-joining"},
          {"membership", name_of(line.membership)},
          {"unread", line.unread},
          {"last_seq", line.last_seq},
          {"only_one_moderator", line.only_one_moderator},
          {"server_behind", line.server_behind},
          {"server_parted", line.server_parted}};
}
Json object(const ChannelMade& line) {
  return {{"channel", hex_of(line.channel)}, {"name", line.name}};
}
Json object(const MemberLine& line) {
  return {{"partner", hex_of(line.partner)},
          {"partner_name", line.partner_name},
          {"from", line.from},
          {"device", hex_of(line.device)},
          {"role", line.role},
          {"fingerprint_known", line.fingerprint_known}};
}
Json object(const Placed& line) {
  return {{"channel", hex_of(line.channel)}, {"seq", line.seq}};
}
Json object(const MessageLine& line) {
  Json reactions = Json::array();
  for (const Reaction& reaction : line.reactions) {
    reactions.push_back({{"emoji", reaction.emoji}, {"from", reaction.from}});
  }
  return {{"seq", line.seq},
          {"at", to_rfc3339(line.at)},
          {"partner", hex_of(line.partner)},
          {"partner_name", line.partner_name},
          {"from", line.from},
          {"device", hex_of(line.device)},
          {"text", line.text},
          {"reply_to", or_null(line.reply_to)},
          {"reactions", std::move(reactions)},
          {"edited", line.edited},
          {"deleted", line.deleted},
          {"document", or_null(line.document)},
          {"guard_reason", or_null(line.guard_reason)}};
}
Json object(const DocumentLine& line) {
  return {{"path", line.path},
          {"version", line.version},
          {"bytes", line.bytes},
          {"sha256", hex_of(line.sha256)},
          {"at", to_rfc3339(line.at)},
          {"from", line.from},
          {"partner", hex_of(line.partner)},
          {"partner_name", line.partner_name},
          {"seq", line.seq},
          {"conflicting", line.conflicting}};
}
Json object(const GuidanceLine& line) {
  return {{"id", hex_of(line.id)},
          {"channel", hex_of(line.channel)},
          {"channel_name", line.channel_name},
          {"title", line.title},
          {"at", to_rfc3339(line.at)},
          {"state", line.state},
          {"sha256", hex_of(line.sha256)},
          {"acknowledge_by", line.acknowledge_by ? Json(to_rfc3339(*line.acknowledge_by)) : Json(nullptr)},
          {"from", line.from},
          {"partner", hex_of(line.partner)},
          {"partner_name", line.partner_name}};
}
Json object(const GuidancePublished& line) {
  return object(line.guidance);
}
Json object(const NothingWaits&) {
  return nullptr;
}
Json object(const GuidanceTextLine& line) {
  return {{"id", hex_of(line.id)}, {"language", line.text.language}, {"text", line.text.text}};
}
Json object(const GuidanceFileLine& line) {
  return {{"id", hex_of(line.id)}, {"file", line.name}, {"bytes", line.bytes}, {"sha256", hex_of(line.sha256)}};
}
Json object(const VerifiedLine& line) {
  return {{"tree_size", line.tree_size},
          {"head_at", to_rfc3339(line.head_at)},
          {"root", hex_of(line.root)},
          {"leaves_followed", line.leaves_followed},
          {"own_device_found", line.own_device_found}};
}
Json object(const MessageArrived& line) {
  return {{"arrived", line.seq}, {"channel", hex_of(line.channel)}, {"channel_name", line.channel_name}};
}
Json object(const JoinedChannel& line) {
  return {{"joined", line.channel_name}, {"channel", hex_of(line.channel)}};
}
Json object(const LeftChannel& line) {
  return {{name_of(line.membership), line.channel_name}, {"channel", hex_of(line.channel)}};
}
Json object(const MayJoinChannel& line) {
  return {{"may_join", line.channel_name}, {"channel", hex_of(line.channel)}};
}
Json object(const NewDeviceOfYours& line) {
  return {{"new_device", hex_of(line.device)}, {"label", line.label}, {"at", to_rfc3339(line.at)}};
}
Json object(const PartnerKeyChanged& line) {
  return {{"partner_key_changed", hex_of(line.partner)},
          {"partner_name", line.partner_name},
          {"fingerprint", line.fingerprint}};
}
Json object(const WarningLine& line) {
  return {{"warning", name_of(line.warning)},
          {"channel", line.channel ? Json(hex_of(*line.channel)) : Json(nullptr)},
          {"seq", line.seq},
          {"detail", line.detail}};
}
Json object(const Progress&) {
  return nullptr;
}

}  // namespace

std::optional<std::string> for_scripts(const Line& line) {
  const Json json = std::visit([](const auto& one) { return object(one); }, line);
  if (json.is_null()) return std::nullopt;
  // Texts are UTF-8 already; what a broken peer sent otherwise is replaced, not thrown over.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace samband::client
