// Who is there, and what they do when they keep to the rules.
#include "crypto/mls/forgery/scene.h"

#include <algorithm>

namespace samband::mls::forgery {
namespace {

using fuzzing::expect;

}  // namespace

Scene::Scene(const Cast& cast, const Opening& opening, Tally& tally)
    : cast_{cast},
      tally_{tally},
      forger_{cast.material, random_},
      server_{opening.group},
      format_{opening.members.front().group->handshake_format()} {
  for (const Device& device : opening.members) {
    auto group = device.store.load(*device.signature_key, cast_.services());
    members_.push_back(std::make_unique<Member>(Member{&device, std::move(group.value()), device.store.duplicate()}));
  }
}

void Scene::act(Script& script) {
  if (members_.empty()) return;
  switch (script.below(16)) {
    case 0:
    case 1: return commit(script);
    case 2: return script.flip() ? speak(script) : propose(script);
    case 3: return join_from_outside(script);
    case 4: return continue_group(script);
    case 5:
    case 6: return forge_external_commit(script);
    case 7: return forge_proposal(script);
    case 8: return forge_private_message(script);
    case 9: return forge_welcome(script);
    case 10: return repeat(script);
    default: return forge_commit(script);
  }
}

void Scene::finish() {
  if (members_.empty()) return;
  Script nothing{{}};
  speak(nothing);
  for (const auto& member : members_) restart(*member);
  expect_agreement();
  speak(nothing);
}

// --- members

bool Scene::is_member(const Device& device) const {
  return std::ranges::any_of(members_, [&](const auto& member) {
    return member->device->signature_key->public_key == device.signature_key->public_key;
  });
}

SecretBytes Scene::state_of(const Member& member) const {
  const SecretBytes group = member.group.encode_group();
  if (!member.group.has_pending()) return group.duplicate();
  return SecretBytes{concat({group.view(), member.group.encode_pending().view()})};
}

// The secret tree tells by itself what has changed in it.
void Scene::expect_unchanged(Member& member, const SecretBytes& before) const {
  expect(equal(state_of(member).view(), before.view()));
  expect(member.group.take_secret_tree_changes().empty());
}

void Scene::expect_agreement() const {
  const Bytes outside = server_.encode();
  const SecretBytes authenticator = members_.front()->group.epoch_authenticator();
  for (const auto& member : members_) {
    expect(member->group.public_group().encode() == outside);
    expect(equal(member->group.epoch_authenticator().view(), authenticator.view()));
  }
}

void Scene::forget(const Member& gone) {
  std::erase_if(members_, [&](const auto& member) { return member.get() == &gone; });
}

void Scene::seat(const Device& device, Group group) {
  members_.push_back(std::make_unique<Member>(Member{&device, std::move(group), {}}));
  members_.back()->store.save(members_.back()->group);
}

void Scene::restart(Member& member) {
  const SecretBytes before = state_of(member);
  auto loaded = member.store.load(*member.device->signature_key, cast_.services());
  expect(loaded.has_value());
  member.group = std::move(*loaded);
  expect(equal(state_of(member).view(), before.view()));
}

// --- keeping to the rules

void Scene::commit(Script& script) {
  Member& sender = draw_member(script);
  CommitOptions options{.force_path = script.flip(), .authenticated_data = script.bytes(4)};
  if (script.flip()) options.references = sender.group.proposals_to_commit();
  for (const WaitingProposal& waiting : server_.waiting_proposals()) {
    if (script.rarely(4)) options.references.push_back(waiting.ref);
  }
  if (script.flip()) options.adds.push_back(cast_.devices[script.below(cast_.devices.size())].bundle.key_package);
  if (script.rarely(4)) options.removes.push_back(draw_member(script).group.own_leaf());
  if (script.rarely(4)) options.psks.push_back(cast_.material.psks[script.below(cast_.material.psks.size())]);
  if (script.rarely(8)) options.group_context_extensions = forger_.draw_extensions(script);
  if (script.rarely(16)) {
    options = {};
    options.reinit =
        ReInit{{'r'}, ProtocolVersion::mls10, server_.context().cipher_suite, forger_.draw_extensions(script)};
  }

  const SecretBytes before = state_of(sender);
  auto outgoing = sender.group.create_commit(options, cast_.services(), random_);
  if (!outgoing) return expect_unchanged(sender, before);
  sender.store.save(sender.group);
  said_.push_back({outgoing->message(), false});
  if (script.rarely(4)) restart(sender);
  if (script.rarely(8)) return;  // it stays pending
  const auto welcomes = outgoing->make_welcomes({}, TreeDelivery::in_group_info, random_);
  const bool all_follow = std::ranges::none_of(
      options.references, [&](const ProposalRef& ref) { return std::ranges::count(forged_proposals_, ref) > 0; });
  deliver_commit(outgoing->message(), all_follow ? Expected::acceptance : Expected::anything);
  if (!welcomes) return;
  for (std::size_t i = 0; i < welcomes->size(); ++i) {
    const KeyPackage& added = outgoing->added()[i].key_package;
    const Cast::Outsider& joiner = cast_.owner_of(added.leaf_node.signature_key);
    // A forged proposal may have brought another one under the joiner's key.
    const bool is_own = encode(added) == encode(joiner.bundle.key_package);
    welcome(joiner, (*welcomes)[i].message, std::nullopt, is_own ? Expected::acceptance : Expected::refusal);
  }
}

void Scene::propose(Script& script) {
  Member& sender = draw_member(script);
  const Proposal drawn = forger_.draw_proposal(server_, script);
  const ProposalOptions options{.authenticated_data = script.bytes(2)};
  const auto make = [&]<class Change>(const Change& change) {
    if constexpr (std::is_constructible_v<ProposedChange, Change>) {
      return sender.group.propose(change, options, cast_.services(), random_);
    } else {
      return sender.group.propose_update(std::nullopt, options, cast_.services(), random_);
    }
  };
  const SecretBytes before = state_of(sender);
  const auto made = std::visit(make, drawn);
  if (!made) return expect_unchanged(sender, before);
  sender.store.save(sender.group);
  said_.push_back({made->message, false});
  if (script.rarely(4)) restart(sender);
  deliver_proposal(made->message, Expected::acceptance, &sender);
}

// Another group with the same members, or some of them; its founder's Welcomes say which one it continues.
void Scene::continue_group(Script& script) {
  const Member& founder = draw_member(script);
  const auto continuation_of = [](const Member& member) {
    auto continues = member.group.reinitialisation();
    return continues ? std::move(*continues) : member.group.branch();
  };
  const Continuation continues = continuation_of(founder);
  if (continues.cipher_suite != static_cast<std::uint16_t>(server_.suite().id())) return;  // needs other keys
  GroupParameters parameters{.suite = server_.suite(),
                             .group_id = continues.group_id.value_or(Bytes{'n'}),
                             .creator = founder.device->identity,
                             .lifetime = Village::lifetime,
                             .extensions = continues.extensions.value_or(Extensions{})};
  std::vector<const Member*> joiners;
  std::vector<KeyPackage> key_packages;
  for (const auto& member : members_) {
    if (member.get() == &founder || script.rarely(4)) continue;
    joiners.push_back(member.get());
    key_packages.push_back(cast_.owner_of(member->device->signature_key->public_key).bundle.key_package);
  }
  auto begun = Group::begin_continuation(continues, parameters, key_packages, *founder.device->signature_key,
                                         cast_.services(), random_);
  if (!begun) return;
  const auto welcomes = begun->commit.make_welcomes({}, TreeDelivery::in_group_info, random_);
  expect(welcomes.has_value());
  begun->group.merge_pending();
  for (std::size_t i = 0; i < joiners.size(); ++i) {
    const Cast::Outsider& joiner = cast_.owner_of(joiners[i]->device->signature_key->public_key);
    const Continuation own = continuation_of(*joiners[i]);
    const auto join = [&](BytesView message, const Continuation* expected) {
      return Group::join(message, joiner.bundle, std::nullopt, *joiner.device.signature_key, cast_.services(),
                         {.continues = expected});
    };
    Bytes changed = (*welcomes)[i].message;
    mutate(changed, script);
    if (changed != (*welcomes)[i].message) expect(!join(changed, &own));
    expect(!join((*welcomes)[i].message, nullptr));
    const auto joined = join((*welcomes)[i].message, &own);
    expect(joined && equal(joined->group.epoch_authenticator().view(), begun->group.epoch_authenticator().view()));
  }
}

void Scene::speak(Script& script) {
  Member& speaker = draw_member(script);
  const Bytes words = script.bytes(40);
  auto message = speaker.group.protect(words, script.bytes(4), script.below(8), random_);
  if (!message) {
    const auto reason = server_.reinit() ? MessageError::group_reinitialised : MessageError::proposals_waiting;
    return expect(message.error() == reason);
  }
  speaker.store.save_records(speaker.group);
  if (script.flip()) {
    Bytes changed = *message;
    mutate(changed, script);
    if (changed != *message) deliver_private(changed, &speaker, Expected::refusal);
  }
  deliver_private(*message, &speaker, Expected::acceptance);
  if (script.rarely(4)) deliver_private(*message, &speaker, Expected::refusal);
}

// Also a device that a Commit it could not follow has left behind: over its old leaf.
void Scene::join_from_outside(Script& script) {
  const Cast::Outsider& joiner = cast_.devices[script.below(cast_.devices.size())];
  const Member& helper = draw_member(script);
  std::optional<LeafIndex> old_leaf;
  server_.tree().for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    if (leaf.signature_key == joiner.device.signature_key->public_key) old_leaf = index;
  });
  if (helper.group.own_leaf() == old_leaf) return;
  Bytes info = helper.group.group_info();
  RatchetTreeNodes tree = server_.tree().nodes();
  const bool is_forged = script.flip();
  if (is_forged) {
    auto message = parse_mls_message(info).value();
    auto& changed = std::get<GroupInfo>(message);
    mutate(changed, script);
    if (!script.rarely(8)) forger_.sign(changed, server_);
    if (script.rarely(4)) mutate(tree, script);
    info = encode(message);
    const auto nodes = parse_ratchet_tree(encode_ratchet_tree(tree));
    if (!nodes) return;
    tree = *nodes;
  }
  ExternalJoinOptions options{.replaces = old_leaf, .authenticated_data = script.bytes(4), .handshake_format = format_};
  auto joined = Group::join_external(info, tree, joiner.device.identity, *joiner.device.signature_key,
                                     std::move(options), cast_.services(), random_);
  if (!joined) return expect(is_forged);
  said_.push_back({joined->commit, is_forged});
  std::erase_if(members_, [&](const auto& member) { return member->group.own_leaf() == old_leaf; });
  const GroupContext before = server_.context();
  const Expected honest = server_.reinit() ? Expected::refusal : Expected::acceptance;
  deliver_commit(joined->commit, is_forged ? Expected::anything : honest);
  if (server_.context() != before) seat(joiner.device, std::move(joined->group));
  if (!members_.empty()) expect_agreement();
}

}  // namespace samband::mls::forgery
