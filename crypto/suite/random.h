// Where random bytes come from. Passed in everywhere, so that a whole system can run from one seed.
#pragma once

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  [[nodiscard]] SecretBytes secret(std::size_t size);
  template <class Id>
  [[nodiscard]] Id id() {
    Id out;
    fill(out.bytes);
    return out;
  }
};

// The operating system's generator, through libsodium.
class SystemRandom final : public RandomSource {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// ChaCha20 keystreams of a seed: the same seed and the same sequence of fills give the same bytes. For tests,
// simulations and benchmarks.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed);
  void fill(std::span<std::uint8_t> out) override;

 private:
  SecretBytes key_;
  std::uint64_t fills_ = 0;  // the nonce: each fill has a stream of its own
};

}  // namespace samband
