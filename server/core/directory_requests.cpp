// Shard 0's requests: the directory, KeyPackages, and what is asked over all channels.
#include <algorithm>

#include "server/core/enrolment.h"
#include "server/core/key_packages.h"
#include "server/core/refusals.h"
#include "server/core/state.h"

namespace samband::server {

using protocol::Status;

struct Core::State::OnDirectory {
  State& core;
  Turn& turn;
  const DeviceId& from;

  Outcome operator()(const protocol::AddDelegation& body) { return add_delegation(turn, core.log_, from, body); }
  Outcome operator()(const protocol::Revoke& body) { return revoke(turn, core.log_, from, body); }
  Outcome operator()(const protocol::PublishKeyPackages& body) {
    return publish_key_packages(turn, core.log_.directory(), from, body);
  }
  Outcome operator()(const protocol::ReserveKeyPackages& body) { return core.reserve_key_packages(turn, from, body); }
  Outcome operator()(const protocol::AnnounceGuidance& body) { return core.announce_guidance(turn, from, body); }
  Outcome operator()(const protocol::FetchDelegation& body) { return fetch_delegation(turn, core.log_, body); }
  Outcome operator()(const protocol::EnrolFirst& body) { return enrol_first(turn, core.log_, body); }
  Outcome operator()(const protocol::EnrolInvited& body) { return enrol_invited(turn, core.log_, body); }
  Outcome operator()(const protocol::FetchDirectory& body) { return core.log_.fetch(turn, body); }
  Outcome operator()(const protocol::FetchConsistency& body) { return core.log_.fetch(body); }
  Outcome operator()(const protocol::FetchInclusion& body) { return core.log_.fetch(body); }
  Outcome operator()(const protocol::ListChannels& body) { return core.list_channels(from, body); }
  Outcome operator()(const protocol::AcknowledgeInbox&) { return protocol::Done{}; }  // shard 0 has no Welcomes
  Outcome operator()(const auto&) { return refuse(Status::malformed, "not a request for the directory"); }
};

Outcome Core::State::execute_on_directory(Turn& turn, const DeviceId& from, const protocol::RequestBody& request) {
  return std::visit(OnDirectory{*this, turn, from}, request);
}

Outcome Core::State::reserve_key_packages(Turn& turn, const DeviceId& from,
                                          const protocol::ReserveKeyPackages& request) {
  const Channel* channel = find(request.channel);
  if (channel == nullptr || !is_visible_to(log_.directory(), *channel, from)) return not_found();
  if (!channel->is_leaf(from)) return refuse(Status::not_permitted);
  // A member reserves for those whom the roster means; a moderator may be about to put others on it.
  const auto role = storage::role_of(channel->policy, log_.directory(), from, log_.directory().size());
  const bool moderates = role == storage::Role::moderator;
  std::vector<DeviceId> devices;
  std::ranges::copy_if(request.devices, std::back_inserter(devices), [&](const DeviceId& device) {
    return is_in_force(device) && (moderates || may_join(log_.directory(), *channel, device));
  });
  return server::reserve_key_packages(turn, devices);
}

Outcome Core::State::announce_guidance(Turn& turn, const DeviceId& from, const protocol::AnnounceGuidance& request) {
  const Channel* channel = find(request.channel);
  if (channel == nullptr || !is_visible_to(log_.directory(), *channel, from)) return not_found();
  const identity::Directory& directory = log_.directory();
  const bool is_permitted =
      channel->policy.kind == storage::ChannelKind::guidance && channel->is_leaf(from) &&
      storage::may(channel->policy, directory, from, directory.size(), storage::Action::write).has_value();
  if (!is_permitted) return refuse(Status::not_permitted);
  const auto placed =
      log_.append(turn, identity::GuidancePublished{request.channel, request.guidance, request.content});
  if (!placed) return std::unexpected(to_refusal(placed.error()));
  return *placed;
}

Outcome Core::State::list_channels(const DeviceId& from, const protocol::ListChannels& request) const {
  const PartnerId partner = log_.directory().device(from)->certificate.partner;
  const std::set<ChannelId> concerning = index_.concerning(from, partner);
  protocol::Channels page;
  std::size_t bytes_left = limits_.page_bytes_max;
  auto next = request.after ? concerning.upper_bound(*request.after) : concerning.begin();
  for (; next != concerning.end(); ++next) {
    const Channel* channel = find(*next);
    if (channel == nullptr || !may_join(log_.directory(), *channel, from)) continue;
    protocol::ChannelSummary summary = summary_of(*channel, from);
    if (page.channels.size() == limits_.page_items_max || summary.policy.size() > bytes_left) {
      page.more = true;
      break;
    }
    bytes_left -= summary.policy.size();
    page.channels.push_back(std::move(summary));
  }
  return page;
}

}  // namespace samband::server
