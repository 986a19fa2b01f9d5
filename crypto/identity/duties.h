// What a partner lets a staff member do for it, as a set.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband::identity {

// Bits on the wire and on disk: never renumber.
enum class Duty : std::uint8_t {
  administrator = 1,  // sees to the partner's staff and channels
  coordinator = 2,    // represents the partner in channels
  publisher = 4,      // publishes guidance
  acknowledger = 8,   // acknowledges guidance for the partner
};

class Duties {
 public:
  static constexpr std::uint8_t all_bits = 0x0F;

  constexpr Duties() = default;
  constexpr Duties(std::initializer_list<Duty> duties) {
    for (Duty duty : duties) bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(duty));
  }
  [[nodiscard]] static constexpr Duties all() {
    return {Duty::administrator, Duty::coordinator, Duty::publisher, Duty::acknowledger};
  }

  [[nodiscard]] constexpr bool has(Duty duty) const { return (bits_ & static_cast<std::uint8_t>(duty)) != 0; }
  // True when one duty at least is in both sets.
  [[nodiscard]] constexpr bool intersects(Duties other) const { return (bits_ & other.bits_) != 0; }
  [[nodiscard]] constexpr bool includes(Duties other) const { return (other.bits_ & ~bits_) == 0; }
  [[nodiscard]] constexpr Duties with(Duties other) const {
    Duties both;
    both.bits_ = static_cast<std::uint8_t>(bits_ | other.bits_);
    return both;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
  bool operator==(const Duties&) const = default;

 private:
  friend Duties read_duties(Reader& in);
  std::uint8_t bits_ = 0;
};

// One octet; a bit outside `all_bits` fails with unknown_value.
[[nodiscard]] Duties read_duties(Reader& in);
void write(Writer& out, Duties duties);

}  // namespace samband::identity
