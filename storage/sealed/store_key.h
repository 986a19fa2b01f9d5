// The key of a sealed store, and how a passphrase keeps it: random, wrapped under Argon2id (RFC 9106) with
// XChaCha20-Poly1305. Changing the passphrase wraps the key anew and touches no value.
// Pure computation; one call takes the memory and time of its cost on purpose.
#pragma once

#include <cstdint>
#include <expected>

#include "crypto/bytes/bytes.h"
#include "crypto/suite/random.h"

namespace samband::storage {

inline constexpr std::size_t store_key_bytes = 32;
inline constexpr std::size_t passphrase_bytes_max = 1024;

// What one guess costs.
struct PassphraseCost {
  std::uint32_t memory_kib = 64U << 10U;  // 64 MiB
  std::uint32_t passes = 3;
  bool operator==(const PassphraseCost&) const = default;
};
// A wrapped key that asks for more is refused: whoever can write the file could otherwise exhaust the machine.
inline constexpr PassphraseCost passphrase_cost_max{.memory_kib = 1U << 20U, .passes = 16};
// Fewer would make guesses cheap; such a file was not written here.
inline constexpr PassphraseCost passphrase_cost_min{.memory_kib = 8U << 10U, .passes = 1};

enum class StoreKeyError : std::uint8_t {
  wrong_passphrase,  // or the file was changed: the two can't be told apart
  malformed,         // not a wrapped key
  version_newer,     // written by a newer program
  too_costly,        // beyond `passphrase_cost_max`
  no_memory,         // the machine does not have what the cost asks for
};

[[nodiscard]] SecretBytes generate_store_key(RandomSource& random);  // store_key_bytes

// The passphrase's length (at most `passphrase_bytes_max`) and the cost's bounds are asserted. Errors: no_memory.
[[nodiscard]] std::expected<Bytes, StoreKeyError> wrap_store_key(BytesView passphrase, const SecretBytes& store_key,
                                                                 RandomSource& random, PassphraseCost cost = {});
[[nodiscard]] std::expected<SecretBytes, StoreKeyError> unwrap_store_key(BytesView passphrase, BytesView wrapped);

}  // namespace samband::storage
