// Which channels concern a device, over all shards: those it is a leaf of, and those whose roster names its partner.
#pragma once

#include <map>
#include <set>

#include "storage/model/policy.h"

namespace samband::server {

class ChannelIndex {
 public:
  void enter(const ChannelId& channel, const DeviceId& device) { by_leaf_[device].insert(channel); }
  void leave(const ChannelId& channel, const DeviceId& device);
  // In place of the roster that stood before, if any.
  void set_roster(const ChannelId& channel, const storage::ChannelPolicy& policy);
  void count_creation(const PartnerId& creator) { ++created_[creator]; }

  // In the order of their ids. Whether the roster means this very device is not said.
  [[nodiscard]] std::set<ChannelId> concerning(const DeviceId& device, const PartnerId& partner) const;
  [[nodiscard]] std::size_t created_by(const PartnerId& partner) const;

 private:
  std::map<DeviceId, std::set<ChannelId>> by_leaf_;
  std::map<PartnerId, std::set<ChannelId>> by_roster_;
  std::map<ChannelId, std::set<PartnerId>> rosters_;
  std::map<PartnerId, std::size_t> created_;
};

}  // namespace samband::server
