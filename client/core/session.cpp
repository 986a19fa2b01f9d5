#include "client/core/session.h"

#include <algorithm>

#include "client/core/outcome.h"
#include "client/core/places.h"
#include "crypto/codec/writer.h"
#include "crypto/suite/signing.h"
#include "server/protocol/codec.h"

namespace samband::client {

namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::size_t shards_max = 1025;  // shard 0 and at most 1024 of channels
// After a refusal that comes from the server's state, such as maintenance, and passes with it.
constexpr std::uint64_t retry_after_ms = 15'000;
constexpr std::size_t request_record_bytes_max = protocol::frame_bytes_max + 256;

Bytes encode_record(const Purpose& purpose, const protocol::RequestBody& body) {
  Writer out;
  out.u8(record_version);
  out.u8(static_cast<std::uint8_t>(purpose.kind));
  out.fixed(purpose.channel.view());
  out.u64(purpose.item);
  out.bytes(protocol::encode_request_body(body));
  return out.take();
}

struct Record {
  Purpose purpose;
  protocol::RequestBody body;
};

std::optional<Record> parse_record(BytesView wire) {
  Reader in{wire};
  Record record;
  if (in.u8() != record_version) return std::nullopt;
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(PurposeKind::statement)) return std::nullopt;
  record.purpose.kind = static_cast<PurposeKind>(kind);
  record.purpose.channel = in.id<ChannelId>();
  record.purpose.item = in.u64();
  auto body = protocol::parse_request_body(in.bytes(request_record_bytes_max));
  if (!body || in.finish()) return std::nullopt;
  record.body = std::move(*body);
  return record;
}

}  // namespace

bool Session::load() {
  if (const auto kept = profile_.get(places::counters())) {
    Reader in{kept->view()};
    if (in.u8() != record_version) return false;
    incarnation_ = in.u64();
    Reader list = in.vector(shards_max * 8);
    while (!list.at_end()) counters_.push_back(list.u64());
    in.join(list);
    if (in.finish() || counters_.empty()) return false;
    shard_count_ = static_cast<protocol::ShardIndex>(counters_.size() - 1);
  }
  bool sound = true;
  profile_.scan(places::requests(), [&](BytesView order, BytesView value) {
    Reader key{order};
    const protocol::ShardIndex shard = key.u16();
    const std::uint64_t counter = key.u64();
    auto record = parse_record(value);
    sound = record.has_value() && !key.finish();
    if (!sound) return false;
    enter({std::move(record->body), shard, counter, record->purpose, Later<protocol::ReplyBody>{turn_.ready()}});
    return true;
  });
  return sound && !profile_.failed();
}

Session::Tag Session::enter(Waiting waiting) {
  const Tag tag = next_tag_++;
  SAMBAND_CHECK(next_tag_ != 0);
  waiting_.emplace(tag, std::move(waiting));
  unsent_.insert(tag);
  return tag;
}

Later<protocol::ReplyBody> Session::ask(protocol::RequestBody body) {
  SAMBAND_CHECK(!protocol::is_counted(body));
  Later<protocol::ReplyBody> answer{turn_.ready()};
  enter({std::move(body), 0, 0, {}, answer});
  return answer;
}

Later<protocol::ReplyBody> Session::submit(protocol::RequestBody body, Purpose purpose) {
  SAMBAND_CHECK(protocol::is_counted(body) && !counters_.empty());
  Later<protocol::ReplyBody> answer{turn_.ready()};
  const protocol::ShardIndex shard = protocol::shard_for(body, shard_count_);
  Waiting waiting{std::move(body), shard, ++counters_.at(shard), purpose, answer};
  remember(waiting);
  save_counters();
  enter(std::move(waiting));
  return answer;
}

bool Session::is_waiting(PurposeKind kind, const ChannelId& channel, std::uint64_t item) const {
  return std::ranges::any_of(waiting_, [&](const auto& entry) {
    const Purpose& purpose = entry.second.purpose;
    return purpose.kind == kind && purpose.channel == channel && purpose.item == item;
  });
}

void Session::remember(const Waiting& waiting) {
  profile_.put(places::request(waiting.shard, waiting.counter), encode_record(waiting.purpose, waiting.body));
}

void Session::save_counters() {
  Writer out;
  out.u8(record_version);
  out.u64(incarnation_);
  out.vector([&](Writer& list) {
    for (const std::uint64_t counter : counters_) list.u64(counter);
  });
  profile_.put(places::counters(), out.take());
}

