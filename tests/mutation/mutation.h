// Which check is taken out, read from the environment: MUTANT is its number. With MUTATION_TRACE each check that is
// reached is noted in that file. Put in front of every source of an instrumented build; nothing that is shipped has it.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace mutation {

inline constexpr std::size_t mutants_max = 1U << 20U;

inline int chosen() {
  static const int number = [] {
    const char* text = std::getenv("MUTANT");
    return text == nullptr ? -1 : std::atoi(text);
  }();
  return number;
}

// One write for the first visit, so that a test that ends by a signal has told what it reached.
inline void note(int number) {
  static const int file = [] {
    const char* name = std::getenv("MUTATION_TRACE");
    return name == nullptr ? -1 : ::open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
  }();
  if (file < 0) return;
  static std::bitset<mutants_max> noted;
  if (noted[static_cast<std::size_t>(number)]) return;
  noted[static_cast<std::size_t>(number)] = true;
  char line[16];
  const int size = std::snprintf(line, sizeof line, "%d\n", number);
  if (::write(file, line, static_cast<std::size_t>(size)) != size) std::abort();
}

constexpr bool is(int number) {
  if (__builtin_is_constant_evaluated()) return false;  // also where CMake tries the compiler, without C++23
  note(number);
  return chosen() == number;
}

// A verdict, or the one that lets everything pass: true, no error, nothing to complain of.
template <class Verdict>
Verdict passing(int number, Verdict verdict) {
  if (!is(number)) return verdict;
  if constexpr (std::is_same_v<Verdict, bool>) {
    return true;
  } else {
    return {};
  }
}

// A bound, or one that nothing reaches.
template <class Bound>
constexpr Bound unbounded(int number, Bound bound) {
  return is(number) ? static_cast<Bound>(std::uint32_t{1} << 31U) : bound;
}

}  // namespace mutation
