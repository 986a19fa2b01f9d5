// Strong identifiers: fixed-size byte strings and counters that never convert by themselves.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>

#include "crypto/bytes/bytes.h"

namespace samband {

// An identifier of `N` bytes. `Tag` makes each kind a type of its own: a DeviceId is never a StaffId.
template <class Tag, std::size_t N>
struct FixedId {
  static constexpr std::size_t size = N;
  std::array<std::uint8_t, N> bytes{};

  // nullopt when `from` is not exactly N bytes long.
  [[nodiscard]] static std::optional<FixedId> of(BytesView from) {
    if (from.size() != N) return std::nullopt;
    FixedId id;
    std::ranges::copy(from, id.bytes.begin());
    return id;
  }
  [[nodiscard]] BytesView view() const { return bytes; }
  [[nodiscard]] bool is_zero() const {
    return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
  }
  auto operator<=>(const FixedId&) const = default;
};

// A number with a meaning (Epoch, Generation, LeafIndex).
template <class Tag, class Number>
struct Ordinal {
  Number value{};
  constexpr Ordinal() = default;
  constexpr explicit Ordinal(Number from) : value{from} {}
  auto operator<=>(const Ordinal&) const = default;
};

// SHA-256 output where it names something: a leaf of the directory, an entry, a key.
using Hash = FixedId<struct HashTag, 32>;

// Milliseconds since 1970-01-01T00:00:00Z. Always passed in; nothing below the edges reads a clock.
struct WallTime {
  std::uint64_t ms = 0;
  auto operator<=>(const WallTime&) const = default;
};

}  // namespace samband

template <class Tag, std::size_t N>
struct std::hash<samband::FixedId<Tag, N>> {
  std::size_t operator()(const samband::FixedId<Tag, N>& id) const noexcept {
    std::size_t out = 0;
    std::memcpy(&out, id.bytes.data(), std::min(sizeof out, N));  // ids are random or hashes
    return out;
  }
};

template <class Tag, class Number>
struct std::hash<samband::Ordinal<Tag, Number>> {
  std::size_t operator()(samband::Ordinal<Tag, Number> ordinal) const noexcept {
    return std::hash<Number>{}(ordinal.value);
  }
};
