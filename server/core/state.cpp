#include "server/core/state.h"

#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/codec/hex.h"
#include "crypto/suite/signing.h"
#include "server/core/enrolment.h"
#include "server/protocol/codec.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

template <class Body, class... Kinds>
inline constexpr bool is_one_of = (std::is_same_v<Body, Kinds> || ...);

// Below the disk reserve only what asks, frees room or protects goes on.
bool needs_room(const protocol::RequestBody& body) {
  const bool may_go_on = std::visit(
      []<class Body>(const Body&) {
        return is_one_of<Body, protocol::Revoke, protocol::WithdrawRelease, protocol::AcknowledgeInbox>;
      },
      body);
  const bool changes = std::visit(
      []<class Body>(const Body&) {
        return is_one_of<Body, protocol::EnrolFirst, protocol::EnrolInvited, protocol::StagePart,
                         protocol::UploadChunk>;
      },
      body);
  return !may_go_on && (changes || protocol::is_counted(body));
}

// In maintenance nothing is changed for anybody; that a Welcome was read may still be said.
bool is_write(const protocol::RequestBody& body) {
  const bool is_uncounted_write = std::visit(
      []<class Body>(const Body&) {
        return is_one_of<Body, protocol::EnrolFirst, protocol::EnrolInvited, protocol::StagePart,
                         protocol::UploadChunk>;
      },
      body);
  return is_uncounted_write || protocol::is_counted(body);
}

protocol::ReplyBody reply_of(Outcome outcome) {
  if (!outcome) return std::move(outcome.error());
  return std::move(*outcome);
}

}  // namespace

Core::State::State(const storage::Store& main, const storage::Store& chunks, LogSigner& signer, const Limits& limits)
    : main_{main},
      chunks_{chunks},
      limits_{limits},
      signer_{signer},
      log_{main_, signer},
      documents_{log_.directory()} {}

std::optional<LoadFailure> Core::State::load() {
  const auto meta_bytes = main_.get(layout::meta, layout::meta_key());
  if (main_.failure()) return LoadFailure{LoadError::unreadable, std::string{storage::name_of(*main_.failure())}};
  if (!meta_bytes) return LoadFailure{LoadError::not_initialised, {}};
  const auto meta = storage::parse_store_meta(*meta_bytes);
  if (!meta || meta->shard_count == 0 || meta->shard_count > shard_count_max) {
    return LoadFailure{LoadError::other_format, "the store's meta record"};
  }
  meta_ = *meta;

  for (unsigned shard = 0; shard <= meta_.shard_count; ++shard) {
    const auto kept = main_.get(layout::meta, layout::shard_key(static_cast<protocol::ShardIndex>(shard)));
    const auto position = kept ? storage::parse_shard_position(*kept) : storage::ShardPosition{};
    if (!position) return LoadFailure{LoadError::other_format, "a shard's position"};
    positions_.push_back(*position);
  }
  if (const auto head_bytes = main_.get(layout::meta, layout::tree_head_key())) {
    const auto head = transparency::parse_signed_tree_head(*head_bytes);
    if (head && !transparency::verify(*head, signer_.public_key())) return LoadFailure{LoadError::other_log_key, {}};
  }
  if (auto fault = log_.load()) return LoadFailure{LoadError::broken_directory, std::move(*fault)};
  if (!audit_.load(main_)) return LoadFailure{LoadError::other_format, "the end of the audit chain"};
  if (!documents_.load_quotas(main_)) return LoadFailure{LoadError::other_format, "a partner's quota"};
  if (const auto kept = main_.get(layout::meta, layout::maintenance_key())) {
    const auto maintenance = storage::parse_maintenance(*kept);
    if (!maintenance) return LoadFailure{LoadError::other_format, "the maintenance record"};
    maintenance_ = *maintenance;
  }
  directory_staging_.load(main_, 0);
  for (unsigned shard = 1; shard <= meta_.shard_count; ++shard) {
    shards_.push_back(std::make_unique<ChannelShard>());
    auto failure = shards_.back()->load(main_, log_.directory(), index_, documents_,
                                        static_cast<protocol::ShardIndex>(shard), meta_.shard_count);
    if (failure) return failure;
  }
  if (main_.failure()) return LoadFailure{LoadError::unreadable, std::string{storage::name_of(*main_.failure())}};
  return std::nullopt;
}

