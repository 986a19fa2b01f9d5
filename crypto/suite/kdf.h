// HKDF over any hash (RFC 5869), and the labelled form HPKE uses (RFC 9180 §4).
// Internal to this folder.
#pragma once

#include <string_view>

#include "crypto/suite/algorithms.h"

namespace samband {

[[nodiscard]] SecretBytes hkdf_extract(const HashAlgorithm& hash, BytesView salt, Parts ikm);
// At most 255 * Nh bytes; asserted, since every length is our own.
[[nodiscard]] SecretBytes hkdf_expand(const HashAlgorithm& hash, BytesView prk, Parts info, std::size_t length);

// LabeledExtract and LabeledExpand for one suite_id: "KEM" || kem_id, or "HPKE" || kem_id || kdf_id || aead_id.
class LabeledKdf {
 public:
  [[nodiscard]] static LabeledKdf of_kem(const HashAlgorithm& hash, const KemAlgorithm& kem);
  [[nodiscard]] static LabeledKdf of_hpke(const HashAlgorithm& hash, const KemAlgorithm& kem,
                                          const AeadAlgorithm& aead);

  [[nodiscard]] const HashAlgorithm& hash() const { return *hash_; }
  [[nodiscard]] SecretBytes extract(BytesView salt, std::string_view label, BytesView ikm) const;
  [[nodiscard]] SecretBytes expand(BytesView prk, std::string_view label, BytesView info, std::size_t length) const;

 private:
  explicit LabeledKdf(const HashAlgorithm& hash) : hash_{&hash} {}
  void append(std::string_view text);
  void append(std::uint16_t number);
  [[nodiscard]] BytesView suite_id() const { return {suite_id_.data(), suite_id_bytes_}; }

  const HashAlgorithm* hash_;
  std::array<std::uint8_t, 10> suite_id_{};
  std::size_t suite_id_bytes_ = 0;
};

}  // namespace samband
