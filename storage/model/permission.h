// Who may do what in a channel: a function of its policy and of the directory at one size, never of a clock,
// so that the server and every client come to the same answer.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "crypto/identity/directory.h"
#include "storage/model/policy.h"

namespace samband::storage {

enum class Action : std::uint8_t {
  join,           // be a leaf; also what an external Commit asks
  write,          // discussion: every role; guidance: publishers and moderators
  acknowledge,    // guidance only: staff with the duty acknowledger
  add_member,     // put an entitled device into the group
  change_policy,  // moderators
  delete_any,     // delete what others wrote: moderators
  restart,        // begin a new group under this channel: moderators
};

enum class Refusal : std::uint8_t {
  device_not_in_force,  // unknown to the directory at that size, or revoked
  not_on_roster,        // no roster item means this device
  other_partner_key,    // its partner is on the roster, with a key that is not the root of this device's chain
  role_too_low,
  lacks_duty,
  wrong_channel_kind,  // acknowledging in a discussion
  needs_two_partners,  // see ChannelPolicy::two_sided
  still_entitled,      // removing a device that is on the roster, in force, and has not asked for it
  fixed_for_good,      // a change of the channel's id, kind, history or time of creation
};

// The highest role the policy gives the device, judged at `directory_size`.
[[nodiscard]] std::expected<Role, Refusal> role_of(const ChannelPolicy& policy, const identity::Directory& directory,
                                                   const DeviceId& device, std::uint64_t directory_size);

[[nodiscard]] std::expected<void, Refusal> may(const ChannelPolicy& policy, const identity::Directory& directory,
                                               const DeviceId& device, std::uint64_t directory_size, Action action);

// Whether the server takes an encrypted message from the device, whose content it can't see: it may write or
// acknowledge. Who decrypts it asks `may` for the action it turns out to be.
[[nodiscard]] std::expected<void, Refusal> may_post(const ChannelPolicy& policy, const identity::Directory& directory,
                                                    const DeviceId& device, std::uint64_t directory_size);

// Moderators remove any device; every member removes one that is revoked, no longer meant by the roster, or
// has asked to leave (`leave_cited`: the caller found and checked its signed request).
[[nodiscard]] std::expected<void, Refusal> may_remove(const ChannelPolicy& policy, const identity::Directory& directory,
                                                      const DeviceId& remover, const DeviceId& removed,
                                                      std::uint64_t directory_size, bool leave_cited);

// Judged by the policy before the change. What `after` says of itself was checked when it was parsed.
[[nodiscard]] std::expected<void, Refusal> may_change_policy(const ChannelPolicy& before, const ChannelPolicy& after,
                                                             const identity::Directory& directory,
                                                             const DeviceId& device, std::uint64_t directory_size);

}  // namespace samband::storage
