// What people call things, found in the directory: by number, name or the start of an id. What several things
// answer to is refused with the choices.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/commands.h"
#include "client/core/faults.h"
#include "crypto/identity/directory.h"
#include "crypto/identity/revocation.h"
#include "storage/model/policy.h"

namespace samband::client {

inline constexpr std::size_t id_prefix_digits_min = 8;  // hex digits of an id that may stand for the whole

// "1504 Ålesund", for choices and errors.
[[nodiscard]] std::string partner_label(const identity::Directory& directory, const PartnerId& partner);

// By number, or by name if only one partner has it. Errors: no_such_partner, ambiguous.
[[nodiscard]] std::expected<PartnerId, Failure> find_partner(const identity::Directory& directory,
                                                             std::string_view text);

// Partners a channel is for, each once; removed ones and those without a key are left out of a community and of
// all, and refused when they are named. Errors as above, and no_such_community, partner_without_key, empty.
[[nodiscard]] std::expected<std::vector<PartnerId>, Failure> find_audience(const identity::Directory& directory,
                                                                           const Audience& audience);

// By name or hex, among the staff of any of `partners`. Errors: no_such_staff, ambiguous.
[[nodiscard]] std::expected<StaffId, Failure> find_staff(const identity::Directory& directory,
                                                         const std::vector<PartnerId>& partners, std::string_view text);
// Errors of find_staff.
[[nodiscard]] std::expected<storage::Who, Failure> find_who(const identity::Directory& directory,
                                                            const std::vector<PartnerId>& partners, const Who& who);

// A device, staff member or invitation of one's own partner. Errors: no_such_device, ambiguous.
[[nodiscard]] std::expected<identity::RevocationSubject, Failure> find_revocable(const identity::Directory& directory,
                                                                                 const PartnerId& partner,
                                                                                 std::string_view text);

}  // namespace samband::client
