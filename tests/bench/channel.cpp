#include "tests/bench/channel.h"

#include "server/protocol/authenticated_data.h"
#include "server/protocol/verdict/channel_group.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr std::size_t group_id_bytes = 32;

mls::Group new_group(const EnrolledDevice& creator, const storage::ChannelPolicy& policy, const mls::Lifetime& lifetime,
                     Surroundings& with) {
  Bytes group_id(group_id_bytes);
  with.random.fill(group_id);
  const mls::GroupParameters parameters{.suite = with.suite,
                                        .group_id = std::move(group_id),
                                        .creator = creator.leaf_identity(),
                                        .lifetime = lifetime,
                                        .extensions = protocol::group_extensions(policy)};
  return must(mls::Group::create(parameters, *creator.signature_key, with.random), "a group could not be made");
}

std::uint64_t place_of(const protocol::ReplyBody& reply) {
  const auto* placed = std::get_if<protocol::Placed>(&reply);
  must(placed != nullptr, "an entry was not placed");
  return placed->seq;
}

}  // namespace

Channel::Channel(Session& session, const EnrolledDevice& creator, Organisation& organisation, Surroundings& with)
    : with_{with}, lifetime_{organisation.lifetime()}, group_{[&] {
        const storage::ChannelPolicy policy = organisation.new_policy("Samarbeid");
        id_ = policy.channel;
        return new_group(creator, policy, lifetime_, with);
      }()} {
  const auto reply = session.ask(
      protocol::CreateChannel{.channel = id_,
                              .group_info = group_.group_info(),
                              .ratchet_tree = mls::encode_ratchet_tree(group_.public_group().tree().nodes())});
  next_seq_ = place_of(reply) + 1;
}

void Channel::add(Session& session, std::span<const EnrolledDevice> devices) {
  while (!devices.empty()) {
    const std::size_t count = std::min(devices.size(), protocol::adds_per_commit_max);
    add_some(session, devices.first(count));
    devices = devices.subspan(count);
  }
}

void Channel::add_some(Session& session, std::span<const EnrolledDevice> devices) {
  mls::CommitOptions options;
  for (const EnrolledDevice& device : devices) {
    const mls::KeyPackageBundle bundle = mls::make_key_package(
        with_.suite, device.leaf_identity(), *device.signature_key, {.lifetime = lifetime_}, with_.random);
    options.adds.push_back(bundle.key_package);
  }
  options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
  const auto outgoing = must(group_.create_commit(options, with_.services(), with_.random), "adding was refused");
  auto welcomes = must(outgoing.make_welcomes({}, mls::TreeDelivery::out_of_band, with_.random), "no Welcomes");

  protocol::SubmitCommit request{id_, outgoing.message(), outgoing.group_info(), {}};
  for (std::size_t i = 0; i < devices.size(); ++i) {
    request.welcomes.push_back({devices[i].id, std::move(welcomes[i].message)});
  }
  next_seq_ = place_of(session.ask(std::move(request))) + 1;
  group_.merge_pending();
}

protocol::SendMessage Channel::new_message(std::size_t content_bytes) {
  const Bytes content(content_bytes, 0x61);
  const Bytes data = protocol::encode(protocol::AuthenticatedData{});
  return {id_, must(group_.protect(content, data, 0, with_.random), "a message was refused")};
}

}  // namespace samband::bench
