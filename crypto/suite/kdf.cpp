#include "crypto/suite/kdf.h"

#include <algorithm>

#include "crypto/bytes/check.h"

namespace samband {
namespace {

constexpr std::string_view hpke_version = "HPKE-v1";
constexpr std::size_t info_parts_max = 5;  // what LabeledExpand passes

}  // namespace

SecretBytes hkdf_extract(const HashAlgorithm& hash, BytesView salt, Parts ikm) {
  // An empty salt means Nh zeros; HMAC pads a key with zeros, so the empty key is the same.
  SecretBytes prk{hash.bytes};
  hash.hmac(salt, ikm, prk.writable());
  return prk;
}

SecretBytes hkdf_expand(const HashAlgorithm& hash, BytesView prk, Parts info, std::size_t length) {
  SAMBAND_CHECK(length <= 255 * hash.bytes);
  SAMBAND_CHECK(info.size() <= info_parts_max);
  SecretBytes out{length};
  SecretBytes block{hash.bytes};
  std::array<BytesView, info_parts_max + 2> parts;  // the block before, info, counter
  std::ranges::copy(info, parts.begin() + 1);
  std::uint8_t counter = 1;
  parts[info.size() + 1] = {&counter, 1};
  for (std::size_t at = 0; at < length; at += hash.bytes, ++counter) {
    hash.hmac(prk, {parts.data(), info.size() + 2}, block.writable());
    parts[0] = block.view();
    std::ranges::copy(block.view().first(std::min(hash.bytes, length - at)), out.writable().subspan(at).begin());
  }
  return out;
}

void LabeledKdf::append(std::string_view text) {
  std::ranges::copy(view_of(text), suite_id_.begin() + static_cast<std::ptrdiff_t>(suite_id_bytes_));
  suite_id_bytes_ += text.size();
}

void LabeledKdf::append(std::uint16_t number) {
  suite_id_[suite_id_bytes_++] = static_cast<std::uint8_t>(number >> 8U);
  suite_id_[suite_id_bytes_++] = static_cast<std::uint8_t>(number);
}

LabeledKdf LabeledKdf::of_kem(const HashAlgorithm& hash, const KemAlgorithm& kem) {
  LabeledKdf kdf{hash};
  kdf.append("KEM");
  kdf.append(kem.hpke_kem_id);
  return kdf;
}

LabeledKdf LabeledKdf::of_hpke(const HashAlgorithm& hash, const KemAlgorithm& kem, const AeadAlgorithm& aead) {
  LabeledKdf kdf{hash};
  kdf.append("HPKE");
  kdf.append(kem.hpke_kem_id);
  kdf.append(hash.hpke_kdf_id);
  kdf.append(aead.hpke_aead_id);
  return kdf;
}

SecretBytes LabeledKdf::extract(BytesView salt, std::string_view label, BytesView ikm) const {
  const std::array<BytesView, 4> labeled_ikm{view_of(hpke_version), suite_id(), view_of(label), ikm};
  return hkdf_extract(*hash_, salt, labeled_ikm);
}

SecretBytes LabeledKdf::expand(BytesView prk, std::string_view label, BytesView info, std::size_t length) const {
  const std::array<std::uint8_t, 2> length_octets{static_cast<std::uint8_t>(length >> 8U),
                                                  static_cast<std::uint8_t>(length)};
  const std::array<BytesView, info_parts_max> labeled_info{length_octets, view_of(hpke_version), suite_id(),
                                                           view_of(label), info};
  return hkdf_expand(*hash_, prk, labeled_info, length);
}

}  // namespace samband
