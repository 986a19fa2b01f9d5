#include "server/core/core_fixture.h"

#include "crypto/bytes/check.h"
#include "crypto/mls/wire/message.h"

namespace samband::server {

// --- Server

Server::Server(const Limits& limits_of_test, protocol::ShardIndex shards) : limits{limits_of_test} {
  const storage::StoreBatch first =
      initial_batch({.incarnation = 1, .shard_count = shards, .created_at = morning}, signer);
  SAMBAND_CHECK(main.write(first, storage::Durability::synced).has_value());
  restart();
}

void Server::restart() {
  auto loaded = Core::load(main, chunks, signer, limits);
  if (!loaded) ADD_FAILURE() << name_of(loaded.error().error) << ": " << loaded.error().detail;
  SAMBAND_CHECK(loaded.has_value());
  core_ = std::make_unique<Core>(std::move(*loaded));
}

void Server::carry_out(const Command& command) {
  history.push_back(command);
  Effects effects = core_->apply(command);
  EXPECT_EQ(effects.halt, std::nullopt);
  SAMBAND_CHECK(chunks.write(effects.chunks, storage::Durability::synced).has_value());
  SAMBAND_CHECK(main.write(effects.main, storage::Durability::synced).has_value());
  core_->synced(effects.position);
  outgoing = std::move(effects.outgoing);
}

protocol::ReplyBody Server::ask_as(const DeviceId& device, std::uint64_t counter, protocol::RequestBody body) {
  CommandBody command = DeviceRequest{Ticket{1}, device, {.tag = 9, .counter = counter, .body = std::move(body)}};
  const protocol::ShardIndex shard = shard_of_command(command, core_->shard_count());
  carry_out({shard, now, disk_reserve, std::move(command)});
  const auto answers = sent<Answer>();
  SAMBAND_CHECK(answers.size() == 1);
  EXPECT_EQ(answers.front().reply.tag, 9U);
  return answers.front().reply.body;
}

protocol::ReplyBody Server::ask(const DeviceId& device, protocol::RequestBody body) {
  if (!protocol::is_counted(body)) return ask_as(device, 0, std::move(body));
  const protocol::ShardIndex shard = protocol::shard_for(body, core_->shard_count());
  std::uint64_t& counter = counters[{device, shard}];
  protocol::ReplyBody reply = ask_as(device, counter + 1, std::move(body));
  const auto* refused = std::get_if<protocol::Refused>(&reply);
  const bool is_spent =
      refused == nullptr ||
      (refused->status != protocol::Status::counter_out_of_order && refused->status != protocol::Status::disk_reserve &&
       refused->status != protocol::Status::maintenance && refused->status != protocol::Status::device_revoked);
  if (is_spent) ++counter;
  return reply;
}

protocol::ReplyBody Server::ask_as_stranger(protocol::RequestBody body) {
  carry_out({0, now, disk_reserve, StrangerRequest{Ticket{2}, {.tag = 3, .counter = 0, .body = std::move(body)}}});
  return sent<Answer>().at(0).reply.body;
}

protocol::AdminReply Server::administer(protocol::AdminRequest request) {
  carry_out({0, now, disk_reserve, AdminCommand{Ticket{3}, std::move(request), administrator}});
  return sent<AnswerAdmin>().at(0).reply;
}

std::variant<protocol::LoginAccepted, protocol::Refused> Server::log_in(const Device& device, BytesView channel_binding,
                                                                        BytesView signed_binding) {
  const protocol::Nonce nonce{};
  const Bytes content = protocol::login_content("samband.example", device.id, nonce.view(),
                                                protocol::Binding::tls_exporter, signed_binding);
  const protocol::Login login{device.id, protocol::Binding::tls_exporter,
                              sign_statement(device.key.private_key.view(), "login", content)};
  carry_out({0, now, disk_reserve, LoginRequest{Ticket{4}, login, "samband.example", nonce, copy_of(channel_binding)}});
  return sent<AnswerLogin>().at(0).answer;
}

void Server::tick_all() {
  std::vector<Outgoing> all;
  for (unsigned shard = 0; shard <= core_->shard_count(); ++shard) {
    carry_out({static_cast<protocol::ShardIndex>(shard), now, disk_reserve, Tick{}});
    all.insert(all.end(), outgoing.begin(), outgoing.end());
  }
  outgoing = std::move(all);
}

identity::Directory Server::directory() const {
  identity::Directory followed;
  const auto scanned = main.scan(
      storage::server_store::directory, storage::server_store::directory_from(0), 1'000'000,
      [&](BytesView, BytesView wire) {
        EXPECT_TRUE(followed.apply(identity::parse_directory_leaf(wire).value()).has_value());
        return storage::Visit::more;
      },
      storage::Direction::forward);
  EXPECT_TRUE(scanned.has_value());
  return followed;
}

std::vector<storage::Entry> Server::entries(const ChannelId& channel) const {
  std::vector<storage::Entry> found;
  const auto scanned = main.scan(
      storage::server_store::entries, storage::server_store::entries_from(channel, 0), 1'000'000,
      [&](BytesView, BytesView wire) {
        found.push_back(storage::parse_entry(wire).value());
        return storage::Visit::more;
      },
      storage::Direction::forward);
  EXPECT_TRUE(scanned.has_value());
  return found;
}

// --- partners and devices

CoreTest::Invited CoreTest::new_partner(std::string number, std::string name, identity::PartnerKind kind) {
  Invited invited{.row = {.id = random.id<PartnerId>(),
                          .kind = kind,
                          .number = std::move(number),
                          .name = std::move(name),
                          .community = "Helsefellesskapet",
                          .language_form = identity::LanguageForm::nb,
                          .token = {},
                          .expires_at = WallTime{server.now.ms + 30 * day_ms}},
                  .token = random.id<protocol::OperatorToken>()};
  invited.row.token = identity::operator_token_hash(invited.token.view());
  return invited;
}

CoreTest::FirstEnrolment CoreTest::first_enrolment(const Invited& invited) {
  FirstEnrolment made{.partner = {.id = invited.row.id,
                                  .partner_key = ed25519_key_pair(random.secret(32).view()),
                                  .administrator_key = ed25519_key_pair(random.secret(32).view()),
                                  .grant = {},
                                  .first = nullptr},
                      .request = {}};
  Partner& partner = made.partner;
  const auto claim =
      identity::sign(identity::PartnerKeyClaim{.partner = partner.id,
                                               .key = Ed25519PublicKey::of(partner.partner_key.public_key).value(),
                                               .token_hash = identity::operator_token_hash(invited.token.view())},
                     partner.partner_key.private_key.view());
  partner.grant = {.partner = partner.id,
                   .partner_key = claim.body.key,
                   .administrator_key = Ed25519PublicKey::of(partner.administrator_key.public_key).value(),
                   .staff = std::nullopt,
                   .device = std::nullopt,
                   .label = "first administrator",
                   .issued_at = server.now};
  const auto grant = identity::sign(partner.grant, partner.partner_key.private_key.view());
  const StaffInvitation invitation = staff_invitation(partner, {.duties = identity::Duties::all()});
  partner.first = device_for(invitation);
  made.request = {.token = invited.token,
                  .partner_key = identity::encode(claim),
                  .administrator_grant = identity::encode(grant),
                  .delegation = identity::encode(invitation.delegation),
                  .certificate = identity::encode(partner.first->certificate)};
  return made;
}

Partner CoreTest::enrolled_partner(std::string number, std::string name) {
  const Invited invited = new_partner(std::move(number), std::move(name));
  const auto added = server.administer(protocol::AddPartners{{invited.row}});
  EXPECT_TRUE(std::holds_alternative<protocol::PartnersListed>(added));
  FirstEnrolment enrolment = first_enrolment(invited);
  EXPECT_THAT(server.ask_as_stranger(enrolment.request), IsLeafPlaced());
  return std::move(enrolment.partner);
}

CoreTest::StaffInvitation CoreTest::staff_invitation(const Partner& partner, const DelegationOptions& options) {
  const SecretBytes seed = random.secret(identity::invitation_seed_bytes);
  KeyPair enrolment_key = identity::derive_enrolment_key(seed.view());
  const identity::Delegation delegation{.partner = partner.id,
                                        .staff = random.id<StaffId>(),
                                        .staff_name = "Anna Berg",
                                        .duties = options.duties,
                                        .enrolment_key = Ed25519PublicKey::of(enrolment_key.public_key).value(),
                                        .administrator = identity::hash_of(partner.grant),
                                        .issued_at = server.now,
                                        .expires_at = WallTime{server.now.ms + options.lifetime_ms},
                                        .uses = options.uses};
  return {identity::sign(delegation, partner.administrator_key.private_key.view()), std::move(enrolment_key)};
}

std::unique_ptr<Device> CoreTest::device_for(const StaffInvitation& invitation) {
  const identity::Delegation& delegation = invitation.delegation.body;
  auto device = std::make_unique<Device>();
  device->id = random.id<DeviceId>();
  device->partner = delegation.partner;
  device->staff = delegation.staff;
  device->key = ed25519_key_pair(random.secret(32).view());
  device->certificate =
      identity::sign(identity::DeviceCertificate{.partner = delegation.partner,
                                                 .staff = delegation.staff,
                                                 .device = device->id,
                                                 .signature_key = Ed25519PublicKey::of(device->key.public_key).value(),
                                                 .staff_name = delegation.staff_name,
                                                 .device_label = "laptop",
                                                 .delegation = identity::hash_of(delegation),
                                                 .administrator = delegation.administrator,
                                                 .not_before = server.now,
                                                 .not_after = WallTime{server.now.ms + 365 * day_ms}},
                     invitation.enrolment_key.private_key.view());
  return device;
}

std::unique_ptr<Device> CoreTest::enrolled_device(const Partner& partner, const DelegationOptions& options) {
  const StaffInvitation invitation = staff_invitation(partner, options);
  EXPECT_THAT(server.ask(*partner.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  auto device = device_for(invitation);
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device->certificate)}), IsLeafPlaced());
  return device;
}

