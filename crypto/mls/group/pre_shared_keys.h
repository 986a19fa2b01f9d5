// Pre-shared keys and the psk_secret they fold into.
// Source: RFC 9420 §8.4.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/mls/wire/psk.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

// Where PSKs come from: the application's own, and the resumption_psk of epochs it kept.
class PreSharedKeySource {
 public:
  virtual ~PreSharedKeySource() = default;
  // nullopt when this client does not hold the key that `id` names.
  [[nodiscard]] virtual std::optional<SecretBytes> find(const PreSharedKeyID& id) const = 0;
};

// For groups that use none.
class NoPreSharedKeys final : public PreSharedKeySource {
 public:
  [[nodiscard]] std::optional<SecretBytes> find(const PreSharedKeyID& id) const override;
};

// The name under which a PSK is injected once: with a fresh nonce of KDF.Nh bytes.
[[nodiscard]] PreSharedKeyID make_external_psk_id(CipherSuite suite, Bytes psk_id, RandomSource& random);
// The resumption_psk of an epoch of a group, of this one or another; usage application.
[[nodiscard]] PreSharedKeyID make_resumption_psk_id(CipherSuite suite, Bytes group_id, Epoch epoch,
                                                    RandomSource& random);

// psk_secret over `ids` in order; KDF.Nh zero bytes when there are none. nullopt when the source lacks one.
[[nodiscard]] std::optional<SecretBytes> derive_psk_secret(CipherSuite suite, std::span<const PreSharedKeyID> ids,
                                                           const PreSharedKeySource& source);

}  // namespace samband::mls