Effects Core::State::apply(const Command& command) {
  SAMBAND_CHECK(command.shard <= meta_.shard_count);
  Effects effects;
  effects.position = ++position_;
  storage::ShardPosition& position = positions_[command.shard];
  position.at = std::max(position.at, command.at);
  Turn turn{.at = position.at,
            .shard = command.shard,
            .number = position.commands + 1,
            .incarnation = meta_.incarnation,
            .main = main_,
            .chunks = chunks_,
            .limits = limits_,
            .outgoing = effects.outgoing};
  std::visit([&](const auto& body) { carry_out(turn, body, command.disk_reserve); }, command.body);

  if (const auto failure = main_.failure() ? main_.failure() : chunks_.failure()) {
    main_.discard();
    chunks_.discard();
    effects.outgoing.clear();
    effects.halt = "the store can't be read: " + std::string{storage::name_of(*failure)};
    return effects;
  }
  if (main_.has_changes() || chunks_.has_changes()) {
    position.commands = turn.number;
    main_.put(layout::meta, layout::shard_key(command.shard), storage::encode(position));
    effects.chunks = chunks_.take_batch(effects.position);
    effects.main = main_.take_batch(effects.position);
  }
  return effects;
}

void Core::State::synced(std::uint64_t position) {
  main_.synced(position);
  chunks_.synced(position);
}

const Channel* Core::State::find(const ChannelId& channel) const {
  return shards_[protocol::shard_of(channel, meta_.shard_count) - 1U]->find(channel);
}

RequestLog& Core::State::requests_of(protocol::ShardIndex shard) {
  return shard == 0 ? directory_requests_ : channel_shard(shard).requests();
}

Staging& Core::State::staging_of(protocol::ShardIndex shard) {
  return shard == 0 ? directory_staging_ : channel_shard(shard).staging();
}

bool Core::State::is_in_force(const DeviceId& device) const {
  const identity::Directory& directory = log_.directory();
  return directory.in_force(device, directory.size()) &&
         directory.partner_in_force(directory.device(device)->certificate.partner, directory.size());
}

void Core::State::carry_out(Turn& turn, const DeviceRequest& command, bool disk_reserve) {
  protocol::ReplyBody reply = answer(turn, command, disk_reserve);
  turn.outgoing.emplace_back(Answer{command.ticket, {command.request.tag, std::move(reply)}});
}

std::optional<protocol::Refused> Core::State::refusal_now(const protocol::RequestBody& request,
                                                          bool disk_reserve) const {
  if (maintenance_ && is_write(request)) return protocol::Refused{Status::maintenance, maintenance_->reason};
  if (disk_reserve && needs_room(request)) {
    return protocol::Refused{Status::disk_reserve, "the server takes no writes until its disk has room"};
  }
  return std::nullopt;
}

protocol::ReplyBody Core::State::answer(Turn& turn, const DeviceRequest& command, bool disk_reserve) {
  const auto& [ticket, from, request] = command;
  if (protocol::shard_for(request.body, meta_.shard_count) != turn.shard) {
    return protocol::Refused{Status::malformed, "no such shard"};
  }
  if (!is_in_force(from)) return protocol::Refused{Status::device_revoked, {}};
  auto refusal = refusal_now(request.body, disk_reserve);
  if (!protocol::is_counted(request.body)) {
    if (refusal) return std::move(*refusal);
    return reply_of(execute(turn, ticket, from, request.body));
  }

  RequestLog& requests = requests_of(turn.shard);
  const Hash hash = sha256(protocol::encode_request_body(request.body));
  auto place = requests.place_of(turn, from, request.counter, hash);
  if (auto* repeated = std::get_if<RequestLog::Repeated>(&place)) return std::move(repeated->reply);
  // Before the order is judged: behind a request whose counter was not spent, the next ones are out of order.
  if (refusal) return std::move(*refusal);
  if (std::holds_alternative<RequestLog::OutOfOrder>(place)) {
    return protocol::Refused{Status::counter_out_of_order, {}};
  }
  protocol::ReplyBody reply = reply_of(execute(turn, ticket, from, request.body));
  requests.keep(turn, from, request.counter, hash, reply);
  return reply;
}

Outcome Core::State::execute(Turn& turn, Ticket ticket, const DeviceId& from, const protocol::RequestBody& request) {
  if (const auto* part = std::get_if<protocol::StagePart>(&request)) {
    return staging_of(turn.shard).stage(turn, from, *part);
  }
  if (const auto* staged = std::get_if<protocol::StagedRequest>(&request)) {
    return execute_staged(turn, ticket, from, *staged);
  }
  if (turn.shard == 0) return execute_on_directory(turn, from, request);
  ChannelTurn at{turn, log_.directory(), index_, documents_};
  return channel_shard(turn.shard).answer(at, ticket, from, request);
}

