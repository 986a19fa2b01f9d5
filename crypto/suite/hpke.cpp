// HPKE in base mode (RFC 9180 §4.1 DHKEM, §5.1.1, §5.3 export), with the labels RFC 9420 puts around it.
#include "crypto/suite/algorithms.h"
#include "crypto/suite/kdf.h"
#include "crypto/suite/label.h"

namespace samband {
namespace {

constexpr std::string_view external_init_label = "MLS 1.0 external init secret";  // RFC 9420 §8.3
constexpr std::uint8_t mode_base = 0x00;

struct Encapsulated {
  SecretBytes shared_secret;  // Nsecret = Nh bytes
  Bytes kem_output;
};

KeyPair derive_key_pair(const CipherSuite::Table& suite, BytesView ikm) {
  const LabeledKdf kdf = LabeledKdf::of_kem(*suite.hash, *suite.kem);
  const SecretBytes dkp_prk = kdf.extract({}, "dkp_prk", ikm);
  SecretBytes private_key = suite.kem->derive_private_key(kdf, dkp_prk.view());
  Bytes public_key = *suite.kem->public_key(private_key.view());
  return {std::move(private_key), std::move(public_key)};
}

KeyPair generate_key_pair(const CipherSuite::Table& suite, RandomSource& random) {
  return derive_key_pair(suite, random.secret(suite.kem->private_key_bytes).view());
}

// ExtractAndExpand of §4.1. The context names both public keys.
SecretBytes shared_secret_of(const CipherSuite::Table& suite, BytesView dh, BytesView kem_output,
                             BytesView recipient_public_key) {
  const LabeledKdf kdf = LabeledKdf::of_kem(*suite.hash, *suite.kem);
  const SecretBytes eae_prk = kdf.extract({}, "eae_prk", dh);
  return kdf.expand(eae_prk.view(), "shared_secret", concat({kem_output, recipient_public_key}), suite.hash->bytes);
}

std::expected<Encapsulated, CryptoError> encapsulate(const CipherSuite::Table& suite, BytesView public_key,
                                                     RandomSource& random) {
  if (public_key.size() != suite.kem->public_key_bytes) return std::unexpected(CryptoError::invalid_key);
  KeyPair ephemeral = generate_key_pair(suite, random);
  const auto dh = suite.kem->diffie_hellman(ephemeral.private_key.view(), ephemeral.public_key, public_key);
  if (!dh) return std::unexpected(dh.error());
  return Encapsulated{shared_secret_of(suite, dh->view(), ephemeral.public_key, public_key),
                      std::move(ephemeral.public_key)};
}

std::expected<SecretBytes, CryptoError> decapsulate(const CipherSuite::Table& suite, BytesView private_key,
                                                    BytesView public_key, BytesView kem_output) {
  if (public_key.size() != suite.kem->public_key_bytes) return std::unexpected(CryptoError::invalid_key);
  const auto dh = suite.kem->diffie_hellman(private_key, public_key, kem_output);
  if (!dh) return std::unexpected(dh.error());
  return shared_secret_of(suite, dh->view(), kem_output, public_key);
}

// KeySchedule of §5.1 in base mode; what is not asked for is not derived. Every context here seals one
// message or none, so the sequence number is zero and the nonce is base_nonce.
class Context {
 public:
  Context(const CipherSuite::Table& suite, BytesView shared_secret, BytesView info)
      : suite_{suite}, kdf_{LabeledKdf::of_hpke(*suite.hash, *suite.kem, *suite.aead)} {
    const SecretBytes psk_id_hash = kdf_.extract({}, "psk_id_hash", {});
    const SecretBytes info_hash = kdf_.extract({}, "info_hash", info);
    key_schedule_context_ = concat({BytesView{&mode_base, 1}, psk_id_hash.view(), info_hash.view()});
    secret_ = kdf_.extract(shared_secret, "secret", {});
  }
  [[nodiscard]] SecretBytes key() const { return derive("key", suite_.aead->key_bytes); }
  [[nodiscard]] SecretBytes nonce() const { return derive("base_nonce", suite_.aead->nonce_bytes); }
  [[nodiscard]] SecretBytes export_secret(std::string_view context, std::size_t length) const {
    return kdf_.expand(derive("exp", suite_.hash->bytes).view(), "sec", view_of(context), length);
  }

 private:
  [[nodiscard]] SecretBytes derive(std::string_view label, std::size_t length) const {
    return kdf_.expand(secret_.view(), label, key_schedule_context_, length);
  }

  const CipherSuite::Table& suite_;
  LabeledKdf kdf_;
  Bytes key_schedule_context_;
  SecretBytes secret_;
};

}  // namespace

KeyPair CipherSuite::generate_kem_key_pair(RandomSource& random) const {
  return generate_key_pair(*table_, random);
}
KeyPair CipherSuite::derive_kem_key_pair(BytesView ikm) const {
  return derive_key_pair(*table_, ikm);
}

std::expected<Bytes, CryptoError> CipherSuite::kem_public_key(BytesView private_key) const {
  auto public_key = table_->kem->public_key(private_key);
  if (!public_key) return std::unexpected(CryptoError::invalid_key);
  return std::move(*public_key);
}

bool CipherSuite::is_valid_kem_public_key(BytesView public_key) const {
  return table_->kem->is_valid_public_key(public_key);
}

std::expected<HpkeCiphertext, CryptoError> CipherSuite::encrypt_with_label(BytesView public_key, std::string_view label,
                                                                           BytesView context, BytesView plaintext,
                                                                           RandomSource& random) const {
  auto encapsulated = encapsulate(*table_, public_key, random);
  if (!encapsulated) return std::unexpected(encapsulated.error());
  const Context hpke{*table_, encapsulated->shared_secret.view(), labelled(mls_prefix, label, context)};
  return HpkeCiphertext{std::move(encapsulated->kem_output),
                        seal(hpke.key().view(), hpke.nonce().view(), {}, plaintext)};
}

std::expected<SecretBytes, CryptoError> CipherSuite::decrypt_with_label(BytesView private_key, BytesView public_key,
                                                                        std::string_view label, BytesView context,
                                                                        const HpkeCiphertext& sealed) const {
  const auto shared_secret = decapsulate(*table_, private_key, public_key, sealed.kem_output);
  if (!shared_secret) return std::unexpected(shared_secret.error());
  const Context hpke{*table_, shared_secret->view(), labelled(mls_prefix, label, context)};
  return open(hpke.key().view(), hpke.nonce().view(), {}, sealed.ciphertext);
}

std::expected<CipherSuite::ExternalInit, CryptoError> CipherSuite::external_init(BytesView external_pub,
                                                                                 RandomSource& random) const {
  auto encapsulated = encapsulate(*table_, external_pub, random);
  if (!encapsulated) return std::unexpected(encapsulated.error());
  const Context hpke{*table_, encapsulated->shared_secret.view(), {}};
  return ExternalInit{std::move(encapsulated->kem_output), hpke.export_secret(external_init_label, hash_bytes())};
}

std::expected<SecretBytes, CryptoError> CipherSuite::external_init_secret(const KeyPair& external_key_pair,
                                                                          BytesView kem_output) const {
  const auto shared_secret =
      decapsulate(*table_, external_key_pair.private_key.view(), external_key_pair.public_key, kem_output);
  if (!shared_secret) return std::unexpected(shared_secret.error());
  return Context{*table_, shared_secret->view(), {}}.export_secret(external_init_label, hash_bytes());
}

}  // namespace samband
