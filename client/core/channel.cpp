#include "client/core/channel.h"

#include <algorithm>

#include "client/core/places.h"
#include "crypto/codec/writer.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {

std::optional<std::expected<mls::Group, ParseError>> load_group(Profile& profile, const ChannelId& channel,
                                                                const KeyPair& signature_key) {
  const auto kept = profile.get(places::group(channel));
  if (!kept) return std::nullopt;
  std::vector<mls::GroupRecord> records;
  profile.scan(places::group_records(channel), [&](BytesView order, BytesView value) {
    Reader key{order};
    records.push_back({key.u32(), copy_of(value)});
    return true;
  });
  std::vector<mls::SecretTreeRecord> nodes;
  profile.scan(places::secret_tree(channel), [&](BytesView order, BytesView value) {
    Reader key{order};
    nodes.push_back({mls::NodeIndex{key.u32()}, SecretBytes{value}});
    return true;
  });
  // An older samband kept all of it in one value; the next Commit writes the records.
  if (records.empty()) return mls::Group::load(kept->view(), nodes, signature_key);
  return mls::Group::load(kept->view(), records, nodes, signature_key);
}

bool Channel::load_group(const KeyPair& signature_key) {
  auto loaded = client::load_group(profile_, id(), signature_key);
  if (!loaded) return !profile_.failed();
  if (!*loaded) return false;
  group.emplace(std::move(**loaded));
  return true;
}

void Channel::save_record() {
  profile_.put(places::channel(id()), encode(record));
}

void Channel::save_group() {
  profile_.remove_scope(places::secret_tree(id()));
  profile_.put(places::group(id()), group->encode_private());
  const mls::GroupChanges changes = group->take_public_changes();
  if (changes.are_whole) profile_.remove_scope(places::group_records(id()));
  for (const mls::GroupRecord& changed_record : changes.records) {
    const Place place = places::group_record(id(), changed_record.number);
    if (changed_record.value.empty()) {
      profile_.remove(place);
    } else {
      profile_.put(place, changed_record.value);
    }
  }
  save_ratchets();
}

void Channel::save_ratchets() {
  for (mls::SecretTreeRecord& changed_node : group->take_secret_tree_changes()) {
    const Place place = places::secret_tree_node(id(), changed_node.node.value);
    if (changed_node.value.empty()) {
      profile_.remove(place);
    } else {
      profile_.put(place, std::move(changed_node.value));
    }
  }
}

std::uint64_t commit_mark(const Hash& commit) {
  Reader in{commit.view()};
  return in.u64();
}

void Channel::save_pending(std::uint64_t mark) {
  pending_mark = mark;
  const SecretBytes encoded = group->encode_pending();
  Writer out;
  out.u64(mark);
  out.fixed(encoded.view());
  profile_.put(places::pending(id()), out.take_secret());
}

bool Channel::load_pending(const mls::Services& services) {
  const auto kept = profile_.get(places::pending(id()));
  if (!kept || !group) return false;
  Reader in{kept->view()};
  pending_mark = in.u64();
  return group->load_pending(in.fixed(in.remaining()), services).has_value();
}

void Channel::forget_pending() {
  if (group) group->clear_pending();
  profile_.remove(places::pending(id()));
}

void Channel::forget_group() {
  group.reset();
  profile_.remove(places::group(id()));
  profile_.remove_scope(places::group_records(id()));
  profile_.remove(places::pending(id()));
  profile_.remove_scope(places::secret_tree(id()));
}

std::vector<DeviceId> Channel::devices() const {
  std::vector<DeviceId> found;
  if (!group) return found;
  group->public_group().tree().for_each_leaf([&](mls::LeafIndex, const mls::LeafNode& leaf) {
    if (const auto device = protocol::device_of(&leaf)) found.push_back(*device);
  });
  return found;
}

std::optional<mls::LeafIndex> Channel::leaf_of(const DeviceId& device) const {
  std::optional<mls::LeafIndex> found;
  if (!group) return found;
  group->public_group().tree().for_each_leaf([&](mls::LeafIndex index, const mls::LeafNode& leaf) {
    if (protocol::device_of(&leaf) == device) found = index;
  });
  return found;
}

protocol::OpenLeaveRequests Channel::leave_requests() const {
  protocol::OpenLeaveRequests open;
  for (const OpenLeaveRequest& request : record.leave_requests) open[request.device] = request.seq;
  return open;
}

const LeavesToRemove& Channel::leaves_to_remove(const identity::Directory& directory, const DeviceId& own) {
  JudgedAt now{group ? group->epoch().value : 0, directory.size(), record.leave_requests};
  if (judged_at_ == now) return to_remove_;
  judged_at_ = std::move(now);
  to_remove_ = {};
  for (const DeviceId& device : devices()) {
    if (device == own) continue;
    const auto request = std::ranges::find(record.leave_requests, device, &OpenLeaveRequest::device);
    const identity::DeviceRecord* known = directory.device(device);
    if (known != nullptr && known->revoked) {
      to_remove_.revocations.push_back(*known->revoked);
    } else if (request != record.leave_requests.end()) {
      to_remove_.leave_requests.push_back(request->seq);
    } else if (storage::role_of(record.policy, directory, device, directory.size())) {
      continue;
    }
    to_remove_.devices.push_back(device);
  }
  for (auto* citations : {&to_remove_.revocations, &to_remove_.leave_requests}) {
    std::ranges::sort(*citations);
    const auto repeated = std::ranges::unique(*citations);  // one revocation may concern several devices
    citations->erase(repeated.begin(), repeated.end());
  }
  return to_remove_;
}

Later<bool> Channel::until_changed() {
  Later<bool> later{ready_};
  watchers_.push_back(later);
  return later;
}

void Channel::changed() {
  for (const Later<bool>& watcher : watchers_) watcher.settle(true);
  watchers_.clear();
}

void Channel::settle_fate(CommitFate settled) {
  if (fate) fate->settle(std::move(settled));
  fate.reset();
  changed();
}

}  // namespace samband::client
