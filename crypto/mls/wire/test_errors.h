// How tests ask for the reason of a refusal. Included by tests only.
#pragma once

#include <expected>
#include <optional>

namespace samband::mls::testing {

// nullopt when there is a value: `error()` of one would read what is not there.
template <class T, class Error>
[[nodiscard]] std::optional<Error> error_of(const std::expected<T, Error>& result) {
  return result ? std::nullopt : std::optional{result.error()};
}

}  // namespace samband::mls::testing