identity::SignedRevocation CoreTest::revocation_of(const Partner& partner, identity::RevocationSubject subject) {
  return identity::sign(identity::Revocation{.partner = partner.id,
                                             .administrator = identity::hash_of(partner.grant),
                                             .subject = std::move(subject),
                                             .reason = "left",
                                             .issued_at = server.now},
                        partner.administrator_key.private_key.view());
}

// --- KeyPackages

mls::KeyPackageBundle CoreTest::key_package(Device& device, bool last_resort) {
  const std::uint64_t now_s = server.now.ms / 1000;
  return mls::make_key_package(
      suite, device.leaf_identity(), device.key,
      {.lifetime = {.not_before = now_s - 60, .not_after = now_s + 80 * day_ms / 1000}, .last_resort = last_resort},
      random);
}

void CoreTest::publish_key_packages(Device& device, unsigned count) {
  protocol::PublishKeyPackages request;
  for (unsigned i = 0; i < count; ++i) {
    device.bundles.push_back(key_package(device));
    request.key_packages.push_back(mls::encode_mls_message(device.bundles.back().key_package));
  }
  EXPECT_THAT(server.ask(device, request), IsDone());
}

// --- channels

storage::RosterItem CoreTest::seats(const Partner& partner, storage::Role role, storage::Who who) {
  return {partner.id, partner.fingerprint(), role, std::move(who)};
}