Later<bool> Session::until_greeted() {
  Later<bool> later{turn_.ready()};
  if (phase_ > Phase::greeting) {
    later.settle(true);
  } else {
    until_greeted_.push_back(later);
  }
  return later;
}

Later<bool> Session::until_ready() {
  Later<bool> later{turn_.ready()};
  if (is_ready()) {
    later.settle(true);
  } else {
    until_ready_.push_back(later);
  }
  return later;
}

void Session::connected(BytesView channel_binding) {
  phase_ = Phase::greeting;
  channel_binding_ = copy_of(channel_binding);
}

void Session::disconnected() {
  phase_ = Phase::away;
  release_held();
  for (const auto& [tag, waiting] : waiting_) unsent_.insert(tag);
}

bool Session::on_hello(protocol::Hello hello) {
  if (phase_ != Phase::greeting) return true;
  if (hello.version != protocol::protocol_version) {
    turn_.disconnect(false, {.fault = Fault::server_incompatible});
    return false;
  }
  const std::string& expected = own_ ? own_->server.name : expected_server_;
  if (hello.server_name != expected) {
    turn_.disconnect(false, {.fault = Fault::wrong_server, .detail = hello.server_name});
    return false;
  }
  if (shard_count_ != 0 && hello.shard_count != shard_count_) {
    turn_.disconnect(false, {.fault = Fault::wrong_server, .detail = "another number of shards"});
    return false;
  }
  hello_ = std::move(hello);
  shard_count_ = hello_.shard_count;
  phase_ = Phase::greeted;
  for (const Later<bool>& waiting : until_greeted_) waiting.settle(true);
  until_greeted_.clear();
  if (own_ && own_->enrolled) log_in();
  return true;
}

void Session::log_in() {
  SAMBAND_CHECK(own_.has_value());
  protocol::Login login{.device = own_->device().device, .binding = protocol::Binding::tls_exporter, .signature = {}};
  const Bytes content =
      protocol::login_content(hello_.server_name, login.device, hello_.nonce.view(), login.binding, channel_binding_);
  login.signature = sign_statement(own_->signature_key.private_key.view(), "login", content);
  turn_.send(protocol::encode_client_frame(login));
  phase_ = Phase::logging_in;
}

bool Session::on_login_accepted(const protocol::LoginAccepted& accepted) {
  if (phase_ != Phase::logging_in) return true;
  if (accepted.counters.size() != std::size_t{shard_count_} + 1) {
    turn_.disconnect(true, {.fault = Fault::server_incompatible, .detail = "counters"});
    return false;
  }
  if (counters_.empty()) counters_.resize(accepted.counters.size());
  found_restored_ = incarnation_ != 0 && incarnation_ != hello_.incarnation;
  if (!reconcile(accepted.counters)) {
    turn_.warn({.warning = Warning::profile_copied});
    turn_.disconnect(false, {.fault = Fault::profile_copied});
    return false;
  }
  applied_ = accepted.counters;
  if (found_restored_) turn_.warn({.warning = Warning::server_restored});
  incarnation_ = hello_.incarnation;
  save_counters();
  phase_ = Phase::ready;
  for (const Later<bool>& waiting : until_ready_) waiting.settle(true);
  until_ready_.clear();
  return true;
}

bool Session::reconcile(const std::vector<std::uint64_t>& counters) {
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const auto shard = static_cast<protocol::ShardIndex>(i);
    if (counters[i] > counters_[i]) {
      // After a restore of an older backup this device counted anew from there; this one is of a newer backup.
      if (!found_restored_ || hello_.incarnation < incarnation_) return false;
      renumber(shard, counters[i], 0);
      continue;
    }
    std::uint64_t oldest = counters_[i] + 1;  // of those without an answer
    for (const auto& [tag, waiting] : waiting_) {
      if (waiting.counter != 0 && waiting.shard == shard) oldest = std::min(oldest, waiting.counter);
    }
    // A server restored from a backup has forgotten requests that it answered.
    if (counters[i] + 1 < oldest) renumber(shard, counters[i], counters[i]);
  }
  return true;
}

void Session::renumber(protocol::ShardIndex shard, std::uint64_t applied, std::uint64_t above) {
  counters_[shard] = applied;
  std::vector<Waiting*> renumbered;
  for (auto& [tag, waiting] : waiting_) {
    if (waiting.counter <= above || waiting.shard != shard) continue;
    profile_.remove(places::request(shard, waiting.counter));
    renumbered.push_back(&waiting);
  }
  for (Waiting* waiting : renumbered) {
    waiting->counter = ++counters_[shard];
    remember(*waiting);
  }
}

