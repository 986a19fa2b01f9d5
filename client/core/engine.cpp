#include "client/core/engine.h"

#include <algorithm>
#include <array>

#include "client/core/channel_operations.h"
#include "client/core/documents.h"
#include "client/core/enrolment.h"
#include "client/core/guidance.h"
#include "client/core/leaf_identity.h"
#include "client/core/messages.h"
#include "client/core/places.h"
#include "client/core/reading.h"
#include "client/core/trust.h"
#include "client/core/views.h"
#include "server/protocol/codec.h"

namespace samband::client {

Engine::Engine(storage::SealedStore& store, RandomSource& random)
    : profile_{store},
      random_{random},
      session_{turn_, profile_, own_},
      directory_{turn_, profile_, session_, errands_, own_},
      channels_{parts_},
      outbox_{parts_},
      parts_{turn_, profile_, random_, session_, directory_, errands_, own_, enrolling_at_, channels_, outbox_},
      away_{.fault = Fault::server_away, .detail = {}, .choices = {}, .findings = {}} {}

Engine::~Engine() = default;

std::expected<void, OpenError> Engine::load() {
  const auto kept = profile_.get(places::own());
  if (profile_.failed()) return std::unexpected(OpenError::store_unreadable);
  if (!kept) return {};
  auto own = parse_own(kept->view());
  if (!own) return std::unexpected(OpenError::damaged);
  own_.emplace(std::move(*own));
  const bool sound = session_.load() && directory_.load() && channels_.load() && outbox_.load();
  if (profile_.failed()) return std::unexpected(OpenError::store_unreadable);
  if (!sound) return std::unexpected(OpenError::damaged);
  directory_seen_ = directory_.size();
  return {};
}

std::optional<ServerAddress> Engine::server() const {
  if (own_) return own_->server;
  return enrolling_at_;
}

Effects Engine::step(WallTime now, const std::function<void()>& work) {
  if (failed_) return stopped();
  turn_.begin(now);
  work();
  settle_down();
  session_.flush();
  if (session_.held_because()) wake_for_what_is_held();
  if (!profile_.commit()) {
    failed_ = true;
    return stopped();
  }
  return turn_.take();
}

// At every step, since the newest wish to be woken replaces those before it.
void Engine::wake_for_what_is_held() {
  turn_.wake_at(session_.retry_at());
  for (const Running& running : running_) {
    if (!running.endless) turn_.wake_at(running.wait_until);
  }
}

// What became ready may make more ready, and the directory may have grown by it: until nothing moves.
void Engine::settle_down() {
  for (;;) {
    turn_.ready().drain();
    errands_.sweep();
    if (directory_.size() != directory_seen_) {
      directory_seen_ = directory_.size();
      channels_.directory_grew();
    } else if (!until_current_.empty() && is_current()) {
      for (const Later<bool>& waiting : std::exchange(until_current_, {})) waiting.settle(true);
    } else if (!until_caught_up_.empty() && is_caught_up()) {
      for (const Later<bool>& waiting : std::exchange(until_caught_up_, {})) waiting.settle(true);
    } else {
      break;
    }
  }
  finish_done();
}

bool Engine::is_caught_up() const {
  return session_.is_ready() && directory_.is_current() && channels_.is_current();
}

bool Engine::is_current() const {
  return is_caught_up() && outbox_.is_settled() && errands_.idle();
}

void Engine::finish_done() {
  for (auto running = running_.begin(); running != running_.end();) {
    if (!running->task.done()) {
      ++running;
      continue;
    }
    Outcome outcome = running->task.take();
    turn_.finish(running->operation, outcome ? std::nullopt : std::optional{std::move(outcome.error())});
    running = running_.erase(running);
  }
}

Effects Engine::stopped() {
  Effects effects;
  effects.emplace_back(Disconnect{false, {.fault = Fault::store_failed, .detail = {}, .choices = {}, .findings = {}}});
  return effects;
}

namespace {

bool is_endless(const Command& command) {
  const auto* read = std::get_if<ReadChannel>(&command);
  return std::holds_alternative<Agent>(command) || (read != nullptr && read->follow);
}

}  // namespace

Started Engine::start(Command command, WallTime now, WallTime wait_until) {
  const OperationId operation{next_operation_++};
  Effects effects = step(now, [&] {
    const bool endless = is_endless(command);
    running_.push_back({operation, wait_until, endless, run(operation, std::move(command))});
    running_.back().task.start();
    if (!session_.is_ready()) turn_.wake_at(wait_until);
  });
  return {operation, std::move(effects)};
}

Effects Engine::cancel(OperationId operation, WallTime now) {
  return step(now, [&] {
    const auto found = std::ranges::find(running_, operation, &Running::operation);
    if (found == running_.end()) return;
    running_.erase(found);
    turn_.finish(operation, Failure{.fault = Fault::cancelled, .detail = {}, .choices = {}, .findings = {}});
  });
}

Effects Engine::connected(BytesView channel_binding, WallTime now) {
  return step(now, [&] { session_.connected(channel_binding); });
}

Effects Engine::received(BytesView frame, WallTime now) {
  return step(now, [&] { take_frame(frame); });
}

Effects Engine::received_all(std::span<const Bytes> frames, WallTime now) {
  return step(now, [&] {
    for (const Bytes& frame : frames) {
      take_frame(frame);
      settle_down();
    }
  });
}

Effects Engine::disconnected(WallTime now) {
  return step(now, [&] {
    session_.disconnected();
    channels_.on_disconnected();
    for (const Running& running : running_) turn_.wake_at(running.wait_until);
  });
}

Effects Engine::tick(WallTime now) {
  return step(now, [&] {
    if (session_.is_ready()) {
      channels_.on_tick();
      warn_of_old_head();
    }
    if (!session_.is_ready() || session_.held_because()) give_up_waiting();
    session_.on_tick();
  });
}

void Engine::take_frame(BytesView wire) {
  auto frame = protocol::parse_server_frame(wire);
  if (!frame) {
    turn_.log("a frame that does not parse");
    return turn_.disconnect(true, {.fault = Fault::server_incompatible});
  }
  if (auto* hello = std::get_if<protocol::Hello>(&*frame)) {
    const Bytes head = hello->tree_head;
    if (session_.on_hello(std::move(*hello))) directory_.on_head(head);
  } else if (const auto* accepted = std::get_if<protocol::LoginAccepted>(&*frame)) {
    if (session_.on_login_accepted(*accepted)) on_ready();
  } else if (auto* reply = std::get_if<protocol::Reply>(&*frame)) {
    on_reply(std::move(*reply));
  } else if (const auto* entry = std::get_if<protocol::EntryEvent>(&*frame)) {
    channels_.on_entry(entry->entry);
  } else if (auto* inbox = std::get_if<protocol::InboxEvent>(&*frame)) {
    channels_.on_inbox(std::move(*inbox));
  } else if (const auto* directory = std::get_if<protocol::DirectoryEvent>(&*frame)) {
    directory_.on_head(directory->tree_head);
  } else if (std::holds_alternative<protocol::ChannelEvent>(*frame)) {
    channels_.on_channel_event();
  } else if (const auto* closing = std::get_if<protocol::Closing>(&*frame)) {
    on_closing(*closing);
  }
}

void Engine::on_ready() {
  if (!session_.is_ready()) return;
  away_.fault = Fault::server_away;
  const bool enrolling = enrolling_at_.has_value();
  if (!enrolling) forget_partner_key(parts_);
  directory_.on_head(session_.hello().tree_head);
  directory_.refresh();
  errands_.spawn(refill_key_packages(parts_));
  channels_.on_ready();
}

void Engine::on_reply(protocol::Reply reply) {
  if (reply.tag == 0) {  // the login's
    const Failure refused = failure_of(reply.body);
    fail_all(refused);
    return turn_.disconnect(false, refused);
  }
  const auto answered = session_.on_reply(std::move(reply));
  if (!answered) return;
  switch (answered->purpose.kind) {
    case PurposeKind::none:
    case PurposeKind::statement: return;
    case PurposeKind::message: return outbox_.on_reply(answered->purpose, answered->reply);
    case PurposeKind::commit: return channels_.on_commit_reply(answered->purpose, answered->reply);
    case PurposeKind::create: return channels_.on_create_reply(answered->purpose, answered->reply);
  }
}

void Engine::on_closing(const protocol::Closing& closing) {
  const Failure reason = failure_of(protocol::Refused{closing.status, closing.detail});
  away_ = reason;
  const bool for_good = reason.fault == Fault::device_revoked || reason.fault == Fault::server_incompatible;
  if (for_good) fail_all(reason);
  turn_.disconnect(!for_good, reason);
}

void Engine::give_up_waiting() {
  for (auto running = running_.begin(); running != running_.end();) {
    if (session_.is_ready() && running->endless) {  // it reads on while writes are held back
      ++running;
      continue;
    }
    if (running->wait_until > turn_.now()) {
      turn_.wake_at(running->wait_until);
      ++running;
      continue;
    }
    turn_.finish(running->operation, session_.held_because().value_or(away_));
    running = running_.erase(running);
  }
}

void Engine::fail_all(const Failure& failure) {
  for (const Running& running : running_) turn_.finish(running.operation, failure);
  running_.clear();
}

void Engine::warn_of_old_head() {
  const auto& head = directory_.head();
  const bool old = head && turn_.now().ms > head->body.at.ms + transparency::tree_head_age_ms_max;
  if (old && !warned_of_old_head_) turn_.warn({.warning = Warning::tree_head_old});
  warned_of_old_head_ = old;
}

namespace {

Task<Outcome> at_once(Outcome outcome) {
  co_return outcome;
}

// One place that turns a command into what carries it out: adding a command stops the build here.
struct Begin {
  Parts& parts;
  OperationId operation;