storage::ChannelPolicy CoreTest::policy_of(std::vector<storage::RosterItem> items, storage::ChannelKind kind) {
  return {.channel = random.id<ChannelId>(),
          .name = "Utskriving",
          .kind = kind,
          .history = storage::History::from_joining,
          .two_sided = false,
          .created_at = server.now,
          .items = std::move(items),
          .successor = std::nullopt};
}

protocol::CreateChannel CoreTest::creation(Device& creator, const storage::ChannelPolicy& policy) {
  const std::uint64_t now_s = server.now.ms / 1000;
  auto group = mls::Group::create({.suite = suite,
                                   .group_id = copy_of(random.secret(16).view()),
                                   .creator = creator.leaf_identity(),
                                   .lifetime = {.not_before = now_s - 60, .not_after = now_s + 80 * day_ms / 1000},
                                   .extensions = protocol::group_extensions(policy)},
                                  creator.key, random);
  EXPECT_TRUE(group.has_value());
  protocol::CreateChannel request{policy.channel, group->group_info(),
                                  mls::encode_ratchet_tree(group->public_group().tree().nodes())};
  creator.groups.insert_or_assign(policy.channel, std::move(*group));
  return request;
}

ChannelId CoreTest::created_channel(Device& creator, const storage::ChannelPolicy& policy) {
  EXPECT_THAT(server.ask(creator, creation(creator, policy)), IsPlaced());
  return policy.channel;
}

