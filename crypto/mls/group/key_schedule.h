// The key schedule: from one epoch's init_secret to the next epoch's secrets.
// Source: RFC 9420 §8 (schedule), §8.3 (external initialisation), §8.4 (PSKs), §8.5 (exporter).
// Pure computation: no I/O, clock or locks. Every secret is KDF.Nh bytes unless said otherwise.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "crypto/bytes/bytes.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

// The secrets of one epoch (§8, Table 4). `init_secret` feeds the next epoch; the rest serve this one.
struct EpochSecrets {
  SecretBytes sender_data_secret;
  SecretBytes encryption_secret;  // moved into the SecretTree and then empty here (§9.2)
  SecretBytes exporter_secret;
  SecretBytes external_secret;
  SecretBytes confirmation_key;
  SecretBytes membership_key;
  SecretBytes resumption_psk;
  SecretBytes epoch_authenticator;
  SecretBytes init_secret;
};

// What a Commit and a Welcome share: both arrive at joiner_secret, then mix in the PSKs.
// `group_context` is the encoded GroupContext of the epoch that begins.
[[nodiscard]] SecretBytes derive_joiner_secret(CipherSuite suite, BytesView init_secret, BytesView commit_secret,
                                               BytesView group_context);
[[nodiscard]] SecretBytes derive_welcome_secret(CipherSuite suite, BytesView joiner_secret, BytesView psk_secret);
[[nodiscard]] EpochSecrets derive_epoch_secrets(CipherSuite suite, BytesView joiner_secret, BytesView psk_secret,
                                                BytesView group_context);

// §11: the first epoch of a group is derived from a random epoch_secret.
[[nodiscard]] EpochSecrets expand_epoch_secret(CipherSuite suite, BytesView epoch_secret);

// `0` of the RFC: KDF.Nh zero bytes; the commit_secret of a Commit without path.
[[nodiscard]] SecretBytes zero_secret(CipherSuite suite);

// The key pair that everybody in the epoch holds and external joiners encrypt to (§8.3).
[[nodiscard]] KeyPair derive_external_key_pair(CipherSuite suite, BytesView external_secret);

// MLS-Exporter (§8.5); `length` in bytes, at most 255 * KDF.Nh.
[[nodiscard]] SecretBytes export_secret(CipherSuite suite, BytesView exporter_secret, std::string_view label,
                                        BytesView context, std::size_t length);

// confirmation_tag = MAC(confirmation_key, confirmed_transcript_hash) (§8.1).
[[nodiscard]] Bytes compute_confirmation_tag(CipherSuite suite, BytesView confirmation_key,
                                             BytesView confirmed_transcript_hash);

}  // namespace samband::mls
