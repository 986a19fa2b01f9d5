#include "crypto/suite/random.h"

#include <sodium.h>

#include "crypto/suite/algorithms.h"

namespace samband {

SecretBytes RandomSource::secret(std::size_t size) {
  SecretBytes out{size};
  fill(out.writable());
  return out;
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (out.empty()) return;
  initialise_libsodium();
  randombytes_buf(out.data(), out.size());
}

SeededRandom::SeededRandom(std::uint64_t seed) : key_{crypto_stream_chacha20_KEYBYTES} {
  for (unsigned i = 0; i < 8; ++i) key_.writable()[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> nonce;
  for (unsigned i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(fills_ >> (8 * i));
  ++fills_;
  if (out.empty()) return;
  crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key_.view().data());
}

}  // namespace samband