protocol::SubmitCommit CoreTest::commit(Device& committer, const ChannelId& channel, mls::CommitOptions options) {
  mls::Group& group = committer.groups.at(channel);
  if (options.authenticated_data.empty()) options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
  const protocol::DirectoryAuthentication service = authentication();
  group.clear_pending();
  auto made = group.create_commit(options, {service, no_psks, server.now}, random);
  SAMBAND_CHECK(made.has_value());
  protocol::SubmitCommit request{channel, made->message(), made->group_info(), {}};
  const auto welcomes = made->make_welcomes({}, mls::TreeDelivery::out_of_band, random);
  for (std::size_t i = 0; i < welcomes->size(); ++i) {
    request.welcomes.push_back(
        {protocol::device_of(&made->added()[i].key_package.leaf_node).value(), (*welcomes)[i].message});
  }
  return request;
}

protocol::SubmitCommit CoreTest::add_commit(Device& committer, const ChannelId& channel,
                                            const std::vector<Device*>& joiners) {
  protocol::ReserveKeyPackages reserve{channel, {}};
  for (Device* joiner : joiners) {
    publish_key_packages(*joiner, 1);
    reserve.devices.push_back(joiner->id);
  }
  const auto reserved = server.ask(committer, reserve);
  mls::CommitOptions options;
  for (const auto& each : std::get<protocol::ReservedKeyPackages>(reserved).key_packages) {
    options.adds.push_back(std::get<mls::KeyPackage>(mls::parse_mls_message(each.key_package).value()));
  }
  return commit(committer, channel, std::move(options));
}

void CoreTest::add(Device& committer, const ChannelId& channel, const std::vector<Device*>& joiners) {
  const protocol::SubmitCommit request = add_commit(committer, channel, joiners);
  ASSERT_THAT(server.ask(committer, request), IsPlaced());
  mls::Group& group = committer.groups.at(channel);
  group.merge_pending();
  const protocol::DirectoryAuthentication service = authentication();
  for (std::size_t i = 0; i < joiners.size(); ++i) {
    auto joined =
        mls::Group::join(request.welcomes[i].welcome, joiners[i]->bundles.back(), group.public_group().tree().nodes(),
                         joiners[i]->key, {service, no_psks, server.now});
    ASSERT_TRUE(joined.has_value());
    joiners[i]->groups.insert_or_assign(channel, std::move(joined->group));
  }
}

mls::LeafIndex CoreTest::leaf_of(const Device& owner, const ChannelId& channel, const DeviceId& device) {
  mls::LeafIndex found{~0U};
  owner.groups.at(channel).public_group().tree().for_each_leaf([&](mls::LeafIndex index, const mls::LeafNode& leaf) {
    if (protocol::device_of(&leaf) == device) found = index;
  });
  return found;
}

protocol::SendMessage CoreTest::message(Device& sender, const ChannelId& channel,
                                        const protocol::AuthenticatedData& data) {
  auto sealed = sender.groups.at(channel).protect(view_of("hei"), protocol::encode(data), 16, random);
  SAMBAND_CHECK(sealed.has_value());
  return {channel, std::move(*sealed)};
}

protocol::PostStatement CoreTest::statement(const Device& sender, const ChannelId& channel,
                                            protocol::StatementBody body) {
  const mls::GroupContext& context = sender.groups.at(channel).context();
  const storage::EntryKind kind = protocol::kind_of(body);
  const protocol::Statement said{.channel = channel,
                                 .device = sender.id,
                                 .group_id = context.group_id,
                                 .epoch = context.epoch.value,
                                 .body = std::move(body)};
  return {channel, kind, protocol::encode(protocol::sign(said, sender.key.private_key.view()))};
}

}  // namespace samband::server