Outcome Core::State::execute_staged(Turn& turn, Ticket ticket, const DeviceId& from,
                                    const protocol::StagedRequest& request) {
  const auto body = staging_of(turn.shard).take(turn, from, request);
  if (!body) return std::unexpected(body.error());
  const bool is_fit = protocol::is_counted(*body) && !std::holds_alternative<protocol::StagedRequest>(*body) &&
                      protocol::shard_for(*body, meta_.shard_count) == turn.shard;
  if (!is_fit) return refuse(Status::malformed, "not a request to be staged here");
  return execute(turn, ticket, from, *body);
}

void Core::State::carry_out(Turn& turn, const StrangerRequest& command, bool disk_reserve) {
  const auto answer = [&]() -> Outcome {
    const protocol::RequestBody& body = command.request.body;
    if (auto refusal = refusal_now(body, disk_reserve)) return std::unexpected(std::move(*refusal));
    if (const auto* first = std::get_if<protocol::EnrolFirst>(&body)) return enrol_first(turn, log_, *first);
    if (const auto* invited = std::get_if<protocol::EnrolInvited>(&body)) return enrol_invited(turn, log_, *invited);
    if (const auto* asked = std::get_if<protocol::FetchDelegation>(&body)) return fetch_delegation(turn, log_, *asked);
    return refuse(Status::not_logged_in);
  };
  turn.outgoing.emplace_back(Answer{command.ticket, {command.request.tag, reply_of(answer())}});
}

void Core::State::carry_out(Turn& turn, const LoginRequest& command, bool /*disk_reserve*/) {
  turn.outgoing.emplace_back(log_in(turn, command));
}

AnswerLogin Core::State::log_in(const Turn& turn, const LoginRequest& command) {
  const auto refused = [&](Status status, std::string detail = {}) {
    return AnswerLogin{command.ticket, protocol::Refused{status, std::move(detail)}, {}};
  };
  const protocol::Login& login = command.login;
  const identity::DeviceRecord* device = log_.directory().device(login.device);
  if (device == nullptr) return refused(Status::not_permitted);
  const Bytes content = protocol::login_content(command.server_name, login.device, command.nonce.view(), login.binding,
                                                command.channel_binding);
  const auto& certificate = device->certificate;
  if (!verify_statement(certificate.signature_key.view(), "login", content, login.signature)) {
    return refused(Status::not_permitted);
  }
  if (!is_in_force(login.device)) return refused(Status::device_revoked);
  if (turn.at >= certificate.not_after) return refused(Status::not_permitted, "the certificate has expired");
  protocol::LoginAccepted accepted{.now = turn.at, .counters = {}};
  for (unsigned shard = 0; shard <= meta_.shard_count; ++shard) {
    const auto index = static_cast<protocol::ShardIndex>(shard);
    accepted.counters.push_back(requests_of(index).last(main_, index, login.device));
  }
  return {command.ticket, std::move(accepted), certificate.partner};
}

void Core::State::carry_out(Turn& turn, const AdminCommand& command, bool disk_reserve) {
  const bool may_go_on = std::visit(  // it asks, frees room or writes next to nothing
      []<class Body>(const Body&) {
        return is_one_of<Body, protocol::ListPartners, protocol::ListInvitations, protocol::ListDevices,
                         protocol::GetStatus, protocol::ListAudit, protocol::RevokeInvitation, protocol::RemovePartner,
                         protocol::SetMaintenance, protocol::SetPartnerQuota>;
      },
      command.request);
  if (disk_reserve && !may_go_on) {
    turn.outgoing.emplace_back(AnswerAdmin{command.ticket, protocol::AdminRefused{"the disk is nearly full", {}}});
    return;
  }
  ChannelFigures figures;
  for (const auto& shard : shards_) {
    figures.channels += shard->channels().size();
    for (const auto& [id, channel] : shard->channels()) figures.entries += channel.record.head.next_seq;
  }
  Administration administration{turn, log_, documents_, audit_, maintenance_, figures, command.who};
  turn.outgoing.emplace_back(AnswerAdmin{command.ticket, administer(administration, command.request)});
}

void Core::State::carry_out(Turn& turn, const RecordAct& command, bool /*disk_reserve*/) {
  audit_.append(turn.main, turn.at,
                {.kind = command.act, .who = command.who, .partner = {}, .what = command.what, .first_leaf = {}});
}

void Core::State::carry_out(Turn& turn, const Tick& /*command*/, bool /*disk_reserve*/) {
  // In maintenance releases and leases wait: what falls due does so in the first tick after it. Heads stay fresh.
  if (maintenance_ && turn.shard != 0) return;
  if (turn.shard != 0) {
    ChannelTurn at{turn, log_.directory(), index_, documents_};
    channel_shard(turn.shard).tick(at);
    return;
  }
  if (!maintenance_) directory_staging_.end_leases(turn);
  log_.renew_head(turn);
}

}  // namespace samband::server