namespace {

// The channel that a request is about; nullopt for those about none.
std::optional<ChannelId> subject_of(const Purpose& purpose, const protocol::RequestBody& body) {
  if (purpose.kind != PurposeKind::none) return purpose.channel;
  return std::visit(
      []<class Body>(const Body& request) -> std::optional<ChannelId> {
        if constexpr (requires { request.channel; }) return request.channel;
        return std::nullopt;
      },
      body);
}

}  // namespace

void Session::give_up(const ChannelId& channel) {
  std::vector<Later<protocol::ReplyBody>> over;
  std::erase_if(waiting_, [&](const auto& entry) {
    const auto& [tag, waiting] = entry;
    if (waiting.counter == 0 || subject_of(waiting.purpose, waiting.body) != channel) return false;
    profile_.remove(places::request(waiting.shard, waiting.counter));
    unsent_.erase(tag);
    held_.erase(tag);
    over.push_back(waiting.answer);
    return true;
  });
  if (held_.empty()) held_because_.reset();
  for (const auto& answer : over) {
    answer.settle(protocol::Refused{protocol::Status::invalid, "the restored server is behind in this channel"});
  }
}

void Session::release_counted() {
  counted_held_ = false;
  for (std::size_t shard = 0; shard < applied_.size(); ++shard) {
    renumber(static_cast<protocol::ShardIndex>(shard), applied_[shard], applied_[shard]);
  }
  save_counters();
}

std::optional<Answered> Session::on_reply(protocol::Reply reply) {
  const auto found = waiting_.find(reply.tag);
  if (found == waiting_.end() || unsent_.contains(reply.tag) || held_.contains(reply.tag)) return std::nullopt;
  if (const auto* refused = std::get_if<protocol::Refused>(&reply.body)) {
    if (refused->status == protocol::Status::disk_reserve || refused->status == protocol::Status::maintenance) {
      hold(found->first, failure_of(*refused));
      return std::nullopt;
    }
    if (refused->status == protocol::Status::counter_out_of_order) {
      // Sent behind one that is held, and decided when the server took writes again.
      if (is_behind_held(found->second)) {
        held_.insert(found->first);
        return std::nullopt;
      }
      turn_.warn({.warning = Warning::profile_copied});
      turn_.disconnect(false, {.fault = Fault::profile_copied});
      return std::nullopt;
    }
  }
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  if (waiting.counter != 0) profile_.remove(places::request(waiting.shard, waiting.counter));
  waiting.answer.settle(reply.body);
  return Answered{waiting.purpose, std::move(reply.body)};
}

void Session::hold(Tag tag, Failure reason) {
  if (held_.empty()) retry_at_ = {turn_.now().ms + retry_after_ms};
  held_.insert(tag);
  held_because_ = std::move(reason);
}

bool Session::is_behind_held(const Waiting& waiting) const {
  return std::ranges::any_of(held_, [&](Tag tag) {
    const Waiting& held = waiting_.at(tag);
    return held.counter != 0 && held.shard == waiting.shard && held.counter < waiting.counter;
  });
}

void Session::on_tick() {
  if (!held_.empty() && turn_.now() >= retry_at_) release_held();
}

void Session::release_held() {
  unsent_.merge(held_);
  held_.clear();
  held_because_.reset();
}

bool Session::may_go(const Waiting& waiting) const {
  // What takes a counter would be out of order before one that is held.
  if (waiting.counter != 0 && (counted_held_ || !held_.empty())) return false;
  if (phase_ == Phase::ready) return true;
  return phase_ == Phase::greeted && protocol::is_enrolment(waiting.body);
}

void Session::flush() {
  std::size_t sent = waiting_.size() - unsent_.size() - held_.size();
  for (auto tag = unsent_.begin(); tag != unsent_.end() && sent < requests_sent_max;) {
    const Waiting& waiting = waiting_.at(*tag);
    if (!may_go(waiting)) {
      ++tag;
      continue;
    }
    turn_.send(protocol::encode_client_frame(protocol::Request{*tag, waiting.counter, waiting.body}));
    tag = unsent_.erase(tag);
    ++sent;
  }
}

}  // namespace samband::client
