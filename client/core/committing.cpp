#include "client/core/committing.h"

#include <algorithm>
#include <set>

#include "client/core/channels.h"
#include "client/core/staging.h"
#include "crypto/mls/tree/leaf_validation.h"
#include "crypto/mls/wire/message.h"
#include "crypto/suite/signing.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"

namespace samband::client {

namespace {

using protocol::DirectoryAuthentication;

std::expected<protocol::SubmitCommit, Failure> make_request(Parts& parts, Channel& channel,
                                                            const mls::CommitOptions& options) {
  const identity::Directory& directory = parts.directory.directory();
  const WallTime now = parts.turn.now();
  const DirectoryAuthentication authentication{directory, directory.size(), now};
  const mls::NoPreSharedKeys no_psks;
  const auto made = channel.group->create_commit(options, {authentication, no_psks, now}, parts.random);
  if (!made) return failure(Fault::internal, "the group does not allow this Commit");
  // The same verdict that everybody else will come to: better known before it is sent.
  const protocol::Circumstances around{.channel = channel.id(),
                                       .sender = parts.own->device().device,
                                       .at = now,
                                       .directory = directory,
                                       .directory_size = directory.size()};
  const auto verdict =
      protocol::judge_staged_commit(channel.record.policy, channel.group->pending(), channel.leave_requests(), around);
  if (!verdict) {
    channel.group->clear_pending();
    return failure(Fault::not_permitted, std::string{protocol::name_of(verdict.error().error)});
  }
  const auto welcomes = made->make_welcomes({}, mls::TreeDelivery::out_of_band, parts.random);
  if (!welcomes || welcomes->size() != made->added().size()) {
    channel.group->clear_pending();
    return failure(Fault::internal, "a joiner's key can't be used");
  }
  protocol::SubmitCommit request{channel.id(), made->message(), made->group_info(), {}};
  for (std::size_t i = 0; i < welcomes->size(); ++i) {
    const auto device = protocol::device_of(made->added()[i].key_package.leaf_node.credential);
    SAMBAND_CHECK(device.has_value());  // DirectoryAuthentication has read it
    request.welcomes.push_back({*device, (*welcomes)[i].message});
  }
  return request;
}

// One try on the present epoch.
Task<std::expected<CommitFate, Failure>> try_commit(Parts& parts, Channel& channel, mls::CommitOptions options) {
  auto request = make_request(parts, channel, options);
  if (!request) co_return std::unexpected(request.error());
  const Bytes message = request->commit;
  const protocol::RequestBody body{std::move(*request)};
  auto staging = stage(parts, body);
  const auto staged = co_await staging;
  if (!staged) {
    channel.forget_pending();
    co_return std::unexpected(staged.error());
  }
  // While the parts were on their way another Commit may have ended the epoch.
  if (!channel.group || !channel.group->is_pending(message)) {
    co_return CommitFate{.kind = CommitFate::Kind::beaten, .seq = 0, .failure = {}};
  }
  if (channel.parting) {  // the server was restored meanwhile
    channel.forget_pending();
    co_return failure(Fault::server_behind, channel.record.policy.name);
  }
  const std::uint64_t mark = commit_mark(sha256(message));
  channel.save_pending(mark);
  const Later<CommitFate> fate{parts.turn.ready()};
  channel.fate = fate;
  parts.session.submit(*staged, {.kind = PurposeKind::commit, .channel = channel.id(), .item = mark});
  co_return co_await fate;
}

// A group that is being joined anew comes back; a channel that was left does not.
bool is_over(const Channel* channel) {
  return channel == nullptr || channel->record.standing != Standing::member;
}
bool is_busy(const Channel& channel) {
  return !channel.group || channel.group->has_pending() || channel.record.lost || channel.is_comparing();
}

}  // namespace

Task<Committed> commit(Parts& parts, ChannelId id, DraftMaker make) {
  for (int attempt = 0; attempt < commit_attempts_max; ++attempt) {
    Channel* channel = parts.channels.find(id);
    if (is_over(channel)) co_return failure(Fault::not_a_member);
    while (is_busy(*channel) && !channel->is_parted()) {
      const Later<bool> changed = channel->until_changed();
      co_await changed;
      if (is_over(channel)) co_return failure(Fault::not_a_member);
    }
    if (channel->is_parted()) co_return failure(Fault::server_behind, channel->record.policy.name);
    auto draft = make(*channel);
    if (!draft) co_return std::unexpected(draft.error());
    if (!*draft) co_return Committed{std::nullopt};
    const mls::Epoch epoch = channel->group->epoch();
    auto trying = try_commit(parts, *channel, std::move(**draft));
    const auto fate = co_await trying;
    if (!fate) co_return std::unexpected(fate.error());
    if (fate->kind == CommitFate::Kind::placed) co_return Committed{fate->seq};
    if (fate->kind == CommitFate::Kind::refused) co_return std::unexpected(fate->failure);
    // The server is ahead of what was processed here: follow before trying again.
    while (!is_over(channel) && !is_busy(*channel) && channel->group->epoch() == epoch) {
      const Later<bool> changed = channel->until_changed();
      co_await changed;
    }
  }
  co_return failure(Fault::too_many_requests);
}

std::vector<DeviceId> waiting_devices(const Parts& parts, const Channel& channel) {
  const identity::Directory& directory = parts.directory.directory();
  const std::vector<DeviceId> present = channel.devices();
  std::set<DeviceId> skipped{present.begin(), present.end()};
  skipped.insert(channel.record.departed.begin(), channel.record.departed.end());
  std::set<PartnerId> partners;
  for (const storage::RosterItem& item : channel.record.policy.items) partners.insert(item.partner);
  std::vector<DeviceId> waiting;
  for (const PartnerId& partner : partners) {
    for (const DeviceId& device : directory.devices_of(partner, directory.size())) {
      if (skipped.contains(device)) continue;
      if (storage::may(channel.record.policy, directory, device, directory.size(), storage::Action::join)) {
        waiting.push_back(device);
      }
    }
  }
  return waiting;
}

std::optional<mls::KeyPackage> verify_reserved(const Parts& parts, const Channel& channel,
                                               const protocol::ReservedKeyPackage& reserved) {
  auto message = mls::parse_mls_message(reserved.key_package);
  auto* key_package = message ? std::get_if<mls::KeyPackage>(&*message) : nullptr;
  if (key_package == nullptr) return std::nullopt;
  if (protocol::device_of(key_package->leaf_node.credential) != reserved.device) return std::nullopt;
  const identity::Directory& directory = parts.directory.directory();
  const WallTime now = parts.turn.now();
  const DirectoryAuthentication authentication{directory, directory.size(), now};
  const auto requirements =
      mls::leaf_requirements(channel.group->context(), channel.group->public_group().suite(), now);
  if (!requirements || !mls::verify_key_package(*key_package, *requirements, authentication)) return std::nullopt;
  return std::move(*key_package);
}

namespace {

// The packages of one reservation that the group still lacks.
DraftMaker adding(std::vector<mls::KeyPackage> packages) {
  return
      [packages = std::move(packages)](Channel& channel) -> std::expected<std::optional<mls::CommitOptions>, Failure> {
        const std::vector<DeviceId> present = channel.devices();
        mls::CommitOptions options;
        for (const mls::KeyPackage& package : packages) {
          const auto device = protocol::device_of(package.leaf_node.credential);
          if (device && std::ranges::find(present, *device) == present.end()) options.adds.push_back(package);
        }
        if (options.adds.empty()) return std::nullopt;
        options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
        return options;
      };
}

}  // namespace

Task<std::expected<std::size_t, Failure>> admit_waiting(Parts& parts, ChannelId id) {
  std::size_t admitted = 0;
  std::set<DeviceId> asked;
  for (;;) {
    Channel* channel = parts.channels.find(id);
    if (is_over(channel)) co_return failure(Fault::not_a_member);
    protocol::ReserveKeyPackages request{id, {}};
    for (const DeviceId& device : waiting_devices(parts, *channel)) {
      if (request.devices.size() < protocol::adds_per_commit_max && asked.insert(device).second) {
        request.devices.push_back(device);
      }
    }
    if (request.devices.empty()) co_return admitted;
    const auto answer = parts.session.submit(std::move(request));
    const protocol::ReplyBody reply = co_await answer;
    const auto* reserved = std::get_if<protocol::ReservedKeyPackages>(&reply);
    if (reserved == nullptr) co_return std::unexpected(failure_of(reply));
    channel = parts.channels.find(id);
    if (is_over(channel)) co_return failure(Fault::not_a_member);
    std::vector<mls::KeyPackage> packages;
    for (const protocol::ReservedKeyPackage& one : reserved->key_packages) {
      auto package = verify_reserved(parts, *channel, one);
      if (package) packages.push_back(std::move(*package));
    }
    if (packages.size() < reserved->key_packages.size())
      parts.turn.log("the server gave key packages that do not verify");
    if (packages.empty()) continue;
    const std::size_t count = packages.size();
    auto committing = commit(parts, id, adding(std::move(packages)));
    const Committed committed = co_await committing;
    if (!committed) co_return std::unexpected(committed.error());
    if (*committed) admitted += count;
  }
}

}  // namespace samband::client
