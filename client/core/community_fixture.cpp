#include "client/core/community_fixture.h"

#include <algorithm>

#include "client/core/channel.h"
#include "client/core/message_record.h"
#include "client/core/own.h"
#include "client/core/places.h"
#include "crypto/identity/invitation.h"
#include "crypto/suite/signing.h"
#include "storage/memory/contents.h"
#include "storage/model/server_layout.h"

namespace samband::client {

namespace {

constexpr const char* server_name = "samband.example";
constexpr std::uint16_t server_port = 443;
const Bytes channel_binding(32, 0x42);

}  // namespace

class Community::Signer final : public server::LogSigner {
 public:
  Signer() : key_{ed25519_key_pair(Bytes(32, 7))} {}
  [[nodiscard]] transparency::LogPublicKey public_key() const override {
    return transparency::LogPublicKey::of(key_.public_key).value();
  }
  [[nodiscard]] transparency::SignedTreeHead sign(const transparency::TreeHead& head) override {
    return transparency::sign(head, key_.private_key.view());
  }

 private:
  KeyPair key_;
};

// --- Person

Person::Person(Community& where, std::string who, std::uint64_t seed)
    : community{where},
      name{std::move(who)},
      disk{storage::profile_store::layout()},
      store_key{BytesView{Bytes(storage::store_key_bytes, 9)}},
      random{seed} {
  open();
}

void Person::open() {
  client.reset();
  store = std::make_unique<storage::SealedStore>(disk, store_key, random);
  auto opened = Client::open(*store, random);
  if (!opened) ADD_FAILURE() << name << ": the profile does not open: " << static_cast<int>(opened.error());
  if (opened) client.emplace(std::move(*opened));
}

OperationId Person::begins(Command command) {
  Started started = client->start(std::move(command), community.now, WallTime{community.now.ms + waits_ms});
  carry_out(std::move(started.effects));
  return started.operation;
}

std::optional<Fault> Person::asks(Command command) {
  const OperationId operation = begins(std::move(command));
  community.settle();
  const auto end = end_of(operation);
  EXPECT_TRUE(end.has_value()) << name << ": it does not come to an end";
  return end ? *end : std::optional{Fault::internal};
}

std::optional<std::optional<Fault>> Person::end_of(OperationId operation) const {
  const auto found = finished.find(operation);
  if (found == finished.end()) return std::nullopt;
  if (!found->second) return std::optional<Fault>{};
  return std::optional<Fault>{found->second->fault};
}

std::size_t Person::warnings(Warning warning) const {
  const auto lines = heard<WarningLine>();
  return static_cast<std::size_t>(std::ranges::count(lines, warning, &WarningLine::warning));
}

std::vector<MessageLine> Person::messages(const std::string& channel) {
  forget();
  EXPECT_EQ(asks(ReadChannel{channel}), std::nullopt);
  return heard<MessageLine>();
}

std::vector<std::string> Person::reads(const std::string& channel) {
  std::vector<std::string> texts;
  for (const MessageLine& line : messages(channel)) texts.push_back(line.text);
  return texts;
}

void Person::connects() {
  if (connected_ || !client) return;
  connected_ = true;
  logged_in_ = false;
  to_client_.clear();
  to_server_.clear();
  subscriptions_.clear();
  closed.reset();
  carry_out(client->connected(channel_binding, community.now));
  community.greet(*this);
}

void Person::disconnects() {
  if (!connected_) return;
  connected_ = false;
  logged_in_ = false;
  to_client_.clear();
  to_server_.clear();
  subscriptions_.clear();
  if (client) carry_out(client->disconnected(community.now));
}

void Person::restarts() {
  connected_ = false;
  logged_in_ = false;
  to_client_.clear();
  to_server_.clear();
  subscriptions_.clear();
  effects_left.reset();
  disk.crash();
  open();
}

void Person::is_sent(const protocol::ServerFrame& frame) {
  carry_out(client->received(protocol::encode_server_frame(frame), community.now));
}

void Person::carry_out(Effects effects) {
  for (Effect& effect : effects) {
    if (effects_left) {
      if (*effects_left == 0) return restarts();
      --*effects_left;
    }
    if (auto* frame = std::get_if<SendFrame>(&effect)) {
      if (connected_) to_server_.push_back(std::move(frame->frame));
    } else if (auto* tell = std::get_if<Tell>(&effect)) {
      told.push_back(std::move(*tell));
    } else if (auto* end = std::get_if<Finished>(&effect)) {
      finished[end->operation] = std::move(end->failure);
    } else if (const auto* at = std::get_if<WakeAt>(&effect)) {
      wake = at->when;
    } else if (auto* closing = std::get_if<Disconnect>(&effect)) {
      closed = std::move(*closing);
    } else if (auto* line = std::get_if<LogLine>(&effect)) {
      log.push_back(std::move(line->text));
    }
  }
  if (closed && connected_) disconnects();
}

std::unique_ptr<mls::Group> Person::takes_group(const ChannelId& channel) {
  Profile profile{*store};
  community.keys_.push_back(std::make_unique<KeyPair>(takes_own().signature_key.duplicate()));
  auto loaded = load_group(profile, channel, *community.keys_.back());
  EXPECT_TRUE(loaded && loaded->has_value());
  return std::make_unique<mls::Group>(std::move(**loaded));
}

Own Person::takes_own() {
  Profile profile{*store};
  return parse_own(profile.get(places::own())->view()).value();
}

Person::KeyPackages Person::takes_key_packages() {
  KeyPackages packages;
  Profile{*store}.scan(places::key_packages(), [&](BytesView order, BytesView bundle) {
    packages[copy_of(order)] = copy_of(bundle);
    return true;
  });
  return packages;
}

void Person::puts_back(const KeyPackages& packages) {
  Profile profile{*store};
  for (const auto& [order, bundle] : packages) profile.put(places::key_package_at(order), bundle);
  EXPECT_TRUE(profile.commit());
}

Content Person::content_at(const ChannelId& channel, std::uint64_t seq) {
  Profile profile{*store};
  const auto record = parse_message_record(profile.get(places::content(channel, seq))->view());
  return parse_content(record->content).value();
}

std::vector<std::uint64_t> Person::entries_kept(const ChannelId& channel) {
  std::vector<std::uint64_t> kept;
  Profile{*store}.scan(places::entry(channel, 0), [&](BytesView, BytesView wire) {
    kept.push_back(storage::parse_entry(wire)->seq);
    return true;
  });
  return kept;
}

MessageId Person::message_id(const ChannelId& channel, std::uint64_t seq) {
  Profile profile{*store};
  return parse_message_record(profile.get(places::content(channel, seq))->view())->id;
}

// --- Community

Community::Community(std::uint64_t seed)
    : random{seed},
      signer_{std::make_unique<Signer>()},
      main_{storage::server_store::layout()},
      chunks_{storage::chunk_store::layout()} {
  const storage::StoreBatch first =
      server::initial_batch({.incarnation = 1, .shard_count = shards, .created_at = now}, *signer_);
  EXPECT_TRUE(main_.write(first, storage::Durability::synced).has_value());
  restart_server();
}

Community::~Community() = default;

void Community::restart_server() {
  for (const auto& person : people) person->disconnects();
  core_.reset();
  auto loaded = server::Core::load(main_, chunks_, *signer_, {});
  if (!loaded) ADD_FAILURE() << server::name_of(loaded.error().error) << ": " << loaded.error().detail;
  core_.emplace(std::move(*loaded));
  for (const auto& person : people) person->connects();
}

Community::Backup Community::back_up() const {
  return {storage::contents_of(main_, storage::server_store::layout()).value(),
          storage::contents_of(chunks_, storage::chunk_store::layout()).value()};
}

void Community::restore_server(const Backup& backup, std::uint64_t incarnation) {
  namespace layout = storage::server_store;
  for (const auto& person : people) person->disconnects();
  core_.reset();
  EXPECT_TRUE(main_.write(backup.main, storage::Durability::synced));
  EXPECT_TRUE(chunks_.write(backup.chunks, storage::Durability::synced));
  auto meta = storage::parse_store_meta(**main_.get(layout::meta, layout::meta_key())).value();
  meta.incarnation = incarnation;
  storage::StoreBatch raised;
  raised.put(layout::meta, layout::meta_key(), storage::encode(meta));
  EXPECT_TRUE(main_.write(raised, storage::Durability::synced));
  restart_server();
}

Person& Community::stranger(const std::string& name) {
  people.push_back(std::make_unique<Person>(*this, name, 1000 + people.size()));
  return *people.back();
}

std::string Community::operator_invitation(const std::string& number, const std::string& name) {
  identity::Invitation invitation;
  invitation.kind = identity::InvitationKind::from_operator;
  invitation.seed = random.secret(identity::invitation_seed_bytes);
  invitation.partner = random.id<PartnerId>();
  invitation.server_name = server_name;
  invitation.server_port = server_port;
  invitation.server_key_pin = random.id<Hash>();
  invitation.log_key = *Ed25519PublicKey::of(signer_->public_key().view());
  protocol::NewPartner row{.id = invitation.partner,
                           .kind = identity::PartnerKind::municipality,
                           .number = number,
                           .name = name,
                           .community = "Nordmøre og Romsdal",
                           .language_form = identity::LanguageForm::nn,
                           .token = identity::operator_token_hash(invitation.seed.view()),
                           .expires_at = {now.ms + 30 * day_ms}};
  apply(server::AdminCommand{server::Ticket{0}, protocol::AddPartners{{std::move(row)}}, {}});
  return identity::invitation_text(invitation);
}

Person& Community::partner(const std::string& number, const std::string& name, const std::string& administrator) {
  const std::string code = operator_invitation(number, name);
  Person& person = stranger(administrator);
  person.connects();
  EXPECT_EQ(person.asks(Enrol{code, administrator, "laptop"}), std::nullopt);
  return person;
}

std::string Community::invitation(Person& administrator, const std::string& name, identity::Duties duties) {
  administrator.forget();
  EXPECT_EQ(administrator.asks(Invite{.staff_name = name, .duties = duties, .uses = 1, .expires_at = {}}),
            std::nullopt);
  const auto made = administrator.heard<InvitationMade>();
  EXPECT_EQ(made.size(), 1U);
  return made.empty() ? std::string{} : made.front().text;
}

Person& Community::colleague(Person& administrator, const std::string& name, identity::Duties duties) {
  const std::string code = invitation(administrator, name, duties);
  Person& person = stranger(name);
  person.connects();
  EXPECT_EQ(person.asks(Enrol{code, name, "laptop"}), std::nullopt);
  return person;
}

void Community::settle() {
  while (move_one_frame(0)) {
  }
}

bool Community::move_one_frame(std::size_t choice) {
  const std::size_t ways = people.size() * 2;
  for (std::size_t i = 0; i < ways; ++i) {
    const std::size_t way = (choice + i) % ways;
    Person& person = *people[way / 2];
    if (!person.connected_) continue;
    if (way % 2 == 0 && !person.to_server_.empty()) {
      const Bytes frame = std::move(person.to_server_.front());
      person.to_server_.pop_front();
      take(person, frame);
      return true;
    }
    if (way % 2 == 1 && !person.to_client_.empty()) {
      Bytes frame = std::move(person.to_client_.front());
      person.to_client_.pop_front();
      std::optional<Bytes> arrives = std::move(frame);
      if (tamper) arrives = tamper(person, std::move(*arrives));
      if (arrives) person.carry_out(person.client->received(*arrives, now));
      return true;
    }
  }
  return false;
}

void Community::maintains(bool on, const std::string& reason) {
  apply(server::AdminCommand{server::Ticket{0}, protocol::SetMaintenance{on, reason}, {}});
}

void Community::pass(std::uint64_t ms) {
  const WallTime until{now.ms + ms};
  settle();
  while (now < until) {
    now = {std::min(now.ms + 5 * second_ms, until.ms)};
    for (unsigned shard = 0; shard <= shards; ++shard) {
      ticking_ = static_cast<protocol::ShardIndex>(shard);
      apply(server::Tick{});
    }
    for (const auto& person : people) {
      if (!person->client || !person->wake || *person->wake > now) continue;
      person->wake.reset();
      person->carry_out(person->client->tick(now));
    }
    settle();
  }
}

Person* Community::of_ticket(server::Ticket ticket) {
  return ticket.value == 0 || ticket.value > people.size() ? nullptr : people[ticket.value - 1].get();
}

void Community::apply(server::CommandBody body) {
  const bool is_tick = std::holds_alternative<server::Tick>(body);
  const protocol::ShardIndex shard = is_tick ? ticking_ : server::shard_of_command(body, shards);
  server::Effects effects = core_->apply({shard, now, false, std::move(body)});
  EXPECT_EQ(effects.halt, std::nullopt);
  EXPECT_TRUE(chunks_.write(effects.chunks, storage::Durability::synced).has_value());
  EXPECT_TRUE(main_.write(effects.main, storage::Durability::synced).has_value());
  core_->synced(effects.position);
  for (const server::Outgoing& outgoing : effects.outgoing) carry_out(outgoing);
  for (const auto& person : people) pump(*person);
}

void Community::carry_out(const server::Outgoing& outgoing) {
  if (const auto* answer = std::get_if<server::Answer>(&outgoing)) {
    if (Person* person = of_ticket(answer->to)) send(*person, answer->reply);
  } else if (const auto* login = std::get_if<server::AnswerLogin>(&outgoing)) {
    Person* person = of_ticket(login->to);
    if (person == nullptr) return;
    if (const auto* accepted = std::get_if<protocol::LoginAccepted>(&login->answer)) {
      send(*person, *accepted);
      logged_in(*person);
    } else {
      send(*person, protocol::Reply{0, std::get<protocol::Refused>(login->answer)});
    }
  } else if (const auto* begun = std::get_if<server::BeginSubscription>(&outgoing)) {
    if (Person* person = of_ticket(begun->to)) person->subscriptions_[begun->channel] = {begun->next_seq};
  } else if (const auto* inbox = std::get_if<server::DeliverInbox>(&outgoing)) {
    for (const auto& person : people) {
      if (person->logged_in_ && person->device_id == inbox->device) send(*person, inbox->event);
    }
  } else if (const auto* grew = std::get_if<server::DirectoryGrew>(&outgoing)) {
    for (const auto& person : people) {
      if (person->logged_in_) send(*person, protocol::DirectoryEvent{grew->tree_head});
    }
  } else if (const auto* told = std::get_if<server::TellOfChannel>(&outgoing)) {
    for (const auto& person : people) {
      if (!person->logged_in_ || std::ranges::find(told->devices, person->device()) == told->devices.end()) continue;
      send(*person, protocol::ChannelEvent{told->channel});
    }
  } else if (const auto* cut = std::get_if<server::CutDevice>(&outgoing)) {
    for (const auto& person : people) {
      if (person->logged_in_ && person->device_id == cut->device) send(*person, protocol::Closing{cut->status, ""});
    }
  }
}

void Community::pump(Person& person) {
  if (!person.logged_in_) return;
  for (auto& [channel, subscription] : person.subscriptions_) {
    const auto window = core_->readable(person.device(), channel, subscription.next_seq);
    if (!window) continue;
    subscription.next_seq = std::max(subscription.next_seq, window->from);
    const std::uint64_t until = window->until.value_or(UINT64_MAX);
    const auto frames = server::read_entry_frames(main_, channel, subscription.next_seq, until, std::size_t{1} << 30U);
    ASSERT_TRUE(frames.has_value());
    for (const auto& frame : *frames) send(person, *frame);
    subscription.next_seq += frames->size();
  }
}

void Community::greet(Person& person) {
  person.nonce_ = random.id<protocol::Nonce>();
  send(person, protocol::Hello{.version = protocol::protocol_version,
                               .server_name = server_name,
                               .nonce = person.nonce_,
                               .incarnation = core_->incarnation(),
                               .shard_count = core_->shard_count(),
                               .now = now,
                               .tree_head = core_->tree_head()});
}

void Community::logged_in(Person& person) {
  person.logged_in_ = true;
  for (unsigned shard = 0; shard <= shards; ++shard) {
    const auto events = server::read_inbox(main_, person.device(), static_cast<protocol::ShardIndex>(shard), 0, 1000);
    ASSERT_TRUE(events.has_value());
    for (const protocol::InboxEvent& event : *events) send(person, event);
  }
}

void Community::take(Person& person, const Bytes& wire) {
  const auto frame = protocol::parse_client_frame(wire);
  ASSERT_TRUE(frame.has_value()) << person.name << " sent what is no frame";
  const auto which = std::ranges::find_if(people, [&](const auto& one) { return one.get() == &person; });
  const server::Ticket ticket{static_cast<std::uint64_t>(which - people.begin()) + 1};
  if (const auto* login = std::get_if<protocol::Login>(&*frame)) {
    person.device_id = login->device;
    return apply(server::LoginRequest{ticket, *login, server_name, person.nonce_, channel_binding});
  }
  const auto& request = std::get<protocol::Request>(*frame);
  if (!person.logged_in_) return apply(server::StrangerRequest{ticket, request});
  if (const auto* message = std::get_if<protocol::SendMessage>(&request.body)) {
    sent_messages.emplace_back(person.device(), message->message);
  }
  apply(server::DeviceRequest{ticket, person.device(), request});
}

void Community::send(Person& person, const protocol::ServerFrame& frame) {
  send(person, protocol::encode_server_frame(frame));
}

void Community::send(Person& person, Bytes frame) {
  if (person.connected_) person.to_client_.push_back(std::move(frame));
}

std::vector<Bytes> Community::entries(const ChannelId& channel) const {
  std::vector<Bytes> found;
  const auto scanned = main_.scan(
      storage::server_store::entries, storage::server_store::entries_from(channel, 0), 1'000'000,
      [&](BytesView, BytesView wire) {
        found.push_back(copy_of(wire));
        return storage::Visit::more;
      },
      storage::Direction::forward);
  EXPECT_TRUE(scanned.has_value());
  return found;
}

std::vector<storage::EntryKind> Community::kinds(const ChannelId& channel) const {
  std::vector<storage::EntryKind> found;
  for (const Bytes& wire : entries(channel)) found.push_back(storage::parse_entry(wire)->kind);
  return found;
}

void Community::submit_as(const DeviceId& device, std::uint64_t counter, protocol::RequestBody body) {
  apply(server::DeviceRequest{server::Ticket{0}, device, {.tag = 1, .counter = counter, .body = std::move(body)}});
}

}  // namespace samband::client
