#include "server/core/channel_index.h"

namespace samband::server {

void ChannelIndex::leave(const ChannelId& channel, const DeviceId& device) {
  const auto found = by_leaf_.find(device);
  if (found == by_leaf_.end()) return;
  found->second.erase(channel);
  if (found->second.empty()) by_leaf_.erase(found);
}

void ChannelIndex::set_roster(const ChannelId& channel, const storage::ChannelPolicy& policy) {
  std::set<PartnerId>& roster = rosters_[channel];
  for (const PartnerId& partner : roster) by_roster_[partner].erase(channel);
  roster.clear();
  for (const storage::RosterItem& item : policy.items) {
    roster.insert(item.partner);
    by_roster_[item.partner].insert(channel);
  }
}

std::set<ChannelId> ChannelIndex::concerning(const DeviceId& device, const PartnerId& partner) const {
  std::set<ChannelId> channels;
  if (const auto found = by_leaf_.find(device); found != by_leaf_.end()) channels = found->second;
  if (const auto found = by_roster_.find(partner); found != by_roster_.end()) {
    channels.insert(found->second.begin(), found->second.end());
  }
  return channels;
}

std::size_t ChannelIndex::created_by(const PartnerId& partner) const {
  const auto found = created_.find(partner);
  return found == created_.end() ? 0 : found->second;
}

}  // namespace samband::server
