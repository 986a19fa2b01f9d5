// One sender's chain of single-use message keys.
// Source: RFC 9420 §9.1 (derivation), §9.2 (deletion), §15.3 (late and reordered messages).
// Pure computation: no I/O, clock or locks. One owner, one thread at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <map>

#include "crypto/bytes/bytes.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/wire/types.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

// Generations one message may jump over. In a totally ordered log a gap is a message that was encrypted
// and never accepted, so gaps are short.
inline constexpr std::uint32_t skip_max_default = 256;

enum class RatchetError : std::uint8_t {
  consumed,       // this generation was used and wiped, or is too old to be held
  too_far_ahead,  // more than `skip_max` generations past the newest one derived
  exhausted,      // the last generation of the epoch was used; a Commit starts a new ratchet
};

struct MessageKey {
  SecretBytes key;    // AEAD.Nk bytes
  SecretBytes nonce;  // AEAD.Nn bytes, before the reuse guard is mixed in (§6.3.1)
};

class SenderRatchet {
 public:
  // `root`: KDF.Nh bytes, the ratchet secret of generation 0 for this leaf.
  // `skip_max`: generations one call may jump over; bounds its work and the keys held back.
  SenderRatchet(CipherSuite suite, SecretBytes root, std::uint32_t skip_max);

  // The key for a received message. Changes nothing: any member can forge the sender data of another,
  // so a message that has not authenticated must not move the ratchet or spend a key (§9.2).
  [[nodiscard]] std::expected<MessageKey, RatchetError> derive(Generation generation) const;

  // Call once the message has authenticated, with a generation `derive` gave a key for (asserted): wipes
  // that key, moves the ratchet past it if it is the newest, and holds the keys of skipped generations for
  // late arrivals.
  void consume(Generation generation);

  // The generation the own next message uses.
  [[nodiscard]] Generation next() const { return next_; }

  // For the owner's encrypted store.
  void write(Writer& out) const;
  [[nodiscard]] std::size_t encoded_bytes() const;
  // Fails `in` with `malformed` where a length is not the suite's.
  [[nodiscard]] static SenderRatchet read(Reader& in, CipherSuite suite, std::uint32_t skip_max);

 private:
  [[nodiscard]] MessageKey key_of(BytesView secret, Generation generation) const;
  [[nodiscard]] SecretBytes secret_after(BytesView secret, Generation generation) const;

  CipherSuite suite_;
  SecretBytes next_secret_;  // KDF.Nh bytes; wiped as each generation is derived
  Generation next_{0};       // the first generation not yet derived
  std::uint32_t skip_max_;
  std::map<Generation, MessageKey> held_;  // at most skip_max; the oldest is wiped first
};

}  // namespace samband::mls
