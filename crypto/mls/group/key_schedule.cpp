#include "crypto/mls/group/key_schedule.h"

namespace samband::mls {
namespace {

// The secret between joiner_secret and epoch_secret; RFC 9420 leaves it without a name.
SecretBytes mix_in_psks(CipherSuite suite, BytesView joiner_secret, BytesView psk_secret) {
  return suite.extract(joiner_secret, psk_secret);
}

}  // namespace

SecretBytes derive_joiner_secret(CipherSuite suite, BytesView init_secret, BytesView commit_secret,
                                 BytesView group_context) {
  const SecretBytes extracted = suite.extract(init_secret, commit_secret);
  return suite.expand_with_label(extracted.view(), "joiner", group_context, suite.hash_bytes());
}

SecretBytes derive_welcome_secret(CipherSuite suite, BytesView joiner_secret, BytesView psk_secret) {
  return suite.derive_secret(mix_in_psks(suite, joiner_secret, psk_secret).view(), "welcome");
}

EpochSecrets derive_epoch_secrets(CipherSuite suite, BytesView joiner_secret, BytesView psk_secret,
                                  BytesView group_context) {
  const SecretBytes mixed = mix_in_psks(suite, joiner_secret, psk_secret);
  return expand_epoch_secret(suite,
                             suite.expand_with_label(mixed.view(), "epoch", group_context, suite.hash_bytes()).view());
}

EpochSecrets expand_epoch_secret(CipherSuite suite, BytesView epoch_secret) {
  return {
      .sender_data_secret = suite.derive_secret(epoch_secret, "sender data"),
      .encryption_secret = suite.derive_secret(epoch_secret, "encryption"),
      .exporter_secret = suite.derive_secret(epoch_secret, "exporter"),
      .external_secret = suite.derive_secret(epoch_secret, "external"),
      .confirmation_key = suite.derive_secret(epoch_secret, "confirm"),
      .membership_key = suite.derive_secret(epoch_secret, "membership"),
      .resumption_psk = suite.derive_secret(epoch_secret, "resumption"),
      .epoch_authenticator = suite.derive_secret(epoch_secret, "authentication"),
      .init_secret = suite.derive_secret(epoch_secret, "init"),
  };
}

SecretBytes zero_secret(CipherSuite suite) {
  return SecretBytes{suite.hash_bytes()};
}

KeyPair derive_external_key_pair(CipherSuite suite, BytesView external_secret) {
  return suite.derive_kem_key_pair(external_secret);
}

SecretBytes export_secret(CipherSuite suite, BytesView exporter_secret, std::string_view label, BytesView context,
                          std::size_t length) {
  const SecretBytes derived = suite.derive_secret(exporter_secret, label);
  return suite.expand_with_label(derived.view(), "exported", suite.hash(context), length);
}

Bytes compute_confirmation_tag(CipherSuite suite, BytesView confirmation_key, BytesView confirmed_transcript_hash) {
  return suite.mac(confirmation_key, confirmed_transcript_hash);
}

}  // namespace samband::mls