  Task<Outcome> operator()(Enrol& command) const { return enrol(parts, operation, std::move(command)); }
  Task<Outcome> operator()(Invite& command) const { return invite(parts, operation, std::move(command)); }
  Task<Outcome> operator()(WhoAmI&) const { return at_once(who_am_i(parts, operation)); }
  Task<Outcome> operator()(ListPartners&) const { return at_once(list_partners(parts, operation)); }
  Task<Outcome> operator()(ListDevices& command) const { return at_once(list_devices(parts, operation, command)); }
  Task<Outcome> operator()(Revoke& command) const { return revoke(parts, operation, std::move(command)); }
  Task<Outcome> operator()(ShowOverview&) const { return at_once(show_overview(parts, operation)); }
  Task<Outcome> operator()(CreateChannel& command) const {
    return create_channel(parts, operation, std::move(command));
  }
  Task<Outcome> operator()(ListChannels&) const { return at_once(list_channels(parts, operation)); }
  Task<Outcome> operator()(JoinChannel& command) const { return join_channel(parts, operation, std::move(command)); }
  Task<Outcome> operator()(ListMembers& command) const { return at_once(list_members(parts, operation, command)); }
  Task<Outcome> operator()(AddPartners& command) const { return add_partners(parts, operation, std::move(command)); }
  Task<Outcome> operator()(RemovePartners& command) const {
    return remove_partners(parts, operation, std::move(command));
  }
  Task<Outcome> operator()(LeaveChannel& command) const { return leave_channel(parts, operation, std::move(command)); }
  Task<Outcome> operator()(SendText& command) const { return send_text(parts, operation, std::move(command)); }
  Task<Outcome> operator()(ReadChannel& command) const { return read_channel(parts, operation, std::move(command)); }
  Task<Outcome> operator()(EditText& command) const { return edit_text(parts, operation, std::move(command)); }
  Task<Outcome> operator()(DeleteMessage& command) const {
    return delete_message(parts, operation, std::move(command));
  }
  Task<Outcome> operator()(React& command) const { return react(parts, operation, std::move(command)); }
  Task<Outcome> operator()(PutDocument& command) const { return put_document(parts, operation, std::move(command)); }
  Task<Outcome> operator()(ListDocuments& command) const { return at_once(list_documents(parts, operation, command)); }
  Task<Outcome> operator()(GetDocument& command) const { return get_document(parts, operation, std::move(command)); }
  Task<Outcome> operator()(ListVersions& command) const { return at_once(list_versions(parts, operation, command)); }
  Task<Outcome> operator()(PublishGuidance& command) const {
    return publish_guidance(parts, operation, std::move(command));
  }
  Task<Outcome> operator()(ListGuidance&) const { return at_once(list_guidance(parts, operation)); }
  Task<Outcome> operator()(ShowGuidance& command) const { return show_guidance(parts, operation, std::move(command)); }
  Task<Outcome> operator()(Verify&) const { return verify_log(parts, operation); }
};

// Faults that news from the server may cure: what was named may exist there already.
bool may_be_news(Fault fault) {
  constexpr std::array curable{Fault::no_such_partner,  Fault::no_such_community,  Fault::no_such_staff,
                               Fault::no_such_device,   Fault::no_such_channel,    Fault::no_such_message,
                               Fault::no_such_document, Fault::no_such_version,    Fault::no_such_guidance,
                               Fault::not_a_member,     Fault::partner_without_key};
  return std::ranges::find(curable, fault) != curable.end();
}

}  // namespace

Task<Outcome> Engine::run(OperationId operation, Command command) {
  if (!enrolled() && !std::holds_alternative<Enrol>(command)) return at_once(failure(Fault::not_enrolled));
  if (std::holds_alternative<Sync>(command)) return sync();
  if (std::holds_alternative<Agent>(command)) return agent();
  return is_caught_up() ? begin(operation, std::move(command)) : begin_with_news(operation, std::move(command));
}

// A profile that was not connected for a while does not know the newest: what it does not find, it looks for once
// more when it has caught up. These faults come before anything was changed.
Task<Outcome> Engine::begin_with_news(OperationId operation, Command command) {
  auto first = begin(operation, command);
  Outcome outcome = co_await first;
  if (outcome || !may_be_news(outcome.error().fault)) co_return outcome;
  const Later<bool> ready = session_.until_ready();
  co_await ready;
  const Later<bool> caught_up{turn_.ready()};
  until_caught_up_.push_back(caught_up);
  co_await caught_up;
  auto second = begin(operation, std::move(command));
  co_return co_await second;
}

Task<Outcome> Engine::begin(OperationId operation, Command command) {
  return std::visit(
      [&]<class Asked>(Asked& asked) -> Task<Outcome> {
        if constexpr (std::is_same_v<Asked, Sync> || std::is_same_v<Asked, Agent>) {
          std::abort();  // `run` has begun it
        } else {
          return Begin{parts_, operation}(asked);
        }
      },
      command);
}

Task<Outcome> Engine::sync() {
  const Later<bool> ready = session_.until_ready();
  co_await ready;
  const Later<bool> current{turn_.ready()};
  until_current_.push_back(current);
  co_await current;
  co_return Outcome{};
}

namespace {

class AgentMode {
 public:
  explicit AgentMode(Channels& channels) : channels_{channels} { channels_.set_agent(true); }
  AgentMode(const AgentMode&) = delete;
  AgentMode& operator=(const AgentMode&) = delete;
  ~AgentMode() { channels_.set_agent(false); }

 private:
  Channels& channels_;
};

}  // namespace

Task<Outcome> Engine::agent() {
  const AgentMode mode{channels_};
  channels_.on_tick();
  const Later<bool> cancelled{turn_.ready()};  // nothing settles it: cancelling destroys this
  co_await cancelled;
  co_return Outcome{};
}

}  // namespace samband::client
