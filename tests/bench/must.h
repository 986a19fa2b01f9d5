// A benchmark that can't go on says why in one line and ends: a figure of something that failed is worth nothing.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace samband::bench {

[[noreturn]] inline void give_up(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

inline void must(bool holds, const char* what) {
  if (!holds) give_up(what);
}

template <class T, class E>
[[nodiscard]] T must(std::expected<T, E> result, const char* what) {
  if (!result) give_up(what);
  return std::move(*result);
}
template <class E>
void must(const std::expected<void, E>& result, const char* what) {
  if (!result) give_up(what);
}

template <class T>
[[nodiscard]] T must(std::optional<T> result, const char* what) {
  if (!result) give_up(what);
  return std::move(*result);
}

}  // namespace samband::bench
