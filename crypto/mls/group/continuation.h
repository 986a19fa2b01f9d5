// A group that continues another: its reinitialisation, with the same members, or a branch of it, with some of them.
// Source: RFC 9420 §8.4 (the PSK), §11.2 (reinitialisation), §11.3 (branching), §12.4.3.1 (what a joiner verifies).
// Pure computation: no I/O, clock or locks.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "crypto/mls/group/pre_shared_keys.h"
#include "crypto/mls/tree/authentication_service.h"
#include "crypto/mls/tree/ratchet_tree.h"
#include "crypto/mls/wire/group_context.h"
#include "crypto/mls/wire/proposal.h"

namespace samband::mls {

// Why a group is not the continuation it claims to be.
enum class ContinuationError : std::uint8_t {
  not_first_epoch,    // members join in epoch 1, and in no other
  version_differs,    // from that of the ReInit, or of the group it branched from
  suite_differs,      // the same
  group_id_differs,   // from that of the ReInit
  extensions_differ,  // from those of the ReInit
  member_missing,     // a member of the reinitialised group is not in it
  member_unknown,     // it has a member that the old group has not
};

// What one epoch of a group leaves to a group that continues it: from `Group::reinitialisation` or `Group::branch`, and
// of use after that group is gone. Holds a secret.
struct Continuation {
  ResumptionPSK id;  // with the usage, and the old group and its epoch
  SecretBytes resumption_psk;
  ProtocolVersion version{};  // of the new group
  std::uint16_t cipher_suite = 0;
  std::optional<Bytes> group_id;         // nullopt: a branch may have any
  std::optional<Extensions> extensions;  // the same
  std::vector<Credential> members;       // of the old group
};

// Judges the group that `context` and `tree` describe. Two members are the same when the Authentication Service lets
// the new credential succeed the old one.
[[nodiscard]] std::expected<void, ContinuationError> verify_continuation(const Continuation& continues,
                                                                         const GroupContext& context,
                                                                         const RatchetTree& tree,
                                                                         const AuthenticationService& authentication);

// The PSK of the group that is continued, if there is one, beside those of the application; which is never asked for a
// PSK of usage reinit or branch, and so can't give one away outside of these flows.
class ContinuationPsks final : public PreSharedKeySource {
 public:
  // Both outlive this.
  ContinuationPsks(const PreSharedKeySource& others, const Continuation* continues)
      : others_{others}, continues_{continues} {}
  [[nodiscard]] std::optional<SecretBytes> find(const PreSharedKeyID& id) const override;

 private:
  const PreSharedKeySource& others_;
  const Continuation* continues_;
};

}  // namespace samband::mls
