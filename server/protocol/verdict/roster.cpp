#include "server/protocol/verdict/roster.h"

#include <algorithm>

namespace samband::protocol {

bool pins_are_true(const storage::ChannelPolicy& policy, const storage::ChannelPolicy* before,
                   const Circumstances& circumstances) {
  return std::ranges::all_of(policy.items, [&](const storage::RosterItem& item) {
    const auto is_pinned_alike = [&](const storage::RosterItem& old) {
      return old.partner == item.partner && old.partner_key == item.partner_key;
    };
    if (before != nullptr && std::ranges::any_of(before->items, is_pinned_alike)) return true;
    if (!circumstances.directory.partner_in_force(item.partner, circumstances.directory_size)) return false;
    const identity::PartnerKeyRecord* key =
        circumstances.directory.partner_key(item.partner, circumstances.directory_size);
    return key != nullptr && key->fingerprint == item.partner_key;
  });
}

}  // namespace samband::protocol
