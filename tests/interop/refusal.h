// Why a command is answered with `err`.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <string_view>
#include <type_traits>
#include <variant>

#include "tests/interop/enumerator_name.h"

namespace samband::interop {

// What is wrong with the line, or with the moment it comes at. What is wrong with a message has its type in crypto/mls.
enum class CommandError : std::uint8_t {
  unknown_command,
  missing_argument,
  too_many_arguments,
  malformed_hex,
  malformed_number,
  unknown_word,   // where only `priv`, or a kind of proposal, may stand
  line_too_long,  // the rest of it is skipped
  unsupported_suite,
  group_id_too_long,
  psk_id_too_long,
  too_many_psks,
  length_out_of_range,  // an export of more than 255 * KDF.Nh bytes
  no_group,
  unknown_key_package,  // no KeyPackage of this peer is named in the Welcome
  file_unreadable,
  file_unwritable,
};

// The name of a typed error.
using Reason = std::string_view;

template <class Error>
  requires std::is_enum_v<Error>
[[nodiscard]] Reason reason_of(Error error) {
  return name_of(error);
}
template <class... Errors>
[[nodiscard]] Reason reason_of(const std::variant<Errors...>& error) {
  return std::visit([](auto one) { return reason_of(one); }, error);
}

template <class Error>
[[nodiscard]] std::unexpected<Reason> refuse(const Error& error) {
  return std::unexpected{reason_of(error)};
}

template <class T>
using OrReason = std::expected<T, Reason>;

}  // namespace samband::interop
