#include "crypto/mls/group/pre_shared_keys.h"

#include "crypto/bytes/check.h"
#include "crypto/mls/group/key_schedule.h"

namespace samband::mls {

namespace {

Bytes fresh_nonce(CipherSuite suite, RandomSource& random) {
  Bytes nonce(suite.hash_bytes());
  random.fill(nonce);
  return nonce;
}

}  // namespace

std::optional<SecretBytes> NoPreSharedKeys::find(const PreSharedKeyID&) const {
  return std::nullopt;
}

PreSharedKeyID make_external_psk_id(CipherSuite suite, Bytes psk_id, RandomSource& random) {
  return {ExternalPSK{std::move(psk_id)}, fresh_nonce(suite, random)};
}

PreSharedKeyID make_resumption_psk_id(CipherSuite suite, Bytes group_id, Epoch epoch, RandomSource& random) {
  return {ResumptionPSK{ResumptionPSKUsage::application, std::move(group_id), epoch}, fresh_nonce(suite, random)};
}

std::optional<SecretBytes> derive_psk_secret(CipherSuite suite, std::span<const PreSharedKeyID> ids,
                                             const PreSharedKeySource& source) {
  SAMBAND_CHECK(ids.size() <= psks_max);
  SecretBytes psk_secret = zero_secret(suite);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::optional<SecretBytes> psk = source.find(ids[i]);
    if (!psk) return std::nullopt;
    const PSKLabel label{ids[i], static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(ids.size())};
    const SecretBytes psk_extracted = suite.extract(zero_secret(suite).view(), psk->view());
    const SecretBytes psk_input =
        suite.expand_with_label(psk_extracted.view(), "derived psk", encode(label), suite.hash_bytes());
    psk_secret = suite.extract(psk_input.view(), psk_secret.view());
  }
  return psk_secret;
}

}  // namespace samband::mls
