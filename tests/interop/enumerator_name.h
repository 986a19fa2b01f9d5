// The name of an enumerator as its enum spells it, read from the compiler's own words for it, so that an error which
// is new tomorrow has its name without a line here.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "crypto/bytes/check.h"

namespace samband::interop {

// Enumerators are looked for at 0 up to this.
inline constexpr std::size_t enumerators_max = 128;

// Empty when no enumerator has that value: GCC and Clang then write it as a cast.
template <auto value>
[[nodiscard]] consteval std::string_view spelled() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("value = ") + 8);
  text = text.substr(0, text.find_first_of(";]"));
  if (text.starts_with('(')) return {};
  return text.substr(text.rfind(':') + 1);
}

template <class Enum>
inline constexpr auto enumerator_names = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{spelled<static_cast<Enum>(i)>()...};
}(std::make_index_sequence<enumerators_max>{});

template <class Enum>
[[nodiscard]] std::string_view name_of(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  SAMBAND_CHECK(index < enumerators_max && !enumerator_names<Enum>[index].empty());
  return enumerator_names<Enum>[index];
}

}  // namespace samband::interop
