// What the fuzzers ask of a decoder, and how those that make choices read them from their input.
// Included by fuzzers only.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <utility>

#include "crypto/bytes/bytes.h"

namespace samband::fuzzing {

// What does not hold is a finding.
inline void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s:%u\n", where.file_name(), static_cast<unsigned>(where.line()));
  std::abort();
}

inline BytesView view_of_encoded(const Bytes& encoded) {
  return encoded;
}
inline BytesView view_of_encoded(const SecretBytes& encoded) {
  return encoded.view();
}

// There is one encoding: what parses is written again as the same bytes.
template <class Parse, class Encode>
void expect_one_encoding(BytesView wire, Parse parse, Encode encode) {
  if (const auto value = parse(wire)) expect(equal(view_of_encoded(encode(*value)), wire));
}
template <class Parse>
void expect_one_encoding(BytesView wire, Parse parse) {
  expect_one_encoding(wire, parse, [](const auto& value) { return encode(value); });
}

// An input read as a list of choices. Once it has ended every choice is the first.
class Script {
 public:
  explicit Script(BytesView input) : input_{input} {}

  [[nodiscard]] bool at_end() const { return input_.empty(); }
  std::uint8_t u8() {
    if (input_.empty()) return 0;
    const std::uint8_t octet = input_.front();
    input_ = input_.subspan(1);
    return octet;
  }
  // One of `count` things, at most 256.
  std::size_t below(std::size_t count) { return count == 0 ? 0 : u8() % count; }
  // True for one choice in `of`.
  bool rarely(std::size_t of) { return below(of) == of - 1; }
  bool flip() { return rarely(2); }
  std::uint16_t u16() {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8U | u8());
  }
  // At most `size_max` bytes, which is below 256.
  Bytes bytes(std::size_t size_max) {
    Bytes out(below(size_max + 1));
    for (std::uint8_t& octet : out) octet = u8();
    return out;
  }

 private:
  BytesView input_;
};

}  // namespace samband::fuzzing
